package web

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// Options are what a site is made of. Door, Ops and Identity are needed.
type Options struct {
	Door     op.Door
	Ops      []op.Op
	Pages    []op.Page
	Refs     map[string]string   // the page that shows a ref, by its kind; one of Pages
	States   map[string]op.Badge // how the words for states are shown
	Identity Identity
	Clock    func() time.Time // time.Now if nil
	Log      *slog.Logger     // nowhere if nil
	// Changed is closed when anyone's standing next changes; nil is never.
	Changed func() <-chan struct{}
	// Hosts are the names that the site is reached by, without port. With none
	// it answers only to the names of loopback.
	Hosts []string
	// Public is the address by which people reach the site, whose path is no part of
	// the requests that come here; nil is wherever a request says.
	Public *url.URL
	// Stopped says whether the kill switch is on, and why.
	Stopped func(context.Context) (on bool, why string)
	// Paused says whether work that no person started waits, and why.
	Paused func(context.Context) (on bool, why string)
	// Drained says whether no further step is begun before a restart.
	Drained func() bool
	// Preview is where a browser comes into an environment, once; nil is that there is none.
	Preview func(ctx context.Context, by prentice.Actor, place, service, to string) (string, error)
	// Counts gives the number that stands beside a word of the menu, by path.
	Counts func(context.Context, prentice.Actor) map[string]int
}

// Site serves the pages. Make one with New.
type Site struct {
	o      Options
	ops    map[string]op.Op
	pages  []*page
	menu   []*page
	live   map[string]*page              // which page has the template, by watch operation
	base   *template.Template            // layout and parts
	own    map[string]*template.Template // the site's own pages
	assets assets
	links  links
	badges badges
	mux    *http.ServeMux
	tries  attempts // to sign in
}

// New builds the site: it reads every template and refuses a page whose
// template does not parse or whose operation does not exist.
func New(o Options) (*Site, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	s := &Site{o: o, ops: map[string]op.Op{}, live: map[string]*page{}, mux: http.NewServeMux()}
	for _, d := range o.Ops {
		s.ops[d.Name] = d
	}
	var err error
	if s.assets, err = readAssets(); err != nil {
		return nil, err
	}
	s.links, s.badges = linksTo(o.Refs, o.Pages), o.States
	if err = s.parseOwn(); err != nil {
		return nil, err
	}
	for _, p := range o.Pages {
		if err := s.add(p); err != nil {
			return nil, err
		}
	}
	s.menu = menuOf(s.pages)
	s.routes()
	return s, nil
}

func (s *Site) add(p op.Page) error {
	d, ok := s.ops[p.Op]
	if !ok || d.Streams() {
		return fmt.Errorf("page %s shows %q, which is no operation that answers", p.Path, p.Op)
	}
	defined, err := s.definedBy(p)
	if err != nil {
		return fmt.Errorf("page %s: %w", p.Path, err)
	}
	content := sync.OnceValues(func() (*template.Template, error) { return s.parsePage(p) })
	p.Path = strings.TrimSuffix(p.Path, "{$}")
	one := &page{Page: p, op: d, content: content, names: pathNames(p.Path)}
	for _, part := range defined {
		if name, ok := strings.CutPrefix(part.Name(), "live "); ok {
			s.live[name] = one
		}
	}
	s.pages = append(s.pages, one)
	return nil
}

// menuOf is the pages that have a word in the menu, in its order.
func menuOf(pages []*page) []*page {
	var menu []*page
	for _, p := range pages {
		if p.Nav != "" {
			menu = append(menu, p)
		}
	}
	slices.SortStableFunc(menu, func(a, b *page) int { return a.Order - b.Order })
	return menu
}

// Reserved are the first parts of the paths that are the site's own.
var Reserved = []string{"/assets", "/sign-in", "/sign-out", "/do", "/ask", "/live", "/find", "/download"}

func (s *Site) routes() {
	s.mux.HandleFunc("GET /assets/{file}", s.assets.serve)
	s.mux.HandleFunc("GET /sign-in", s.signInPage)
	s.mux.HandleFunc("POST /sign-in", s.signInToken)
	s.mux.HandleFunc("POST /sign-in/password", s.signInPassword)
	s.mux.HandleFunc("POST /sign-in/passkey", s.signInPasskey)
	s.mux.HandleFunc("POST /sign-in/passkey/ask", s.passkeyAsk)
	s.mux.HandleFunc("GET /sign-in/sso", s.providerAsk)
	s.mux.HandleFunc("GET /sign-in/sso/back", s.signInProvider)
	if s.o.Preview != nil {
		s.mux.HandleFunc("GET /sign-in/preview", s.known(s.signInPreview))
	}
	s.mux.HandleFunc("GET /sign-in/{code}", s.signInConfirm)
	s.mux.HandleFunc("POST /sign-in/{code}", s.signInCode)
	s.mux.HandleFunc("POST /sign-out", s.known(s.signOut))
	s.mux.HandleFunc("GET /do/{op}", s.known(s.form))
	s.mux.HandleFunc("POST /do/{op}", s.known(s.do))
	s.mux.HandleFunc("POST /ask/{op}", s.known(s.askOp))
	s.mux.HandleFunc("GET /live/{op}", s.known(s.stream))
	s.mux.HandleFunc("GET /find", s.known(s.find))
	s.mux.HandleFunc("GET /find/offers", s.known(s.offers))
	s.mux.HandleFunc("GET /download/log", s.known(s.downloadLog))
	s.mux.HandleFunc("GET /download/{op}", s.known(s.downloadFile))
	home := false
	for _, p := range s.pages {
		home = home || p.Path == "/"
		s.mux.HandleFunc("GET "+muxPath(p.Path), s.known(p.handler(s)))
	}
	if !home && len(s.menu) > 0 {
		s.mux.Handle("GET /{$}", http.RedirectHandler(s.at(s.menu[0].Path), http.StatusSeeOther))
	}
	s.mux.HandleFunc("/", s.greeted(s.nothing))
}

// muxPath is a page's path as the router wants it: the page "/" is that page
// only, not all that is below it.
func muxPath(p string) string {
	if p == "/" {
		return "/{$}"
	}
	return p
}

// ServeHTTP answers a request that is for this site, with headers that keep
// other sites out and a page even when something of ours breaks.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	if !s.serves(r.Host) {
		s.wrongHost(w, r)
		return
	}
	defer s.caught(w, r)
	s.mux.ServeHTTP(w, r)
}

// nothing answers for every address where nothing is.
func (s *Site) nothing(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.fail(w, r, prentice.Errorf(prentice.NotFound, "%s %s does nothing here", r.Method, clip.Text(r.URL.Path)).Try("go back and use the form of the page"))
		return
	}
	s.fail(w, r, prentice.Errorf(prentice.NotFound, "there is no page %s", clip.Text(r.URL.Path)).Try("choose a page from the menu"))
}
