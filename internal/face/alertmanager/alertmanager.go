package alertmanager

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/label"
	"prentice/internal/op"
)

const (
	mostBytes  = 64 << 10         // of a silence
	mostFilter = 20               // matchers of one question
	mostListed = 1000             // of those that are over
	patience   = 30 * time.Second // for the body to arrive
)

// Config is what the face needs.
type Config struct {
	Silences Silences
	// Authenticate says who sends a request; an actor who is not known is no one.
	Authenticate func(*http.Request) (prentice.Actor, error)
	Clock        func() time.Time
	Log          *slog.Logger
}

// Silences is what the door does about silences.
type Silences interface {
	List(ctx context.Context, by prentice.Actor, over bool, limit int) ([]Silence, error)
	Show(ctx context.Context, by prentice.Actor, id string) (Silence, error)
	Add(context.Context, prentice.Actor, Wish) (Silence, error)
	End(ctx context.Context, by prentice.Actor, id string) error
}

// New is the face as a handler of everything below /api/v2/.
func New(c Config) http.Handler {
	f := &face{c}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/silences", f.known(f.list))
	mux.HandleFunc("POST /api/v2/silences", f.known(f.add))
	mux.HandleFunc("GET /api/v2/silence/{id}", f.known(f.show))
	mux.HandleFunc("DELETE /api/v2/silence/{id}", f.known(f.end))
	mux.HandleFunc("/api/v2/", func(w http.ResponseWriter, r *http.Request) {
		f.refuse(w, r, prentice.Errorf(prentice.NotFound, "of Alertmanager's API there are the silences here: GET and POST /api/v2/silences, GET and DELETE /api/v2/silence/ID").Try("ask Alertmanager for the rest"))
	})
	return mux
}

type face struct{ Config }

// known lets a request through when someone known sends it.
func (f *face) known(then func(*http.Request, prentice.Actor) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		actor, err := f.Authenticate(r)
		if err == nil && !actor.Known() {
			err = prentice.Errorf(prentice.Unauthenticated, "the sender is not known").Try("send a token: Authorization: Bearer TOKEN")
		}
		if err != nil {
			f.refuse(w, r, err)
			return
		}
		actor.Door = "api"
		// Not every writer can set a deadline, and then the server's own must do.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience))
		out, err := then(r, actor)
		if err != nil {
			f.refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if out != nil {
			_ = json.NewEncoder(w).Encode(out) // anyone who has gone hears nothing
		}
	}
}

func (f *face) list(r *http.Request, actor prentice.Actor) (any, error) {
	filter, err := filterOf(r)
	if err != nil {
		return nil, err
	}
	all := []shown{}
	for _, over := range []bool{false, true} {
		list, err := f.Silences.List(r.Context(), actor, over, mostListed)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			one, err := s.show()
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
	}
	return sorted(all, filter, f.Clock()), nil
}

func filterOf(r *http.Request) (filter []label.Matcher, err error) {
	texts := r.URL.Query()["filter"]
	if len(texts) > mostFilter {
		return nil, prentice.Errorf(prentice.Invalid, "there are %d filters, at most %d", len(texts), mostFilter).Try("leave some out")
	}
	for _, text := range texts {
		m, err := label.Parse(text)
		if err != nil {
			return nil, prentice.Errorf(prentice.Invalid, "filter: %w", err).Try(`write label="value", with =, !=, =~ or !~`)
		}
		filter = append(filter, m)
	}
	return filter, nil
}

func (f *face) add(r *http.Request, actor prentice.Actor) (any, error) {
	if r.ContentLength > mostBytes {
		return nil, tooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBytes+1))
	switch {
	case err != nil:
		return nil, prentice.Errorf(prentice.Canceled, "the body did not arrive: %w", err).Try("send it again")
	case len(body) > mostBytes:
		return nil, tooLarge()
	}
	wish, err := readSilence(body, actor)
	if err != nil {
		return nil, err
	}
	made, err := f.Silences.Add(r.Context(), actor, wish)
	if err != nil {
		return nil, err
	}
	return map[string]string{"silenceID": made.ID}, nil
}

func tooLarge() error {
	return prentice.Errorf(prentice.Limited, "the silence is larger than %d bytes", mostBytes).Try("use fewer or shorter matchers")
}

func (f *face) show(r *http.Request, actor prentice.Actor) (any, error) {
	s, err := f.Silences.Show(r.Context(), actor, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.show()
}

func (f *face) end(r *http.Request, actor prentice.Actor) (any, error) {
	return nil, f.Silences.End(r.Context(), actor, r.PathValue("id"))
}

// refuse answers with an error: a JSON text, as Alertmanager does. What must be
// changed in the request is 400 there.
func (f *face) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*prentice.Error](err)
	if !ok {
		f.Log.Error("the API for silences broke", "path", r.URL.Path, "err", err)
		e = prentice.Errorf(prentice.Internal, "something broke inside prentice").Try("read its log and report it")
	}
	status := op.ProblemOf(e.Kind).Status
	switch e.Kind {
	case prentice.Invalid:
		status = http.StatusBadRequest
	case prentice.Limited:
		status = http.StatusRequestEntityTooLarge
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="prentice"`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(strings.TrimSuffix(e.Text, ".") + ". " + e.Hint) // anyone who has gone hears nothing
}
