package runner

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
)

// breaking is a effect that breaks at one step until it is repaired.
type breaking struct {
	*effect
	at       string
	repaired *atomic.Bool
}

func (b breaking) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	if w.Step.ID == b.at && w.Run == "run/1" && !b.repaired.Load() {
		panic("hunter2")
	}
	return b.effect.Apply(ctx, w)
}

// heardLog is a log that may be read while it is written.
type heardLog struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (k *heardLog) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.Write(p)
}

func (k *heardLog) count(what string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Count(k.text.String(), what)
}

func TestARunThatBreaksInsidePrenticeHoldsUpItselfAlone(t *testing.T) {
	for _, at := range []string{"down", "restart", "well"} {
		t.Run(at, func(t *testing.T) {
			plan := fixing()
			plan.Steps[1].Idempotent = true
			each(t, plan, allow, func(t *testing.T, w *world) {
				log := &heardLog{}
				w.r.Log = slog.New(slog.NewTextHandler(log, nil))
				kind := breaking{w.effect, at, &atomic.Bool{}}
				w.r.kinds["effect"] = kind
				broken, other := w.start(bob, "fix-1"), prentice.Run{}
				w.says(broken.Number, "cannot go on, and tries again: something broke inside prentice: look for run=1 in the log")
				if at == "down" { // past the checks it has what the other wants
					other = w.start(bob, "fix-2")
					w.until(other.Number, prentice.Verified)
				}
				if d, _ := w.r.Show(t.Context(), broken.Number); strings.Contains(d.Says, "hunter2") {
					t.Errorf("people read what broke: %s", d.Says)
				}
				for end := time.Now().Add(time.Minute); log.count("workers_test.go") == 0; time.Sleep(time.Millisecond) {
					if time.Now().After(end) {
						t.Fatal("the log does not say where it broke")
					}
				}
				if n := log.count("panic=hunter2"); n != 1 {
					t.Errorf("the log says %d times what broke", n)
				}
				kind.repaired.Store(true)
				w.until(broken.Number, prentice.Verified)
			})
		})
	}
}

func TestARunThatBreaksInsidePrenticeCanBeCancelled(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.r.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
		w.r.kinds["effect"] = breaking{w.effect, "down", &atomic.Bool{}}
		run := w.start(bob, "fix")
		w.says(run.Number, "something broke inside prentice")
		if _, err := w.r.Cancel(t.Context(), run.Number, bob, "it is broken"); err != nil {
			t.Fatal(err)
		}
		w.until(run.Number, prentice.Cancelled)
	})
}

// says waits until a run says something.
func (w *world) says(number int64, what string) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		d, err := w.r.Show(w.t.Context(), number)
		if err == nil && strings.Contains(d.Says, what) {
			return
		}
		if err != nil || time.Now().After(end) {
			w.t.Fatalf("run %d is %s: %s (%v)", number, d.State, d.Says, err)
		}
	}
}

func TestWhoIsStoppedPerformsNothingMore(t *testing.T) {
	each(t, planOf(1, repeatable("restart")), allow, func(t *testing.T, w *world) {
		w.effect.block = make(chan struct{})
		before := w.start(bob, "fix-1")
		<-w.effect.began
		if err := w.r.Stop(5 * time.Second); err != nil {
			t.Fatal(err)
		}
		if w.r.performs(before.Number) {
			t.Error("it does not wait for what it interrupts")
		}
		after := w.start(bob, "fix-2")
		w.r = w.runner()
		close(w.effect.block)
		if err := w.r.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer w.r.Stop(5 * time.Second) //nolint:errcheck // the test is over
		for _, run := range []prentice.Run{before, after} {
			w.until(run.Number, prentice.Unverified)
			if n := w.effect.times("restart", "host/a"); n > 2 {
				t.Errorf("it was done %d times for two runs", n)
			}
		}
	})
}

func TestOnlyWhoIsLaunchedAndNotStoppedBegins(t *testing.T) {
	var w workers
	var begun []int64
	w.begin(1)
	w.launch(t.Context(), func(_ context.Context, run int64) { begun = append(begun, run) })
	w.begin(2)
	if err := w.stop(time.Second); err != nil {
		t.Fatal(err)
	}
	w.begin(3)
	w.all.Wait()
	if len(begun) != 1 || begun[0] != 2 {
		t.Errorf("it began %v", begun)
	}
}

func TestAStopThatIsNotHeardIsSaidSo(t *testing.T) {
	each(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, w *world) {
		deaf := stubborn{w.effect, make(chan struct{}), make(chan struct{})}
		w.r.kinds["effect"] = deaf
		w.start(bob, "fix")
		<-deaf.began
		if err := w.r.Stop(10 * time.Millisecond); prentice.KindOf(err) != prentice.Unavailable || prentice.HintOf(err) == "" {
			t.Errorf("it was stopped: %v", err)
		}
		var busy int
		if err := w.db.QueryRow(t.Context(), `SELECT busy FROM run_process`, nil, &busy); err != nil || busy != 1 {
			t.Errorf("it says that it ended in order: %d, %v", busy, err)
		}
		close(deaf.end)
	})
}

// stubborn is a effect that goes on when it is interrupted.
type stubborn struct {
	*effect
	began, end chan struct{}
}

func (s stubborn) Apply(context.Context, prentice.Work) (prentice.Outcome, error) {
	close(s.began)
	<-s.end
	return prentice.Outcome{OK: true}, nil
}
