package web

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/clip"
)

// asking is what the sign-in page shows.
type asking struct {
	Code string // of the link that was followed; "" when a token is asked for
	Next string // where to go afterwards
	SSO  bool   // a provider outside signs people in
}

func (s *Site) signInPage(w http.ResponseWriter, r *http.Request) {
	s.ask(w, r, asking{Next: localOr(r.URL.Query().Get("_next"), "/")}, nil)
}

// signInConfirm shows a button. It does not look at the code: programs that
// preview links follow them, and a code works once.
func (s *Site) signInConfirm(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	s.ask(w, r, asking{Code: r.PathValue("code"), Next: localOr(r.URL.Query().Get("_next"), "/")}, nil)
}

func (s *Site) signInCode(w http.ResponseWriter, r *http.Request) {
	s.signIn(w, r, "link", asking{Code: r.PathValue("code")}, func(ctx context.Context, _ url.Values) (string, time.Time, error) {
		return s.o.Identity.SignInCode(ctx, r.PathValue("code"), s.originOf(r))
	})
}

func (s *Site) signInToken(w http.ResponseWriter, r *http.Request) {
	s.signIn(w, r, "token", asking{}, func(ctx context.Context, form url.Values) (string, time.Time, error) {
		token := strings.TrimSpace(form.Get("token"))
		if token == "" {
			return "", time.Time{}, prentice.Errorf(prentice.Invalid, "no token was given").Try("paste a token, or open a one-time link")
		}
		return s.o.Identity.SignInToken(ctx, token, s.originOf(r))
	})
}

func (s *Site) signIn(w http.ResponseWriter, r *http.Request, way string, a asking, with func(context.Context, url.Values) (string, time.Time, error)) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, prentice.Errorf(prentice.Invalid, "the form cannot be read: %w", err))
		return
	}
	a.Next = localOr(r.PostForm.Get("_next"), "/")
	if err := s.mayTry(r); err != nil {
		s.ask(w, r, a, err)
		return
	}
	session, expires, err := with(r.Context(), r.PostForm)
	if err != nil {
		s.ask(w, r, a, s.tries.bad(s.o.Clock(), way, r, err))
		return
	}
	s.admit(w, r, session, expires)
	s.redirect(w, r, a.Next)
}

// admit gives a browser its session, and leaves with it what tells it from
// strangers at the next sign-in.
func (s *Site) admit(w http.ResponseWriter, r *http.Request, session string, expires time.Time) {
	s.setCookie(w, r, s.cookieName(r), session, expires.Sub(s.o.Clock()))
	device, err := s.o.Identity.Device(r.Context(), session)
	if err != nil {
		s.o.Log.Warn("a browser will be a stranger at the next sign-in", "err", err)
	}
	if device != "" {
		s.setCookie(w, r, s.deviceCookie(r), device, deviceLife)
	}
}

// deviceLife is longer than a device is known: its own age is in it.
const deviceLife = 400 * 24 * time.Hour

func (s *Site) deviceCookie(r *http.Request) string { return s.cookieName(r) + "_device" }

// originOf is where a request comes from, as far as the connection and the browser
// tell.
func (s *Site) originOf(r *http.Request) identity.Origin {
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	from := identity.Origin{Address: address, Agent: r.UserAgent()}
	if c, err := r.Cookie(s.deviceCookie(r)); err == nil {
		from.Device = c.Value
	}
	return from
}

// mayTry refuses an attempt to sign in that another site sent, or whose session
// the browser would not keep.
func (s *Site) mayTry(r *http.Request) error {
	if !s.sameOrigin(r) {
		return prentice.Errorf(prentice.Denied, "another site tried to sign you in, so nothing was done").Try("sign in from this page")
	}
	if origin := r.Header.Get("Origin"); s.encrypted(r) && strings.HasPrefix(origin, "http://") {
		return prentice.Errorf(prentice.Refused, "%s is not encrypted, and a session would travel in the open", clip.Text(origin)).
			Try("put TLS in front of prentice, or reach it through a tunnel to loopback")
	}
	return nil
}

func (s *Site) ask(w http.ResponseWriter, r *http.Request, a asking, err error) {
	v := s.view(r, "Sign in")
	a.SSO = s.o.Identity.HasProvider()
	v.Out = a
	status := http.StatusOK
	if err != nil {
		p := s.problemOf(r, err)
		v.Problem, status = &p, p.Status
	}
	s.renderOwn(w, status, "signin", v)
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, prentice.Errorf(prentice.Invalid, "the form cannot be read: %w", err))
		return
	}
	if err := s.ownForm(r, visitOf(r).session); err != nil {
		s.fail(w, r, err)
		return
	}
	if err := s.o.Identity.SignOut(r.Context(), visitOf(r).session); err != nil {
		s.fail(w, r, err)
		return
	}
	s.dropCookie(w, r, s.cookieName(r))
	s.redirect(w, r, "/sign-in")
}
