package hook

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"prentice"
	"prentice/internal/op"
)

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

// writeProblem answers with an error, and with another status than its kind's if one
// is given. Its title is the status, as senders of webhooks know it.
func writeProblem(w http.ResponseWriter, status int, e *prentice.Error) {
	p := op.WireOf(e)
	if status != 0 {
		p.Status = status
	}
	p.Title = cmp.Or(http.StatusText(p.Status), p.Kind)
	p.Answer(w)
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
