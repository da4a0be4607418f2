package build

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/release"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/reach"
	"prentice/internal/kit/span"
)

// CanaryKind is the step kind canary: enough requests came to a version since the step began,
// and few of them went wrong, by counters that Prometheus has. With too little traffic it
// waits, and in the end says that nothing is decided, so that a person does.
type CanaryKind struct{}

var canaryAttributes = []string{"prometheus", "requests", "failures", "least", "most", "within", "every", "id", "risk", "where", "if", "each"}

// The usual values of a canary.
const (
	usualLeast  = 100 // requests
	usualShare  = "1%"
	usualWithin = 30 * time.Minute
	usualEvery  = 15 * time.Second
)

// Name implements prentice.StepKind.
func (CanaryKind) Name() string { return "canary" }

// Needs implements prentice.StepKind.
func (CanaryKind) Needs() prentice.StepNeeds { return prentice.StepNeeds{Budget: []string{"within"}} }

// Doc implements prentice.Documented.
func (CanaryKind) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About: "Enough requests came since the step began, and few of them went wrong. With too little traffic it waits, and at the end nothing is decided: the run is uncertain, what was done stays, and a person decides.",
		Attributes: []prentice.Attribute{
			{Name: "prometheus", About: "The address of the Prometheus that is asked, such as http://metrics:9090."},
			{Name: "requests", About: "The query for all requests, a counter: sum(http_requests_total{version=\"2\"})."},
			{Name: "failures", About: "The query for those that went wrong, a counter. One that finds nothing is not none: write … or vector(0)."},
			{Name: "least", About: "How many requests decide; without it 100."},
			{Name: "most", About: "How many of them may go wrong, such as 0.5%; without it 1%."},
			{Name: "within", About: "How long it waits for traffic; without it 30m."},
			{Name: "every", About: "How often it looks; without it every 15s."},
		},
	}
}

// canary is what a step says.
type canary struct {
	server        *url.URL
	asks          [2]string // for requests and for failures
	need          release.Enough
	within, every time.Duration
}

func canaryOf(attrs map[string]string) (c canary, err error) {
	c = canary{asks: [2]string{attrs["requests"], attrs["failures"]}, need: release.Enough{Least: usualLeast}, within: usualWithin, every: usualEvery}
	if c.server, err = url.Parse(attrs["prometheus"]); err != nil || c.server.Host == "" || c.server.Scheme != "http" && c.server.Scheme != "https" || c.server.User != nil {
		return c, prentice.Errorf(prentice.Invalid, "prometheus=%q is no address of a Prometheus", attrs["prometheus"]).Try("write prometheus=http://metrics:9090")
	}
	for _, name := range []string{"requests", "failures"} {
		if strings.TrimSpace(attrs[name]) == "" {
			return c, prentice.Errorf(prentice.Invalid, "a canary step has no query for %s", name).Try(`write %s='sum(http_requests_total{version="2"})'`, name)
		}
	}
	if text := attrs["least"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return c, prentice.Errorf(prentice.Invalid, "least=%q is not a number of requests", text).Try("write least=200; what no one asked decides nothing")
		}
		c.need.Least = float64(n)
	}
	most := attrs["most"]
	if most == "" {
		most = usualShare
	}
	share, err := strconv.ParseFloat(strings.TrimSuffix(most, "%"), 64)
	if !strings.HasSuffix(most, "%") || err != nil || !(share >= 0 && share < 100) {
		return c, prentice.Errorf(prentice.Invalid, "most=%q is no share from 0%% to less than 100%%", most).Try("write most=1%%")
	}
	c.need.Most = share / 100
	for name, to := range map[string]*time.Duration{"within": &c.within, "every": &c.every} {
		if text := attrs[name]; text != "" {
			if *to, err = span.Parse(text); err != nil || *to < 10*time.Millisecond || *to > 24*time.Hour {
				return c, prentice.Errorf(prentice.Invalid, "%s=%q is not a time from 10ms to 24h", name, text).Try("write it like 15s or 30m")
			}
		}
	}
	return c, nil
}

// Lint implements prentice.StepKind.
func (CanaryKind) Lint(s prentice.StepSpec) []prentice.Finding {
	var findings []prentice.Finding
	fail := func(hint, text string, args ...any) {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf(text, args...), Hint: hint})
	}
	for _, u := range nearest.Unknown(s.Attrs, canaryAttributes) {
		fail(u.Hint, "a canary step has no attribute %q", u.Word)
	}
	if strings.TrimSpace(s.Body) != "" {
		fail("take the lines out", "a canary step has no body")
	}
	if s.Section != prentice.Verify {
		fail("put it under Verify", "a canary step verifies what was done")
	}
	if s.Where == "target" {
		fail("leave where out: the queries say of which hosts", "a canary step asks Prometheus, and not a target")
	}
	plain := map[string]string{}
	for name, value := range s.Attrs {
		if plain[name] = value; strings.Contains(value, "${") { // it is looked at again when it has its value
			plain[name] = map[string]string{"prometheus": "http://later", "requests": "later", "failures": "later"}[name]
		}
	}
	if _, err := canaryOf(plain); err != nil {
		fail(prentice.HintOf(err), "%s", textOf(err))
	}
	return findings
}

// Says implements prentice.StepKind.
func (CanaryKind) Says(s prentice.PlannedStep) string {
	c, err := canaryOf(s.Attrs)
	if err != nil {
		return "a canary: " + err.Error()
	}
	return fmt.Sprintf("of at least %.0f requests within %s, at most %.3g%% go wrong, as %s says", c.need.Least, c.within, 100*c.need.Most, c.server.Redacted())
}

// Apply implements prentice.StepKind.
func (CanaryKind) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	c, err := canaryOf(w.Step.Attrs)
	if err != nil {
		return prentice.Outcome{}, err
	}
	log := w.Log
	if log == nil {
		log = io.Discard
	}
	end := time.Now().Add(c.within)
	var came, last release.Traffic
	began, told := false, ""
	for {
		truth, says := prentice.NotSeen, ""
		switch now, err := c.look(ctx); {
		case ctx.Err() != nil:
			return prentice.Outcome{}, prentice.Errorf(prentice.Canceled, "the wait for traffic was stopped")
		case err != nil:
			says = err.Error()
		default:
			if began {
				came = came.Plus(now.Since(last))
			}
			began, last = true, now
			truth, says = c.need.Judge(came)
		}
		if says != told {
			fmt.Fprintln(log, says) //nolint:errcheck // what came does not depend on our log
			told = says
		}
		switch {
		case truth != prentice.NotSeen:
			return prentice.Outcome{OK: truth == prentice.Pass, Says: says}, nil
		case !time.Now().Before(end):
			return prentice.Outcome{Undecided: true, Says: fmt.Sprintf("nothing is decided after %s: %s; look at it yourself, then deploy it again once there is traffic, or the release before", c.within, says)}, nil
		}
		span.Wait(ctx, min(c.every, max(time.Until(end), time.Millisecond)))
	}
}

// Done implements prentice.StepKind: a wait that was interrupted is not over.
func (CanaryKind) Done(context.Context, prentice.Work) (prentice.Answer, error) {
	return prentice.No, nil
}

var metrics = http.Client{
	Timeout:       10 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableKeepAlives: true},
}

// look asks for both counters. Nothing that is missing is taken for none.
func (c canary) look(ctx context.Context) (t release.Traffic, err error) {
	for i, to := range []*float64{&t.Requests, &t.Failures} {
		if *to, err = c.ask(ctx, c.asks[i]); err != nil {
			return t, fmt.Errorf("%s of %s: %w", []string{"requests", "failures"}[i], c.server.Redacted(), err)
		}
	}
	return t, nil
}

// ask is the sum of what a query finds now.
func (c canary) ask(ctx context.Context, query string) (float64, error) {
	at := c.server.JoinPath("api/v1/query")
	at.RawQuery = url.Values{"query": {query}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return 0, err
	}
	answer, err := metrics.Do(r)
	if err != nil {
		return 0, prentice.Errorf(prentice.Unavailable, "%s", reach.Why(err))
	}
	defer answer.Body.Close()
	var said struct {
		Status, Error string
		Data          struct {
			ResultType string
			Result     json.RawMessage
		}
	}
	const mostAnswered = 1 << 20
	if err := json.NewDecoder(io.LimitReader(answer.Body, mostAnswered)).Decode(&said); err != nil {
		return 0, prentice.Errorf(prentice.Unavailable, "it answered %s, and no JSON", answer.Status)
	}
	if said.Status != "success" {
		return 0, prentice.Errorf(prentice.Invalid, "it answered %s: %.200q", answer.Status, said.Error)
	}
	return sumOf(said.Data.ResultType, said.Data.Result)
}

// sumOf adds up a vector or is a scalar, as the API of Prometheus writes them.
func sumOf(kind string, raw json.RawMessage) (sum float64, err error) {
	type sample struct{ Value [2]any }
	var all []sample
	switch kind {
	case "vector":
		err = json.Unmarshal(raw, &all)
	case "scalar":
		all = make([]sample, 1)
		err = json.Unmarshal(raw, &all[0].Value)
	default:
		return 0, prentice.Errorf(prentice.Invalid, "the query gives a %.20q, and not numbers of now", kind)
	}
	if err != nil {
		return 0, prentice.Errorf(prentice.Unavailable, "its answer cannot be read: %w", err)
	}
	if len(all) == 0 {
		return 0, prentice.Errorf(prentice.NotFound, "the query finds nothing, and nothing is not none: write … or vector(0) where it is")
	}
	for _, s := range all {
		text, _ := s.Value[1].(string)
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < 0 {
			return 0, prentice.Errorf(prentice.Invalid, "the query finds %.20q, which counts nothing", text)
		}
		sum += n
	}
	return sum, nil
}

var (
	_ prentice.StepKind   = CanaryKind{}
	_ prentice.Documented = CanaryKind{}
)
