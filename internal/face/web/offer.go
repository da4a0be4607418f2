package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/render"
)

// mostOffered is how many things of a kind are offered while someone types.
const mostOffered = 5

// offer is a place that a few typed characters may mean.
type offer struct {
	Kind, Name, Href, Says string
}

// offers is the list below the search field while someone types: the one thing
// that is named exactly, pages of the menu, and what search finds. It is a part of
// a page, and a page without script goes without it.
func (s *Site) offers(w http.ResponseWriter, r *http.Request) {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	var b strings.Builder
	if err := s.own["offers"].ExecuteTemplate(&b, "content", s.offered(r, q)); err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(render.Visible(b.String())))
}

func (s *Site) offered(r *http.Request, q string) (list []offer) {
	v := View{Actor: visitOf(r).actor, ctx: r.Context()}
	for _, p := range s.menu {
		if v.Actor.MightAsk(p.op.Name, p.op.Role) && strings.Contains(strings.ToLower(p.Nav), strings.ToLower(q)) {
			list = append(list, offer{Kind: "Page", Name: p.Nav, Href: p.Path})
		}
	}
	if q == "" {
		return list
	}
	for _, found := range s.search(v, q) {
		for _, h := range found.List[:min(len(found.List), mostOffered)] {
			list = append(list, offer{Kind: strings.TrimSuffix(found.Word, "s"), Name: cmp.Or(h.Name, h.Ref.Name()), Href: cmp.Or(h.To, s.links.to(h.Ref)), Says: h.Says})
		}
	}
	return s.exactFirst(list, q, s.found(r, q))
}

// exactFirst puts what was named exactly before all that has it as a part. What no
// search lists is offered by its full name; half a name of what one lists is not a
// place to go.
func (s *Site) exactFirst(list []offer, q, to string) []offer {
	if to == "" {
		return list
	}
	if i := slices.IndexFunc(list, func(o offer) bool { return o.Href == to }); i >= 0 {
		return slices.Concat(list[i:i+1], list[:i], list[i+1:])
	}
	if _, err := prentice.ParseRef(q); err == nil {
		return append([]offer{{Kind: "Go to", Name: q, Href: to}}, list...)
	}
	for _, kind := range []string{"run", "system", "group"} {
		if to == s.links.to(prentice.NewRef(kind, q)) {
			return append([]offer{{Kind: "Go to", Name: kind + " " + q, Href: to}}, list...)
		}
	}
	return list
}
