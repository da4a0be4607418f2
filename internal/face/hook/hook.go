package hook

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"prentice"
)

// The limits of a request.
const (
	MostEvents = 100                        // in one batch
	MostAlerts = 1000                       // of one notification; those behind are left out, and that is told
	MostBytes  = 8 * prentice.MaxEventBytes // of a request with many events
	patience   = 30 * time.Second           // for the body to arrive
)

// Config is what the face needs.
type Config struct {
	// Send hands an event to the door; what it answers goes to the sender as JSON.
	Send func(context.Context, prentice.Actor, prentice.Event) (any, error)
	// Authenticate says who sends a request; an actor who is not known is no one.
	Authenticate func(*http.Request) (prentice.Actor, error)
	Named        Named // nil: no webhook is named
	Log          *slog.Logger
}

// New is the face as a handler of POST /v1/events, /v1/alertmanager, /v1/grafana and
// /v1/hook/NAME. The second and the third are one: what comes says what it is.
func New(c Config) http.Handler {
	f := &face{c}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/events", f.known(f.cloudEvents))
	mux.HandleFunc("/v1/events", wrongMethod)
	for _, path := range []string{"/v1/alertmanager", "/v1/grafana"} {
		mux.HandleFunc("POST "+path, f.known(f.alerts))
		mux.HandleFunc(path, wrongMethod)
	}
	mux.HandleFunc("POST /v1/hook/{name}", f.named)
	mux.HandleFunc("/v1/hook/{name}", wrongMethod)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, 0, prentice.Errorf(prentice.NotFound, "no webhook at %q", clip(r.URL.Path)).Try("post to /v1/events, /v1/alertmanager, /v1/grafana or /v1/hook/NAME"))
	})
	return mux
}

type face struct{ Config }

// answer is what a sender hears.
type answer struct {
	Events  []any    `json:"events"`
	Ignored []string `json:"ignored"` // parts of the request that were not used
}

// known lets a request through when someone known sends it.
func (f *face) known(then func(http.ResponseWriter, *http.Request, prentice.Actor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		actor, err := f.Authenticate(r)
		switch {
		case err != nil:
			f.refuse(w, r, err)
		case !actor.Known():
			writeProblem(w, 0, prentice.Errorf(prentice.Unauthenticated, "the sender is not known").Try("send a token: Authorization: Bearer TOKEN"))
		default:
			actor.Door = "hook"
			// A sender that dawdles must not hold a connection; not every writer can
			// set a deadline, and then the server's own must do.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience))
			then(w, r, actor)
		}
	}
}

// send hands events to the door, in order. When one is refused, those before it
// are kept; sending all again does them no harm.
func (f *face) send(w http.ResponseWriter, r *http.Request, actor prentice.Actor, events []prentice.Event, ignored []string) {
	heard := answer{Events: []any{}, Ignored: ignored}
	for _, e := range events {
		receipt, err := f.Send(r.Context(), actor, e)
		if err != nil {
			f.refuse(w, r, err)
			return
		}
		heard.Events = append(heard.Events, receipt)
	}
	f.accept(w, heard)
}

// accept answers that what came is kept.
func (f *face) accept(w http.ResponseWriter, heard answer) {
	if heard.Ignored == nil {
		heard.Ignored = []string{}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_ = json.NewEncoder(w).Encode(heard) // anyone who has gone hears nothing
}
