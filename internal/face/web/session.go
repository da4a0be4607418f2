package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"time"

	"prentice"
)

// visit is what is known of a request once someone has been recognised.
type visit struct {
	actor   prentice.Actor
	session string
	retry   *retry // what went wrong with a form of this page, if anything did
}

type visitKey struct{}

func visitOf(r *http.Request) visit {
	v, _ := r.Context().Value(visitKey{}).(visit)
	return v
}

func withVisit(r *http.Request, v visit) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
}

// known lets through only requests with a living session, and sends people
// without one to the sign-in page and from there back to where they were going.
func (s *Site) known(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := s.recognise(r)
		switch {
		case err == nil:
			v.retry = visitOf(r).retry
			next(w, withVisit(r, v))
		case prentice.KindOf(err) == prentice.Unauthenticated && r.Method == http.MethodGet && !byScript(r):
			s.redirect(w, r, "/sign-in?_next="+url.QueryEscape(r.URL.RequestURI()))
		case r.Method == http.MethodPost && s.sameOrigin(r):
			r.Body = http.MaxBytesReader(w, r.Body, mostForm)
			_ = r.ParseForm() // what cannot be read cannot be shown
			s.failWith(w, r, err, s.withoutSecrets(r.PathValue("op"), r.PostForm))
		default:
			s.fail(w, r, err)
		}
	}
}

// greeted lets everyone through, and knows anyone who is signed in.
func (s *Site) greeted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if v, err := s.recognise(r); err == nil {
			r = withVisit(r, v)
		}
		next(w, r)
	}
}

// byScript says whether a script of a page asks, which has no use for the
// sign-in page.
func byScript(r *http.Request) bool {
	return r.Header.Get("HX-Request") != "" || r.Header.Get("Sec-Fetch-Dest") == "empty"
}

func (s *Site) recognise(r *http.Request) (visit, error) {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil || c.Value == "" {
		return visit{}, prentice.Errorf(prentice.Unauthenticated, "you are not signed in").Try("sign in and do it again")
	}
	actor, err := s.o.Identity.Identify(r.Context(), c.Value)
	if err != nil {
		return visit{}, err
	}
	if !actor.Known() {
		return visit{}, prentice.Errorf(prentice.Unauthenticated, "the session belongs to no one").Try("sign in and do it again")
	}
	actor.Door = "web"
	return visit{actor: actor, session: c.Value}, nil
}

// cookieName keeps sites on different ports of one machine apart, because
// browsers do not; elsewhere the prefix makes browsers insist on TLS. With __Host- a
// cookie goes to the whole host, so that below a path, where others may have the rest of
// it, the lesser prefix must do.
func (s *Site) cookieName(r *http.Request) string {
	switch {
	case !s.encrypted(r):
		_, port, _ := net.SplitHostPort(r.Host)
		return "prentice_" + port
	case s.root() != "":
		return "__Secure-prentice"
	}
	return "__Host-prentice"
}

// setCookie keeps a value for a while. The while is told, not its end, because
// a browser's clock may be another.
func (s *Site) setCookie(w http.ResponseWriter, r *http.Request, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: s.at("/"), MaxAge: max(1, int(life/time.Second)),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.encrypted(r),
	})
}

func (s *Site) dropCookie(w http.ResponseWriter, r *http.Request, name string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Path: s.at("/"), MaxAge: -1,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.encrypted(r),
	})
}

// derive makes a value for one purpose from a session, from which no one finds
// the way back. So forms and notes need no store and no key of their own.
func derive(session, purpose string) []byte {
	mac := hmac.New(sha256.New, []byte(session))
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// csrfOf is the token that the forms of a session carry.
func csrfOf(session string) string {
	if session == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(derive(session, "csrf"))
}

// ownForm refuses a form that did not come from a page of this site and session.
func (s *Site) ownForm(r *http.Request, session string) error {
	if !s.sameOrigin(r) || subtle.ConstantTimeCompare([]byte(r.PostForm.Get("_csrf")), []byte(csrfOf(session))) != 1 {
		return prentice.Errorf(prentice.Denied, "this form did not come from a page of this session, so nothing was done").
			Try("open the page again and send the form from there")
	}
	return nil
}
