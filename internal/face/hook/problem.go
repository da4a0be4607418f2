package hook

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// problem is an error on the wire (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
	Kind   string `json:"kind"`
}

// withStatus is an error that wants another status than its kind's.
type withStatus struct {
	is     *prentice.Error
	status int
}

// Error is the error's own sentence.
func (e withStatus) Error() string { return e.is.Error() }

// Unwrap gives the error itself.
func (e withStatus) Unwrap() error { return e.is }

// checked is what the ground says of an event. What is too large is 413 here.
func checked(e prentice.Event) error {
	err := e.Check()
	if own, ok := errors.AsType[*prentice.Error](err); ok && own.Kind == prentice.Limited {
		return withStatus{own, http.StatusRequestEntityTooLarge}
	}
	return err
}

// refuse answers with an error. One that is not ours tells nothing of what is
// inside.
func (f *face) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if s, ok := errors.AsType[withStatus](err); ok {
		writeProblem(w, s.status, s.is)
		return
	}
	e, ok := errors.AsType[*prentice.Error](err)
	if !ok {
		f.Log.Error("webhook broke", "path", r.URL.Path, "err", err)
		e = prentice.Errorf(prentice.Internal, "something broke inside prentice").Try("read its log and report it")
	}
	writeProblem(w, 0, e)
}

func writeProblem(w http.ResponseWriter, status int, e *prentice.Error) {
	if status == 0 {
		status = op.ProblemOf(e.Kind).Status
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="prentice"`)
	}
	title := http.StatusText(status)
	if title == "" {
		title = e.Kind.String()
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	p := problem{"urn:prentice:error:" + e.Kind.String(), title, status, e.Text, e.Hint, e.Kind.String()}
	_ = json.NewEncoder(w).Encode(p) // anyone who has gone hears nothing
}

func wrongMethod(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", http.MethodPost)
	writeProblem(w, http.StatusMethodNotAllowed, prentice.Errorf(prentice.Invalid, "%s is not a way to send events", clip(r.Method)).Try("use POST"))
}

// invalid is a request that must be changed.
func invalid(hint, format string, args ...any) error {
	return prentice.Errorf(prentice.Invalid, format, args...).Try("%s", hint)
}

// clip keeps a stranger's text from filling a message.
func clip(s string) string { return clipTo(s, 80) }

func clipTo(s string, most int) string {
	s = strings.ToValidUTF8(s[:min(len(s), 4*most)], "")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
