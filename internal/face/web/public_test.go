package web

import (
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

const origin = "https://ops.example.org"

// belowPath is a site that people reach below a path, behind a proxy that has taken the
// path away.
func belowPath(t *testing.T) *world {
	t.Helper()
	w := supervised(t)
	o := w.site.o
	o.Public, o.Hosts = &url.URL{Scheme: "https", Host: "ops.example.org", Path: "/prentice"}, []string{"ops.example.org"}
	site, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	w.site = site
	return w
}

func proxied(r *http.Request) {
	r.Host = "ops.example.org"
	r.Header.Set("Origin", origin)
}

func TestBelowAPathEveryAddressHasThePath(t *testing.T) {
	w := belowPath(t)
	w.cookies["__Secure-prentice"] = "session-ann"
	attribute := regexp.MustCompile(`\s(?:href|src|action|formaction|data-passkey|hx-get|hx-post|sse-connect)="(/[^"]*)"`)
	seen := 0
	for _, path := range []string{"/", "/runs", "/runs/41", "/runs/41/log", "/procedures", "/services/payments", "/do/run.start", "/find?q=run", "/nothing", "/sign-in"} {
		body := w.get(path, proxied).Body.String()
		for _, m := range attribute.FindAllStringSubmatch(body, -1) {
			seen++
			if !strings.HasPrefix(m[1], "/prentice/") || strings.HasPrefix(m[1], "/prentice/prentice") {
				t.Errorf("%s leads to %s", path, m[0])
			}
		}
	}
	if seen < 150 {
		t.Errorf("%d addresses only", seen)
	}
}

func TestTemplatesAreRootedWhereverAnAddressBegins(t *testing.T) {
	s := belowPath(t).site
	for text, want := range map[string]string{
		`<a href="/runs">`:                          `<a href="/prentice/runs">`,
		`<a href="{{.}}">`:                          `<a href="/prentice/x?a=b">`,
		`<a href="{{if .}}{{.}}{{else}}/y{{end}}">`: `<a href="/prentice/x?a=b">`,
		`<a href="{{if .}}/y/{{.}}{{end}}">`:        `<a href="/prentice/y//x?a=b">`,
		`<a href="{{with .}}{{.}}{{end}}#l">`:       `<a href="/prentice/x?a=b#l">`,
		`<a href="{{$x := .}}{{$x}}">`:              `<a href="/prentice/x?a=b">`,
		`<a href="#here"><a href="?q={{.}}">`:       `<a href="#here"><a href="?q=%2fx%3fa%3db">`,
		`<a href="https://a.example/b">`:            `<a href="https://a.example/b">`,
		`<a href="//a.example/b">`:                  `<a href="//a.example/b">`,
		`<input name="_next" value="/runs">`:        `<input name="_next" value="/runs">`,
		`{{define "p"}}<a href="{{.}}">{{end}}{{template "p" .}}<img src="/i"><button formaction="/do/x">`: `<a href="/prentice/x?a=b"><img src="/prentice/i"><button formaction="/prentice/do/x">`,
	} {
		tmpl, err := template.New("t").Funcs(s.funcs()).Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := s.rooted(s.rooted(tmpl)).Execute(&b, "/x?a=b"); err != nil || b.String() != want {
			t.Errorf("%s\nis   %s\nwant %s (%v)", text, b.String(), want, err)
		}
	}
}

func TestBelowAPathTheSessionGoesNowhereElse(t *testing.T) {
	w := belowPath(t)
	res := w.post("/sign-in", url.Values{"token": {"token-ann"}, "_next": {"/runs"}}, proxied)
	if to := res.Header().Get("Location"); res.Code != http.StatusSeeOther || to != "/prentice/runs" {
		t.Fatalf("%d to %s: %s", res.Code, to, res.Body)
	}
	c := res.Result().Cookies()[0]
	if c.Name != "__Secure-prentice" || c.Path != "/prentice/" || !c.Secure || !c.HttpOnly {
		t.Errorf("%+v", c)
	}
	if to := w.get("/find?q=41", proxied).Header().Get("Location"); to != "/prentice/runs/41" {
		t.Errorf("what was found is at %s", to)
	}
	form := approval(w)
	form.Set("_csrf", csrfOf("session-ann"))
	if to := w.post("/do/run.approve", form, proxied).Header().Get("Location"); to != "/prentice/runs/41" {
		t.Errorf("a form leads to %s", to)
	}
	out := w.post("/sign-out", url.Values{"_csrf": {csrfOf("session-ann")}}, proxied)
	if to := out.Header().Get("Location"); to != "/prentice/sign-in" || w.cookies["__Secure-prentice"] != "" {
		t.Errorf("out is %s, and the session %q stays", to, w.cookies["__Secure-prentice"])
	}
	if to := belowPath(t).get("/runs", proxied).Header().Get("Location"); to != "/prentice/sign-in?_next=%2Fruns" {
		t.Errorf("a stranger is led to %s", to)
	}
}

func TestAProviderIsToldThePublicAddress(t *testing.T) {
	to, err := url.Parse(belowPath(t).get("/sign-in/sso", proxied).Header().Get("Location"))
	if err != nil || to.Query().Get("to") != origin+"/prentice/sign-in/sso/back" {
		t.Errorf("%v, %v", to, err)
	}
}

// What a stranger writes into headers decides nothing: the public address is a
// setting.
func TestNoHeaderMakesAnotherAddress(t *testing.T) {
	spoofed := func(r *http.Request) {
		for _, name := range []string{"X-Forwarded-Host", "X-Original-Host", "X-Host"} {
			r.Header.Set(name, "evil.example")
		}
		r.Header.Set("X-Forwarded-Proto", "http")
		r.Header.Set("X-Forwarded-Prefix", "/evil")
		r.Header.Set("X-Forwarded-Port", "666")
		r.Header.Set("Forwarded", `for=1.2.3.4;host=evil.example;proto=http`)
	}
	w := belowPath(t)
	to := w.get("/sign-in/sso", proxied, spoofed).Header().Get("Location")
	body := w.get("/sign-in", proxied, spoofed).Body.String()
	if strings.Contains(to+body, "evil") || !strings.Contains(to, origin+"/prentice/") {
		t.Errorf("%s\n%s", to, body)
	}
	if c := w.post("/sign-in", url.Values{"token": {"token-ann"}}, proxied, spoofed).Result().Cookies(); len(c) != 2 || !c[0].Secure || !c[1].Secure || c[0].Path != "/prentice/" || c[1].Path != "/prentice/" {
		t.Errorf("the session: %v", c)
	}
}

func TestAFormComesFromThePublicAddress(t *testing.T) {
	for from, code := range map[string]int{
		origin: http.StatusSeeOther, "": http.StatusSeeOther,
		origin + ":8443": http.StatusForbidden, "http://ops.example.org": http.StatusForbidden, "https://evil.example": http.StatusForbidden, "null": http.StatusForbidden,
	} {
		res := belowPath(t).post("/sign-in", url.Values{"token": {"token-ann"}}, proxied, func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", from)
			r.Host = "ops.example.org:443" // as some proxies write it
		})
		if res.Code != code {
			t.Errorf("from %q: %d", from, res.Code)
		}
	}
}

func TestAProxyThatHidesTheNameIsToldSo(t *testing.T) {
	res := belowPath(t).get("/runs", host("127.0.0.1:7400"))
	if res.Code != http.StatusForbidden || !strings.Contains(res.Body.String(), "pass on the Host header") {
		t.Errorf("%d %s", res.Code, res.Body)
	}
}

// Another site may be on the same host: an address that climbs would lead to it, with
// a link that began as ours.
func TestNothingLeadsOutOfThePath(t *testing.T) {
	for _, next := range []string{"/../other", "/..//other", "/runs/../../other", "/%2e%2e/other", "/.%2E/other", "/..%2fother", "/x/..", "/..?a=b", "/..#a", "/%zz", "/..\\other"} {
		w := belowPath(t)
		got := w.post("/sign-in", url.Values{"token": {"token-ann"}, "_next": {next}}, proxied)
		if to := got.Header().Get("Location"); got.Code != http.StatusSeeOther || to != "/prentice/" {
			t.Errorf("%q: %d to %q", next, got.Code, to)
		}
	}
	w := belowPath(t)
	if to := w.post("/sign-in", url.Values{"token": {"token-ann"}, "_next": {"/runs?text=..&a=/../b"}}, proxied).Header().Get("Location"); to != "/prentice/runs?text=..&a=/../b" {
		t.Errorf("what is asked for may say so: %q", to)
	}
}
