package pager

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"prentice"
	"prentice/internal/op"
)

const (
	mostBytes = 512 << 10
	patience  = 30 * time.Second // for the body to arrive
	burst     = 120              // messages of one key at once
	every     = 500 * time.Millisecond
)

// Config is what the face needs.
type Config struct {
	// Send hands an event to the door.
	Send func(context.Context, prentice.Actor, prentice.Event) error
	// Acknowledge acknowledges the incident of an alert that the same sender told of.
	Acknowledge func(ctx context.Context, by prentice.Actor, source, alert string) error
	// Known says whose a key is; an actor who is not known is no one.
	Known func(context.Context, string) (prentice.Actor, error)
	Clock func() time.Time
	NewID func() string
	Log   *slog.Logger
}

// Paths are those that the face answers.
func Paths() []string {
	return []string{"/v2/enqueue", "/v2/change/enqueue", "/v2/alerts", "/v2/alerts/", "/api/v2/generic/incoming"}
}

// New is the face as a handler of those paths.
func New(c Config) http.Handler {
	f := &face{Config: c, buckets: map[prentice.Ref]bucket{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/enqueue", f.enqueue)
	mux.HandleFunc("POST /v2/change/enqueue", f.change)
	mux.HandleFunc("POST /v2/alerts", f.create)
	mux.HandleFunc("POST /v2/alerts/{alert}/{action}", f.act)
	mux.HandleFunc("POST /api/v2/generic/incoming", f.incoming)
	return mux
}

type face struct {
	Config

	mu      sync.Mutex // guards buckets
	buckets map[prentice.Ref]bucket
}

// bucket is what a key may still send, at some time.
type bucket struct {
	left int
	at   time.Time
}

// take says whether a sender may send one more message.
func (f *face) take(who prentice.Ref) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.Clock()
	b, found := f.buckets[who]
	if !found || now.Before(b.at) {
		b = bucket{burst, now}
	}
	if more := int(now.Sub(b.at) / every); more > 0 {
		b.left, b.at = min(burst, b.left+more), b.at.Add(time.Duration(more)*every)
	}
	fine := b.left > 0
	if fine {
		b.left--
	}
	f.buckets[who] = b
	return fine
}

// sender is whose a key is, if they may send one more message.
func (f *face) sender(ctx context.Context, key string) (prentice.Actor, error) {
	actor, err := f.Known(ctx, key)
	if err == nil && !actor.Known() {
		err = prentice.Errorf(prentice.Unauthenticated, "the key is not known")
	}
	if err != nil {
		return prentice.Actor{}, err
	}
	actor.Door = "hook"
	if !f.take(actor.Ref()) {
		return actor, errTooMany
	}
	return actor, nil
}

var (
	errTooMany  = errors.New("too many messages")
	errTooLarge = errors.New("the body is larger than 512 kB")
)

// body reads a request of at most 512 kB.
func body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// Not every writer can set a deadline, and then the server's own must do.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience))
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBytes))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, errTooLarge
	}
	return text, err
}

func answer(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what) // anyone who has gone hears nothing
}

// statusOf is the status for an error of the door, for protocols that say it so.
func (f *face) statusOf(r *http.Request, err error) (status int, says string) {
	switch {
	case errors.Is(err, errTooMany):
		return http.StatusTooManyRequests, "You are making too many requests"
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge, err.Error()
	}
	e, known := errors.AsType[*prentice.Error](err)
	if !known {
		f.Log.Error("a message to the pager", "path", r.URL.Path, "err", err)
		return http.StatusInternalServerError, "something broke inside prentice"
	}
	if status = op.ProblemOf(e.Kind).Status; e.Kind == prentice.Invalid {
		status = http.StatusBadRequest
	}
	return status, e.Text
}
