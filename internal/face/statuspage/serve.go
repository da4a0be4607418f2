package statuspage

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/statuspage"
)

// keptFor is how long a site is served before it is made anew.
const keptFor = 10 * time.Second

// Config is what the face needs.
type Config struct {
	// Page is the page as the whole world may see it; NotFound is that there is none.
	Page  func(context.Context) (statuspage.Page, error)
	Clock func() time.Time
	Log   *slog.Logger
}

// Face serves a page.
type Face struct {
	Config

	mu   sync.Mutex // guards all below, and is held while a site is made
	site Site
	made time.Time
}

// New is the face.
func New(c Config) *Face { return &Face{Config: c} }

// Below serves the site below a path such as "/status/"; with "/" it is the whole of a listener.
func (f *Face) Below(prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, strings.TrimPrefix(r.URL.Path, prefix)) })
}

// policy lets a page have its style, and nothing else of anywhere.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (f *Face) serve(w http.ResponseWriter, r *http.Request, path string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "a status page is read and takes nothing", http.StatusMethodNotAllowed)
		return
	}
	site, err := f.now(r.Context())
	if err != nil {
		if prentice.KindOf(err) == prentice.NotFound {
			http.Error(w, "there is no such page", http.StatusNotFound)
			return
		}
		w.Header().Set("Retry-After", "30")
		http.Error(w, "how the services stand is not known at the moment", http.StatusServiceUnavailable)
		return
	}
	if path == "" || strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	file, there := site[path]
	if !there {
		http.Error(w, "there is no such page", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "public, max-age=15")
	h.Set("ETag", file.ETag)
	h.Set("Access-Control-Allow-Origin", "*") // it is for everyone, and no one is signed in to it
	if strings.Contains(r.Header.Get("If-None-Match"), file.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", file.Type)
	if r.Method == http.MethodGet {
		_, _ = w.Write(file.Text) // anyone who has gone hears nothing
	}
}

// now is the site, not older than some seconds. What cannot be made anew is shown as it was; its
// time stands in it.
func (f *Face) now(ctx context.Context) (Site, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.Clock()
	if age := now.Sub(f.made); f.site != nil && age >= 0 && age < keptFor {
		return f.site, nil
	}
	page, err := f.Page(context.WithoutCancel(ctx)) // others wait for the same
	var site Site
	if err == nil {
		site, err = Make(page)
	}
	switch {
	case err == nil:
		f.site = site
	case prentice.KindOf(err) == prentice.NotFound:
		f.site = nil // it is public no more
		return nil, err
	default:
		f.Log.Error("the status page cannot be made", "err", err)
		if f.site == nil {
			return nil, err
		}
	}
	f.made = now
	return f.site, nil
}
