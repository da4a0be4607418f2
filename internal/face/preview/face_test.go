package preview_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
	face "prentice/internal/face/preview"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
	"prentice/internal/skill/previews"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is the face in front of real servers, with the chapter that answers for it.
type world struct {
	t      testing.TB
	ops    []op.Op
	desk   *previews.Desk
	front  *httptest.Server
	mu     sync.Mutex // guards the rest
	now    time.Time
	places map[string]preview.Place
	at     map[string]string // where a service listens, by environment.service
	people map[string]prentice.Role
	notes  []prentice.Note
	dialed []string
}

// Place implements preview.Targets.
func (w *world) Place(_ context.Context, name string) (preview.Place, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.places {
		if p.Name == name || p.ID == name {
			p.Name = name
			return p, nil
		}
	}
	return preview.Place{}, prentice.Errorf(prentice.NotFound, "there is no environment %q", name)
}

// Dial implements preview.Targets.
func (w *world) Dial(ctx context.Context, id, service string, port int) (net.Conn, error) {
	w.mu.Lock()
	w.dialed = append(w.dialed, fmt.Sprintf("%s.%s:%d", id, service, port))
	at := w.at[id+"."+service]
	w.mu.Unlock()
	if at == "" {
		return nil, errors.New("connection refused")
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", at)
}

func newWorld(t testing.TB, app http.HandlerFunc) *world {
	t.Helper()
	return worldOn(t, dbtest.SQLite(t), app)
}

func worldOn(t testing.TB, d *db.DB, app http.HandlerFunc) *world {
	t.Helper()
	back := httptest.NewServer(app)
	t.Cleanup(back.Close)
	w := &world{t: t, now: time.Now().Truncate(time.Second), people: map[string]prentice.Role{"ann": prentice.Viewer},
		places: map[string]preview.Place{
			"e1": {ID: "e1", Name: "change-42", Of: "change-42", Title: "change/42", State: preview.Ready, Services: []preview.Service{{Name: "web", Port: 3000, Main: true}, {Name: "api", Port: 4000}}},
			"e2": {ID: "e2", Name: "change-7", Of: "change-7", Title: "change/7", State: preview.Ready, Services: []preview.Service{{Name: "web", Port: 3000, Main: true}}},
		},
		at: map[string]string{"e1.web": back.Listener.Addr().String(), "e1.api": back.Listener.Addr().String(), "e2.web": back.Listener.Addr().String()}}
	front := httptest.NewUnstartedServer(nil)
	_, port, _ := net.SplitHostPort(front.Listener.Addr().String())
	domain := preview.Domain{Scheme: "http", Name: preview.Local, Port: port}
	deps := previews.Deps{DB: d, Targets: w, Keys: t.TempDir(), Domain: func() preview.Domain { return domain }, Clock: w.clock, Log: slog.New(slog.DiscardHandler),
		Standing: func(_ context.Context, name string) (prentice.Actor, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.people[name] == "" {
				return prentice.Actor{}, prentice.Errorf(prentice.NotFound, "there is no %s", name)
			}
			return prentice.Actor{Kind: prentice.Person, Name: name, Role: w.people[name]}, nil
		},
		Record: func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.notes = append(w.notes, notes...)
			return nil
		}}
	sk := previews.New(deps)
	schema, err := fs.Sub(sk.Files, "schema")
	if err == nil {
		err = d.Migrate(t.Context(), "previews", schema)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.desk, w.ops = sk.Self.(*previews.Desk), sk.Ops
	front.Config.Handler = face.New(face.Options{Desk: w.desk, Domain: domain, Site: "http://127.0.0.1:7400", Clock: w.clock, Log: slog.New(slog.DiscardHandler)})
	front.Config.MaxHeaderBytes = 64 << 10
	front.Start()
	t.Cleanup(front.Close)
	w.front = front
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) turn(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) place(id string, change func(*preview.Place)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.places[id]
	p.Services = slices.Clone(p.Services)
	change(&p)
	w.places[id] = p
}

// Invoke implements op.Door, for people who may all.
func (w *world) Invoke(ctx context.Context, r op.Request) (any, error) {
	i := slices.IndexFunc(w.ops, func(o op.Op) bool { return o.Name == r.Op })
	return w.ops[i].Do(ctx, op.Call{Actor: r.Actor, Now: w.clock()}, r.In)
}

// Watch implements op.Door.
func (w *world) Watch(context.Context, op.Request, func(any) error) error { return nil }

var ann = prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Viewer}

// open is the address with a code for ann.
func (w *world) open(env, to string) string {
	w.t.Helper()
	opened, err := previews.Through{Door: w}.Open(w.t.Context(), ann, env, "", to)
	if err != nil {
		w.t.Fatal(err)
	}
	return opened
}

func (w *world) url(host, path string) string {
	_, port, _ := net.SplitHostPort(w.front.Listener.Addr().String())
	return "http://" + host + ".preview.localhost:" + port + path
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	w       *world
	cookies map[string][]string // by host
}

func (w *world) browser() *browser { return &browser{w: w, cookies: map[string][]string{}} }

type answer struct {
	*http.Response
	text string
}

func (b *browser) do(r *http.Request) answer {
	b.w.t.Helper()
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "text/html")
	}
	for _, c := range b.cookies[r.URL.Host] {
		r.Header.Add("Cookie", c)
	}
	tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", b.w.front.Listener.Addr().String())
	}, DisableKeepAlives: true, DisableCompression: true}
	res, err := tr.RoundTrip(r)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		b.cookies[r.URL.Host] = append(b.cookies[r.URL.Host], c.Name+"="+c.Value)
	}
	return answer{res, string(text)}
}

func (b *browser) get(address string, headers ...string) answer {
	b.w.t.Helper()
	return b.send(http.MethodGet, address, "", headers...)
}

func (b *browser) send(method, address, body string, headers ...string) answer {
	b.w.t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		b.w.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

// in lets a browser in as ann.
func (b *browser) in(env string) *browser {
	b.w.t.Helper()
	opened := b.w.open(env, "/")
	if res := b.get(opened); res.StatusCode != http.StatusSeeOther {
		b.w.t.Fatalf("%s: %s %s", opened, res.Status, res.text)
	}
	return b
}

// raw sends bytes and reads all that comes back.
func (w *world) raw(text string) string {
	w.t.Helper()
	c, err := net.Dial("tcp", w.front.Listener.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, text); err != nil {
		w.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return strconv.Itoa(res.StatusCode) + " " + res.Header.Get("Location") + " " + string(body)
}

// echo is an application that says what it was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %s %q\n", r.Method, r.Host, r.RequestURI, body)
	_ = r.Header.Write(w)
}

func (w *world) link(env string, lasts time.Duration, uses int) string {
	w.t.Helper()
	made, err := previews.Through{Door: w}.Share(w.t.Context(), ann, env, "for a test", lasts, uses)
	if err != nil {
		w.t.Fatal(err)
	}
	return made.URL
}

func TestAStrangerIsSentToSignInWhetherThePlaceIsThereOrNot(t *testing.T) {
	w := newWorld(t, echo)
	for _, name := range []string{"change-42", "change-43", "api--change-42", "nothing--change-42"} {
		res := w.browser().get(w.url(name, "/orders?secret=1"))
		to, err := url.Parse(res.Header.Get("Location"))
		if err != nil || res.StatusCode != http.StatusSeeOther || to.Host != "127.0.0.1:7400" || to.Path != "/sign-in/preview" || to.Query().Get("to") != "/orders?secret=1" {
			t.Errorf("%s: %s to %s", name, res.Status, to)
		}
		if res := w.browser().get(w.url(name, "/api"), "Accept", "application/json"); res.StatusCode != http.StatusUnauthorized || strings.Contains(res.text, "42") {
			t.Errorf("%s: %s %s", name, res.Status, res.text)
		}
		if res := w.browser().get(w.url(name, "/robots.txt")); res.text != "User-agent: *\nDisallow: /\n" {
			t.Errorf("%s: %q", name, res.text)
		}
	}
	if len(w.dialed) > 0 {
		t.Errorf("a stranger reached %s", w.dialed)
	}
}

func TestACodeLetsOneBrowserIntoOnePlaceWithinAMinute(t *testing.T) {
	w := newWorld(t, echo)
	b := w.browser().in("change-42")
	if res := b.get(w.url("change-42", "/")); res.StatusCode != http.StatusOK {
		t.Fatal(res.Status, res.text)
	}
	if res := b.get(w.url("api--change-42", "/")); res.StatusCode != http.StatusSeeOther {
		t.Errorf("another name: %s", res.Status)
	}
	stolen := w.browser()
	u, _ := url.Parse(w.url("change-7", "/"))
	mine, _ := url.Parse(w.url("change-42", "/"))
	stolen.cookies[u.Host] = b.cookies[mine.Host]
	if res := stolen.get(u.String()); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a pass of another place: %s", res.Status)
	}

	opened := w.open("e1", "/orders?a=1")
	for _, c := range []struct {
		says, address, to string
		code              int
	}{
		{"first", opened, "/orders?a=1", http.StatusSeeOther},
		{"again", opened, "", http.StatusForbidden},
		{"made up", w.url("change-42", "/_prentice/enter?code=AAAA"), "", http.StatusForbidden},
		{"none", w.url("change-42", "/_prentice/enter"), "", http.StatusForbidden},
	} {
		if res := w.browser().get(c.address); res.StatusCode != c.code || res.Header.Get("Location") != c.to {
			t.Errorf("%s: %s to %q", c.says, res.Status, res.Header.Get("Location"))
		}
	}
	elsewhere := strings.Replace(w.open("change-42", ""), "change-42", "change-7", 1)
	if res := w.browser().get(elsewhere); res.StatusCode != http.StatusForbidden {
		t.Errorf("at another place: %s", res.Status)
	}
	opened = w.open("e1", "")
	w.turn(time.Minute)
	if res := w.browser().get(opened); res.StatusCode != http.StatusForbidden {
		t.Errorf("after a minute: %s", res.Status)
	}
}

func TestACodeLeadsToItsOwnHostAlone(t *testing.T) {
	w := newWorld(t, echo)
	for _, to := range []string{"//evil.example", "https://evil.example/", "/\\evil.example", "/_prentice/link/x", "javascript:alert(1)", "/a\r\nX: y"} {
		if res := w.browser().get(w.open("e1", to)); res.Header.Get("Location") != "/" {
			t.Errorf("%q leads to %q", to, res.Header.Get("Location"))
		}
	}
}

func TestWhoIsOffTheTeamIsOutWithinSeconds(t *testing.T) {
	w := newWorld(t, echo)
	b := w.browser().in("change-42")
	b.get(w.url("change-42", "/"))
	w.mu.Lock()
	w.people["ann"] = ""
	w.mu.Unlock()
	w.turn(2 * time.Second)
	if res := b.get(w.url("change-42", "/")); res.StatusCode != http.StatusSeeOther {
		t.Errorf("%s", res.Status)
	}
}

func TestAPassEndsByItself(t *testing.T) {
	w := newWorld(t, echo)
	b := w.browser().in("change-42")
	w.turn(12 * time.Hour)
	if res := b.get(w.url("change-42", "/")); res.StatusCode != http.StatusSeeOther {
		t.Errorf("%s", res.Status)
	}
}

func TestAShareLinkLetsIntoItsPlaceUntilItsEnd(t *testing.T) {
	w := newWorld(t, echo)
	link := w.link("e1", time.Hour, 0)
	b := w.browser()
	res := b.get(link)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" || res.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Fatalf("%s %v", res.Status, res.Header)
	}
	if res = b.get(w.url("e1", "/x")); res.StatusCode != http.StatusOK || strings.Contains(res.text, "prentice") {
		t.Errorf("%s %s", res.Status, res.text)
	}
	other := strings.Replace(link, "e1", "e2", 1)
	forged := link[:len(link)-2] + "AA"
	bad := map[string]string{"of another place": other, "forged": forged, "of no number": w.url("e1", "/_prentice/link/x"), "with more": link + "A", "of another number": strings.Replace(link, "/link/1.", "/link/2.", 1), "of no place": strings.Replace(link, "e1", "e9", 1)}
	page := ""
	for says, address := range bad {
		res := w.browser().get(address)
		if res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 || page != "" && res.text != page {
			t.Errorf("%s: %s\n%s", says, res.Status, res.text)
		}
		page = res.text
	}
	w.turn(time.Hour)
	if res := w.browser().get(link); res.StatusCode != http.StatusForbidden || res.text != page {
		t.Errorf("over: %s\n%s", res.Status, res.text)
	}
	if res := b.get(w.url("e1", "/x")); res.StatusCode != http.StatusSeeOther {
		t.Errorf("who came by it: %s", res.Status)
	}
}

func TestALinkOfAChangeFollowsItsPatchSetsAndNoOtherChange(t *testing.T) {
	w := newWorld(t, echo)
	first, change := w.link("e1", time.Hour, 0), w.link("change-42", time.Hour, 0)
	one, all := w.browser(), w.browser()
	one.get(first)
	if res := all.get(change); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s", res.Status)
	}
	w.place("e1", func(p *preview.Place) { p.Name, p.State = "e1", preview.Stopped })
	w.place("e3", func(p *preview.Place) {
		*p = preview.Place{ID: "e3", Name: "change-42", Of: "change-42", State: preview.Ready, Services: []preview.Service{{Name: "web", Port: 3000, Main: true}}}
	})
	w.mu.Lock()
	w.at["e3.web"] = w.at["e1.web"]
	w.mu.Unlock()
	for says, b := range map[string]*browser{"who had followed it": all, "who follows it now": w.browser()} {
		if b != all {
			b.get(change)
		}
		if res := b.get(w.url("change-42", "/x")); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s\n%s", says, res.Status, res.text)
		}
	}
	token := strings.SplitN(change, "/link/", 2)[1]
	if res := w.browser().get(w.url("change-42", "/hook"), "Accept", "*/*", "Prentice-Link", token); res.StatusCode != http.StatusOK {
		t.Errorf("a program: %s", res.Status)
	}
	bad := map[string]string{"to another change": strings.Replace(change, "change-42", "change-7", 1), "to one of another": strings.Replace(change, "change-42", "e2", 1),
		"of the first patch set to what comes after": strings.Replace(first, "e1.preview", "change-42.preview", 1)}
	for says, address := range bad {
		if res := w.browser().get(address); res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
			t.Errorf("%s: %s", says, res.Status)
		}
	}
	if res := w.browser().get(w.url("change-7", "/hook"), "Accept", "*/*", "Prentice-Link", token); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a program to another change: %s", res.Status)
	}
	if res := one.get(w.url("change-42", "/x")); res.StatusCode == http.StatusOK {
		t.Error("a link of one environment leads to the next")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := w.notes[1]; n.Kind != "link.created" || !slices.Contains(n.Refs, prentice.Ref("change/42")) {
		t.Errorf("evidence is %+v", n)
	}
}

func TestALinkThatWasTakenBackLetsNoOneIn(t *testing.T) {
	w := newWorld(t, echo)
	link := w.link("e1", time.Hour, 0)
	b := w.browser()
	if res := b.get(link); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	b.get(w.url("e1", "/"))
	if _, err := (previews.Through{Door: w}).Revoke(t.Context(), ann, 1, "the demo is over"); err != nil {
		t.Fatal(err)
	}
	if res := b.get(w.url("e1", "/")); res.StatusCode != http.StatusSeeOther {
		t.Errorf("who came by it: %s", res.Status)
	}
	if res := w.browser().get(link); res.StatusCode != http.StatusForbidden {
		t.Errorf("who follows it: %s", res.Status)
	}
	if _, err := (previews.Through{Door: w}).Revoke(t.Context(), ann, 1, "again"); prentice.KindOf(err) != prentice.Conflict {
		t.Errorf("twice: %v", err)
	}
	var kinds []string
	for _, n := range w.notes {
		kinds = append(kinds, n.Kind)
	}
	if !slices.Equal(kinds, []string{"link.created", "link.followed", "link.revoked"}) {
		t.Errorf("evidence: %q", kinds)
	}
}

func TestAPassIsForTheEnvironmentAndNotForTheNextOfItsName(t *testing.T) {
	w := newWorld(t, echo)
	b := w.browser().in("change-42")
	w.place("e1", func(p *preview.Place) { p.ID = "e3" })
	if res := b.get(w.url("change-42", "/")); res.StatusCode != http.StatusSeeOther {
		t.Errorf("%s", res.Status)
	}
}

func TestALinkForTwoLetsTwoInAndProgramsThatFollowItUseNoneUp(t *testing.T) {
	w := newWorld(t, echo)
	link := w.link("e1", time.Hour, 2)
	for range 5 {
		if res := w.browser().get(link); res.StatusCode != http.StatusOK || !strings.Contains(res.text, "<button>") {
			t.Fatalf("%s %s", res.Status, res.text)
		}
	}
	let := make(chan int, 8)
	u, _ := url.Parse(link)
	for range 8 {
		go func() {
			r, _ := http.NewRequest(http.MethodPost, "http://"+w.front.Listener.Addr().String()+u.Path, nil)
			r.Host = u.Host
			res, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				let <- 0
				return
			}
			res.Body.Close()
			let <- res.StatusCode
		}()
	}
	in := 0
	for range 8 {
		if <-let == http.StatusSeeOther {
			in++
		}
	}
	if in != 2 {
		t.Errorf("%d came in by a link for 2", in)
	}
}

func TestAProgramShowsALinkWithEachRequest(t *testing.T) {
	w := newWorld(t, echo)
	token := strings.SplitN(w.link("e1", time.Hour, 0), "/link/", 2)[1]
	res := w.browser().get(w.url("change-42", "/hook"), "Accept", "*/*", "Prentice-Link", token)
	if res.StatusCode != http.StatusOK || strings.Contains(res.text, token) {
		t.Errorf("%s %s", res.Status, res.text)
	}
	r, _ := http.NewRequest(http.MethodPost, w.url("change-42", "/hook"), strings.NewReader("{}"))
	r.SetBasicAuth("link", token)
	if res := w.browser().do(r); res.StatusCode != http.StatusOK || strings.Contains(res.text, "Authorization") {
		t.Errorf("%s %s", res.Status, res.text)
	}
	counted := strings.SplitN(w.link("e1", time.Hour, 3), "/link/", 2)[1]
	if res := w.browser().get(w.url("change-42", "/"), "Accept", "*/*", "Prentice-Link", counted); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a link that counts: %s", res.Status)
	}
}

func TestWhatIsOfPrenticeNeverReachesAnEnvironment(t *testing.T) {
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
		for _, c := range []string{"prentice_7400=x; Path=/", "__Host-prentice=x; Secure; Path=/", "prentice_preview_1=x", "own=1; Domain=preview.localhost; Path=/; HttpOnly"} {
			w.Header().Add("Set-Cookie", c)
		}
		w.Header().Set("Clear-Site-Data", `"*"`)
		w.Header().Set("Alt-Svc", `h3=":443"`)
		w.Header().Set("Strict-Transport-Security", "max-age=9; includeSubDomains")
		w.Header().Set("X-Robots-Tag", "all")
		echo(w, r)
	})
	b := w.browser().in("change-42")
	res := b.get(w.url("change-42", "/"), "Authorization", "Bearer prt_secret", "Cookie", "prentice_7400=session; a=1; __Host-prentice=session; __Secure-prentice=session; prentice_7400_device=d; b=2", "X-Forwarded-For", "6.6.6.6", "X-Forwarded-Host", "evil", "X-Real-Ip", "6.6.6.6", "X_Forwarded_For", "6.6.6.6", "Forwarded", "for=6.6.6.6", "Proxy", "http://evil")
	for _, secret := range []string{"session", "prt_", "6.6.6.6", "evil", "prentice_"} {
		if strings.Contains(res.text, secret) {
			t.Errorf("%s reached it: %s", secret, res.text)
		}
	}
	for _, want := range []string{"Cookie: a=1; b=2", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: change-42.preview.localhost:"} {
		if !strings.Contains(res.text, want) {
			t.Errorf("%q is not in %s", want, res.text)
		}
	}
	if got := res.Header.Values("Set-Cookie"); !slices.Equal(got, []string{"own=1; Path=/; HttpOnly"}) {
		t.Errorf("it set %q", got)
	}
	for _, name := range []string{"Clear-Site-Data", "Alt-Svc", "Strict-Transport-Security"} {
		if res.Header.Get(name) != "" {
			t.Errorf("%s: %s", name, res.Header.Get(name))
		}
	}
	if res.Header.Get("X-Robots-Tag") != "noindex, nofollow, noarchive" {
		t.Error(res.Header.Get("X-Robots-Tag"))
	}
	if res := b.get(w.url("change-42", "/"), "Authorization", "Bearer of-the-app"); !strings.Contains(res.text, "Bearer of-the-app") {
		t.Errorf("the application's own token is gone: %s", res.text)
	}
}

func TestAServiceIsToldTheNameThatWasAskedOrTheOneItKnows(t *testing.T) {
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "http://localhost:3000/next?a=1")
		echo(w, r)
	})
	b := w.browser().in("change-42")
	if res := b.get(w.url("change-42", "/a%2Fb?x=1;y")); !strings.HasPrefix(res.text, "GET change-42.preview.localhost:") || !strings.Contains(res.text, " /a%2Fb?x=1;y ") || res.Header.Get("Location") != "http://localhost:3000/next?a=1" {
		t.Errorf("%v %s", res.Header, res.text)
	}
	w.place("e1", func(p *preview.Place) { p.Services[0].Host = "localhost:3000" })
	if res := b.get(w.url("change-42", "/")); !strings.HasPrefix(res.text, "GET localhost:3000 /") || res.Header.Get("Location") != "/next?a=1" || !strings.Contains(res.text, "X-Forwarded-Host: change-42.preview.localhost") {
		t.Errorf("%v %s", res.Header, res.text)
	}
}

func TestItIsAProxyForNothingElse(t *testing.T) {
	w := newWorld(t, echo)
	pass := strings.Join(func() []string {
		b := w.browser().in("change-42")
		u, _ := url.Parse(w.url("change-42", "/"))
		return b.cookies[u.Host]
	}(), "; ")
	host := strings.TrimPrefix(w.url("change-42", ""), "http://")
	head := "Host: " + host + "\r\nCookie: " + pass + "\r\n"
	w.dialed = nil
	for says, c := range map[string]struct{ text, want string }{
		"absolute":            {"GET http://127.0.0.1:1/ HTTP/1.1\r\n" + head + "\r\n", "400 "},
		"absolute, of ours":   {"GET http://" + host + "/ HTTP/1.1\r\n" + head + "\r\n", "400 "},
		"CONNECT":             {"CONNECT " + host + " HTTP/1.1\r\n" + head + "\r\n", "405 "},
		"TRACE":               {"TRACE / HTTP/1.1\r\n" + head + "\r\n", "405 "},
		"two hosts":           {"GET / HTTP/1.1\r\n" + head + "Host: evil\r\n\r\n", "400 "},
		"no host":             {"GET / HTTP/1.1\r\nCookie: " + pass + "\r\n\r\n", "400 "},
		"a host with a path":  {"GET / HTTP/1.1\r\nHost: " + host + "/x\r\n\r\n", "400 "},
		"metadata":            {"GET / HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n", "404 "},
		"a host of two words": {"GET / HTTP/1.1\r\nHost: a.b.preview.localhost\r\n\r\n", "404 "},
		"the domain itself":   {"GET / HTTP/1.1\r\nHost: preview.localhost\r\n\r\n", "404 "},
		"two lengths":         {"POST / HTTP/1.1\r\n" + head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "400 "},
		"large headers":       {"GET / HTTP/1.1\r\n" + head + "X: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", "431 "},
		"a nul":               {"GET / HTTP/1.1\r\n" + head + "X: a\x00b\r\n\r\n", "400 "},
		"a space before":      {"GET / HTTP/1.1\r\n" + head + "X : a\r\n\r\n", "400 "},
	} {
		if got := w.raw(c.text); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %.200s", says, got)
		}
	}
	if len(w.dialed) > 0 {
		t.Errorf("reached %s", w.dialed)
	}
}

func TestARequestCannotHideAnotherInItsBody(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	w := newWorld(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, fmt.Sprintf("%s %s %q fold=%q", r.Method, r.URL.Path, body, r.Header.Get("X-Fold")))
	})
	b := w.browser().in("change-42")
	u, _ := url.Parse(w.url("change-42", "/"))
	head := "Host: " + u.Host + "\r\nCookie: " + b.cookies[u.Host][0] + "\r\nConnection: close\r\n"
	w.raw("POST /one HTTP/1.1\r\n" + head + "Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n")
	w.raw("GET /two HTTP/1.1\r\n" + head + "X-Fold: a\r\n GET /hidden HTTP/1.1\r\n\r\n")
	w.raw("POST /three HTTP/1.1\r\n" + head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\n\r\n")
	w.raw("GET /four HTTP/1.1\r\n" + head + "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	mu.Lock()
	defer mu.Unlock()
	for _, one := range asked {
		if strings.HasPrefix(one, "GET /hidden") || strings.Contains(one, "/three") {
			t.Errorf("it was asked %s, of %q", one, asked)
		}
	}
	if len(asked) < 1 || asked[0] != `POST /one "" fold=""` {
		t.Errorf("%q", asked)
	}
}

func TestOnlyWebSocketChangesAProtocol(t *testing.T) {
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" && r.URL.Path == "/" {
			io.WriteString(w, "not asked")
			return
		}
		up := r.Header.Get("Upgrade")
		if up == "" {
			up = "h2c"
		}
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer c.Close()
		fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", up)
		rw.Flush()
		line, _ := rw.ReadString('\n')
		fmt.Fprintf(rw, "heard %s", line)
		rw.Flush()
	})
	b := w.browser().in("change-42")
	u, _ := url.Parse(w.url("change-42", "/"))
	try := func(path, up string) string {
		c, err := net.Dial("tcp", w.front.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", path, u.Host, b.cookies[u.Host][0], up)
		in := bufio.NewReader(c)
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != http.StatusSwitchingProtocols {
			return res.Status
		}
		fmt.Fprintf(c, "hello\n")
		line, _ := in.ReadString('\n')
		return line
	}
	if got := try("/", "websocket"); got != "heard hello\n" {
		t.Errorf("websocket: %q", got)
	}
	if got := try("/", "h2c"); !strings.HasPrefix(got, "200") {
		t.Errorf("h2c: %q", got)
	}
	if got := try("/unasked", "h2c"); !strings.HasPrefix(got, "502") && !strings.HasPrefix(got, "503") {
		t.Errorf("h2c, unasked: %q", got)
	}
}

func TestAStreamComesAsItIsSent(t *testing.T) {
	next := make(chan struct{})
	w := newWorld(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			fmt.Fprintf(w, "data: %d\n\n", i)
			_ = http.NewResponseController(w).Flush()
			<-next
		}
	})
	b := w.browser().in("change-42")
	u, _ := url.Parse(w.url("change-42", "/events"))
	r, _ := http.NewRequest(http.MethodGet, "http://"+w.front.Listener.Addr().String()+"/events", nil)
	r.Host = u.Host
	r.Header.Set("Cookie", b.cookies[u.Host][0])
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	in := bufio.NewReader(res.Body)
	for i := range 3 {
		line, err := in.ReadString('\n')
		if err != nil || line != fmt.Sprintf("data: %d\n", i) {
			t.Fatalf("%q, %v", line, err)
		}
		in.ReadString('\n')
		next <- struct{}{}
	}
}

func TestABigUploadIsPassedOnAsItComes(t *testing.T) {
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintln(w, n, err)
	})
	b := w.browser().in("change-42")
	r, _ := http.NewRequest(http.MethodPost, w.url("change-42", "/"), io.LimitReader(zeros{}, 64<<20))
	if res := b.do(r); res.text != "67108864 <nil>\n" {
		t.Errorf("%s %s", res.Status, res.text)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestAPlaceThatIsNotReadySaysWhatItWaitsFor(t *testing.T) {
	w := newWorld(t, echo)
	b := w.browser().in("change-42")
	for _, c := range []struct {
		says   string
		change func(*preview.Place)
		want   []string
		reload bool
	}{
		{"making", func(p *preview.Place) { p.State, p.Waits = preview.Making, "waits for db to be healthy" }, []string{"waits for db to be healthy"}, true},
		{"one service", func(p *preview.Place) {
			p.State, p.Services[0].Says = preview.Ready, "it is begun again"
		}, []string{"it is begun again"}, true},
		{"stopped", func(p *preview.Place) {
			p.State, p.Since, p.By, p.Waits = preview.Stopped, w.now, "person/bob", "its time was over"
		}, []string{"stopped since", "bob, or anyone else of the team", "its time was over"}, false},
		{"failed", func(p *preview.Place) { p.State, p.Waits = preview.Failed, "web ended with <b>code 1</b>" }, []string{"could not be made", "&lt;b&gt;code 1"}, false},
	} {
		w.place("e1", c.change)
		res := b.get(w.url("change-42", "/"))
		for _, want := range c.want {
			if !strings.Contains(res.text, want) {
				t.Errorf("%s: %q is not in %s", c.says, want, res.text)
			}
		}
		if res.StatusCode != http.StatusServiceUnavailable || strings.Contains(res.text, `http-equiv="refresh"`) != c.reload || res.Header.Get("X-Robots-Tag") == "" {
			t.Errorf("%s: %s", c.says, res.Status)
		}
	}
	w.place("e1", func(p *preview.Place) { p.State, p.Services[0].Says = preview.Ready, "" })
	w.mu.Lock()
	w.at["e1.web"] = ""
	w.mu.Unlock()
	if res := b.get(w.url("change-42", "/")); res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(res.text, "the service web does not answer at its port 3000 yet") {
		t.Errorf("%s %s", res.Status, res.text)
	}
}

func TestWhatWasAskedIsRememberedWithoutWhatStandsBehindThePath(t *testing.T) {
	w := newWorld(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, "short")
	})
	b := w.browser().in("change-42")
	b.get(w.url("change-42", "/orders?token=secret"))
	all, err := previews.Through{Door: w}.Requests(t.Context(), ann, "e1")
	if err != nil {
		t.Fatal(err)
	}
	asked := all.Requests
	if len(asked) != 1 || asked[0].Path != "/orders" || asked[0].Status != http.StatusTeapot || asked[0].Bytes != 5 || asked[0].Who != "person/ann" || asked[0].Service != "web" || asked[0].Method != "GET" {
		t.Errorf("%+v", asked)
	}
}

func TestTheBannerIsInDocumentsAlone(t *testing.T) {
	const page = "<!doctype html><p>hello</p>"
	headers := map[string]string{}
	w := newWorld(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for k, v := range headers {
			w.Header().Set(k, v)
		}
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
		}
		if r.URL.Path == "/long" {
			io.WriteString(w, strings.Repeat("x", 100<<10))
			return
		}
		io.WriteString(w, page)
	})
	b := w.browser().in("change-42")
	const script = `<script src="/_prentice/banner.js" async></script>`
	document := []string{"Sec-Fetch-Dest", "document", "Accept-Encoding", "gzip"}
	if res := b.get(w.url("change-42", "/"), document...); res.text != page+script || res.ContentLength != int64(len(page+script)) {
		t.Errorf("%d %q", res.ContentLength, res.text)
	}
	if res := b.get(w.url("change-42", "/long"), document...); !strings.HasSuffix(res.text, "x"+script) || len(res.text) != 100<<10+len(script) {
		t.Errorf("%d bytes", len(res.text))
	}
	for _, dest := range []string{"", "empty", "iframe", "script"} {
		if res := b.get(w.url("change-42", "/"), "Sec-Fetch-Dest", dest); strings.Contains(res.text, "_prentice") {
			t.Errorf("%q has the banner", dest)
		}
	}
	if res := b.send(http.MethodPost, w.url("change-42", "/"), "", document...); strings.Contains(res.text, "_prentice") {
		t.Error("an answer to a form has the banner")
	}
	for _, c := range []struct {
		name, value string
		banner      bool
	}{
		{"Content-Type", "text/plain", false},
		{"Content-Type", "text/html; charset=utf-16le", false},
		{"Content-Disposition", "attachment", false},
		{"Cache-Control", "no-transform", false},
		{"Content-Security-Policy", "default-src 'self'", true},
		{"Content-Security-Policy", "default-src 'none'; script-src 'self' 'unsafe-inline'", true},
		{"Content-Security-Policy", "script-src 'nonce-abc'", false},
		{"Content-Security-Policy", "script-src 'self' 'strict-dynamic' 'nonce-abc'", false},
		{"Content-Security-Policy", "img-src *, default-src 'none'", false},
		{"Content-Security-Policy", "sandbox allow-forms", false},
		{"Content-Security-Policy", "img-src 'none'", true},
	} {
		clear(headers)
		headers[c.name] = c.value
		if res := b.get(w.url("change-42", "/"), "Sec-Fetch-Dest", "document"); strings.HasSuffix(res.text, script) != c.banner {
			t.Errorf("%s: %s: %q", c.name, c.value, res.text)
		}
	}
	clear(headers)
	w.place("e1", func(p *preview.Place) { p.Title = "</script><script>alert(1)" })
	res := b.get(w.url("change-42", "/_prentice/banner.js"))
	if res.StatusCode != http.StatusOK || strings.Contains(res.text, "</script>") || !strings.Contains(res.text, `\u003c/script\u003e`) {
		t.Errorf("%s %s", res.Status, res.text)
	}
	if res := b.get(w.url("change-42", "/_prentice/banner.js"), "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("of another site: %s", res.Status)
	}
}

func TestPagesOfTheFaceRunNothingAndShowTheirStyle(t *testing.T) {
	w := newWorld(t, echo)
	res := w.browser().get("http://preview.localhost/<script>")
	if res.StatusCode != http.StatusNotFound || strings.Contains(res.text, "<script>") || !strings.Contains(res.Header.Get("Content-Security-Policy"), "style-src 'sha256-") {
		t.Errorf("%s %v %s", res.Status, res.Header, res.text)
	}
}
