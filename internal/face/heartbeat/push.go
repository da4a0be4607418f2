package heartbeat

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// kuma answers as the push monitors of Uptime Kuma do.
func (f *Face) kuma(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p := Ping{Key: strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, kumaPath), "/"), Kind: "success", Says: q.Get("msg")}
	if q.Get("status") == "down" {
		p.Kind = "fail"
	}
	if ms, err := strconv.ParseFloat(q.Get("ping"), 64); err == nil && ms > 0 && ms < 1e11 {
		p.Took = time.Duration(ms * float64(time.Millisecond))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err := f.hear(r, p)
	if err == nil {
		answer(w, http.StatusOK, `{"ok":true}`)
		return
	}
	status, text := f.status(err)
	if status == http.StatusNotFound {
		text = "Monitor not found or not active."
	}
	said, _ := json.Marshal(map[string]any{"ok": false, "msg": text}) // texts are no trouble
	answer(w, status, string(said))
}

// gatus answers as the external endpoints of Gatus do.
func (f *Face) gatus(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		answer(w, http.StatusMethodNotAllowed, "use POST")
		return
	}
	q := r.URL.Query()
	p := Ping{Name: isGatus.FindStringSubmatch(r.URL.Path)[1], Kind: "success"}
	switch q.Get("success") {
	case "true":
	case "false":
		p.Kind, p.Says = "fail", q.Get("error")
	default:
		answer(w, http.StatusBadRequest, "missing or invalid success query parameter")
		return
	}
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if p.Key = strings.TrimSpace(token); !found || p.Key == "" {
		answer(w, http.StatusUnauthorized, "invalid Authorization header")
		return
	}
	if text := q.Get("duration"); text != "" {
		took, err := time.ParseDuration(text)
		if err != nil || took < 0 {
			answer(w, http.StatusBadRequest, "invalid duration: write one such as 10s")
			return
		}
		p.Took = took
	}
	if _, err := f.hear(r, p); err != nil {
		status, text := f.status(err)
		answer(w, status, text)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// goalert answers as the heartbeat monitors of GoAlert do.
func (f *Face) goalert(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		answer(w, http.StatusMethodNotAllowed, "use POST")
		return
	}
	if _, err := f.hear(r, Ping{Key: strings.TrimPrefix(r.URL.Path, goalertPath), Kind: "success"}); err != nil {
		status, text := f.status(err)
		answer(w, status, text)
		return
	}
	w.WriteHeader(http.StatusOK)
}
