package support

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// AlertKind is the step kind alert: an alert is not firing. In a Check it is one
// look; in a Verify it waits until the alert has ended and has stayed so for the
// silence. Anyone who sends alerts tells of an end some time after it.
type AlertKind struct {
	// Firing are the alerts of a name that fire, about a service or about anything.
	Firing func(ctx context.Context, name string, about prentice.Ref) ([]Symptom, error)
}

var alertAttributes = []string{"name", "service", "silence", "interval", "id", "risk", "where", "expect", "idempotent", "of"}

const (
	alertSilence  = 30 * time.Second
	alertInterval = time.Second
)

// Name implements prentice.StepKind.
func (*AlertKind) Name() string { return "alert" }

// Needs implements prentice.StepKind.
func (*AlertKind) Needs() prentice.StepNeeds { return prentice.StepNeeds{Budget: []string{"silence"}} }

// Lint implements prentice.StepKind.
func (*AlertKind) Lint(s prentice.StepSpec) []prentice.Finding {
	var findings []prentice.Finding
	fail := func(hint, text string, args ...any) {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf(text, args...), Hint: hint})
	}
	for _, u := range nearest.Unknown(s.Attrs, alertAttributes) {
		fail(u.Hint, "an alert step has no attribute %q", u.Word)
	}
	if s.Attrs["name"] == "" {
		fail("write name=HighErrorRate, as the label alertname has it", "an alert step names no alert")
	}
	if strings.TrimSpace(s.Body) != "" {
		fail("take the lines out", "an alert step has no body")
	}
	if s.Section == prentice.Act || s.Section == prentice.Undo {
		fail("put it under Check or Verify", "an alert step checks; it does not act")
	}
	for _, name := range []string{"silence", "interval"} {
		if _, given := s.Attrs[name]; given && s.Section == prentice.Check {
			fail("take it out, or put the step under Verify", "an alert step under Check checks once and has no %s", name)
		}
	}
	if _, _, err := alertTimes(s.Attrs); err != nil && !strings.Contains(s.Attrs["silence"]+s.Attrs["interval"], "${") {
		fail(prentice.HintOf(err), "%s", err.(*prentice.Error).Text)
	}
	return findings
}

// alertTimes are the silence and the interval of a step under Verify.
func alertTimes(attrs map[string]string) (silence, interval time.Duration, err error) {
	silence, interval = alertSilence, alertInterval
	for name, to := range map[string]*time.Duration{"silence": &silence, "interval": &interval} {
		text, given := attrs[name]
		if !given {
			continue
		}
		d, err := span.Parse(text)
		if err != nil || d < 10*time.Millisecond || d > 24*time.Hour {
			return 0, 0, prentice.Errorf(prentice.Invalid, "%s=%q is not a time from 10ms to 24h", name, text).Try("write it like 30s or 2m")
		}
		*to = d
	}
	return silence, min(interval, silence), nil
}

// Says implements prentice.StepKind.
func (*AlertKind) Says(s prentice.PlannedStep) string {
	says := "alert " + s.Attrs["name"]
	if service := s.Attrs["service"]; service != "" {
		says += " for service " + strings.TrimPrefix(service, "service/")
	}
	says += " is not firing"
	if s.Section != prentice.Verify {
		return says
	}
	silence, _, err := alertTimes(s.Attrs)
	if err != nil {
		return says + " (" + err.Error() + ")"
	}
	return says + " for " + strings.TrimSuffix(silence.String(), "0s")
}

// Apply implements prentice.StepKind.
func (k *AlertKind) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	if w.Step.Section != prentice.Verify {
		firing, err := k.look(ctx, w.Step)
		return prentice.Outcome{OK: err == nil && firing == "", Says: orQuiet(firing)}, err
	}
	silence, interval, err := alertTimes(w.Step.Attrs)
	if err != nil {
		return prentice.Outcome{}, err
	}
	return k.wait(ctx, w, silence, interval)
}

// wait waits until the alert has been gone for the silence. An alert that fires
// again begins the silence anew; the run's timeout ends the wait.
func (k *AlertKind) wait(ctx context.Context, w prentice.Work, silence, interval time.Duration) (prentice.Outcome, error) {
	var since time.Time
	last := "not checked"
	for {
		firing, err := k.look(ctx, w.Step)
		switch {
		case ctx.Err() != nil:
			return prentice.Outcome{}, prentice.Errorf(prentice.Canceled, "the wait ended: %s", last).Try("a longer timeout in the procedure's limits gives the sender more time to tell of their end")
		case err != nil:
			since, last = time.Time{}, err.Error()
		case firing != "":
			since = time.Time{}
			if last != firing {
				tell(w.Log, "%s", firing)
			}
			last = firing
		case since.IsZero():
			since, last = time.Now(), "it is not firing"
			tell(w.Log, "%s", last)
		}
		if !since.IsZero() && time.Since(since) >= silence {
			return prentice.Outcome{OK: true, Says: fmt.Sprintf("not firing for %s", silence)}, nil
		}
		t := time.NewTimer(interval)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// look says which alert fires, or "".
func (k *AlertKind) look(ctx context.Context, s prentice.PlannedStep) (string, error) {
	if k.Firing == nil {
		return "", prentice.Errorf(prentice.Unavailable, "no one knows here which alerts fire").Try("start the server with: prentice up")
	}
	var about prentice.Ref
	if service := s.Attrs["service"]; service != "" {
		about = prentice.NewRef("service", strings.TrimPrefix(service, "service/"))
	}
	list, err := k.Firing(ctx, s.Attrs["name"], about)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return fmt.Sprintf("alert %s fires since %s (%s)", s.Attrs["name"], op.At(list[0].Since), list[0].Event), nil
}

// Done implements prentice.StepKind: it looks again.
func (k *AlertKind) Done(ctx context.Context, w prentice.Work) (prentice.Answer, error) {
	firing, err := k.look(ctx, w.Step)
	switch {
	case err != nil:
		return prentice.Unknown, err
	case firing != "":
		return prentice.No, nil
	}
	return prentice.Yes, nil
}

func orQuiet(firing string) string {
	if firing == "" {
		return "it is not firing"
	}
	return firing
}

func tell(log io.Writer, format string, args ...any) {
	if log != nil {
		fmt.Fprintf(log, format+"\n", args...)
	}
}

var _ prentice.StepKind = (*AlertKind)(nil)
