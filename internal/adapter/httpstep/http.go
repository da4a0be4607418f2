// Package httpstep is the step kind http: one request to a service, and what
// its answer must be.
//
// The request carries an Idempotency-Key made of the run, the step and the
// target, so that a server which knows such keys does the thing once however
// often it is asked. Runs are told apart across installations and restores, in
// which their numbers come again. Redirects are not followed: a plan names where it goes. When
// the request was sent and no answer came, the step does not guess: no one knows
// how far it came.
//
// It refuses secrets in attributes, which everyone can read in the plan; the
// attribute bearer names one whose value is sent as a bearer token.
package httpstep

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"prentice"
	"prentice/internal/kit/capture"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/reach"
	"prentice/internal/kit/span"
	"prentice/internal/kit/variable"
)

// DefaultTimeout is how long a step waits for its answer when it has no timeout.
const DefaultTimeout = 10 * time.Second

// mostLogged is how much of an answer's body is kept in the log.
const mostLogged = 4 << 10

// Kind is the step kind. Its zero value works.
type Kind struct{}

// New is the step kind.
func New() *Kind { return &Kind{} }

var client = http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableKeepAlives: true, ForceAttemptHTTP2: true, MaxResponseHeaderBytes: 64 << 10},
}

// Name implements prentice.StepKind.
func (*Kind) Name() string { return "http" }

// Needs implements prentice.StepKind.
func (*Kind) Needs() prentice.StepNeeds { return prentice.StepNeeds{Asks: true} }

// Says implements prentice.StepKind.
func (*Kind) Says(s prentice.PlannedStep) string {
	wants := "a 2xx"
	if s.Attrs["status"] != "" {
		wants = s.Attrs["status"]
	}
	body := ""
	if s.Body != "" {
		body = fmt.Sprintf(" with %d bytes", len(s.Body))
	}
	return fmt.Sprintf("%s %s%s answers %s", method(s.Attrs), shown(s.Attrs["url"]), body, wants)
}

// Apply implements prentice.StepKind.
func (*Kind) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	return send(ctx, w, w.Step)
}

// Done implements prentice.StepKind. It asks the procedure's question, if that is
// a request too. Without a question it does not know, except that a method which
// is idempotent (RFC 9110, section 9.2.2) may always be sent again: then it
// answers No.
func (k *Kind) Done(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	question := w.Step.Done
	switch {
	case question == nil && idempotent(method(w.Step.Attrs)):
		return prentice.No, nil
	case question == nil:
		return prentice.Unknown, nil
	case question.Kind != k.Name():
		return prentice.Unknown, prentice.Errorf(prentice.Invalid, "the done? question of step %s is a block of kind %s", w.Step.ID, question.Kind).Try("ask it with an http block")
	}
	out, err := send(ctx, w, *question)
	switch {
	case err != nil:
		return prentice.Unknown, err
	case out.OK:
		return prentice.Yes, nil
	case out.Code == 0: // no one answered the question
		return prentice.Unknown, prentice.Errorf(prentice.Unavailable, "the done? question of step %s: %s", w.Step.ID, out.Says)
	default:
		return prentice.No, nil
	}
}

// send makes one request and judges the answer.
func send(ctx context.Context, w prentice.Work, step prentice.PlannedStep) (prentice.Outcome, error) {
	wanted, err := read(step.Attrs)
	if err != nil {
		return prentice.Outcome{}, err
	}
	if step.Timeout == "" { // else its own time is that of the context
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, wanted.timeout)
		defer cancel()
	}
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }})
	r, err := request(ctx, w, step)
	if err != nil {
		return prentice.Outcome{}, err
	}
	log := w.Log
	if log == nil {
		log = io.Discard
	}
	fmt.Fprintf(log, "%s %s\n", r.Method, r.URL.Redacted())
	answer, err := client.Do(r)
	if err != nil {
		return unanswered(r, sent.Load(), err)
	}
	defer answer.Body.Close()
	fmt.Fprintf(log, "%s %s\n", answer.Proto, answer.Status)
	most := int64(mostLogged)
	if len(step.Out) > 0 {
		most = capture.MostPrinted + 1
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, most))
	log.Write(body[:min(len(body), mostLogged)]) //nolint:errcheck // what the server did does not depend on our log
	if err != nil {
		fmt.Fprintf(log, "\nthe rest of the answer did not come: %s\n", reach.Why(err))
	}
	out := prentice.Outcome{Code: answer.StatusCode, OK: answer.StatusCode == wanted.status || wanted.status == 0 && answer.StatusCode/100 == 2}
	if len(step.Out) > 0 {
		out.Response = &prentice.Response{Status: answer.StatusCode, Header: answer.Header.Get, Body: string(body), Long: err != nil || len(body) > capture.MostPrinted}
	}
	out.Says = mask.String(fmt.Sprintf("%s %s answered %s%s", r.Method, r.URL.Redacted(), answer.Status, ledTo(answer)), w.Secrets)
	return out, nil
}

// unanswered is a request without an answer. If it may have been read, only a
// method that is safe (RFC 9110, section 9.2.1) leaves no doubt.
func unanswered(r *http.Request, sent bool, err error) (prentice.Outcome, error) {
	says := fmt.Sprintf("%s %s: %s", r.Method, r.URL.Redacted(), reach.Why(err))
	if sent && !safe(r.Method) {
		return prentice.Outcome{}, prentice.Errorf(prentice.Unavailable, "%s, after the request was sent", says).Try("look whether it happened")
	}
	return prentice.Outcome{Says: says}, nil
}

// request is the planned request for one target.
func request(ctx context.Context, w prentice.Work, step prentice.PlannedStep) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method(step.Attrs), step.Attrs["url"], strings.NewReader(step.Body))
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "step %s: %w", step.ID, err).Try("write url=http://host:port/path")
	}
	r.Header.Set("User-Agent", "prentice")
	if step.Body != "" {
		r.Header.Set("Content-Type", contentType(step.Body))
	}
	r.Header.Set("Idempotency-Key", key(w, step))
	for _, name := range slices.Sorted(maps.Keys(step.Attrs)) {
		if header, found := strings.CutPrefix(name, "header."); found {
			r.Header.Set(header, step.Attrs[name])
		}
	}
	if secret := step.Attrs["bearer"]; secret != "" {
		value, found := lookup(w.Env, secret)
		if !found || w.Plan != nil && !slices.Contains(w.Plan.Secrets, secret) { // what is no secret stands in the plan, and is not masked
			return nil, prentice.Errorf(prentice.Refused, "step %s needs the secret %q, which it was not given", step.ID, secret).Try("add it to secrets: in the procedure's front matter")
		}
		r.Header.Set("Authorization", "Bearer "+value)
	}
	return r, nil
}

// key names what is to be done, the same at every attempt.
func key(w prentice.Work, step prentice.PlannedStep) string {
	k := string(w.Run) + "/" + w.Nonce + "/" + step.ID
	if w.Target.Ref != "" {
		k += "/" + string(w.Target.Ref)
	}
	return k
}

// lookup finds a secret's value under the name that steps know it by.
func lookup(env []string, secret string) (string, bool) {
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, variable.Of(secret)+"="); ok {
			return v, true
		}
	}
	return "", false
}

func ledTo(answer *http.Response) string {
	to, err := answer.Location()
	if err != nil {
		return ""
	}
	return " and leads to " + to.Redacted() + ", where it was not followed"
}

// wanted is what a step's attributes ask for.
type wanted struct {
	status  int
	timeout time.Duration
}

// read reads the attributes. timeout is one of a plan from before it was one of every step.
func read(attrs map[string]string) (w wanted, err error) {
	w.timeout = DefaultTimeout
	if text := attrs["timeout"]; text != "" {
		if w.timeout, err = span.Parse(text); err != nil || w.timeout <= 0 {
			return w, prentice.Errorf(prentice.Invalid, "timeout=%q is not a time", text).Try("write timeout=10s")
		}
	}
	if text := attrs["status"]; text != "" {
		if w.status, err = strconv.Atoi(text); err != nil || w.status < 100 || w.status > 599 {
			return w, prentice.Errorf(prentice.Invalid, "status=%q is not a status from 100 to 599", text).Try("write status=204, or leave it out for any 2xx")
		}
	}
	return w, nil
}

var _ prentice.StepKind = (*Kind)(nil)
