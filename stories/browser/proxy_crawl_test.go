package browser

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// certify makes the certificate of the name.
func (f *front) certify(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{publicName}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	f.cert, f.key = filepath.Join(f.home, "site.pem"), filepath.Join(f.home, "site.key")
	for file, block := range map[string]*pem.Block{f.cert: {Type: "CERTIFICATE", Bytes: raw}, f.key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	is, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(is)
	sum := sha256.Sum256(is.RawSubjectPublicKeyInfo)
	f.trusted, f.spki = &tls.Config{RootCAs: pool}, base64.StdEncoding.EncodeToString(sum[:])
}

// addressed are the attributes that hold an address.
var addressed = []string{"href", "src", "action", "formaction", "data-passkey", "hx-get", "hx-post", "sse-connect"}

// found is an address on a page.
type found struct {
	on, attribute, to string
	post              bool
}

// fine is what may be at an address: a form that is sent empty is told so.
func (f found) fine() []int {
	switch {
	case strings.HasSuffix(f.to, "/nothing-here"):
		return []int{http.StatusNotFound}
	case f.post:
		return []int{http.StatusForbidden, http.StatusUnauthorized, http.StatusUnprocessableEntity, http.StatusOK}
	case f.attribute == "action":
		return []int{http.StatusOK, http.StatusUnprocessableEntity}
	}
	return []int{http.StatusOK}
}

// addresses are those of a page, as a browser resolves them.
func addresses(t *testing.T, on string, page []byte) (list []found) {
	t.Helper()
	base, err := url.Parse(on)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatalf("%s: %v", on, err)
	}
	for n := range doc.Descendants() {
		post := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "method" && strings.EqualFold(a.Val, "post") })
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rel" && strings.Contains(a.Val, "external") }) {
			continue // it is meant to lead out, and says so
		}
		for _, a := range n.Attr {
			if !slices.Contains(addressed, a.Key) || a.Val == "" {
				continue
			}
			to, err := base.Parse(a.Val)
			if err != nil {
				t.Errorf("%s: %s=%q: %v", on, a.Key, a.Val, err)
				continue
			}
			to.Fragment = ""
			list = append(list, found{on, a.Key, to.String(), post || a.Key == "formaction" || a.Key == "data-passkey"})
		}
	}
	return list
}

var (
	numbers = regexp.MustCompile(`\d+`)
	values  = regexp.MustCompile(`=[^&]*`)
)

// kindOf is the same for addresses that differ in numbers and in what is asked for.
func kindOf(address string) string {
	path, query, _ := strings.Cut(address, "?")
	return numbers.ReplaceAllString(path, "N") + "?" + values.ReplaceAllString(query, "")
}

// crawl opens every kind of address that a page leads to, and the pages there, as an
// owner. None leads out of the public address, and none to nothing.
func crawl(t *testing.T, f *front, s server) {
	c := f.signedIn(t, s)
	within, err := url.Parse(f.public + "/")
	if err != nil {
		t.Fatal(err)
	}
	seen, sorts := map[string]bool{}, map[string]int{}
	for todo := []found{{to: f.public + "/"}, {to: f.public + "/sign-in"}, {to: f.public + "/nothing-here"}}; len(todo) > 0; todo = todo[1:] {
		one := todo[0]
		to, err := url.Parse(one.to)
		if err != nil {
			t.Fatal(err)
		}
		if to.Host != within.Host || !strings.HasPrefix(to.Path, within.Path) {
			t.Errorf("%s: %s leads out, to %s", one.on, one.attribute, one.to)
			continue
		}
		sorts[one.attribute]++
		if seen[kindOf(one.to)] || strings.HasSuffix(to.Path, "/sign-out") {
			continue
		}
		seen[kindOf(one.to)] = true
		code, kind, page := opened(t, c, one)
		if !slices.Contains(one.fine(), code) {
			t.Errorf("%s: %s %s is %d: %.300s", one.on, one.attribute, one.to, code, textOf(page))
		}
		if strings.HasPrefix(kind, "text/html") {
			todo = append(todo, addresses(t, one.to, page)...)
		}
	}
	t.Logf("%d kinds of addresses: %v", len(seen), sorts)
	for _, attribute := range []string{"href", "src", "action", "formaction", "data-passkey", "hx-get", "sse-connect"} {
		if sorts[attribute] == 0 {
			t.Errorf("no address was found in %s", attribute)
		}
	}
	if len(seen) < 60 {
		t.Errorf("%d kinds of addresses only", len(seen))
	}
}

// opened is what is at an address. Of a form nothing but its address is tried.
func opened(t *testing.T, c *http.Client, one found) (code int, kind string, page []byte) {
	t.Helper()
	var res *http.Response
	var err error
	if one.post {
		res, err = c.PostForm(one.to, url.Values{})
	} else {
		res, err = c.Get(one.to)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if kind = res.Header.Get("Content-Type"); kind == "text/event-stream" {
		return res.StatusCode, kind, nil // it has begun, and may last
	}
	if page, err = io.ReadAll(res.Body); err != nil {
		t.Fatalf("%s: %v", one.to, err)
	}
	return res.StatusCode, kind, page
}

// textOf is what a page says, without its head.
func textOf(page []byte) string {
	_, main, _ := strings.Cut(string(page), "<main")
	return regexp.MustCompile(`<[^>]*>|\s+`).ReplaceAllString(main, " ")
}

// programs ask the API and send alerts, small and large.
func programs(t *testing.T, f *front, s server) {
	var token struct{ Token string }
	if out := s.says(t, "token", "create", fmt.Sprintf("tester-%d", time.Now().UnixNano()), "--role", "operator", "-o", "json"); json.Unmarshal([]byte(out), &token) != nil || token.Token == "" {
		t.Fatal(out)
	}
	c := f.client(t)
	ask := func(method, path, body string) (int, []byte) {
		t.Helper()
		req, err := http.NewRequest(method, f.public+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token.Token)
		req.Header.Set("Content-Type", "application/json")
		res, err := c.Do(req)
		if err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		t.Logf("%s %s with %d bytes: %s %.200s", method, path, len(body), res.Status, raw)
		return res.StatusCode, raw
	}
	for path, says := range map[string]string{"/healthz": "ok", "/openapi.json": `"servers":[{"url":"` + f.public + `"}]`} {
		if code, raw := ask(http.MethodGet, path, ""); code != http.StatusOK || !bytes.Contains(raw, []byte(says)) {
			t.Errorf("%s is %d and does not say %s", path, code, says)
		}
	}
	if code, _ := ask(http.MethodPost, "/v1/op/service.list", "{}"); code != http.StatusOK {
		t.Errorf("the API is %d", code)
	}
	alert := func(size int) string {
		return `{"version":"4","groupKey":"g","status":"firing","receiver":"r","groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://a.example","alerts":[{"status":"firing","labels":{"alertname":"Slow","severity":"info"},"annotations":{"d":"` +
			strings.Repeat("x", size) + `"},"startsAt":"2026-01-01T00:00:00Z","fingerprint":"1"}]}`
	}
	// What is too large is refused: by 502 where the proxy was still sending when it was.
	for size, want := range map[int][]int{10: {202}, 1_500_000: {202}, 20 << 20: {413, 502}} {
		if code, _ := ask(http.MethodPost, "/v1/alertmanager", alert(size)); !slices.Contains(want, code) {
			t.Errorf("an alert of %d bytes is %d, wanted %v", size, code, want)
		}
	}
}

// comesFrom looks where a session is said to come from, when who opens it lies.
func comesFrom(t *testing.T, f *front, s server) {
	c := f.client(t)
	req, err := http.NewRequest(http.MethodPost, s.newLink(t, "olga"), nil)
	if err != nil {
		t.Fatal(err)
	}
	agent := fmt.Sprintf("liar-%d", time.Now().UnixNano())
	req.Header.Set("User-Agent", agent)
	for _, name := range []string{"X-Forwarded-For", "X-Real-IP", "True-Client-IP"} {
		req.Header.Set(name, "203.0.113.9")
	}
	req.Header.Set("Forwarded", "for=203.0.113.9;host=evil.example")
	req.Header.Set("X-Forwarded-Host", "evil.example")
	req.Header.Set("X-Forwarded-Prefix", "/evil")
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	at, _ := url.Parse(f.public)
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != at.Path+"/" {
		t.Errorf("%s to %q", res.Status, to)
	}
	var list struct {
		Sessions []struct{ Agent, Address string }
	}
	if out := s.says(t, "session", "list", "-o", "json"); json.Unmarshal([]byte(out), &list) != nil {
		t.Fatal(out)
	}
	i := slices.IndexFunc(list.Sessions, func(one struct{ Agent, Address string }) bool { return one.Agent == agent })
	if i < 0 || list.Sessions[i].Address != "127.0.0.2" {
		t.Errorf("the session is said to come from elsewhere: %d of %+v", i, list.Sessions)
	}
}
