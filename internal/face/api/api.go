// Package api is the HTTP face: every operation at POST /v1/op/NAME, every watch
// at GET /v1/watch/NAME, drawn from what the operations declare, with the same
// drawing published as OpenAPI 3.1 at /openapi.json.
//
// Its words: a problem is an error as RFC 9457 writes it; a stream is a watch
// told as server-sent events; a client is the same door seen from afar.
//
// It refuses to decide: it finds out who asks, hands the request to the door and
// translates what comes back. It refuses bodies that are too large, that are not
// JSON, and pages of other sites; it speaks to no other origin.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// MaxBody is the largest body that is read, in bytes.
const MaxBody = 2 << 20

// The time that reading a body and writing a part of an answer may take.
const (
	readPatience  = 30 * time.Second
	writePatience = 30 * time.Second
)

// Config is what the face needs.
type Config struct {
	Door op.Door
	Ops  []op.Op // those that the door knows, for lists and documents

	// Authenticate says who sends a request. Without credentials it returns the
	// zero Actor; wrong ones are an error of kind Unauthenticated.
	Authenticate func(*http.Request) (prentice.Actor, error)

	Version string
	Public  string                      // the address by which programs reach the API; "" is wherever they found it
	Secret  string                      // that lies in the data folder, for Proof; "" proves nothing
	Ready   func(context.Context) error // nil is always ready
	Limits  Limits                      // zero fields take the defaults
	Clock   func() time.Time            // for limits; nil is time.Now
	Log     *slog.Logger                // nil discards
	Beat    time.Duration               // between the heartbeats of a stream; 0 is 15 s
	Reading time.Duration               // for a body to arrive; 0 is 30 s
	Unread  Unread                      // hears of bodies that were not read; nil is no one
	Content Content                     // takes files; nil takes none
	Changed func() <-chan struct{}      // closed when anyone's standing next changes; nil is never
}

// Unread hears that the input of an operation was not read, and why.
type Unread func(ctx context.Context, actor prentice.Actor, operation string, why *prentice.Error)

// face is the configured handler.
type face struct {
	Config
	actors, strangers *limiter
	origin            *http.CrossOriginProtection
	list              []byte                 // of operations
	described         func() ([]byte, error) // the OpenAPI document, drawn when someone first asks: most starts are over before
}

// New is the handler of the whole face. An error is a fault of the program.
func New(c Config) (http.Handler, error) {
	if c.Door == nil || c.Authenticate == nil {
		return nil, fmt.Errorf("the API needs an application and someone who says who is asking")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Beat <= 0 {
		c.Beat = 15 * time.Second
	}
	if c.Reading <= 0 {
		c.Reading = readPatience
	}
	list, err := json.Marshal(listOf(c.Ops))
	if err != nil {
		return nil, fmt.Errorf("list operations: %w", err)
	}
	d := DefaultLimits()
	f := &face{
		Config: c, origin: http.NewCrossOriginProtection(), list: list, described: sync.OnceValues(func() ([]byte, error) { return describe(c.Ops, c.Version, c.Public) }),
		actors:    newLimiter(c.Limits.Actor, c.Limits.ActorBurst, d.Actor, d.ActorBurst),
		strangers: newLimiter(c.Limits.Stranger, c.Limits.StrangerBurst, d.Stranger, d.StrangerBurst),
	}
	return f.routes(), nil
}

func (f *face) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]http.HandlerFunc{
		"POST /v1/op/{name}":   f.known(f.invoke),
		"PUT " + ContentPath:   f.known(f.content),
		ContentPath:            f.wrongMethod("PUT"),
		"GET /v1/watch/{name}": f.known(f.watch),
		"GET " + terminalPath:  f.known(f.terminal),
		terminalPath:           f.wrongMethod("GET"),
		"GET /v1/ops":          f.known(f.operations),
		"GET /openapi.json":    f.open(f.document),
		"GET /healthz":         f.health,
		"GET /metrics":         f.known(f.metrics),
		"GET " + proofPath:     f.proof,
		"GET /readyz":          f.ready,
		"/v1/op/{name}":        f.wrongMethod("POST"),
		"/v1/watch/{name}":     f.wrongMethod("GET"),
		"/v1/ops":              f.wrongMethod("GET"),
		"/openapi.json":        f.wrongMethod("GET"),
		"/healthz":             f.wrongMethod("GET"),
		"/metrics":             f.wrongMethod("GET"),
		"/readyz":              f.wrongMethod("GET"),
		"/":                    f.nothing,
	} {
		mux.HandleFunc(pattern, handle)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		mux.ServeHTTP(w, r)
	})
}

// secure sets the headers that every answer has: nothing here is a page, and
// nothing is kept.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
}

// invoke is POST /v1/op/{name}.
func (f *face) invoke(w http.ResponseWriter, r *http.Request, actor prentice.Actor) {
	if err := f.origin.Check(r); err != nil {
		f.refuse(w, r, prentice.Errorf(prentice.Denied, "the request comes from a page of another site").Try("call the API from a program"))
		return
	}
	body, status, problem := f.readBody(w, r)
	if problem != nil {
		if f.Unread != nil {
			f.Unread(r.Context(), actor, r.PathValue("name"), problem)
		}
		writeProblem(w, status, problem)
		return
	}
	out, err := f.Door.Invoke(r.Context(), op.Request{
		Actor: actor, Op: r.PathValue("name"), In: json.RawMessage(body), Key: r.Header.Get("Idempotency-Key"),
	})
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	raw, err := json.Marshal(out)
	if err != nil {
		f.refuse(w, r, fmt.Errorf("output of %s: %w", r.PathValue("name"), err))
		return
	}
	writeJSON(w, raw)
}

// readBody reads a JSON body, and never more than MaxBody of it.
func (f *face) readBody(w http.ResponseWriter, r *http.Request) (_ []byte, status int, _ *prentice.Error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, http.StatusUnsupportedMediaType, prentice.Errorf(prentice.Invalid, "the body is %q", clip.Text(r.Header.Get("Content-Type"))).
			Try("send JSON with the header Content-Type: application/json")
	}
	tooLarge := prentice.Errorf(prentice.Limited, "the body has more than %d bytes", MaxBody).Try("send less at once")
	if r.ContentLength > MaxBody {
		return nil, http.StatusRequestEntityTooLarge, tooLarge
	}
	patience := http.NewResponseController(w)
	_ = patience.SetReadDeadline(time.Now().Add(f.Reading)) // a test recorder has no connection
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if err == nil {
		_ = patience.SetReadDeadline(time.Time{})
	} // otherwise it stays: the server reads what is left before it answers
	switch {
	case err == nil && !utf8.Valid(body): // JSON's reader would change it silently
		return nil, http.StatusBadRequest, prentice.Errorf(prentice.Invalid, "the body is not UTF-8").Try("send JSON as UTF-8")
	case err == nil:
		return body, 0, nil
	case isTooLarge(err):
		return nil, http.StatusRequestEntityTooLarge, tooLarge
	}
	return nil, http.StatusBadRequest, prentice.Errorf(prentice.Invalid, "the body broke off").Try("send the whole body within %s", f.Reading)
}

func writeJSON(w http.ResponseWriter, raw []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(raw, '\n')) //nolint:errcheck // anyone who has gone hears nothing
}

func (f *face) operations(w http.ResponseWriter, _ *http.Request, _ prentice.Actor) {
	writeJSON(w, f.list)
}

func (f *face) document(w http.ResponseWriter, r *http.Request) {
	text, err := f.described()
	if err != nil {
		f.refuse(w, r, fmt.Errorf("write the API's description: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	w.Write(text) //nolint:errcheck // anyone who has gone hears nothing
}

// health says that the process answers.
func (f *face) health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, []byte(`{"status":"ok"}`))
}

// ready says that it can do what it is asked.
func (f *face) ready(w http.ResponseWriter, r *http.Request) {
	if f.Ready != nil {
		if err := f.Ready(r.Context()); err != nil {
			f.Log.Warn("not ready", "error", err)
			told, ok := errors.AsType[*prentice.Error](err)
			if !ok || told.Kind != prentice.Unavailable { // strangers hear nothing of what broke inside
				told = prentice.Errorf(prentice.Unavailable, "prentice is not ready").Try("read its log, and ask again in a moment")
			}
			writeProblem(w, http.StatusServiceUnavailable, told)
			return
		}
	}
	writeJSON(w, []byte(`{"status":"ready"}`))
}

func (f *face) wrongMethod(allowed string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allowed)
		writeProblem(w, http.StatusMethodNotAllowed, prentice.Errorf(prentice.Invalid, "%s is not answered here", clip.Text(r.Method)).Try("use %s", allowed))
	}
}

func (f *face) nothing(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, http.StatusNotFound, prentice.Errorf(prentice.NotFound, "there is nothing at %s", clip.Text(r.URL.Path)).Try("see what there is at /openapi.json"))
}
