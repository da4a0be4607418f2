package web

import (
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"image/color"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/op"
)

// passkeyAsk begins a sign-in with a passkey: the question, as JSON, for the
// page's script.
func (s *Site) passkeyAsk(w http.ResponseWriter, r *http.Request) {
	err := s.mayTry(r)
	if err == nil {
		err = s.tries.ask(s.o.Clock(), "passkey", r)
	}
	if err != nil {
		s.sayJSON(w, r, nil, err)
		return
	}
	asked, err := s.o.Identity.BeginPasskeySignIn(r.Context(), s.origin(r))
	s.sayJSON(w, r, asked, err)
}

func (s *Site) signInPasskey(w http.ResponseWriter, r *http.Request) {
	s.signIn(w, r, "passkey", asking{}, func(ctx context.Context, form url.Values) (string, time.Time, error) {
		return s.o.Identity.SignInPasskey(ctx, identity.CeremonyAnswer{Ceremony: form.Get("ceremony"), Answer: form.Get("answer")}, s.originOf(r))
	})
}

func (s *Site) signInPassword(w http.ResponseWriter, r *http.Request) {
	s.signIn(w, r, "password", asking{}, func(ctx context.Context, form url.Values) (string, time.Time, error) {
		in := identity.PasswordSignIn{Name: strings.TrimSpace(form.Get("name")), Password: form.Get("password"), Code: form.Get("code")}
		return s.o.Identity.SignInPassword(ctx, in, s.originOf(r))
	})
}

// askOp performs an operation for a script of a page, which wants its output as
// JSON. It asks of the request what a form is asked.
func (s *Site) askOp(w http.ResponseWriter, r *http.Request) {
	d, err := s.opNamed(r.PathValue("op"))
	if err != nil {
		s.sayJSON(w, r, nil, err)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	if err := r.ParseForm(); err != nil {
		s.sayJSON(w, r, nil, prentice.Errorf(prentice.Invalid, "the form cannot be read: %w", err))
		return
	}
	if err := s.ownForm(r, visitOf(r).session); err != nil {
		s.sayJSON(w, r, nil, err)
		return
	}
	out, err := s.submit(r, d)
	s.sayJSON(w, r, out, err)
}

func (s *Site) sayJSON(w http.ResponseWriter, r *http.Request, out any, err error) {
	status := http.StatusOK
	if err != nil {
		p := s.problemOf(r, err)
		out, status = map[string]string{"text": p.Text, "hint": p.Hint}, p.Status
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // a reader who has gone is no fault of ours
}

// qrCode draws what a phone is to read, dark on light in both themes, with the
// quiet zone that scanners need.
func qrCode(out any) (template.HTML, error) {
	scan, ok := out.(op.Scanner)
	if !ok {
		return "", nil
	}
	code, err := qr.Encode(scan.QR(), qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("draw a code: %w", err)
	}
	const quiet = 4
	var dark strings.Builder
	size := code.Bounds().Dx()
	for y := range size {
		for x := range size {
			if code.At(x, y) == color.Black {
				fmt.Fprintf(&dark, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	whole := size + 2*quiet
	return template.HTML(fmt.Sprintf(`<svg class="qr" role="img" aria-label="The same as a code for a phone" viewBox="0 0 %d %d" width="240" height="240" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`,
		whole, whole, whole, whole, dark.String())), nil
}
