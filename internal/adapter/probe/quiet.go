package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"prentice"
	"prentice/internal/kit/span"
)

// waits are the times of a verification.
type waits struct{ settle, silence, interval time.Duration }

// The times of a verification that names none.
const (
	defaultSettle   = 5 * time.Second
	defaultSilence  = 30 * time.Second
	defaultInterval = time.Second
)

// waitsOf reads the times of a step.
func waitsOf(attrs map[string]string) (waits, error) {
	w := waits{defaultSettle, defaultSilence, defaultInterval}
	for _, t := range []struct {
		name  string
		to    *time.Duration
		least time.Duration
	}{{"settle", &w.settle, 0}, {"silence", &w.silence, 10 * time.Millisecond}, {"interval", &w.interval, 10 * time.Millisecond}} {
		text, given := attrs[t.name]
		if !given {
			continue
		}
		d, err := span.Parse(text)
		if err != nil || d < t.least || d > 24*time.Hour {
			return w, prentice.Errorf(prentice.Invalid, "%s=%q is not a time from %s to 24h", t.name, text, t.least).Try("write it like 30s or 2m")
		}
		*t.to = d
	}
	if w.interval > w.silence {
		if _, given := attrs["interval"]; given {
			return w, prentice.Errorf(prentice.Invalid, "interval %s is longer than the silence of %s", w.interval, w.silence).Try("look more often, or wait longer")
		}
		w.interval = w.silence
	}
	return w, nil
}

// quiet waits until the symptom has stayed gone. One failing look ends it: the
// service is not fixed. A look that could not be made proves nothing, so the
// silence begins again with the next one that passes; should that never come,
// the context ends the wait and no one can tell.
func (k *Kind) quiet(ctx context.Context, probes []prentice.Probe, w waits, log io.Writer) (prentice.Outcome, error) {
	tell(log, "settling for %s", brief(w.settle))
	if err := pause(ctx, w.settle); err != nil {
		return prentice.Outcome{}, err
	}
	var since time.Time
	var looks int
	told := time.Duration(0)
	for {
		began := time.Now()
		seen := k.look(ctx, probes)
		switch {
		case ctx.Err() != nil:
			return prentice.Outcome{}, stopped(ctx)
		case seen.Failed():
			tell(log, "fail after %d checks that passed: %s", looks, seen.Says)
			return prentice.Outcome{Code: seen.Status, Says: gone(since, began, seen.Says)}, nil
		case !seen.OK():
			tell(log, "unknown, so the silence begins again: %s", seen.Says)
			since, looks, told = time.Time{}, 0, 0
		case since.IsZero():
			since, looks = began, 1
			tell(log, "pass: %s; now it has to stay so for %s", seen.Says, brief(w.silence))
		default:
			looks++
		}
		quiet := began.Sub(since)
		if !since.IsZero() && quiet >= w.silence {
			return prentice.Outcome{OK: true, Code: seen.Status, Says: fmt.Sprintf("%d checks in %s, all passed: %s", looks, brief(w.silence), seen.Says)}, nil
		}
		if !since.IsZero() && quiet-told >= max(w.silence/4, 5*time.Second) {
			told = quiet
			tell(log, "quiet for %s of %s", quiet.Round(time.Second), brief(w.silence))
		}
		next := time.Until(began.Add(w.interval))
		if !since.IsZero() { // the last look falls on the end of the silence
			next = min(next, time.Until(since.Add(w.silence)))
		}
		if err := pause(ctx, next); err != nil {
			return prentice.Outcome{}, err
		}
	}
}

// gone is what a failing look says about a service that had come back or had not.
func gone(since, now time.Time, says string) string {
	if since.IsZero() {
		return says
	}
	return fmt.Sprintf("it came back for %s and failed again: %s", now.Sub(since).Round(time.Millisecond), says)
}

// pause waits, unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(max(0, d))
	defer timer.Stop()
	select {
	case <-timer.C:
		if ctx.Err() == nil {
			return nil
		}
	case <-ctx.Done():
	}
	return stopped(ctx)
}

// stopped is the error of a look that the context ended.
func stopped(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return prentice.Errorf(prentice.Canceled, "the time was up before the service could be seen to stay well").Try("give the procedure a longer limits: timeout, or shorten the silence")
	}
	return prentice.Errorf(prentice.Canceled, "stopped while looking")
}
