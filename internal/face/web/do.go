package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

// A form posts the fields of an operation's input to /do/{op}, and beside them
// what is the face's own:
//
//	_csrf     the token of the session
//	_from     the page that the form stands on, shown again when it goes wrong
//	_next     where to go when it went well; {name} is taken from the output
//	_said     what to say there
//	_key      an idempotency key, so that a form sent twice acts once
//	_name     what must be typed before something dangerous, and
//	_typed    what was
const mostForm = 1 << 20 // bytes of a form

// retry is a form that went wrong, on its way back to the page it came from.
type retry struct {
	op      string
	problem Problem
	typed   url.Values
}

func (s *Site) do(w http.ResponseWriter, r *http.Request) {
	d, err := s.opNamed(r.PathValue("op"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, prentice.Errorf(prentice.Invalid, "the form cannot be read: %w", err).Try("send less than 1 MiB"))
		return
	}
	if err := s.ownForm(r, visitOf(r).session); err != nil {
		s.fail(w, r, err)
		return
	}
	out, err := s.submit(r, d)
	switch {
	case err != nil:
		s.again(w, r, d, err)
	case d.Secret:
		s.showOnce(w, r, d, out)
	default:
		s.setFlash(w, r, visitOf(r).session, saidOf(r.PostForm.Get("_said"), d, out), s.o.Clock())
		s.redirect(w, r, next(r.PostForm, out))
	}
}

func (s *Site) opNamed(name string) (op.Op, error) {
	d, ok := s.ops[name]
	if ok && !d.Streams() && !d.Offline {
		return d, nil
	}
	e := prentice.Errorf(prentice.NotFound, "there is no form for %q", clip.Text(name))
	var known []string
	for _, o := range s.o.Ops {
		if !o.Streams() && !o.Offline {
			known = append(known, o.Name)
		}
	}
	if near := nearest.Of(name, known); near != "" {
		return op.Op{}, e.Try("the nearest word is %s", near)
	}
	return op.Op{}, e.Try("go back and use the form of the page")
}

func (s *Site) submit(r *http.Request, d op.Op) (any, error) {
	given := r.PostForm
	if name := given.Get("_name"); given.Has("_name") && strings.TrimSpace(given.Get("_typed")) != name {
		return nil, prentice.Errorf(prentice.Invalid, "%q was typed, not %q, so nothing was done", clip.Text(given.Get("_typed")), name).
			Try("type the name exactly to show that you mean it")
	}
	in, err := fill(d, given, s.o.Clock())
	if err != nil {
		return nil, err
	}
	return s.o.Door.Invoke(r.Context(), op.Request{Actor: visitOf(r).actor, Op: d.Name, In: in, Key: given.Get("_key")})
}

// again shows the page that the form came from, with what went wrong and with
// what was typed.
func (s *Site) again(w http.ResponseWriter, r *http.Request, d op.Op, err error) {
	known := visitOf(r)
	known.retry = &retry{op: d.Name, problem: s.problemOf(r, err), typed: s.withoutSecrets(d.Name, r.PostForm)}
	back := r.Clone(context.WithValue(r.Context(), visitKey{}, known))
	back.Method, back.Form, back.PostForm = http.MethodGet, nil, nil
	back.URL, _ = url.Parse(localOr(r.PostForm.Get("_from"), "/do/"+d.Name))
	if back.URL == nil || !s.canShow(back) {
		back.URL = &url.URL{Path: "/do/" + d.Name}
	}
	back.RequestURI = back.URL.RequestURI()
	s.mux.ServeHTTP(w, back)
}

// withoutSecrets is what the form of an operation held, but for what is never
// shown; of an operation that no one knows, nothing.
func (s *Site) withoutSecrets(name string, typed url.Values) url.Values {
	d, found := s.ops[name]
	if !found {
		return nil
	}
	shown := maps.Clone(typed)
	for _, f := range d.Fields() {
		if f.Secret {
			shown.Del(f.Name)
		}
	}
	return shown
}

// canShow says whether a request leads to a page of ours that knows how to show
// a form again.
func (s *Site) canShow(r *http.Request) bool {
	_, pattern := s.mux.Handler(r)
	return pattern == "GET /do/{op}" || slices.ContainsFunc(s.pages, func(p *page) bool { return pattern == "GET "+muxPath(p.Path) })
}

var fromOutput = regexp.MustCompile(`\{(\w+)\}`)

// next is where a form leads when all went well.
func next(form url.Values, out any) string {
	var known map[string]any
	if raw, err := json.Marshal(out); err == nil {
		_ = json.Unmarshal(raw, &known) // an output that is no object names nothing
	}
	to := fromOutput.ReplaceAllStringFunc(form.Get("_next"), func(name string) string {
		switch v := known[strings.Trim(name, "{}")].(type) {
		case string:
			return url.PathEscape(v)
		case float64:
			return fmt.Sprintf("%.0f", v)
		default:
			return name
		}
	})
	return localOr(to, localOr(form.Get("_from"), "/"))
}

// saidOf is the sentence that tells what a form did.
func saidOf(said string, d op.Op, out any) string {
	if said != "" {
		return said
	}
	if t, ok := out.(op.Texter); ok {
		line, _, _ := strings.Cut(strings.TrimSpace(t.Text()), "\n")
		return line
	}
	return "Done: " + d.Name
}

// form is the form of any operation, drawn from its input.
func (s *Site) form(w http.ResponseWriter, r *http.Request) {
	d, err := s.opNamed(r.PathValue("op"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := s.view(r, d.Summary)
	v.Typed = r.URL.Query()
	status := http.StatusOK
	if known := visitOf(r); known.retry != nil {
		v.Problem, v.Typed, v.TypedOp, status = &known.retry.problem, known.retry.typed, d.Name, known.retry.problem.Status
	}
	v.Out = drawn{Op: d, Fields: d.Fields(), May: v.Actor.MightAsk(d.Name, d.Role), Mean: meant(d, v.Typed), Back: localOr(v.Typed.Get("_from"), localOr(plainPath(v.Typed.Get("_next")), "/"))}
	s.renderOwn(w, status, "form", v)
}

// plainPath is a path without places that an output fills, or "".
func plainPath(p string) string {
	if strings.Contains(p, "{") {
		return ""
	}
	return p
}

// drawn is what the form of any operation is made of.
type drawn struct {
	Op     op.Op
	Fields []op.Field
	May    bool
	Back   string // where a person goes who wants nothing
	Mean   string // what must be typed to show that it is meant; "" for nothing
}

// meant is what must be typed before something that cannot be undone: the name
// of what it is about if that is known already, otherwise of the operation.
func meant(d op.Op, typed url.Values) string {
	if d.Risk != prentice.Danger {
		return ""
	}
	for _, f := range d.Fields() {
		if f.Arg == 1 && typed.Get(f.Name) != "" {
			return typed.Get(f.Name)
		}
	}
	return d.Name
}

// showOnce shows an output that must not be kept, such as a new token.
func (s *Site) showOnce(w http.ResponseWriter, r *http.Request, d op.Op, out any) {
	raw, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	text := string(raw)
	if t, ok := out.(op.Texter); ok {
		text = t.Text()
	}
	code, err := qrCode(out)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	v := s.view(r, d.Summary)
	v.Out = struct {
		Text, Next string
		Code       template.HTML
	}{text, localOr(r.PostForm.Get("_next"), "/"), code}
	s.renderOwn(w, http.StatusOK, "once", v)
}

// freshKey is an idempotency key for a form about to be shown.
func freshKey() string { return rand.Text() }
