package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/skill/all"
)

var noon = time.Date(2026, 3, 4, 12, 5, 6, 0, time.UTC)

// people is an Identity of two codes and a token for each role. A session is
// the word session- and the name.
type people struct {
	mu   sync.Mutex // guards the rest
	used map[string]bool
	gone map[string]bool
}

var persons = map[string]prentice.Role{"vera": prentice.Viewer, "otto": prentice.Operator, "ann": prentice.Approver, "olga": prentice.Owner}

func unknown(what string) error {
	return prentice.Errorf(prentice.Unauthenticated, "that %s is unknown or used up", what).Try("ask an owner for a new one")
}

func (p *people) SignInCode(_ context.Context, code string, _ identity.Origin) (string, time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if code != "code-ann" || p.used[code] {
		return "", time.Time{}, unknown("link")
	}
	p.used[code] = true
	return "session-ann", noon.Add(time.Hour), nil
}

func (p *people) SignInPassword(context.Context, identity.PasswordSignIn, identity.Origin) (string, time.Time, error) {
	return "", time.Time{}, prentice.Errorf(prentice.Unauthenticated, "name, password and code do not go together")
}

func (p *people) BeginPasskeySignIn(context.Context, string) (identity.Ceremony, error) {
	return identity.Ceremony{Ceremony: "c", Options: []byte(`{"publicKey":{}}`)}, nil
}

func (p *people) SignInPasskey(context.Context, identity.CeremonyAnswer, identity.Origin) (string, time.Time, error) {
	return "", time.Time{}, prentice.Errorf(prentice.Unauthenticated, "this passkey is not known here")
}

func (p *people) HasProvider() bool { return true }

func (p *people) BeginProvider(_ context.Context, redirect string) (string, string, error) {
	return "https://provider.example/?to=" + redirect, "state-of-this-browser", nil
}

func (p *people) SignInProvider(ctx context.Context, state, code string, from identity.Origin) (string, time.Time, error) {
	return p.SignInCode(ctx, code, from)
}

func (p *people) SignInToken(_ context.Context, token string, _ identity.Origin) (string, time.Time, error) {
	name := strings.TrimPrefix(token, "token-")
	if _, ok := persons[name]; !ok || name == token {
		return "", time.Time{}, unknown("token")
	}
	return "session-" + name, noon.Add(time.Hour), nil
}

func (p *people) Identify(_ context.Context, session string) (prentice.Actor, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := strings.TrimPrefix(session, "session-")
	role, ok := persons[name]
	if !ok || name == session || p.gone[session] {
		return prentice.Actor{}, unknown("session")
	}
	return prentice.Actor{Kind: prentice.Person, Name: name, Role: role}, nil
}

func (p *people) SignOut(_ context.Context, session string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone[session] = true
	return nil
}

func (p *people) Device(_ context.Context, session string) (string, error) {
	return "known-" + session, nil
}

var _ Identity = (*people)(nil)

// door performs the operations it was given, as the real one does for those
// who may, and keeps what it was asked.
type door struct {
	ops   map[string]op.Op
	mu    sync.Mutex // guards asked
	asked []op.Request
}

func (d *door) Invoke(ctx context.Context, r op.Request) (any, error) {
	o := d.ops[r.Op]
	if !r.Actor.Role.Includes(o.Role) {
		return nil, prentice.Errorf(prentice.Denied, "%s may not ask for %s", r.Actor.Ref(), r.Op).Try("ask someone with the role %s", o.Role)
	}
	in, err := o.Input(r.In, noon)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.asked = append(d.asked, r)
	d.mu.Unlock()
	return o.Do(ctx, op.Call{Actor: r.Actor, Now: noon, Key: r.Key}, in)
}

func (d *door) Watch(ctx context.Context, r op.Request, emit func(any) error) error {
	in, err := d.ops[r.Op].Input(r.In, noon)
	if err != nil {
		return err
	}
	return d.ops[r.Op].Watch(ctx, op.Call{Actor: r.Actor, Now: noon}, in, emit)
}

func (d *door) last(name string) (op.Request, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := len(d.asked) - 1; i >= 0; i-- {
		if d.asked[i].Op == name {
			return d.asked[i], true
		}
	}
	return op.Request{}, false
}

var _ op.Door = (*door)(nil)

// world is a site with someone in front of it.
type world struct {
	t       *testing.T
	site    *Site
	door    *door
	people  *people
	cookies map[string]string
}

func newWorld(t *testing.T, pages []op.Page, ops ...op.Op) *world {
	t.Helper()
	d := &door{ops: map[string]op.Op{}}
	for _, o := range ops {
		d.ops[o.Name] = o
	}
	who := &people{used: map[string]bool{}, gone: map[string]bool{}}
	site, err := New(Options{
		Door: d, Ops: ops, Pages: pages, Refs: skill.Refs(all.Skills(all.Deps{})), States: testBadges(), Identity: who, Clock: func() time.Time { return noon },
		Log: slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, site: site, door: d, people: who, cookies: map[string]string{}}
}

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// as signs someone in.
func (w *world) as(name string) *world {
	w.cookies["prentice_8080"] = "session-" + name
	return w
}

type change func(*http.Request)

func header(k, v string) change { return func(r *http.Request) { r.Header.Set(k, v) } }
func host(h string) change      { return func(r *http.Request) { r.Host = h } }

func (w *world) get(path string, changes ...change) *httptest.ResponseRecorder {
	return w.send(httptest.NewRequest(http.MethodGet, path, nil), changes)
}

// post sends a form as a browser does from a page of the site.
func (w *world) post(path string, form url.Values, changes ...change) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://localhost:8080")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.send(r, changes)
}

func (w *world) send(r *http.Request, changes []change) *httptest.ResponseRecorder {
	r.Host = "localhost:8080"
	for _, c := range changes {
		c(r)
	}
	for k, v := range w.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if w.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(w.cookies, c.Name)
		}
	}
	return rec
}

// csrf is the token that the forms of anyone who is signed in carry.
func (w *world) csrf() string { return csrfOf(w.cookies["prentice_8080"]) }
