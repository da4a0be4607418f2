package op

import (
	"encoding/json"
	"errors"
	"net/http"

	"prentice"
)

// ProblemType begins the type of every error on the wire; the kind follows.
const ProblemType = "urn:prentice:error:"

// Wire is an error on the wire (RFC 9457). Kind is the error's own word: read
// it rather than the status, which two kinds may share.
type Wire struct {
	Type   string        `json:"type" doc:"urn:prentice:error: and the kind"`
	Title  string        `json:"title" doc:"what the caller can do about errors of this kind"`
	Status int           `json:"status"`
	Detail string        `json:"detail" doc:"what is wrong, in one sentence"`
	Hint   string        `json:"hint,omitempty" doc:"the next step, in one sentence"`
	Kind   string        `json:"kind" enum:"internal,invalid,not-found,unauthenticated,denied,refused,conflict,limited,unavailable,cancelled"`
	At     *prentice.Pos `json:"at,omitempty" doc:"the place in a file"`
}

// WireOf is an error as the caller sees it. An error that is not one of ours
// tells nothing of what is inside.
func WireOf(err error) Wire {
	e, ok := errors.AsType[*prentice.Error](err)
	if !ok {
		e = prentice.Errorf(prentice.Internal, "something broke inside prentice").Try("read its log and report it")
	}
	means := ProblemOf(e.Kind)
	w := Wire{Type: ProblemType + e.Kind.String(), Title: means.Advice, Status: means.Status, Kind: e.Kind.String(), Detail: e.Text, Hint: e.Hint}
	if e.At != (prentice.Pos{}) {
		w.At = &e.At
	}
	return w
}

// Answer is the error as the answer to a request.
func (p Wire) Answer(w http.ResponseWriter) {
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
