package runner

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

func TestARunThatWasWokenIsTakenUpIfWhoeverWokeItDied(t *testing.T) {
	shared(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, a, b *world, c *crew) {
		run := sleeper(a)
		c.live("b#2")
		b.takeOver()
		b.until(run.Number, prentice.Unverified)
	})
}

// sleeper is a run that waited for the calendar and was woken, by a process that
// did no more than that.
func sleeper(w *world) prentice.Run {
	w.t.Helper()
	says := "a freeze"
	w.frozen.Store(&says)
	run, err := w.r.Start(w.t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob, Window: true})
	if err != nil {
		w.t.Fatal(err)
	}
	w.until(run.Number, prentice.Queued)
	w.frozen.Store(nil)
	for w.r.performs(run.Number) {
		time.Sleep(time.Millisecond)
	}
	err = w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE runs SET wakes = 0 WHERE number = ?`, run.Number)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

func TestARunThatWasWokenAndNotBegunIsTakenUpAtTheNextLaunch(t *testing.T) {
	each(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, w *world) {
		run := sleeper(w)
		if err := w.r.beginAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(run.Number, prentice.Unverified)
	})
}
