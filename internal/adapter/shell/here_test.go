package shell_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
)

// lasting is a kind whose steps outlive it, and another that comes after it.
func lasting(t *testing.T) (first, next *shell.Kind) {
	t.Helper()
	folder := t.TempDir()
	t.Cleanup(func() { takenAway(t, &shell.Kind{Home: filepath.Join(folder, "claims")}) })
	make := func() *shell.Kind {
		k := kind(t)
		k.Home, k.Dir = filepath.Join(folder, "claims"), folder
		k.Claims = &shell.Claims{Install: "ours"}
		t.Cleanup(func() { k.Claims.Close() }) //nolint:errcheck // it never fails
		return k
	}
	return make(), make()
}

func change(body string, log *bytes.Buffer, env ...string) prentice.Work {
	w := work(body, log, env...)
	w.Run, w.Step.Risk, w.DetachAware = "run/7", prentice.Change, true
	return w
}

// waiting is a step that has its effect once, and then waits for a file, or for the end of the test.
const waiting = "echo effect >>effect; echo begun; while test ! -e go && test -e effect; do sleep 0.02; done; echo over"

// begun begins a step, and leaves it as a prentice does that ends.
func begun(t *testing.T, k *shell.Kind, w prentice.Work) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { _, err := k.Apply(ctx, w); done <- err }()
	for range 12_000 {
		if _, err := os.Stat(filepath.Join(k.Dir, "effect")); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	if err := <-done; prentice.KindOf(err) != prentice.Canceled || !strings.Contains(err.Error(), "goes on at this machine without prentice") {
		t.Fatalf("left: %v", err)
	}
}

func TestAStepHereIsTakenUpByTheNextPrentice(t *testing.T) {
	first, next := lasting(t)
	var log bytes.Buffer
	begun(t, first, change(waiting, &bytes.Buffer{}))
	if answer, err := next.Done(t.Context(), change(waiting, &log)); answer != prentice.No || err != nil {
		t.Fatalf("while it goes on: %s %v", answer, err)
	}
	if err := os.WriteFile(filepath.Join(next.Dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := next.Apply(t.Context(), change(waiting, &log))
	if err != nil || !out.OK || out.Says != "exit code 0 (begun before prentice was interrupted, and taken up again)" || log.String() != "begun\nover\n" {
		t.Errorf("got %+v %v, log %q", out, err, log.String())
	}
	if raw, err := os.ReadFile(filepath.Join(next.Dir, "effect")); err != nil || string(raw) != "effect\n" {
		t.Errorf("the effect is %q, %v", raw, err)
	}
}

func TestAStepThatWasLeftIsEndedWhenItsRunIsStopped(t *testing.T) {
	first, next := lasting(t)
	w := change(waiting, &bytes.Buffer{})
	begun(t, first, w)
	if err := next.End(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	out, err := next.Apply(t.Context(), w)
	if err == nil && out.OK {
		t.Errorf("it went on: %+v %v", out, err)
	}
}

func TestAStepHereThatIsStoppedEndsWithItsGroup(t *testing.T) {
	k, _ := lasting(t)
	ctx, stop := context.WithCancelCause(t.Context())
	go func() {
		for t.Context().Err() == nil {
			if said, err := os.ReadFile(filepath.Join(k.Dir, "pid")); err == nil && len(said) > 0 {
				stop(prentice.ErrStopped)
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	if _, err := k.Apply(ctx, change("trap '' TERM; echo $$ >pid; sleep 300 & sleep 300", &bytes.Buffer{})); prentice.KindOf(err) != prentice.Canceled || !strings.Contains(err.Error(), "stopped in the middle on this machine") {
		t.Fatalf("got %v", err)
	}
	pid, err := os.ReadFile(filepath.Join(k.Dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid))); err == nil {
		t.Error("it is still there")
	}
}

func TestAStepThatEndedByItselfCameOutSoHoweverLateWeHearOfIt(t *testing.T) {
	for name, over := range map[string]func(context.CancelCauseFunc){
		"its time was up":          nil,
		"a person stopped the run": func(stop context.CancelCauseFunc) { stop(prentice.ErrStopped) },
	} {
		t.Run(name, func(t *testing.T) {
			k, _ := lasting(t)
			ctx, stop := context.WithCancelCause(t.Context())
			defer stop(nil)
			if over == nil {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, time.Second)
				defer cancel()
			}
			log := &heldUp{t: t, until: func() { // as a process that is suspended, or a log that is slow
				ended(t, k)
				if over != nil {
					over(stop)
				}
				<-ctx.Done()
			}}
			w := change("yes 1234567890 | head -n 100000; exit 0", nil)
			w.Log = log
			out, err := k.Apply(ctx, w)
			if err != nil || !out.OK || out.Says != "exit code 0" || log.Len() != 1100000 {
				t.Errorf("got %+v %v, a log of %d bytes", out, err, log.Len())
			}
		})
	}
}

// heldUp is a log whose first write takes until something has happened.
type heldUp struct {
	t *testing.T
	bytes.Buffer
	until func()
}

func (h *heldUp) Write(p []byte) (int, error) {
	if h.until != nil {
		h.until()
		h.until = nil
	}
	return h.Buffer.Write(p)
}

// ended waits until the claim of a kind holds how its step ended.
func ended(t *testing.T, k *shell.Kind) {
	for range 12_000 {
		files, _ := filepath.Glob(filepath.Join(k.Home, "claim-*", "status"))
		for _, f := range files {
			if raw, err := os.ReadFile(f); err == nil && strings.HasPrefix(string(raw), "end ") {
				return
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Error("it does not end")
}

func TestOnlyAStepThatHasEndedDoesNotLinger(t *testing.T) {
	first, next := lasting(t)
	w := change(waiting, &bytes.Buffer{})
	begun(t, first, w)
	if next.Done(t.Context(), w); !next.Lingers(w) { //nolint:errcheck // it is looked at below
		t.Error("what goes on does not linger")
	}
	if err := os.WriteFile(filepath.Join(next.Dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 6000 {
		if next.Done(t.Context(), w); !next.Lingers(w) { //nolint:errcheck // as above
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("what has ended lingers")
}

// A keeper that is killed, as by a kernel without memory, leaves no one who knows how
// its step ended: the procedure's question decides, as after a crash.
func TestOfAStepThatWasLostTheQuestionIsAsked(t *testing.T) {
	const deadly = "echo effect >>effect; echo begun; test -e spared || { : >spared; kill -KILL $PPID; exit 1; }"
	for name, c := range map[string]struct {
		done       string
		idempotent bool
		effects    string
		says       string
		log        string
	}{
		"it is done":                     {done: "test -e effect", effects: "effect\n", says: "its done? question says that it is done, though the step was ended from outside on this machine", log: "begun\n"},
		"it is not done":                 {done: "false", effects: "effect\neffect\n", says: "exit code 0", log: "begun\n\nprentice: the step was ended from outside on this machine; it is begun anew\nbegun\n"},
		"no one asks":                    {effects: "effect\n", says: "the step was ended from outside on this machine, and it is not known how far it came: look there"},
		"no one asks, and it may repeat": {idempotent: true, effects: "effect\neffect\n", says: "exit code 0"},
		"the question cannot be asked":   {done: "kill -KILL $$", effects: "effect\n", says: "the step was ended from outside on this machine, and it is not known how far it came: look there"},
	} {
		t.Run(name, func(t *testing.T) {
			k, _ := lasting(t)
			var log bytes.Buffer
			w := change(deadly, &log)
			w.Step.Idempotent = c.idempotent
			if c.done != "" {
				w.Step.Done = &prentice.PlannedStep{ID: "asked", Body: c.done}
			}
			out, err := k.Apply(t.Context(), w)
			if err != nil {
				out.Says = err.Error()
			}
			if raw, _ := os.ReadFile(filepath.Join(k.Dir, "effect")); out.Says != c.says || string(raw) != c.effects || c.log != "" && log.String() != c.log {
				t.Errorf("got %+v %v, effects %q, log %q", out, err, raw, log.String())
			}
		})
	}
}

// What was begun and lost, and then cannot be begun anew, is not as if it had never
// been begun: that would not be put back.
func TestAStepThatWasLostAndCannotBeBegunAnewIsUnsure(t *testing.T) {
	k, _ := lasting(t)
	w := change("kill -KILL $PPID; exit 1", &bytes.Buffer{})
	w.Step.Done = &prentice.PlannedStep{ID: "asked", Body: "rm -rf " + k.Home + "; : >" + k.Home + "; exit 1"}
	_, err := k.Apply(t.Context(), w)
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "before that it had been begun and cut short") {
		t.Errorf("got %v", err)
	}
}

func TestAStepThatIsLostAgainAndAgainIsNotBegunForEver(t *testing.T) {
	k, _ := lasting(t)
	w := change("echo effect >>effect; kill -KILL $PPID; exit 1", &bytes.Buffer{})
	w.Step.Idempotent = true
	_, err := k.Apply(t.Context(), w)
	if raw, _ := os.ReadFile(filepath.Join(k.Dir, "effect")); prentice.KindOf(err) != prentice.Unavailable || string(raw) != "effect\neffect\n" {
		t.Errorf("got %v, effects %q", err, raw)
	}
}

func TestAClaimGoesWhenItsProofIsWritten(t *testing.T) {
	k, _ := lasting(t)
	w := change("true", &bytes.Buffer{})
	if out, err := k.Apply(t.Context(), w); err != nil || !out.OK {
		t.Fatalf("got %+v %v", out, err)
	}
	k.Proved(t.Context(), w)
	if err := k.Claims.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(k.Home, "claim-*")); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

func TestWhereClaimsCannotBeKeptNothingIsBegun(t *testing.T) {
	k, _ := lasting(t)
	if err := os.Symlink("/tmp", k.Home); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Apply(t.Context(), change("echo effect >effect", &bytes.Buffer{})); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "was not begun: "+k.Home+" cannot be used") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(k.Dir, "effect")); err == nil {
		t.Error("it was begun")
	}
}

func TestWhatIsLeftIsSweptButForWhatIsInFlight(t *testing.T) {
	first, next := lasting(t)
	flying, proved := change(waiting, &bytes.Buffer{}), change("true", &bytes.Buffer{})
	proved.Step.ID = "proved"
	begun(t, first, flying)
	if out, err := first.Apply(t.Context(), proved); err != nil || !out.OK {
		t.Fatalf("got %+v %v", out, err)
	}
	err := next.Sweep(t.Context(), func() ([]prentice.Work, error) { return []prentice.Work{flying}, nil })
	if left, _ := filepath.Glob(filepath.Join(next.Home, "claim-*")); err != nil || len(left) != 1 {
		t.Errorf("left are %v, %v", left, err)
	}
	if answer, err := next.Done(t.Context(), flying); answer != prentice.No || !next.Lingers(flying) || err != nil {
		t.Errorf("what is in flight: %s %v", answer, err)
	}
	if err := next.End(t.Context(), flying); err != nil {
		t.Fatal(err)
	}
}

func TestOfAStepFromBeforeClaimsOnlyTheQuestionIsAsked(t *testing.T) {
	k, _ := lasting(t)
	w := change("true", &bytes.Buffer{})
	w.DetachAware = false
	if answer, err := k.Done(t.Context(), w); answer != prentice.Unknown || err != nil {
		t.Errorf("got %s %v", answer, err)
	}
}

func TestThatAStepWasBegunIsToldBeforeItEnds(t *testing.T) {
	k, _ := lasting(t)
	w := change("while test ! -e go; do sleep 0.02; done", &bytes.Buffer{})
	w.Heard = func() { os.WriteFile(filepath.Join(k.Dir, "go"), nil, 0o600) } //nolint:errcheck // the step waits for it
	if out, err := k.Apply(t.Context(), w); err != nil || !out.OK {
		t.Errorf("got %+v %v", out, err)
	}
}

func TestWhatAScriptWritesOfItsEndIsNotBelievedByTheNextPrentice(t *testing.T) {
	first, next := lasting(t)
	w := change(`d=${0%/s/*}; echo "end 0 none room" 1<>"$d/status"; echo effect >>effect; while test ! -e go; do sleep 0.02; done; exit 3`, &bytes.Buffer{})
	w.Seal = "a word of the journal"
	begun(t, first, w)
	if answer, err := next.Done(t.Context(), w); answer != prentice.No || err != nil {
		t.Fatalf("while it goes on: %s %v", answer, err)
	}
	if err := os.WriteFile(filepath.Join(next.Dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := next.Apply(t.Context(), w); err != nil || out.Code != 3 {
		t.Errorf("got %+v %v", out, err)
	}
}
