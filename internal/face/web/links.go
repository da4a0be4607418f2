package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// places says which page shows a ref, by its kind. A path that ends in
// {ref...} takes the whole ref, any other its name.
var places = map[string]string{
	"service":   "/services/{name}",
	"run":       "/runs/{number}",
	"incident":  "/incidents/{number}",
	"procedure": "/procedures/{name}",
	"event":     "/events/{number}",
	"evidence":  "/evidence/{seq}",
	"host":      catalogue,
	"system":    catalogue,
	"component": catalogue,
	"api":       catalogue,
	"resource":  catalogue,
	"group":     catalogue,
	"domain":    catalogue,
}

const catalogue = "/catalogue/{ref...}"

// links knows which of the places this site has: kind of ref to path, of which
// only the part before the name is kept.
type links map[string]place

type place struct {
	before string
	whole  bool // the path takes the whole ref
}

func linksTo(pages []Page) links {
	have := map[string]bool{}
	for _, p := range pages {
		have[pathName.ReplaceAllString(p.Path, "{}")] = true
	}
	l := links{}
	for kind, p := range places {
		if !have[pathName.ReplaceAllString(p, "{}")] {
			continue
		}
		before, _, _ := strings.Cut(p, "{")
		l[kind] = place{before, strings.HasSuffix(p, "...}")}
	}
	return l
}

// to is the page of a ref, or "" when there is none.
func (l links) to(ref prentice.Ref) string {
	at, ok := l[ref.Kind()]
	switch {
	case !ok || ref.Name() == "":
		return ""
	case at.whole:
		return at.before + url.PathEscape(ref.Kind()) + "/" + url.PathEscape(ref.Name())
	default:
		return at.before + url.PathEscape(ref.Name())
	}
}

// find goes where a few typed characters point: a ref, the number of a run, a
// word of the menu, or the name of a service, a procedure or an entity.
func (s *Site) find(w http.ResponseWriter, r *http.Request) {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if to := s.found(r, q); to != "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	if q == "" {
		s.fail(w, r, prentice.Errorf(prentice.Invalid, "nothing was typed").Try("type a name, a run's number or a ref such as service/checkout"))
		return
	}
	s.fail(w, r, prentice.Errorf(prentice.NotFound, "nothing is called %q", clip(q)).
		Try("type the whole name, a run's number, or a ref such as service/checkout or incident/3"))
}

func (s *Site) found(r *http.Request, q string) string {
	if ref, err := prentice.ParseRef(q); err == nil {
		return s.links.to(ref)
	}
	if !prentice.ValidName(q) {
		return ""
	}
	for _, p := range s.menu {
		if strings.EqualFold(p.Nav, q) {
			return p.Path
		}
	}
	if strings.Trim(q, "0123456789") == "" {
		return s.links.to(prentice.NewRef("run", q))
	}
	for _, kind := range []string{"service", "procedure", "host", "system", "group"} {
		if to := s.links.to(prentice.NewRef(kind, q)); to != "" && s.shows(r, to) {
			return to
		}
	}
	return ""
}

// shows says whether the page at an address has something to show this reader.
func (s *Site) shows(r *http.Request, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ask := r.Clone(r.Context())
	ask.URL, ask.RequestURI = u, address
	_, pattern := s.mux.Handler(ask)
	i := slices.IndexFunc(s.pages, func(p *page) bool { return "GET "+muxPath(p.Path) == pattern })
	if i < 0 {
		return false
	}
	in, err := fill(s.pages[i].op, s.pages[i].values(u.Path))
	if err != nil {
		return false
	}
	_, err = s.o.Door.Invoke(r.Context(), op.Request{Actor: visitOf(r).actor, Op: s.pages[i].Op, In: in})
	return err == nil
}
