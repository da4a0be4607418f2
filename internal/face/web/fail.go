package web

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// Problem is an error as a page shows it: what is wrong, with the value, what
// it means and what to do.
type Problem struct {
	Kind   string // of the error
	Status int
	Title  string
	Text   string
	Hint   string
	Number string // to be quoted when it is a fault of ours
	Again  time.Duration
}

// problemOf turns an error into what a person can use. The text of a fault of
// ours goes to the log, under a number that the person is shown.
func (s *Site) problemOf(r *http.Request, err error) Problem {
	kind := prentice.KindOf(err)
	means := op.ProblemOf(kind)
	p := Problem{Kind: kind.String(), Status: means.Status, Title: means.Title, Again: means.Again, Text: sentence(err), Hint: prentice.HintOf(err)}
	if kind != prentice.Internal || p.Hint != "" { // the door has put it into words already
		return p
	}
	p.Number = rand.Text()[:8]
	p.Text, p.Hint = "The page could not be made. Nothing that you see elsewhere is changed by that.", "go back and try again; if it stays, report the number "+p.Number
	s.o.Log.Error("request failed", "number", p.Number, "method", r.Method, "path", r.URL.Path, "err", err)
	return p
}

// sentence is an error's text without its hint, which is shown apart.
func sentence(err error) string {
	var e *prentice.Error
	if errors.As(err, &e) && e.Error() == err.Error() {
		at := e.At.String()
		if at != "" {
			at += ": "
		}
		return at + e.Text
	}
	text := err.Error()
	if hint := prentice.HintOf(err); hint != "" {
		text = strings.TrimSuffix(text, ": "+hint)
	}
	return text
}

// fail shows a problem as a page of its own.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) { s.failWith(w, r, err, nil) }

// failWith shows a problem, and beside it what someone had typed, so that it
// can be copied and is not lost.
func (s *Site) failWith(w http.ResponseWriter, r *http.Request, err error, typed url.Values) {
	p := s.problemOf(r, err)
	if p.Again > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(p.Again.Seconds())))
	}
	v := s.view(r, p.Title)
	v.Problem = &p
	if s.hasPage("/explain") {
		v.Explain = "/explain/error/" + p.Kind
	}
	for key, values := range typed {
		if text := strings.TrimSpace(strings.Join(values, "\n")); text != "" && !strings.HasPrefix(key, "_") {
			v.Typed[key] = []string{text}
		}
	}
	s.renderOwn(w, p.Status, "problem", v)
}

// renderOwn writes one of the site's own pages. If even that fails, plain words
// must do.
func (s *Site) renderOwn(w http.ResponseWriter, status int, name string, v View) {
	var b strings.Builder
	if err := s.own[name].ExecuteTemplate(&b, "layout", v); err != nil {
		s.o.Log.Error("page of the site itself", "name", name, "err", err)
		http.Error(w, v.Title, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, render.Visible(b.String()))
}

// caught turns a panic into the page of a fault of ours.
func (s *Site) caught(w http.ResponseWriter, r *http.Request) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	s.o.Log.Error("panic", "path", r.URL.Path, "cause", cause, "stack", string(debug.Stack()))
	s.fail(w, r, prentice.Errorf(prentice.Internal, "panic: %v", cause))
}
