package stories

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	ground "prentice"
)

// browser follows no redirect: where one leads is part of what is looked at.
var browser = &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// ask is the word http.
func ask(ts *testscript.TestScript, neg bool, args []string) {
	header := http.Header{}
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-as":
			header.Set("Authorization", "Bearer "+tokenOf(ts, args[1]))
		case "-h":
			name, value, found := strings.Cut(args[1], ": ")
			usage(ts, found, "-h 'Name: value'")
			header.Add(name, value)
		default:
			ts.Fatalf("http knows -as and -h, not %s", args[0])
		}
		args = args[2:]
	}
	usage(ts, len(args) == 2 || len(args) == 3, "http [-as NAME] [-h 'Name: value']… METHOD PATH [BODY]")
	var body io.Reader
	if len(args) == 3 {
		body = bodyOf(ts, args[2])
	}
	req, err := http.NewRequest(args[0], ts.Getenv("URL")+args[1], body)
	ts.Check(err)
	req.Header = header
	if body != nil && header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	req.Host = header.Get("Host")
	answer := send(ts, req)
	if s := of(ts); (s.status >= 400) != neg {
		ts.Fatalf("%s %s: %d %s\n%s", args[0], args[1], s.status, answer, s.said)
	}
}

func send(ts *testscript.TestScript, req *http.Request) []byte {
	res, err := browser.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20)) //nolint:errcheck // what came is what is judged
	of(ts).status = res.StatusCode
	for _, name := range []string{"Location", "Set-Cookie"} {
		if v := res.Header.Get(name); v != "" {
			fmt.Fprintf(ts.Stdout(), "%s: %s\n", name, v)
		}
	}
	fmt.Fprintf(ts.Stdout(), "%s\n", answer)
	return answer
}

func bodyOf(ts *testscript.TestScript, text string) io.Reader {
	if file, ok := strings.CutPrefix(text, "@"); ok {
		raw, err := os.ReadFile(ts.MkAbs(file))
		ts.Check(err)
		return strings.NewReader(string(raw))
	}
	if size, ok := strings.CutPrefix(text, "bytes:"); ok {
		n, err := strconv.ParseInt(size, 10, 64)
		ts.Check(err)
		return io.LimitReader(spaces{}, n) // its length is not announced
	}
	return strings.NewReader(text)
}

// spaces is white space without end, which every JSON value may begin with.
type spaces struct{}

// Read implements io.Reader.
func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func status(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "status N")
	if got := strconv.Itoa(of(ts).status); got != args[0] {
		ts.Fatalf("status %s, wants %s", got, args[0])
	}
}

// forbidden tries every operation that is above someone's role.
func forbidden(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "forbidden NAME")
	call := func(method, path string, to any) {
		req, err := http.NewRequest(method, ts.Getenv("URL")+path, strings.NewReader("{}"))
		ts.Check(err)
		req.Header.Set("Authorization", "Bearer "+tokenOf(ts, args[0]))
		req.Header.Set("Content-Type", "application/json")
		res, err := browser.Do(req)
		ts.Check(err)
		defer res.Body.Close()
		of(ts).status = res.StatusCode
		if to != nil {
			ts.Check(json.NewDecoder(res.Body).Decode(to))
		}
	}
	var me struct{ Role ground.Role }
	call(http.MethodPost, "/v1/op/whoami", &me)
	var known struct {
		Ops []struct {
			Name, Method, Path string
			Role               ground.Role
		}
	}
	call(http.MethodGet, "/v1/ops", &known)
	tried := 0
	for _, o := range known.Ops {
		if me.Role.Includes(o.Role) {
			continue
		}
		if call(o.Method, o.Path, nil); of(ts).status != http.StatusForbidden {
			ts.Fatalf("%s, who is %s, asked for %s: status %d", args[0], me.Role, o.Name, of(ts).status)
		}
		tried++
	}
	if tried == 0 {
		ts.Fatalf("%s may do everything", args[0])
	}
	fmt.Fprintf(ts.Stdout(), "%d tried\n", tried)
}

var csrfField = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// session signs someone in as a browser does, with their token or by a link that
// another makes, and keeps what it would know.
func session(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 || len(args) == 3 && args[1] == "by", "session NAME [by MAKER]")
	way, form := "/sign-in", url.Values{}
	if len(args) == 1 {
		form.Set("token", tokenOf(ts, args[0]))
	} else {
		way += "/" + linkFor(ts, args[0], args[2])
	}
	req, err := http.NewRequest(http.MethodPost, ts.Getenv("URL")+way, strings.NewReader(form.Encode()))
	ts.Check(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := browser.Do(req)
	ts.Check(err)
	res.Body.Close()
	if len(res.Cookies()) == 0 {
		ts.Fatalf("signing in gave no cookie: %s", res.Status)
	}
	cookie := res.Cookies()[0].Name + "=" + res.Cookies()[0].Value
	if req, err = http.NewRequest(http.MethodGet, ts.Getenv("URL")+"/", nil); err != nil {
		ts.Fatalf("%v", err)
	}
	req.Header.Set("Cookie", cookie)
	found := csrfField.FindSubmatch(send(ts, req))
	if found == nil {
		ts.Fatalf("no form on the first page")
	}
	ts.Setenv("COOKIE", cookie)
	ts.Setenv("SESSION", res.Cookies()[0].Value)
	ts.Setenv("CSRF", url.QueryEscape(string(found[1])))
}

// linkFor is the code of a link that signs someone in, as someone makes it.
func linkFor(ts *testscript.TestScript, name, maker string) string {
	c := prentice(ts, "person", "link", name, "-o", "json")
	if maker != "olga" {
		c.Env = append(c.Env, "PRENTICE_TOKEN="+tokenOf(ts, maker))
	}
	var made struct{ Code string }
	ts.Check(json.Unmarshal(run(ts, c), &made))
	return made.Code
}

const (
	batchSize = 100
	senders   = 4
)

// storm sends an event many times, each under an id of its own.
func storm(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "storm N FILE")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	raw, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	var event map[string]any
	ts.Check(json.Unmarshal(raw, &event))
	batches := make(chan []byte)
	var all sync.WaitGroup
	errs := make(chan error, n)
	token, to := tokenOf(ts, "olga"), ts.Getenv("URL")+"/v1/events"
	for range senders {
		all.Go(func() {
			for b := range batches {
				errs <- deliver(to, token, b)
			}
		})
	}
	for first := 0; first < n; first += batchSize {
		var list []map[string]any
		for i := first; i < min(first+batchSize, n); i++ {
			one := map[string]any{"id": "storm-" + strconv.Itoa(i)}
			for k, v := range event {
				one[k] = v
			}
			list = append(list, one)
		}
		b, err := json.Marshal(list)
		ts.Check(err)
		batches <- b
	}
	close(batches)
	all.Wait()
	close(errs)
	for err := range errs {
		ts.Check(err)
	}
}

// deliver posts a batch, again when the server says that it is too fast.
func deliver(to, token string, batch []byte) error {
	req, err := http.NewRequest(http.MethodPost, to, strings.NewReader(string(batch)))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/cloudevents-batch+json")
	res, err := browser.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body) //nolint:errcheck // what came is what is judged
	if res.StatusCode != http.StatusAccepted {
		return fmt.Errorf("a batch was answered with %s: %s", res.Status, answer)
	}
	return nil
}
