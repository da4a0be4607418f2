package web

import (
	"net/http"
	"strings"

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
	if to := s.found(r, q); q != "" && to != "" {
		list = append(list, offer{Kind: "Go to", Name: q, Href: to})
	}
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
			list = append(list, offer{Kind: strings.TrimSuffix(found.Word, "s"), Name: h.Ref.Name(), Href: s.links.to(h.Ref), Says: h.Says})
		}
	}
	return list
}
