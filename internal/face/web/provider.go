package web

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// errandLife is how long someone may be away at the provider.
const errandLife = 5 * time.Minute

func (s *Site) errandCookie(r *http.Request) string { return s.cookieName(r) + "_sso" }

// providerAsk sends a browser to the provider. The state stays in a cookie, so
// that only the browser that went comes back: no one is signed in as someone
// else by a link.
func (s *Site) providerAsk(w http.ResponseWriter, r *http.Request) {
	a := asking{Next: localOr(r.URL.Query().Get("_next"), "/")}
	if err := s.tries.ask(s.o.Clock(), "sso", r); err != nil {
		s.ask(w, r, a, err)
		return
	}
	to, state, err := s.o.Identity.BeginProvider(r.Context(), s.origin(r)+s.at("/sign-in/sso/back"))
	if err != nil {
		s.ask(w, r, a, err)
		return
	}
	s.setCookie(w, r, s.errandCookie(r), state+"."+base64.RawURLEncoding.EncodeToString([]byte(a.Next)), errandLife)
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (s *Site) signInProvider(w http.ResponseWriter, r *http.Request) {
	a := asking{Next: "/"}
	state := ""
	if c, err := r.Cookie(s.errandCookie(r)); err == nil {
		var next string
		state, next, _ = strings.Cut(c.Value, ".")
		if raw, err := base64.RawURLEncoding.DecodeString(next); err == nil {
			a.Next = localOr(string(raw), "/")
		}
	}
	s.dropCookie(w, r, s.errandCookie(r))
	q := r.URL.Query()
	if state == "" || subtle.ConstantTimeCompare([]byte(state), []byte(q.Get("state"))) != 1 {
		s.ask(w, r, a, prentice.Errorf(prentice.Denied, "this browser did not ask to be signed in so").Try("begin from the sign-in page"))
		return
	}
	if refused := q.Get("error"); refused != "" {
		s.ask(w, r, a, refusalOf(refused, q.Get("error_description")))
		return
	}
	session, expires, err := s.o.Identity.SignInProvider(r.Context(), state, q.Get("code"), s.originOf(r))
	if err != nil {
		s.ask(w, r, a, s.tries.bad(s.o.Clock(), "sso", r, err))
		return
	}
	s.admit(w, r, session, expires)
	s.redirect(w, r, a.Next)
}

// refusalOf tells of an error that the provider sent a browser back with
// (https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1). Anyone can write such
// an address, so that its words are clipped and never more than words.
func refusalOf(code, description string) error {
	try := "try once more, or sign in another way"
	switch code {
	case "invalid_scope":
		try = "ask an owner to set oidc.scopes in the settings to scopes that the provider has"
	case "access_denied":
		try = "ask those who run the provider to let you use prentice, or sign in another way"
	case "unauthorized_client", "invalid_client", "invalid_request":
		try = "ask an owner to compare oidc.client_id and the redirect address with what the provider has"
	}
	if description != "" {
		return prentice.Errorf(prentice.Denied, "the provider refuses: %s (%s)", clip.Text(code), clip.Text(description)).Try("%s", try)
	}
	return prentice.Errorf(prentice.Denied, "the provider refuses: %s", clip.Text(code)).Try("%s", try)
}
