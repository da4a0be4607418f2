package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// mostFound is how many things of a kind one search shows.
const mostFound = 10

// find goes where a few typed characters point: a ref, the number of a run, a
// word of the menu, or the name of a service, a procedure or an entity. When they
// name nothing, it shows what has them as a part.
func (s *Site) find(w http.ResponseWriter, r *http.Request) {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if to := s.found(r, q); to != "" {
		s.redirect(w, r, to)
		return
	}
	if q == "" {
		s.fail(w, r, prentice.Errorf(prentice.Invalid, "nothing was typed").Try("type a part of a name, a run's number or a ref such as service/checkout"))
		return
	}
	v := s.view(r, "Search")
	list := s.search(v, q)
	if len(list) == 0 {
		s.fail(w, r, prentice.Errorf(prentice.NotFound, "nothing has %q in its name or words", clip.Text(q)).
			Try("type fewer letters, a run's number, or a ref such as service/checkout or incident/3"))
		return
	}
	v.Out = struct {
		Text string
		Hits []hits
	}{q, list}
	s.renderOwn(w, http.StatusOK, "find", v)
}

// hits are the things of one kind that were found.
type hits struct {
	Word string // of the kind, for people
	List []hit
	More string // where all of them are, when these are not all
}

// hit is a thing, or a page that is no thing's: then To is where it is.
type hit struct {
	Ref  prentice.Ref
	Name string
	To   string
	Says string
}

// haystack is where things of a kind are looked for: in every cell of a table, or
// by a field of the operation that looks for words itself.
type haystack struct {
	word, kind string
	from       source
	field      string
	all        string // the page that has them all
}

// explanation is what is found at its own address, and is no thing.
const explanation = "explanation"

var haystacks = []haystack{
	{"Services", "service", source{"service.list", nil}, "", "/services"},
	{"Procedures", "procedure", source{"procedure.list", url.Values{"limit": {"500"}}}, "", "/procedures"},
	{"Library", "library", source{"procedure.library.list", url.Values{}}, "text", "/library?text="},
	{"Hosts", "host", source{"catalog.list", url.Values{"kind": {"host"}, "limit": {"500"}}}, "", "/catalog?kind=host"},
	{"Incidents", "incident", source{"incident.list", url.Values{"limit": {"200"}}}, "", "/incidents"},
	{"Runs", "run", source{"run.list", url.Values{"limit": {"11"}}}, "text", "/runs?text="},
	{"Explanations", explanation, source{"explanation.find", url.Values{}}, "text", "/explain"},
}

// search looks for words, or parts of them, in what the reader may see.
func (s *Site) search(v View, q string) (list []hits) {
	for _, h := range haystacks {
		found := hits{Word: h.word, List: s.in(h, s.table(v.ctx, v, h.query(q)), q)}
		slices.SortStableFunc(found.List, func(a, b hit) int { return named(b, q) - named(a, q) })
		if len(found.List) > mostFound {
			found.List, found.More = found.List[:mostFound], h.all
			if strings.HasSuffix(h.all, "=") {
				found.More += url.QueryEscape(q)
			}
		}
		if len(found.List) > 0 {
			list = append(list, found)
		}
	}
	return list
}

// named is 1 for what has exactly that name.
func named(h hit, q string) int {
	if strings.EqualFold(h.Ref.Name(), q) {
		return 1
	}
	return 0
}

func (h haystack) query(q string) source {
	if h.field == "" {
		return h.from
	}
	given := maps.Clone(h.from.query)
	given.Set(h.field, q)
	return source{h.from.op, given}
}

// in is the rows that have all of the words.
func (s *Site) in(h haystack, rows [][]string, q string) (list []hit) {
	words := strings.Fields(strings.ToLower(q))
	for _, row := range rows {
		text := strings.ToLower(strings.Join(row, " "))
		if h.field == "" && slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		if h.kind == explanation {
			list = append(list, hit{Name: row[0], To: "/explain/" + strings.Replace(url.PathEscape(row[0]), "%20", "/", 1), Says: strings.Join(row[1:], " · ")})
			continue
		}
		ref := prentice.Ref(row[0])
		if ref.Kind() != h.kind {
			ref = prentice.NewRef(h.kind, row[0])
		}
		says := slices.DeleteFunc(slices.Clone(row[1:]), func(cell string) bool { return cell == "" || cell == "–" })
		for i, cell := range says {
			says[i] = s.badges.cell(h.kind, cell)
		}
		list = append(list, hit{Ref: ref, Says: strings.Join(says, " · ")})
	}
	return list
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
	in, err := fill(s.pages[i].op, s.pages[i].values(u.Path), s.o.Clock())
	if err != nil {
		return false
	}
	_, err = s.o.Door.Invoke(r.Context(), op.Request{Actor: visitOf(r).actor, Op: s.pages[i].Op, In: in})
	return err == nil
}
