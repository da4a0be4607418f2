package api

import (
	"errors"
	"net/http"

	"prentice"
	"prentice/internal/op"
)

// Problem is an error on the wire. Its name is that of the schema.
type Problem op.Wire

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
	p := op.WireOf(err)
	if status != 0 {
		p.Status = status
	}
	p.Answer(w)
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
