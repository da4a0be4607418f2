package capacity

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/loadtest"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// Aim is a service of an environment, to which load may be sent.
type Aim struct {
	Env     prentice.Ref
	Service string
	Host    string // what it is told as its host; "" is any
	Dial    func(context.Context) (net.Conn, error)
}

// The states of a load test.
const (
	TestWaiting   Word = "waiting"
	TestRunning   Word = "running"
	TestDone      Word = "done"
	TestFailed    Word = "failed"
	TestCancelled Word = "cancelled"
)

const (
	mostBody   = 1 << 20
	beat       = time.Second      // how often a running test sees whether it was cancelled
	longestRun = 30 * time.Minute // of a whole test
)

// look has watchTests look at once. It does not wait.
func (k *Desk) look() {
	select {
	case k.wake <- struct{}{}:
	default: // it is about to
	}
}

// watchTests performs load tests one after the other, until ctx ends. What a process before
// this one had begun has failed: half a test says nothing.
func (k *Desk) watchTests(ctx context.Context) error {
	if k.DB == nil || k.Aim == nil {
		return nil
	}
	if err := k.kept.endTests(ctx, k.Clock(), "prentice ended in the middle of it"); err != nil && ctx.Err() == nil {
		k.Log.Error("end load tests that were under way", "err", err)
	}
	for {
		for k.nextTest(ctx) {
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.wake:
		case <-time.After(time.Minute): // another replica was asked
		}
	}
}

// nextTest performs the oldest test that waits, and says whether there was one.
func (k *Desk) nextTest(ctx context.Context) bool {
	waiting, err := k.kept.tests(ctx, `WHERE state = ? ORDER BY number LIMIT 1`, string(TestWaiting))
	if err != nil || len(waiting) == 0 || ctx.Err() != nil {
		return false
	}
	t := waiting[0]
	t.State, t.Began, t.Says = TestRunning, k.Clock(), "requests are being sent"
	if ok, err := k.kept.saveTest(ctx, t, TestWaiting, nil); err != nil || !ok {
		return err == nil
	}
	t = k.perform(ctx, t)
	if ctx.Err() != nil {
		return false // the next process says so
	}
	t.Ended = k.Clock()
	ok, err := k.kept.saveTest(ctx, t, TestRunning, func(tx *db.Tx) error {
		return k.Record(tx, t.Ended, prentice.Note{Kind: "loadtest.ended", Actor: prentice.Prentice("capacity").Ref(), Refs: t.refs(), Data: map[string]any{"state": t.State, "safe": fmt.Sprintf("%.4g", t.Safe), "broke": fmt.Sprintf("%.4g", t.Broke), "says": t.Says}})
	})
	if err != nil {
		k.Log.Error("keep what came of a load test", "test", t.Ref(), "err", err)
	}
	return ok || err == nil
}

// perform tests a service until its promise breaks.
func (k *Desk) perform(ctx context.Context, t Test) Test {
	fail := func(err error) Test {
		t.State, t.Says = TestFailed, clip.Text(err.Error())
		return t
	}
	aim, err := k.Aim(ctx, t.Env.Name(), t.Service)
	if err != nil {
		return fail(err)
	}
	ctx, end := context.WithTimeoutCause(ctx, longestRun, errors.New("it took longer than half an hour"))
	defer end()
	var heeds sync.WaitGroup
	defer heeds.Wait()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	heeds.Go(func() { k.heed(ctx, t.Number, cancel) })
	ask, over := asking(aim, t)
	defer over()
	if err := ask(ctx); err != nil {
		return fail(fmt.Errorf("a first request failed, and nothing was measured: %w", err))
	}
	for rate := t.Bounds.Next(nil); rate > 0; rate = t.Bounds.Next(t.Steps) {
		step, err := loadtest.Hold(ctx, rate, loadtest.Length(rate, t.Hold), t.Promise, ask)
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			return fail(err)
		}
		t.Steps = append(t.Steps, step)
		if ok, err := k.kept.saveTest(ctx, t, TestRunning, nil); err != nil || !ok {
			return fail(errors.Join(err, errors.New("it was ended")))
		}
	}
	t.State = TestDone
	t.conclude()
	return t
}

// heed ends a test that was cancelled, by which replica it may be.
func (k *Desk) heed(ctx context.Context, number int64, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if list, err := k.kept.tests(ctx, `WHERE number = ?`, number); err == nil && (len(list) == 0 || list[0].State != TestRunning) {
				cancel(errors.New("it was cancelled"))
				return
			}
		}
	}
}

// asking is how one request of a test is made, and what ends its connections.
func asking(aim Aim, t Test) (ask func(context.Context) error, over func()) {
	transport := &http.Transport{
		DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return aim.Dial(ctx) },
		MaxIdleConnsPerHost: loadtest.MostAtOnce, DisableCompression: true,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	host := aim.Host
	if host == "" {
		host = "localhost"
	}
	return func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://environment"+t.Path, nil)
		if err != nil {
			return err
		}
		r.Host = host
		r.Header.Set("User-Agent", "prentice-loadtest")
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, mostBody)); err != nil {
			return err
		}
		if answer.StatusCode >= 400 {
			return fmt.Errorf("it answered %d", answer.StatusCode)
		}
		return nil
	}, transport.CloseIdleConnections
}

// conclude says what the steps come to.
func (t *Test) conclude() {
	t.Safe, t.Broke = loadtest.Range(t.Steps)
	t.Fit, t.FitSays = nil, ""
	if fit, err := loadtest.FitLaw(loadtest.Points(t.Steps)); err != nil {
		t.FitSays = err.Error()
	} else if fit.Peak < 1e9 && fit.High < 1e9 { // JSON knows no infinity
		t.Fit = &fit
		t.FitSays = fmt.Sprintf("by the Universal Scalability Law it peaks at %.4g requests a second (%.4g to %.4g)", fit.Peak, fit.Low, fit.High)
		if fit.Reached < 0.75 {
			t.FitSays += fmt.Sprintf("; the steps reached %.0f %% of that, so that it is a guess", 100*fit.Reached)
		}
	} else {
		t.FitSays = "the steps show no peak: throughput rose with all that was sent"
	}
	void := len(t.Steps) > 0 && !slices.ContainsFunc(t.Steps, func(s loadtest.Step) bool { return s.Verdict != loadtest.Void })
	switch {
	case void:
		t.State, t.Says = TestFailed, "this machine could not send the requests in time: "+t.Steps[0].Says
	case t.Safe == 0 && t.Broke > 0:
		t.Says = fmt.Sprintf("it does not keep its promise at %.4g requests a second, the least that was tried", t.Broke)
	case t.Safe == 0:
		t.Says = "no step says whether it keeps its promise"
	case t.Broke == 0:
		t.Says = fmt.Sprintf("it kept its promise up to %.4g requests a second, and did not break", t.Safe)
	default:
		t.Says = fmt.Sprintf("it keeps its promise up to %.4g requests a second, and breaks at %.4g", t.Safe, t.Broke)
	}
	if t.Traffic > 0 && t.Safe > 0 {
		t.Says += fmt.Sprintf("; that is %.3g times the %.4g of today", t.Safe/t.Traffic, t.Traffic)
	}
}
