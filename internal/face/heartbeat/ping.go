package heartbeat

import (
	"net/http"
	"strconv"
	"strings"
)

// ping answers as healthchecks does.
func (f *Face) ping(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Ping-Body-Limit", "10000")
	p, ok := pinged(r.URL.Path)
	if !ok {
		answer(w, http.StatusBadRequest, "invalid url format")
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut:
	case http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		h.Set("Allow", "GET, HEAD, POST")
		answer(w, http.StatusMethodNotAllowed, "use HEAD, GET or POST")
		return
	}
	q := r.URL.Query()
	if q.Has("rid") {
		if p.Run = strings.ToLower(q.Get("rid")); !isUUID.MatchString(p.Run) {
			answer(w, http.StatusBadRequest, "invalid uuid format")
			return
		}
	}
	p.Create = p.Name != "" && q.Get("create") == "1"
	p.Body = body(r)
	created, err := f.hear(r, p)
	switch {
	case err != nil:
		status, text := f.status(err)
		answer(w, status, text)
	case created:
		answer(w, http.StatusCreated, "Created")
	default:
		answer(w, http.StatusOK, "OK")
	}
}

// pinged is what an address says.
func pinged(path string) (p Ping, ok bool) {
	parts := strings.Split(strings.Trim(strings.TrimPrefix(path, strings.TrimSuffix(pingPath, "/")), "/"), "/")
	p.Key, p.Kind = parts[0], "success"
	rest := parts[1:]
	if !isUUID.MatchString(p.Key) {
		if len(rest) == 0 {
			return p, false
		}
		p.Name, rest = rest[0], rest[1:]
	}
	switch {
	case len(rest) == 0:
		return p, true
	case len(rest) > 1:
		return p, false
	case rest[0] == "start" || rest[0] == "fail" || rest[0] == "log":
		p.Kind = rest[0]
		return p, true
	}
	code, err := strconv.ParseUint(rest[0], 10, 16)
	if err != nil || code > 255 {
		return p, false
	}
	if p.Code = int(code); code > 0 {
		p.Kind = "fail"
	}
	return p, true
}
