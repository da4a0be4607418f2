package outlive_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice/internal/kit/outlive"
)

const effect = "echo one >>\"$HOME/effect\""

func (h *host) effects() string {
	raw, _ := os.ReadFile(filepath.Join(h.home, "effect"))
	return string(raw)
}

// word is a word of a program, or that of an ask of the helper.
func (h *host) word(wrapper, helper string) string {
	if len(h.helpers) > 0 {
		return helper
	}
	return wrapper
}

// changed is what comes of a program that was changed on its way.
func (h *host) changed(a outlive.Ask, from, to string) (outlive.Report, string) {
	h.t.Helper()
	c, text := h.command(a)
	if !strings.Contains(text, from) {
		h.t.Fatalf("there is no %q to change", from)
	}
	c.Stdin = strings.NewReader(strings.Replace(text, from, to, 1))
	raw, err := c.Output()
	if err != nil {
		h.t.Fatal(err)
	}
	var out bytes.Buffer
	r, err := outlive.NewAnswer(bytes.NewReader(raw), nonce).Report(func(_ int64, p []byte) error { _, err := out.Write(p); return err })
	if err != nil {
		h.t.Fatalf("%v: %q", err, raw)
	}
	return r, out.String()
}

func TestAShellThatComesLateBeginsNothing(t *testing.T) {
	t.Parallel()
	start := outlive.Ask{Action: outlive.Start, Script: effect}
	both(t, func(t *testing.T, h *host) {
		if r, _ := h.changed(start, h.word("LATEST=300 ", "latest=300"), h.word("LATEST=-1 ", "latest=-01")); r.State != outlive.Refused || r.Why != "late" || h.effects() != "" {
			t.Errorf("older than anybody waits for: %+v, %q", r, h.effects())
		}
		if r, _ := h.ask(start); r.State != outlive.Ended || r.Code != 0 {
			t.Errorf("begun: %+v", r)
		}
		h.ask(outlive.Ask{Action: outlive.Forget})
		if r, _ := h.ask(start); r.State != outlive.Over || h.effects() != "one\n" {
			t.Errorf("after the proof: %+v, effect %q", r, h.effects())
		}
		if left, _ := filepath.Glob(filepath.Join(h.home, ".prentice", "claim-*")); len(left) != 0 {
			t.Errorf("left are %v", left)
		}
		start := start
		start.Key = "k2"
		if r, _ := h.ask(outlive.Ask{Action: outlive.Stop, Key: "k2"}); r.State != outlive.None {
			t.Errorf("stopped before it began: %+v", r)
		}
		if r, _ := h.ask(start); r.State != outlive.Refused || r.Why != "void" || h.effects() != "one\n" {
			t.Errorf("after the stop: %+v, effect %q", r, h.effects())
		}
		start.Key = "k3"
		h.ask(outlive.Ask{Action: outlive.Forget, Key: "k9", Old: []string{"k3"}}) // a step that never began, and whose proof says so
		if r, _ := h.ask(start); r.State != outlive.Over || h.effects() != "one\n" {
			t.Errorf("after a proof of something else: %+v, effect %q", r, h.effects())
		}
	})
}

func TestWhatIsKnownNotToHaveHappenedIsBegunAnew(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		h.ask(outlive.Ask{Action: outlive.Start, Script: effect})
		h.ask(outlive.Ask{Action: outlive.Anew})
		if r, _ := h.ask(outlive.Ask{Action: outlive.Start, Script: effect}); r.State != outlive.Ended || h.effects() != "one\none\n" {
			t.Errorf("got %+v, effects %q", r, h.effects())
		}
	})
}

func TestTheNamesOfClaimsThatWentAreSweptInTheEnd(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		h.ask(outlive.Ask{Action: outlive.Stop, Key: "young"})
		h.ask(outlive.Ask{Action: outlive.Stop, Key: "old"})
		folder := filepath.Join(h.home, ".prentice")
		long := time.Now().Add(-32 * 24 * time.Hour)
		if err := os.Chtimes(filepath.Join(folder, "void-old"), long, long); err != nil {
			t.Fatal(err)
		}
		h.ask(outlive.Ask{Action: outlive.Start, Script: "true", Sweep: true})
		if left, _ := filepath.Glob(filepath.Join(folder, "void-*")); len(left) != 1 || filepath.Base(left[0]) != "void-young" {
			t.Errorf("left are %v", left)
		}
	})
}

func TestAScriptThatWritesInItsOwnFolderDoesNotEndItself(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		r, out := h.ask(outlive.Ask{Action: outlive.Start, Script: "cd \"$(dirname \"$0\")\"; echo 'end 0 none room' >status; true >out-0; true >drained; sleep 0.3; echo over; exit 3"})
		if r.State != outlive.Ended || r.Code != 3 || out != "over\n" {
			t.Errorf("got %+v, %q", r, out)
		}
	})
}

func TestAFolderOfClaimsThatOthersCanWriteIsPutRight(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *host) {
		folder := filepath.Join(h.home, ".prentice")
		for _, mode := range []os.FileMode{0o777, 0o755, 0o700} {
			if err := os.MkdirAll(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(folder, mode); err != nil {
				t.Fatal(err)
			}
			r, _ := h.ask(outlive.Ask{Action: outlive.Start, Key: fmt.Sprintf("k%o", mode), Script: "true", Sweep: true})
			about, err := os.Stat(folder)
			if err != nil || about.Mode().Perm() != 0o700 || r.State != outlive.Ended || r.Loose != (mode != 0o700) {
				t.Errorf("of mode %o: %v %v, %+v", mode, about.Mode(), err, r)
			}
		}
	})
}

func TestADaemonMayHoldTheOutputOpen(t *testing.T) {
	t.Parallel()
	ways(t, func(t *testing.T, h *host) {
		r, out := h.ask(outlive.Ask{Action: outlive.Start, Script: "setsid sh -c 'while test ! -e \"$HOME/go\"; do sleep 0.02; done; echo late; echo later; true >\"$HOME/alive\"' &\nsleep 0.1; echo begun"})
		if r.State != outlive.Ended || r.Code != 0 || out != "begun\n" {
			t.Errorf("got %+v, %q", r, out)
		}
		h.ask(outlive.Ask{Action: outlive.Forget})
		if err := os.WriteFile(filepath.Join(h.home, "go"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		h.await("the daemon lives on and prints", func() bool { _, err := os.Stat(filepath.Join(h.home, "alive")); return err == nil })
	})
}
