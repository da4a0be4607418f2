package ofrep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

const (
	mostBytes = 64<<10 + 1<<10   // of a body: the context, and what is around it
	patience  = 10 * time.Second // for the body to arrive
)

// Config is what the face needs.
type Config struct {
	Flags Flags
	// Authenticate says who sends a request; an actor who is not known is no one.
	Authenticate func(*http.Request) (prentice.Actor, error)
	Log          *slog.Logger
}

// Flags is what the door answers about flags. What it gives back is written as JSON.
type Flags interface {
	Evaluate(ctx context.Context, by prentice.Actor, key string, about json.RawMessage) (answer any, code string, err error)
	EvaluateAll(ctx context.Context, by prentice.Actor, about json.RawMessage) (any, error)
}

// Path is below which the face answers.
const Path = "/ofrep/"

// New is the face as a handler.
func New(c Config) http.Handler {
	f := &face{c}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ofrep/v1/evaluate/flags/{key}", f.one)
	mux.HandleFunc("POST /ofrep/v1/evaluate/flags", f.all)
	mux.HandleFunc(Path, func(w http.ResponseWriter, r *http.Request) {
		f.refuse(w, r, prentice.Errorf(prentice.NotFound, "of OFREP there are: POST /ofrep/v1/evaluate/flags/KEY and POST /ofrep/v1/evaluate/flags").Try("give an SDK the address without a path"))
	})
	return mux
}

type face struct{ Config }

func (f *face) one(w http.ResponseWriter, r *http.Request) {
	actor, about, err := f.asked(w, r)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	answer, code, err := f.Flags.Evaluate(r.Context(), actor, r.PathValue("key"), about)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	status := http.StatusOK
	switch code {
	case "":
	case "FLAG_NOT_FOUND":
		status = http.StatusNotFound
	default:
		status = http.StatusBadRequest
	}
	write(w, status, answer)
}

// all answers with the digest of the answer as its ETag, so that a client that has it hears
// that nothing has changed.
func (f *face) all(w http.ResponseWriter, r *http.Request) {
	actor, about, err := f.asked(w, r)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	answer, err := f.Flags.EvaluateAll(r.Context(), actor, about)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	text, err := json.Marshal(answer)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", tag)
	if has(r.Header.Values("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, http.StatusOK, json.RawMessage(text))
}

func has(lists []string, tag string) bool {
	for _, list := range lists {
		for one := range strings.SplitSeq(list, ",") {
			if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || `"`+one+`"` == tag || one == "*" {
				return true
			}
		}
	}
	return false
}

// asked is who asks, and the context.
func (f *face) asked(w http.ResponseWriter, r *http.Request) (actor prentice.Actor, about json.RawMessage, err error) {
	if key := r.Header.Get("X-API-Key"); key != "" && r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	actor, err = f.Authenticate(r)
	if err == nil && !actor.Known() {
		err = prentice.Errorf(prentice.Unauthenticated, "the program that asks is not known").Try("send a token: Authorization: Bearer TOKEN, or X-API-Key: TOKEN")
	}
	if err != nil {
		return actor, nil, err
	}
	actor.Door = "api"
	// Not every writer can set a deadline, and then the server's own must do.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(patience))
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBytes+1))
	switch {
	case err != nil:
		return actor, nil, prentice.Errorf(prentice.Canceled, "the body did not arrive: %w", err).Try("send it again")
	case len(body) > mostBytes:
		return actor, nil, prentice.Errorf(prentice.Limited, "the context is larger than 64 KiB").Try("send what the targeting of the flags asks for, and no more")
	}
	var in struct {
		Context json.RawMessage `json:"context"`
	}
	if len(body) > 0 && json.Unmarshal(body, &in) != nil {
		return actor, nil, prentice.Errorf(prentice.Invalid, "the body is not a JSON object").Try(`send {"context": {"targetingKey": "user-1"}}`)
	}
	return actor, in.Context, nil
}

// refuse answers with an error, in the fields of OFREP.
func (f *face) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*prentice.Error](err)
	if !ok {
		f.Log.Error("the face for flags broke", "path", r.URL.Path, "err", err)
		e = prentice.Errorf(prentice.Internal, "something broke inside prentice").Try("read its log and report it")
	}
	status, code := op.ProblemOf(e.Kind).Status, "GENERAL"
	if e.Kind == prentice.Invalid {
		status, code = http.StatusBadRequest, "INVALID_CONTEXT"
	}
	if e.Kind == prentice.Limited {
		status = http.StatusRequestEntityTooLarge
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="prentice"`)
	}
	write(w, status, map[string]string{"key": r.PathValue("key"), "errorCode": code, "errorDetails": strings.TrimSuffix(e.Text, ".") + ". " + e.Hint})
}

func write(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // anyone who has gone hears nothing
}
