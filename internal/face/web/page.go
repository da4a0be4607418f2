package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// page is an op.Page made ready.
type page struct {
	op.Page
	op      op.Op
	content func() (*template.Template, error) // read again when it is first shown, because all of them take megabytes
	names   []string                           // of the values in the path
}

// View is what a template sees. Out is the operation's output; the rest belongs
// to the layout and the forms.
type View struct {
	Title   string
	Actor   prentice.Actor
	Nav     []NavGroup
	Running int // runs under way
	CSRF    string
	Now     time.Time
	Stopped bool   // the kill switch is on
	Why     string // it is on
	Paused  string // why work that no person started waits, or ""
	Drained bool   // no further step is begun before a restart
	Flash   string // what the last form did
	Problem *Problem
	Typed   url.Values // what the last form held, when it went wrong
	TypedOp string     // the operation it was for
	Here    string     // the address of this page, path and query
	Path    string     // the path alone
	Query   url.Values
	Explain string            // the address of the page that explains this one, or ""
	At      map[string]string // the values in the path, by name
	Out     any
	ctx     context.Context // of the request, for what a part of the page asks for itself; nil in a rehearsal
	word    string          // that texts are filled with in a rehearsal
}

// NavGroup is a part of the menu. The first has no word and is always shown; the
// others are folded until they are wanted, or hold the page that is shown.
type NavGroup struct {
	Word  string
	Open  bool
	Items []NavItem
}

// NavItem is one word of the menu.
type NavItem struct {
	Word, Path, Key string
	Current         bool
	Count           int
}

// SignedIn says whether someone is.
func (v View) SignedIn() bool { return v.Actor.Known() }

var pathName = regexp.MustCompile(`\{([A-Za-z_]\w*)(?:\.\.\.)?\}`)

func pathNames(pattern string) []string {
	var names []string
	for _, m := range pathName.FindAllStringSubmatch(pattern, -1) {
		names = append(names, m[1])
	}
	return names
}

// values are the values that a path of this page holds.
func (p *page) values(path string) url.Values {
	given := url.Values{}
	have := strings.Split(path, "/")
	for i, part := range strings.Split(p.Path, "/") {
		m := pathName.FindStringSubmatch(part)
		switch {
		case m == nil || i >= len(have):
		case strings.HasSuffix(part, "...}"):
			given.Set(m[1], strings.Join(have[i:], "/"))
		default:
			given.Set(m[1], have[i])
		}
	}
	return given
}

func (p *page) handler(s *Site) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		given := p.given(r)
		out, err := p.read(s, r, given)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		v := s.view(r, p.Title)
		v.Query = asked(p.op, v.Query)
		v.Out, v.At, v.Explain = out, map[string]string{}, s.explained(p, given)
		for _, name := range p.names {
			v.At[name] = r.PathValue(name)
		}
		v.Flash = s.takeFlash(w, r, visitOf(r).session, v.Now)
		status := http.StatusOK
		if again := visitOf(r).retry; again != nil {
			v.Problem, v.Typed, v.TypedOp, status = &again.problem, again.typed, again.op, again.problem.Status
		}
		t, err := p.content()
		if err != nil {
			s.fail(w, r, err)
			return
		}
		s.render(w, r, status, t, v)
	}
}

// given is what the path and the query say.
func (p *page) given(r *http.Request) url.Values {
	given := asked(p.op, r.URL.Query())
	for _, name := range p.names {
		given.Set(name, r.PathValue(name))
	}
	return given
}

// read asks the door for what the page shows.
func (p *page) read(s *Site, r *http.Request, given url.Values) (any, error) {
	in, err := fill(p.op, given, s.o.Clock())
	if err != nil {
		return nil, err
	}
	return s.o.Door.Invoke(r.Context(), op.Request{Actor: visitOf(r).actor, Op: p.Op, In: in})
}

// asked is the part of a query that is meant for a page. Mail scanners, chats
// and campaigns add keys of their own to the addresses that people send around.
func asked(d op.Op, query url.Values) url.Values {
	fields := d.Fields()
	mine := url.Values{}
	for key, values := range query {
		name, _ := keyed(key)
		if strings.HasPrefix(name, "_") || slices.ContainsFunc(fields, func(f op.Field) bool { return f.Name == name }) {
			mine[key] = values
		}
	}
	return mine
}

// view is the layout's part of a page.
func (s *Site) view(r *http.Request, title string) View {
	known := visitOf(r)
	v := View{
		Title: title, Actor: known.actor, CSRF: csrfOf(known.session), Now: s.o.Clock(),
		Here: r.URL.RequestURI(), Explain: s.explained(&page{}, nil), Path: r.URL.Path, Query: r.URL.Query(), Typed: url.Values{}, ctx: r.Context(),
	}
	if !known.actor.Known() {
		return v
	}
	if s.o.Stopped != nil {
		v.Stopped, v.Why = s.o.Stopped(r.Context())
	}
	if s.o.Paused != nil {
		_, v.Paused = s.o.Paused(r.Context())
	}
	v.Drained = s.o.Drained != nil && s.o.Drained()
	v.Nav = s.navFor(r, known.actor)
	for _, g := range v.Nav {
		for _, item := range g.Items {
			if item.Path == "/runs" {
				v.Running = item.Count
			}
		}
	}
	return v
}

// navFor is the menu for someone: the pages that they may read. The groups come in the
// order of their first page.
func (s *Site) navFor(r *http.Request, actor prentice.Actor) []NavGroup {
	var counts map[string]int
	if s.o.Counts != nil {
		counts = s.o.Counts(r.Context(), actor)
	}
	groups := []NavGroup{{}}
	for _, p := range s.menu {
		if !actor.MightAsk(p.op.Name, p.op.Role) {
			continue
		}
		i := slices.IndexFunc(groups, func(g NavGroup) bool { return g.Word == p.Group })
		if i < 0 {
			i, groups = len(groups), append(groups, NavGroup{Word: p.Group})
		}
		g := &groups[i]
		item := NavItem{Word: p.Nav, Path: p.Path, Key: p.Key, Current: under(p.Path, r.URL.Path), Count: counts[p.Path]}
		g.Items, g.Open = append(g.Items, item), g.Open || item.Current
	}
	return slices.DeleteFunc(groups, func(g NavGroup) bool { return len(g.Items) == 0 })
}

// under says whether a path is a menu page or one below it.
func under(menu, path string) bool {
	return path == menu || menu != "/" && strings.HasPrefix(path, menu+"/")
}

// render writes a page whole or not at all.
func (s *Site) render(w http.ResponseWriter, r *http.Request, status int, t *template.Template, v View) {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout", v); err != nil {
		s.fail(w, r, fmt.Errorf("page %s: %w", r.URL.Path, err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, render.Visible(b.String())) // a reader who has gone is no fault of ours
}
