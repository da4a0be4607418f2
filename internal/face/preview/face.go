package preview

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
)

// Desk answers for places and their visitors. Its errors about codes, links and passes are
// of one kind each, whatever is wrong: Unauthenticated.
type Desk interface {
	// Place is the environment under a name.
	Place(ctx context.Context, name string) (preview.Place, error)
	// Enter turns a code, which is then used up, into a pass for a host.
	Enter(ctx context.Context, code, host string, p preview.Place) (pass string, ends time.Time, err error)
	// Asks says whether a link is to be followed by a button, because it counts who does.
	Asks(ctx context.Context, token string, p preview.Place) (bool, error)
	// Follow turns the token of a share link into a pass for a host.
	Follow(ctx context.Context, token, host string, p preview.Place) (pass string, ends time.Time, err error)
	// Visitor says whose pass it is, if they may still look at a place.
	Visitor(ctx context.Context, pass, host string, p preview.Place) (preview.Visit, error)
	// Bearer says the same of who shows the token of a link with a request.
	Bearer(ctx context.Context, token string, p preview.Place) (preview.Visit, error)
	// Dial connects to a service.
	Dial(ctx context.Context, env, service string, port int) (net.Conn, error)
	// Asked remembers a request.
	Asked(env string, a preview.Asked)
}

// Options are what the face is made of.
type Options struct {
	Desk   Desk
	Domain preview.Domain
	Site   string // prentice's own address, where people sign in
	// Feedback answers below /_prentice/feedback, for a visit that its context holds; nil is no feedback.
	Feedback http.Handler
	// Tried says whether something is tried out in an environment, so that its banner asks for feedback; nil is always.
	Tried func(ctx context.Context, env string) bool
	Clock func() time.Time
	Log   *slog.Logger
}

// Face is the proxy.
type Face struct {
	Options
	proxy *httputil.ReverseProxy

	mu   sync.Mutex // guards busy
	busy map[string]int
}

// mostAtOnce is how many requests of one environment are under way, so that one takes
// nothing from the others; mostOfOne is how many of these are of one visitor, whose slow
// uploads and streams leave room for the next.
const (
	mostAtOnce = 512
	mostOfOne  = mostAtOnce / 2
)

// own is below what the face itself answers.
const own = "/_prentice/"

// New makes the face.
func New(o Options) *Face {
	f := &Face{Options: o, busy: map[string]int{}}
	f.proxy = f.newProxy()
	return f
}

// Serves says whether a request is for a preview.
func (f *Face) Serves(r *http.Request) bool { return f.Domain.Covers(r.Host) }

// ServeHTTP implements http.Handler.
func (f *Face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Robots-Tag", noIndex)
	named, ok := f.Domain.Named(r.Host)
	switch {
	case r.Method == http.MethodConnect || r.Method == http.MethodTrace:
		f.page(w, r, http.StatusMethodNotAllowed, shown{Title: "This is not done here", Says: "A preview is asked for pages, not for " + r.Method + "."})
		return
	case r.URL.Host != "" || !strings.HasPrefix(r.URL.Path, "/") && r.URL.Path != "*":
		f.page(w, r, http.StatusBadRequest, shown{Title: "This is not a proxy", Says: "Previews are asked by their own names, and for nothing else."})
		return
	case !ok:
		f.unknown(w, r)
		return
	case r.URL.Path == "/robots.txt":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /\n"))
		return
	}
	place, err := f.Desk.Place(r.Context(), named.Place)
	if err != nil && prentice.KindOf(err) != prentice.NotFound {
		f.broken(w, r, err)
		return
	}
	if rest, ours := strings.CutPrefix(r.URL.Path, own); ours {
		if f.enters(w, r, rest, place, err) {
			return
		}
	}
	visit, known := f.visitor(r, place, err)
	if !known {
		f.stranger(w, r, named)
		return
	}
	f.let(w, r, named, visit)
}

// let answers someone who may look.
func (f *Face) let(w http.ResponseWriter, r *http.Request, named preview.Named, v preview.Visit) {
	r = r.WithContext(preview.With(r.Context(), v))
	if rest, ours := strings.CutPrefix(r.URL.Path, own); ours {
		f.ours(w, r, rest, v)
		return
	}
	begun := f.Clock()
	told := &counter{ResponseWriter: w}
	service, there := v.Place.Service(named.Service)
	defer func() { // also where the proxy gives up in the middle, by a panic
		f.Desk.Asked(v.Place.ID, preview.Asked{At: begun, Method: r.Method, Path: r.URL.Path, Service: service.Name, Status: told.status(), Bytes: told.bytes, Took: f.Clock().Sub(begun), Who: v.Who})
	}()
	f.answer(told, r, v, service, there)
}

func (f *Face) answer(w http.ResponseWriter, r *http.Request, v preview.Visit, s preview.Service, there bool) {
	switch {
	case v.Place.State != preview.Ready:
		f.notReady(w, r, v.Place)
	case !there:
		f.page(w, r, http.StatusNotFound, shown{Title: "No service answers at this name", Says: "The environment is there, and has no service of this name with an address.", Links: v.Place.Services, Place: v.Place, Domain: f.Domain})
	case s.Says != "":
		p := v.Place
		p.State, p.Waits = preview.Making, s.Says
		f.notReady(w, r, p)
	case !f.enter(v):
		w.Header().Set("Retry-After", "2")
		f.page(w, r, http.StatusServiceUnavailable, shown{Title: "Too many at once", Says: "This preview is asked by too many at the same time. Try again in a moment."})
	default:
		defer f.leave(v)
		f.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), serviceKey{}, s)))
	}
}

type serviceKey struct{}

// counted are the two by which a request is counted. An ID has no space.
func counted(v preview.Visit) (env, one string) { return v.Place.ID, v.Place.ID + " " + string(v.Who) }

func (f *Face) enter(v preview.Visit) bool {
	env, one := counted(v)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy[env] >= mostAtOnce || f.busy[one] >= mostOfOne {
		return false
	}
	f.busy[env]++
	f.busy[one]++
	return true
}

func (f *Face) leave(v preview.Visit) {
	env, one := counted(v)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, of := range []string{env, one} {
		if f.busy[of]--; f.busy[of] == 0 {
			delete(f.busy, of)
		}
	}
}

// visitor says who asks, if they may look at the place.
func (f *Face) visitor(r *http.Request, place preview.Place, missing error) (preview.Visit, bool) {
	if missing != nil {
		return preview.Visit{}, false
	}
	if token := shownToken(r); token != "" {
		v, err := f.Desk.Bearer(r.Context(), token, place)
		return v, err == nil
	}
	host := f.hostOf(r)
	for _, c := range r.CookiesNamed(f.cookie(r)) { // a neighbour may have set another of the same name
		if v, err := f.Desk.Visitor(r.Context(), c.Value, host, place); err == nil {
			return v, true
		}
	}
	return preview.Visit{}, false
}

// shownToken is the token of a link that a program shows with each request.
func shownToken(r *http.Request) string {
	if token := r.Header.Get(linkHeader); token != "" {
		return token
	}
	if user, token, ok := r.BasicAuth(); ok && user == "link" {
		return token
	}
	return ""
}

// linkHeader is by what programs show the token of a share link.
const linkHeader = "Prentice-Link"

// hostOf is the name that was asked, as passes are sealed for it.
func (f *Face) hostOf(r *http.Request) string {
	named, _ := f.Domain.Named(r.Host)
	return f.Domain.Host(named)
}

// stranger is sent to sign in. It is the same whether the place is there or not.
func (f *Face) stranger(w http.ResponseWriter, r *http.Request, named preview.Named) {
	if r.Method == http.MethodGet && wantsPage(r) {
		q := url.Values{"place": {named.Place}, "to": {r.URL.RequestURI()}}
		if named.Service != "" {
			q.Set("service", named.Service)
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, f.Site+"/sign-in/preview?"+q.Encode(), http.StatusSeeOther)
		return
	}
	f.page(w, r, http.StatusUnauthorized, shown{Title: "Sign in first", Says: "Open the address in a browser and sign in, or show the token of a share link in the header " + linkHeader + "."})
}

// wantsPage says whether a browser asks for a page, and no script or program.
func wantsPage(r *http.Request) bool {
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" {
		return dest == "document" || dest == "iframe"
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}
