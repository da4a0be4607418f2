package runner

import (
	"testing"

	"prentice"
)

func TestAStepMaySayWhatNoDatabaseKeeps(t *testing.T) {
	each(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, w *world) {
		w.effect.words = " \xff\x00ok"
		d := w.until(w.start(bob, "fix").Number, prentice.Unverified)
		if says := d.Steps[0].Says; says != "did restart ok" {
			t.Errorf("it says %q", says)
		}
	})
}
