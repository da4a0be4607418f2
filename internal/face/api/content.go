package api

import (
	"encoding/json"
	"io"
	"net/http"
	"time"

	"prentice"
	"prentice/internal/op"
)

// ContentPath takes the bytes of a file before an operation that names them is asked for.
const ContentPath = "/v1/content"

// Content takes bytes that someone sends for an operation, and says their digest.
type Content func(r *http.Request, by prentice.Actor, may string, content io.Reader) (digest string, err error)

// stalled is how long a body may bring nothing.
const stalled = time.Minute

// content is PUT /v1/content. What is sent is of any size that the keeper takes, and
// streams there: only silence ends it.
func (f *face) content(w http.ResponseWriter, r *http.Request, actor prentice.Actor) {
	if err := f.origin.Check(r); err != nil {
		f.refuse(w, r, prentice.Errorf(prentice.Denied, "the request comes from a page of another site").Try("call the API from a program"))
		return
	}
	if f.Content == nil {
		f.refuse(w, r, prentice.Errorf(prentice.Unavailable, "nothing takes files here").Try("start the server with: prentice up"))
		return
	}
	limit := http.NewResponseController(w)
	digest, err := f.Content(r, actor, r.URL.Query().Get("for"), &arriving{from: r.Body, more: func() error { return limit.SetReadDeadline(time.Now().Add(stalled)) }})
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	raw, err := json.Marshal(sent{digest})
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	writeJSON(w, raw)
}

type sent struct {
	Digest string `json:"digest"`
}

// arriving gives each part of a body its own time.
type arriving struct {
	from io.Reader
	more func() error
}

// Read implements io.Reader.
func (a *arriving) Read(to []byte) (int, error) {
	a.more() //nolint:errcheck // a connection that has no deadline has none to move
	return a.from.Read(to)
}

var _ op.Sender = (*Client)(nil)
