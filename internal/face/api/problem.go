package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"prentice"
	"prentice/internal/op"
)

// Problem is an error on the wire (RFC 9457). Kind is the error's own word: read
// it rather than the status, which two kinds may share.
type Problem struct {
	Type   string        `json:"type" doc:"urn:prentice:error: and the kind"`
	Title  string        `json:"title" doc:"what the caller can do about errors of this kind"`
	Status int           `json:"status"`
	Detail string        `json:"detail" doc:"what is wrong, in one sentence"`
	Hint   string        `json:"hint,omitempty" doc:"the next step, in one sentence"`
	Kind   string        `json:"kind" enum:"internal,invalid,not-found,unauthenticated,denied,refused,conflict,limited,unavailable,cancelled"`
	At     *prentice.Pos `json:"at,omitempty" doc:"the place in a file"`
}

const problemType = "urn:prentice:error:"

// problemOf is an error as the caller sees it. An error that is not one of ours
// tells nothing of what is inside.
func problemOf(err error) Problem {
	e, ok := errors.AsType[*prentice.Error](err)
	if !ok {
		e = prentice.Errorf(prentice.Internal, "something broke inside prentice").Try("read its log and report it")
	}
	means := op.ProblemOf(e.Kind)
	p := Problem{Type: problemType + e.Kind.String(), Title: means.Advice, Status: means.Status, Kind: e.Kind.String(), Detail: e.Text, Hint: e.Hint}
	if e.At != (prentice.Pos{}) {
		p.At = &e.At
	}
	return p
}

// refuse answers with an error of the door.
func (f *face) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if _, ok := errors.AsType[*prentice.Error](err); !ok {
		f.Log.Error("request broke", "path", r.URL.Path, "error", err)
	}
	writeProblem(w, 0, err)
}

// writeProblem answers with an error, and with another status than its kind's
// if one is given.
func writeProblem(w http.ResponseWriter, status int, err error) {
	p := problemOf(err)
	if status != 0 {
		p.Status = status
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="prentice"`)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		panic("a problem always has a JSON form: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	w.Write(append(raw, '\n')) //nolint:errcheck // anyone who has gone hears nothing
}

// Err is the problem as the error that it was.
func (p Problem) Err() *prentice.Error {
	e := &prentice.Error{Kind: op.KindOf(p.Kind, p.Status), Text: p.Detail, Hint: p.Hint}
	if p.At != nil {
		e.At = *p.At
	}
	return e
}

func isTooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}
