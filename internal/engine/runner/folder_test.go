package runner

import (
	"strings"
	"testing"
	"time"

	"prentice"
)

// However a run ends that waits for a person, nothing of its folder stays on its hosts.
func TestARunThatWaitedForAPersonLeavesNoFolder(t *testing.T) {
	write := step("write", prentice.Act, "target")
	write.Body = "echo >$PRENTICE_RUN_FOLDER/x\n"
	plan := planOf(1, write, human("climb", prentice.Act), step("well", prentice.Verify, "here"))
	for _, c := range []struct {
		name string
		ends func(w *world, number int64) error
		want prentice.State
	}{
		{"no one confirms it in time", func(w *world, _ int64) error { w.now.Add(int64(2 * time.Hour)); return w.r.expire(w.t.Context()) }, prentice.Failed},
		{"a person says that it could not be done", func(w *world, n int64) error { return w.confirm(n, false, "the ladder broke") }, prentice.Failed},
		{"a person stops it", func(w *world, n int64) error {
			r, err := w.r.Cancel(w.t.Context(), n, bob, "enough")
			if r.State != prentice.Cancelled && r.State != prentice.Running { // the watch over idle runs may be ending it already
				w.t.Errorf("stopped, it is %s", r.State)
			}
			return err
		}, prentice.Cancelled},
		{"a person stops it while prentice drains", func(w *world, n int64) error {
			w.r.draining.Store(true)
			defer w.r.draining.Store(false)
			_, err := w.r.Cancel(w.t.Context(), n, bob, "enough")
			return err
		}, prentice.Cancelled},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachPrinting(t, plan, func(t *testing.T, w *world, p *printing) {
				w.r.Know([]prentice.StepKind{p, Human{}})
				p.prints = map[string]string{"run-folderhost/a": "/home/bell/.prentice/run-1\n"}
				n := w.start(bob, "fix").Number
				w.until(n, prentice.Waiting)
				if err := c.ends(w, n); err != nil {
					t.Fatal(err)
				}
				d := w.ended(n)
				if d.State != c.want || p.times("run-folder", "host/a") != 2 || p.times("write", "host/a") != 1 {
					t.Errorf("it is %s (%s), and its folder was made and removed %d times of 2", d.State, d.Says, p.times("run-folder", "host/a"))
				}
				if c.want == prentice.Cancelled && (!strings.Contains(d.Says, "enough") || !strings.Contains(d.Says, "1 step done, nothing undone")) {
					t.Errorf("it says %q", d.Says)
				}
			})
		})
	}
}
