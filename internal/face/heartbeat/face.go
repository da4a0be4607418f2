package heartbeat

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/op"
)

// Desk is what listens.
type Desk interface {
	Hear(ctx context.Context, p Ping) (created bool, err error)
}

// Ping is what a job sent, as it was sent.
type Ping struct {
	Key     string
	Name    string // of the job, where the key is the team's
	Create  bool   // where there is no such job
	Post    bool
	Kind    string // success, start, fail or log
	Run     string
	Latest  bool // it is of the run that began last
	Code    int
	Took    time.Duration
	Says    string
	Body    string
	Monitor *Monitor // how the job is to be declared; nil where nothing is said
}

// Monitor is a job as its sender declares it.
type Monitor struct {
	Schedule, Zone        string
	Every, Grace, Longest time.Duration
}

// Config is what the face needs.
type Config struct {
	Desk   Desk
	Checks Checks
	Log    *slog.Logger
}

// New is the face as a handler.
func New(c Config) *Face { return &Face{c} }

// Face answers pings.
type Face struct{ Config }

var (
	isUUID   = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	isKey    = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
	isSentry = regexp.MustCompile(`^/api/[^/]+/(cron/.+|envelope/?)$`)
	isGatus  = regexp.MustCompile(`^/api/v1/endpoints/([^/]+)/external$`)
)

// The beginnings of addresses.
const (
	kumaPath    = "/api/push/"
	goalertPath = "/api/v2/heartbeat/"
	pingPath    = "/ping/"
)

// Claims says whether an address is one of these.
func Claims(path string) bool {
	for _, prefix := range []string{pingPath, kumaPath, goalertPath} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return isUUID.MatchString(first) || isKey.MatchString(first) && rest != "" || isGatus.MatchString(path) || isSentry.MatchString(path) || isChecks.MatchString(path)
}

// ServeHTTP implements http.Handler.
func (f *Face) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, kumaPath):
		f.kuma(w, r)
	case strings.HasPrefix(path, goalertPath):
		f.goalert(w, r)
	case isGatus.MatchString(path):
		f.gatus(w, r)
	case isChecks.MatchString(path):
		f.checks(w, r)
	case isSentry.MatchString(path):
		f.sentry(w, r)
	default:
		f.ping(w, r)
	}
}

// The most that is read of a body, and that is passed over behind it.
const (
	mostBody = 100_000
	mostRest = 1_000_000
)

// body is the beginning of what is sent. What is behind it is passed over, up to a bound, so
// that who sends it hears the answer; where it does not arrive, the ping counts without it.
func body(r *http.Request) string {
	if r.Body == nil {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
	if err == nil {
		_, _ = io.CopyN(io.Discard, r.Body, mostRest) // what is not sent is not missed
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

// hear asks the desk. The sender may be gone before it is written down.
func (f *Face) hear(r *http.Request, p Ping) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 30*time.Second)
	defer cancel()
	p.Post = r.Method == http.MethodPost
	return f.Desk.Hear(ctx, p)
}

// status is the code and the text of an answer to what went wrong.
func (f *Face) status(err error) (int, string) {
	e, known := errors.AsType[*prentice.Error](err)
	switch {
	case !known || e.Kind == prentice.Internal:
		f.Log.Error("a ping was not taken", "err", err)
		return http.StatusInternalServerError, "something broke inside prentice"
	case e.Kind == prentice.NotFound:
		return http.StatusNotFound, "not found"
	case e.Kind == prentice.Invalid:
		return http.StatusBadRequest, e.Text
	}
	return op.ProblemOf(e.Kind).Status, e.Text
}

func answer(w http.ResponseWriter, status int, text string) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // anyone who has gone hears nothing
}
