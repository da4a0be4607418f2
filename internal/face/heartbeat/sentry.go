package heartbeat

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"prentice"
)

// noRun is the id of the run that began last.
const noRun = "00000000000000000000000000000000"

// checkIn is a check-in of Sentry.
type checkIn struct {
	ID       string   `json:"check_in_id"`
	Slug     string   `json:"monitor_slug"`
	Status   string   `json:"status"`
	Duration float64  `json:"duration"` // seconds
	Config   *monitor `json:"monitor_config"`
}

type monitor struct {
	Schedule struct {
		Type  string `json:"type"`
		Value any    `json:"value"`
		Unit  string `json:"unit"`
	} `json:"schedule"`
	Margin  int64  `json:"checkin_margin"` // minutes
	Longest int64  `json:"max_runtime"`    // minutes
	Zone    string `json:"timezone"`
}

// sentry answers check-ins of Sentry: a call with what it says in its address, or an envelope.
func (f *Face) sentry(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/") // api, project, cron or envelope, …
	if parts[2] == "envelope" {
		f.envelope(w, r)
		return
	}
	if len(parts) < 4 || len(parts) > 5 {
		answer(w, http.StatusNotFound, "not found")
		return
	}
	q, key := r.URL.Query(), sentryKey(r)
	if len(parts) > 4 {
		key = parts[4]
	}
	c := checkIn{ID: q.Get("check_in_id"), Status: q.Get("status")}
	if text := body(r); strings.HasPrefix(strings.TrimSpace(text), "{") {
		if json.Unmarshal([]byte(text), &c) != nil {
			answer(w, http.StatusBadRequest, "the body is not JSON")
			return
		}
	}
	c.Slug = parts[3]
	if !f.checkedIn(w, r, key, c) {
		return
	}
	answer(w, http.StatusAccepted, "")
}

// checkedIn hears one check-in, and answers where it is not taken.
func (f *Face) checkedIn(w http.ResponseWriter, r *http.Request, key string, c checkIn) bool {
	p, err := c.ping(key)
	if err == nil {
		_, err = f.hear(r, p)
	}
	if err == nil {
		return true
	}
	status, text := f.status(err)
	answer(w, status, text)
	return false
}

func (c checkIn) ping(key string) (Ping, error) {
	p := Ping{Key: key, Name: c.Slug, Run: strings.ToLower(strings.ReplaceAll(c.ID, "-", ""))}
	if p.Latest = p.Run == noRun; p.Latest {
		p.Run = ""
	}
	switch c.Status {
	case "in_progress":
		p.Kind = "start"
	case "ok":
		p.Kind = "success"
	case "error":
		p.Kind = "fail"
	default:
		return p, prentice.Errorf(prentice.Invalid, "status is none of in_progress, ok and error").Try("add ?status=ok")
	}
	if c.Duration > 0 && c.Duration < 1e9 {
		p.Took = time.Duration(c.Duration * float64(time.Second))
	}
	if c.Config == nil {
		return p, nil
	}
	m, err := c.Config.declared()
	p.Monitor, p.Create = &m, true
	return p, err
}

var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 30 * 24 * time.Hour, "year": 365 * 24 * time.Hour}

func (m monitor) declared() (Monitor, error) {
	out := Monitor{Zone: m.Zone, Grace: minutes(m.Margin, 1), Longest: minutes(m.Longest, 30)}
	switch value := m.Schedule.Value.(type) {
	case string:
		out.Schedule = value
	case float64:
		if unit := units[m.Schedule.Unit]; unit > 0 && value >= 1 && value <= 1000 {
			out.Every = time.Duration(value) * unit
			return out, nil
		}
		return out, prentice.Errorf(prentice.Invalid, "the interval of the schedule cannot be read").Try("write a whole number, and minute, hour, day, week, month or year")
	}
	return out, nil
}

func minutes(n, without int64) time.Duration {
	if n <= 0 || n > 525_600 {
		n = without
	}
	return time.Duration(n) * time.Minute
}

var inHeader = regexp.MustCompile(`sentry_key=([A-Za-z0-9_-]+)`)

// sentryKey is the key in a header or a query.
func sentryKey(r *http.Request) string {
	if key := r.URL.Query().Get("sentry_key"); key != "" {
		return key
	}
	for _, header := range []string{"X-Sentry-Auth", "Authorization"} {
		if m := inHeader.FindStringSubmatch(r.Header.Get(header)); m != nil {
			return m[1]
		}
	}
	return ""
}

// The most of an envelope, and of the items in it.
const (
	mostEnvelope = 1_000_000
	mostItems    = 100
)

// envelope hears the check-ins of an envelope, and passes over all else in it.
func (f *Face) envelope(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	var from io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		zipped, err := gzip.NewReader(r.Body)
		if err != nil {
			answer(w, http.StatusBadRequest, `{"detail":"the envelope is not gzip"}`)
			return
		}
		from = zipped
	}
	text, err := io.ReadAll(io.LimitReader(from, mostEnvelope+1))
	if err != nil || len(text) > mostEnvelope {
		answer(w, http.StatusRequestEntityTooLarge, `{"detail":"the envelope is longer than 1 MB, or did not arrive"}`)
		return
	}
	head, rest, _ := bytes.Cut(text, []byte("\n"))
	var top struct {
		DSN string `json:"dsn"`
	}
	_ = json.Unmarshal(head, &top) // the key may stand elsewhere
	key := sentryKey(r)
	if u, err := url.Parse(top.DSN); key == "" && err == nil && u.User != nil {
		key = u.User.Username()
	}
	id := ""
	for _, payload := range checkIns(rest) {
		var c checkIn
		if json.Unmarshal(payload, &c) != nil {
			answer(w, http.StatusBadRequest, `{"detail":"a check-in is not JSON"}`)
			return
		}
		if !f.checkedIn(w, r, key, c) {
			return
		}
		id = c.ID
	}
	said, _ := json.Marshal(map[string]string{"id": id}) // texts are no trouble
	answer(w, http.StatusOK, string(said))
}

// checkIns are the payloads of those items that are check-ins.
func checkIns(rest []byte) (list [][]byte) {
	for range mostItems {
		head, after, found := bytes.Cut(rest, []byte("\n"))
		if len(head) == 0 && !found {
			return list
		}
		var item struct {
			Type   string `json:"type"`
			Length *int   `json:"length"`
		}
		if json.Unmarshal(head, &item) != nil {
			rest = after
			continue
		}
		payload := after
		if item.Length != nil && *item.Length >= 0 && *item.Length <= len(after) {
			payload, rest = after[:*item.Length], bytes.TrimPrefix(after[*item.Length:], []byte("\n"))
		} else {
			payload, rest, _ = bytes.Cut(after, []byte("\n"))
		}
		if item.Type == "check_in" {
			list = append(list, payload)
		}
	}
	return list
}
