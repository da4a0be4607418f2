package preview

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/preview"
)

// enters answers what lets people in, and says whether it did.
func (f *Face) enters(w http.ResponseWriter, r *http.Request, rest string, place preview.Place, missing error) bool {
	code := r.URL.Query().Get("code")
	token, link := strings.CutPrefix(rest, "link/")
	switch {
	case rest == "enter" && r.Method == http.MethodGet:
		f.admit(w, r, missing, func() (string, time.Time, error) {
			return f.Desk.Enter(r.Context(), code, f.hostOf(r), place)
		})
	case link && (r.Method == http.MethodGet || r.Method == http.MethodPost):
		if r.Method == http.MethodGet && missing == nil {
			if asks, err := f.Desk.Asks(r.Context(), token, place); err == nil && asks {
				// Programs that show what is behind a link follow it, and each use counts.
				f.page(w, r, http.StatusOK, shown{Title: "A preview was shared with you", Says: "The link lets a few people in. Open the preview to be one of them.", Button: "Open the preview"})
				return true
			}
		}
		f.admit(w, r, missing, func() (string, time.Time, error) {
			return f.Desk.Follow(r.Context(), token, f.hostOf(r), place)
		})
	case rest == "leave" && r.Method == http.MethodPost:
		f.setCookie(w, r, "", -1)
		f.page(w, r, http.StatusOK, shown{Title: "You have left", Says: "This browser may not look at the preview any more."})
	default:
		return false
	}
	return true
}

// admit gives a browser its pass and sends it on, so that neither code nor token stays in
// an address. What does not let in is refused with the same words, whatever is wrong.
func (f *Face) admit(w http.ResponseWriter, r *http.Request, missing error, pass func() (string, time.Time, error)) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	var sealed string
	var ends time.Time
	err := missing
	if err == nil {
		sealed, ends, err = pass()
	}
	switch kind := prentice.KindOf(err); {
	case err == nil:
	case kind == prentice.Unauthenticated || kind == prentice.NotFound:
		f.page(w, r, http.StatusForbidden, shown{Title: "This link does not let you in", Says: "It is over, was used up or taken back, or is not whole. Ask the person who gave it to you for another; who has an account signs in at the address itself.", Home: true})
		return
	default:
		f.broken(w, r, err)
		return
	}
	f.setCookie(w, r, sealed, ends.Sub(f.Clock()))
	to := r.URL.Query().Get("to")
	if !local(to) {
		to = "/"
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// local says whether a path leads to this very host, whatever a browser makes of it.
func local(p string) bool {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || len(p) > 2000 || strings.HasPrefix(p, own) {
		return false
	}
	_, err := url.ParseRequestURI(p)
	return err == nil && !strings.ContainsFunc(p, func(r rune) bool { return r <= 0x20 || r >= 0x7f || r == '\\' })
}

// secure says whether cookies are for https alone.
func (f *Face) secure() bool { return f.Domain.Scheme == "https" }

// cookie is the name of the pass. Browsers do not keep the ports of one machine apart.
func (f *Face) cookie(r *http.Request) string {
	if f.secure() {
		return "__Host-prentice_preview"
	}
	_, port, _ := net.SplitHostPort(r.Host)
	return "prentice_preview_" + port
}

func (f *Face) setCookie(w http.ResponseWriter, r *http.Request, value string, life time.Duration) {
	age := -1
	if life > 0 {
		age = max(1, int(life/time.Second))
	}
	http.SetCookie(w, &http.Cookie{Name: f.cookie(r), Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: f.secure()})
}

// ours answers for the paths that an environment is never asked for.
func (f *Face) ours(w http.ResponseWriter, r *http.Request, rest string, v preview.Visit) {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case rest == "banner.js" && r.Method == http.MethodGet:
		f.bannerScript(w, r, v)
	case f.Feedback != nil && (rest == "feedback" || strings.HasPrefix(rest, "feedback/")):
		f.Feedback.ServeHTTP(w, r)
	default:
		f.page(w, r, http.StatusNotFound, shown{Title: "There is no such page", Says: "What begins with " + own + " is of prentice, and the preview is not asked for it.", Home: true})
	}
}
