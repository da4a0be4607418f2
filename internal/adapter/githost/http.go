package githost

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/crowd"
)

// Door is who may come, and who they are. Both doors ask it.
type Door struct {
	// Token says whose token it is, Key whose public key, in SSH's wire form. Both are asked
	// for each connection or request, so that what is taken away counts at once.
	Token func(ctx context.Context, token string) (prentice.Actor, error)
	Key   func(ctx context.Context, key []byte) (prentice.Actor, error)
	// Admit refuses anyone who may not read, or push to, a repository.
	Admit func(ctx context.Context, by prentice.Actor, repository string, pushes bool) error
	// Status is the HTTP status of an error.
	Status func(error) int
}

// HTTP serves git below a path, such as /git/. Every request shows a token; sessions of
// browsers do not count here.
func (h *Host) HTTP(path string, d Door) http.Handler {
	return &web{Host: h, Door: d, path: path, tries: newTries(h.Clock)}
}

type web struct {
	*Host
	Door
	path  string
	tries *tries
}

// mostAsked is how many bytes a clone or fetch may ask with.
const mostAsked = 32 << 20

// ServeHTTP implements http.Handler.
func (f *web) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache, max-age=0, must-revalidate")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	rest, found := strings.CutPrefix(r.URL.Path, f.path)
	name, what, cut := strings.Cut(rest, "/")
	name = strings.TrimSuffix(name, ".git")
	if !found || !cut || ValidName(name) != nil {
		f.refuse(w, prentice.Errorf(prentice.NotFound, "there is no repository at this address").Try("ask for it: prentice repository clone NAME"))
		return
	}
	actor, ok := f.known(w, r)
	if !ok {
		return
	}
	switch {
	case strings.HasPrefix(what, "info/lfs"):
		f.noLFS(w)
	case what == "info/refs" && r.Method == http.MethodGet:
		f.advertise(w, r, actor, name)
	case (what == "git-"+string(Upload) || what == "git-"+string(Receive)) && r.Method == http.MethodPost:
		f.call(w, r, actor, name, Service(strings.TrimPrefix(what, "git-")))
	default:
		f.refuse(w, prentice.Errorf(prentice.NotFound, "git's smart protocol is spoken here, and nothing else").Try("use a git that is not older than 2.0"))
	}
}

// known is who asks, or the answer that no one does. Tokens that are wrong are tried slowly.
func (f *web) known(w http.ResponseWriter, r *http.Request) (prentice.Actor, bool) {
	peer := crowd.Peer(r.RemoteAddr)
	token, shown := "", false
	if _, password, basic := r.BasicAuth(); basic {
		token, shown = password, true
	} else if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token, shown = strings.TrimSpace(bearer), true
	}
	if shown && f.tries.wait(peer) {
		w.Header().Set("Retry-After", "30")
		f.refuse(w, prentice.Errorf(prentice.Limited, "too many wrong tokens came from your address").Try("wait half a minute, and show one that is good"))
		return prentice.Actor{}, false
	}
	if shown && token != "" {
		actor, err := f.Token(r.Context(), token)
		if err == nil && actor.Known() {
			actor.Door = "git"
			return actor, true
		}
		if err != nil && prentice.KindOf(err) != prentice.Unauthenticated {
			f.refuse(w, err)
			return prentice.Actor{}, false
		}
		f.tries.wrong(peer)
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="prentice: any name, and a token as the password", charset="UTF-8"`)
	f.refuse(w, prentice.Errorf(prentice.Unauthenticated, "no good token came").Try("make one with: prentice token create git --kind person, and give it as the password"))
	return prentice.Actor{}, false
}

// advertise says what there is.
func (f *web) advertise(w http.ResponseWriter, r *http.Request, actor prentice.Actor, name string) {
	service := Service(strings.TrimPrefix(r.URL.Query().Get("service"), "git-"))
	if service != Upload && service != Receive {
		f.refuse(w, prentice.Errorf(prentice.Refused, "the old protocol without a service is not spoken here").Try("use a git that is not older than 2.0"))
		return
	}
	if err := f.Admit(r.Context(), actor, name, service == Receive); err != nil {
		f.refuse(w, err)
		return
	}
	a := Ask{Service: service, Repository: name, By: actor, Door: "http", Protocol: r.Header.Get("Git-Protocol"), Stateless: true, Advertise: true}
	out := &answer{w: w, kind: "application/x-git-" + string(service) + "-advertisement"}
	if service == Receive || !strings.Contains(a.Protocol, "version=2") {
		out.first = pkt("# service=git-"+string(service)+"\n") + "0000"
	}
	f.serve(r.Context(), a, nil, out)
}

func pkt(line string) string {
	var b strings.Builder
	writePkt(&b, line) //nolint:errcheck // it is memory
	return b.String()
}

// call is a clone, a fetch or a push.
func (f *web) call(w http.ResponseWriter, r *http.Request, actor prentice.Actor, name string, service Service) {
	if r.Header.Get("Content-Type") != "application/x-git-"+string(service)+"-request" { // no page of another can send this without being asked first
		f.refuse(w, prentice.Errorf(prentice.Invalid, "the request does not say that it is of git").Try("use git"))
		return
	}
	if err := f.Admit(r.Context(), actor, name, service == Receive); err != nil {
		f.refuse(w, err)
		return
	}
	most := f.Limits.filled().Pack + mostAsked
	if service == Upload {
		most = mostAsked
	}
	var body io.Reader = http.MaxBytesReader(w, r.Body, most)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			f.refuse(w, prentice.Errorf(prentice.Invalid, "the request is not compressed as it says").Try("push again"))
			return
		}
		body = io.LimitReader(unzipped, most)
	}
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // an answer may begin before all was asked
	gate := &gate{from: body}
	defer gate.shut(func() { _ = control.SetReadDeadline(time.Now()) })
	body = gate
	a := Ask{Service: service, Repository: name, By: actor, Door: "http", Protocol: r.Header.Get("Git-Protocol"), Stateless: true}
	f.serve(r.Context(), a, body, &answer{w: w, kind: "application/x-git-" + string(service) + "-result"})
}

// gate lets no one read a request that has been answered.
type gate struct {
	mu   sync.Mutex // guards the rest
	from io.Reader
	over bool
}

// Read implements io.Reader.
func (g *gate) Read(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return 0, io.EOF
	}
	return g.from.Read(p)
}

// shut waits until no one reads, and interrupts one who waits for more.
func (g *gate) shut(interrupt func()) {
	for !g.mu.TryLock() {
		interrupt()
		time.Sleep(5 * time.Millisecond)
	}
	g.over = true
	g.mu.Unlock()
}

func (f *web) serve(ctx context.Context, a Ask, in io.Reader, out *answer) {
	err := f.Serve(ctx, a, in, out)
	if err == nil || out.begun {
		if err != nil && f.Log != nil {
			f.Log.Debug("git ended early", "repository", a.Repository, "err", err)
		}
		return
	}
	f.refuse(out.w, err)
}

// answer begins with its first byte.
type answer struct {
	w           http.ResponseWriter
	kind, first string
	begun       bool
}

// Write implements io.Writer.
func (a *answer) Write(p []byte) (int, error) {
	if !a.begun {
		a.begun = true
		a.w.Header().Set("Content-Type", a.kind)
		if a.first != "" {
			if _, err := io.WriteString(a.w, a.first); err != nil {
				return 0, err
			}
		}
	}
	n, err := a.w.Write(p)
	if err == nil {
		err = http.NewResponseController(a.w).Flush()
	}
	if errors.Is(err, http.ErrNotSupported) {
		err = nil
	}
	return n, err
}

// refuse answers in plain text, which git shows behind "remote:".
func (f *web) refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(f.Status(err))
	io.WriteString(w, lines(f.explained(err))) //nolint:errcheck // who does not read it has gone
}

// noLFS answers the program of Git LFS, in the form that it shows to people.
func (f *web) noLFS(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/vnd.git-lfs+json")
	w.WriteHeader(http.StatusNotImplemented)
	io.WriteString(w, `{"message":"this server keeps no Git LFS files: keep them in git itself (git lfs migrate export --include='*'), or where artefacts are kept"}`) //nolint:errcheck // as above
}
