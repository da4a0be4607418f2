package web

import (
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	flashFor  = time.Minute
	mostFlash = 400 // bytes
)

func (s *Site) flashName(r *http.Request) string { return s.cookieName(r) + "_said" }

// setFlash leaves a sentence for the next page, signed for this session, so
// that no one else can put words into the site's mouth.
func (s *Site) setFlash(w http.ResponseWriter, r *http.Request, session, text string, now time.Time) {
	if len(text) > mostFlash {
		text = strings.ToValidUTF8(text[:mostFlash], "") + "…"
	}
	until := now.Add(flashFor)
	body := strconv.FormatInt(until.Unix(), 10) + "." + base64.RawURLEncoding.EncodeToString([]byte(text))
	s.setCookie(w, r, s.flashName(r), body+"."+sign(session, body), flashFor)
}

// takeFlash reads the sentence and removes it.
func (s *Site) takeFlash(w http.ResponseWriter, r *http.Request, session string, now time.Time) string {
	c, err := r.Cookie(s.flashName(r))
	if err != nil {
		return ""
	}
	s.dropCookie(w, r, s.flashName(r))
	parts := strings.Split(c.Value, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(parts[2]), []byte(sign(session, parts[0]+"."+parts[1]))) {
		return ""
	}
	until, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || now.Unix() > until {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	return string(text)
}

func sign(session, body string) string {
	return base64.RawURLEncoding.EncodeToString(derive(session, "flash "+body))
}
