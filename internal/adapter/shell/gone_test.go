package shell_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/shell"
)

// As on a host whose home is in memory and that starts anew, or when a person tidies
// too much: that the claim is gone is no sign that nothing was begun.
func TestAStepWhoseClaimIsGoneIsNotBegunAgain(t *testing.T) {
	for name, c := range map[string]struct {
		body       string
		done       string
		idempotent bool
		effects    string
		says       string
	}{
		"it goes on":         {body: "echo effect >>effect; rm -rf claims/*; sleep 1", effects: "effect\n", says: "is gone, and it is not known how far it came"},
		"it ended with it":   {body: "echo effect >>effect; rm -rf claims/*; kill -9 $PPID; kill -9 $$", effects: "effect\n", says: "is gone, and it is not known how far it came"},
		"it is done":         {body: "echo effect >>effect; rm -rf claims/*", done: "test -e effect", effects: "effect\n", says: "its done? question says that it is done"},
		"it is not done yet": {body: "echo effect >>effect; rm -rf claims/*; sleep 1", done: "false", effects: "effect\n", says: "is gone, and it is not known how far it came"},
		"it may be repeated": {body: "echo effect >>effect; test -e spared || { : >spared; rm -rf claims/*; }", idempotent: true, effects: "effect\neffect\n", says: "exit code 0"},
	} {
		t.Run(name, func(t *testing.T) {
			k, _ := lasting(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			w := change(c.body, &bytes.Buffer{})
			w.Step.Idempotent = c.idempotent
			if c.done != "" {
				w.Step.Done = &prentice.PlannedStep{ID: "asked", Body: c.done}
			}
			out, err := k.Apply(ctx, w)
			if err != nil {
				out.Says = err.Error()
			}
			if raw, _ := os.ReadFile(filepath.Join(k.Dir, "effect")); !strings.Contains(out.Says, c.says) || string(raw) != c.effects || strings.Contains(out.Says, "nothing was done") {
				t.Errorf("got %+v %v, effects %q", out, err, raw)
			}
			if err != nil && prentice.KindOf(err) != prentice.Unavailable {
				t.Errorf("got %s", prentice.KindOf(err))
			}
		})
	}
}

// takenAway takes the claims of a kind away, but for some of their files, while those
// who write to them may be making others.
func takenAway(t *testing.T, k *shell.Kind, but ...string) {
	t.Helper()
	remove := func() (err error) {
		files, _ := filepath.Glob(filepath.Join(k.Home, "claim-*", "*"))
		for _, f := range files {
			if !slices.Contains(but, filepath.Base(f)) {
				err = errors.Join(err, os.RemoveAll(f))
			}
		}
		if len(but) == 0 {
			err = os.RemoveAll(k.Home)
		}
		return err
	}
	err := remove()
	for until := time.Now().Add(time.Minute); err != nil && time.Now().Before(until); err = remove() {
		time.Sleep(5 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// partsLeft are what may be left of a claim when someone tidies while it is written to.
var partsLeft = map[string][]string{
	"nothing is left of it":                      nil,
	"what is written while it is read is left":   {"read"},
	"that it could be begun is left":             {"armed"},
	"that it was begun is left":                  {"begun"},
	"all but the processes is left":              {"armed", "begun", "claim", "s", "read", "status"},
	"all but the processes and begun is left":    {"armed", "claim", "s", "read", "status"},
	"all that is not younger than it is left":    {"claim", "s", "status", "left", "read"},
	"its output and how far it was read is left": {"out-0", "read"},
}

func TestAStepThatIsStoppedAfterItsClaimWentIsNotSaidToHaveDoneNothing(t *testing.T) {
	for name, left := range partsLeft {
		t.Run(name, func(t *testing.T) {
			k, _ := lasting(t)
			ctx, stop := context.WithCancelCause(t.Context())
			defer stop(nil)
			w := change("echo effect >>effect; echo begun; sleep 1", nil)
			w.Log = &heldUp{t: t, until: func() {
				takenAway(t, k, left...)
				stop(prentice.ErrStopped)
			}}
			_, err := k.Apply(ctx, w)
			if prentice.KindOf(err) != prentice.Canceled || !strings.Contains(err.Error(), "is gone, and it is not known how far it came") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAStepOfWhoseClaimAPartIsLeftIsNotBegunAgain(t *testing.T) {
	for name, left := range partsLeft {
		t.Run(name, func(t *testing.T) {
			first, next := lasting(t)
			w := change(waiting, &bytes.Buffer{})
			w.Step.Done = &prentice.PlannedStep{ID: "asked", Body: "false"}
			begun(t, first, w)
			takenAway(t, next, left...)
			w.Begun = true
			if answer, err := next.Done(t.Context(), w); answer != prentice.Unknown || err == nil || !strings.Contains(err.Error(), "is gone, and it is not known how far it came") {
				t.Errorf("got %s %v", answer, err)
			}
			if err := os.WriteFile(filepath.Join(next.Dir, "go"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAStepThatTheJournalSaysWasBegunIsNotBegunAgainWhenItsClaimIsGone(t *testing.T) {
	for name, c := range map[string]struct {
		begun, idempotent bool
		done              string
		answer            prentice.Answer
	}{
		"no one has heard that it was begun": {answer: prentice.No},
		"it was begun":                       {begun: true, answer: prentice.Unknown},
		"it may be repeated":                 {begun: true, idempotent: true, answer: prentice.Unknown},
		"it is done":                         {begun: true, done: "true", answer: prentice.Yes},
		"it is not done yet":                 {begun: true, done: "false", answer: prentice.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			first, next := lasting(t)
			w := change("echo effect >>effect; while test -d claims; do sleep 0.02; done", &bytes.Buffer{})
			begun(t, first, w)
			takenAway(t, next)
			w.Begun, w.Step.Idempotent = c.begun, c.idempotent
			if c.done != "" {
				w.Step.Done = &prentice.PlannedStep{ID: "asked", Body: c.done}
			}
			answer, err := next.Done(t.Context(), w)
			if answer != c.answer || (answer == prentice.Unknown && !c.idempotent) != (err != nil && strings.Contains(err.Error(), "is gone, and it is not known how far it came")) {
				t.Errorf("got %s %v", answer, err)
			}
		})
	}
}
