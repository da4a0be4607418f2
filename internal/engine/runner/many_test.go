package runner

import (
	"fmt"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// manyWait adds as many runs that wait for people like one that does as are
// wanted, with the numbers after its own.
func (w *world) manyWait(like int64, more int) {
	w.t.Helper()
	err := w.db.Write(w.t.Context(), func(tx *db.Tx) error {
		for n := like + 1; n <= like+int64(more); n++ {
			_, err := tx.Exec(`INSERT INTO runs (number, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, once, created, started, ended, expires, kin)
				SELECT ?, procedure, plan, subject, state, says, risk, requester, incident, event, request, decision, record, waits, attempt, reason, cancel, CAST(? AS TEXT), created, started, ended, expires, kin FROM runs WHERE number = ?`, n, fmt.Sprint("run ", n), like)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestARunIsTakenUpHoweverManyNewerOnesWaitForPeople(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		begun := w.start(bob, "fix")
		w.until(begun.Number, prentice.Waiting)
		w.manyWait(begun.Number, run.MostListed)
		w.effect.truth["restart"] = prentice.No
		crash(t, w, begun.Number)
		if err := w.r.takeUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(begun.Number, prentice.Verified)
	})
}

func TestAllThatMovesIsReadOldestFirst(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		begun := w.start(bob, "fix")
		w.until(begun.Number, prentice.Waiting)
		w.manyWait(begun.Number, 2*run.MostListed)
		if err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE runs SET state = 'queued' WHERE number <> 7`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		moving, err := w.r.moving(t.Context())
		if err != nil || len(moving) != 2*run.MostListed || moving[0].Number != begun.Number {
			t.Errorf("%d are moving, want all but the one that waits (%v)", len(moving), err)
		}
	})
}

func TestOpenReviewsAreReadOnBehindThoseThatAPageHolds(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		w.until(run.Number, prentice.Waiting)
		w.manyWait(run.Number, 130)
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO run_reviews (run, person, people, reason, opened, closed, closer, says) SELECT number, 'person/p' || number, '', 'it burns', 1, 0, '', '' FROM runs WHERE number > ?`, run.Number)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int64]bool{}
		for before := int64(0); len(seen) <= 200; {
			page, err := w.r.Reviews(t.Context(), true, before)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, v := range page {
				if seen[v.Run] {
					t.Fatalf("run/%d is on two pages", v.Run)
				}
				seen[v.Run] = true
			}
			before = page[len(page)-1].Run
		}
		if len(seen) != 130 {
			t.Errorf("%d of 130 open reviews can be read", len(seen))
		}
	})
}

func TestWhatTheLimitsDoNotListIsCounted(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		err := w.db.Write(t.Context(), func(tx *db.Tx) error {
			for n := range run.MostListed + 3 {
				if _, err := tx.Exec(`INSERT INTO run_cooldowns (procedure, target, until, run) VALUES ('fix', ?, ?, 1)`, fmt.Sprintf("host/h%d", n), db.Micros(w.r.Clock().Add(time.Hour))); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := w.r.LimitState(t.Context())
		if err != nil || len(s.InForce) != run.MostListed || s.More != 3 {
			t.Errorf("%d are listed and %d are counted (%v)", len(s.InForce), s.More, err)
		}
	})
}
