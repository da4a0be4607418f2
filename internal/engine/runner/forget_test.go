package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/ledger"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

const keepFor = 400 * 24 * time.Hour

// age makes a run look as if it was over so long ago.
func (w *world) age(run int64, by time.Duration) {
	w.t.Helper()
	w.exec(`UPDATE runs SET created = created - ?, ended = CASE WHEN ended = 0 THEN 0 ELSE ended - ? END WHERE number = ?`, by.Microseconds(), by.Microseconds(), run)
}

// forget removes all that is old enough, as a pass does.
func (w *world) forget(needed ...string) (removed int) {
	w.t.Helper()
	s := db.Sweep{Before: w.r.Clock().Add(-keepFor), Most: 2, Needed: func(ref string) bool { return slices.Contains(needed, ref) }}
	for _, remove := range []func(context.Context, db.Sweep) (db.Swept, error){w.r.Forget, w.r.ForgetPlans, w.r.ForgetCounts} {
		for s.After = 0; ; {
			out, err := remove(w.t.Context(), s)
			if err != nil {
				w.t.Fatal(err)
			}
			removed, s.After = removed+out.Removed, out.After
			if out.Over {
				break
			}
		}
	}
	return removed
}

// evidenceOf is what was noted, as the ledger has it.
func (w *world) evidenceOf(_ context.Context, f ledger.Filter) (list []prentice.Evidence, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, n := range w.notes {
		raw, _ := json.Marshal(n.Data)
		if seq := int64(i + 1); n.Kind == f.Kind && seq > f.After-1 && (f.After <= 1 || seq > f.After) {
			list = append(list, prentice.Evidence{Seq: seq, Kind: n.Kind, Actor: n.Actor, Refs: n.Refs, Data: raw})
		}
	}
	return list, nil
}

func (w *world) approved(procedure string) int64 {
	w.t.Helper()
	one := w.start(bob, procedure)
	w.until(one.Number, prentice.Waiting)
	if _, err := w.r.Answer(w.t.Context(), run.Reply{Run: one.Number, Actor: ann, Yes: true, Reason: "go"}); err != nil {
		w.t.Fatal(err)
	}
	w.until(one.Number, prentice.Verified)
	return one.Number
}

func TestRunsThatEndedLongAgoGoWithAllThatIsTheirs(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		var old []int64
		for range 3 {
			old = append(old, w.approved("fix"))
		}
		latest := w.approved("fix") // by which the next approval goes
		other := w.approved("tidy")
		w.is(ann.Ref(), prentice.Approver)
		open := w.start(bob, "tidy")
		w.until(open.Number, prentice.Waiting)
		for _, n := range append(old, latest, open.Number) {
			w.age(n, keepFor+time.Hour)
		}
		if n := w.forget("run/" + fmt.Sprint(old[2])); n != 2 {
			t.Errorf("%d things went, want two runs", n)
		}
		for _, n := range old[:2] {
			_, err := w.r.Show(t.Context(), n)
			if prentice.KindOf(err) != prentice.NotFound || !strings.Contains(err.Error(), "no longer kept") || !strings.Contains(err.Error(), "evidence thread run/"+fmt.Sprint(n)) {
				t.Errorf("run %d: %v", n, err)
			}
			if gone, err := w.r.Removed(t.Context(), n); !gone || err != nil {
				t.Errorf("run %d: gone %v, %v", n, gone, err)
			}
			for _, table := range []string{"run_steps", "run_approvals"} {
				if left := w.only("SELECT COUNT(*) FROM "+table+" WHERE run = ?", n); left != 0 {
					t.Errorf("%s has %d of run %d", table, left, n)
				}
			}
		}
		for _, n := range []int64{old[2], latest, other, open.Number} {
			if _, err := w.r.Show(t.Context(), n); err != nil {
				t.Errorf("run %d: %v", n, err)
			}
		}
		if w.forget(); w.only("SELECT COUNT(*) FROM runs WHERE number = ?", old[2]) != 0 {
			t.Error("what nothing needs any more is kept")
		}
		if faults, err := w.r.Borne(t.Context(), w.evidenceOf); err != nil || len(faults) != 0 {
			t.Errorf("the evidence of removed answers is a fault: %+v %v", faults, err)
		}
		w.exec(`DELETE FROM run_approvals WHERE run = ?`, other)
		if faults, err := w.r.Borne(t.Context(), w.evidenceOf); err != nil || len(faults) != 1 {
			t.Errorf("an answer that someone took away is no fault: %+v %v", faults, err)
		}
		if _, err := w.r.Show(t.Context(), 99); err == nil || strings.Contains(err.Error(), "no longer") {
			t.Errorf("a run that never was: %v", err)
		}
		if page := w.find(run.Filter{}); len(page.Runs) != 3 {
			t.Errorf("%d runs are listed", len(page.Runs))
		}
		again := w.start(bob, "fix") // with the numbers going on
		if again.Number != open.Number+1 {
			t.Errorf("the next run is %d", again.Number)
		}
	})
}

func TestAPlanGoesWithItsLastRun(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		first, second, third := w.start(bob, "fix"), w.start(bob, "tidy"), w.start(bob, "scrub")
		for _, run := range []prentice.Run{first, second, third} {
			w.until(run.Number, prentice.Verified)
		}
		w.age(first.Number, keepFor+time.Hour)
		w.age(second.Number, keepFor+time.Hour)
		if _, err := w.r.Forget(t.Context(), db.Sweep{Before: w.r.Clock().Add(-keepFor), Most: 10}); err != nil {
			t.Fatal(err)
		}
		if out, err := w.r.ForgetPlans(t.Context(), db.Sweep{}); err != nil || out.Removed > 0 { // they are found, and none may go yet
			t.Fatalf("%+v, %v", out, err)
		}
		again := w.start(bob, "tidy") // its plan is in use again, after it was found to be of no use
		w.until(again.Number, prentice.Verified)
		w.forget()
		if n := w.only("SELECT COUNT(*) FROM run_plans"); n != 2 {
			t.Errorf("%d plans are left, want those of tidy and scrub", n)
		}
		if _, err := w.r.Show(t.Context(), again.Number); err != nil {
			t.Error(err)
		}
	})
}

func TestARunThatHoldsSomethingStays(t *testing.T) {
	for what, hold := range map[string]string{
		"a lock":                `INSERT INTO run_locks (target, run, since) VALUES ('host/x', ?, 1)`,
		"a review":              `INSERT INTO run_reviews (run, person, reason, opened, closed, closer, says) VALUES (?, 'person/cat', '', 1, 0, '', '')`,
		"a cooldown":            `INSERT INTO run_cooldowns (procedure, target, until, run) SELECT 'x', 'y', 9000000000000000, CAST(? AS BIGINT)`,
		"a consecutive failure": `INSERT INTO run_streaks (code, name, times, until, run) SELECT 'x', 'y', 1, 0, CAST(? AS BIGINT)`,
	} {
		t.Run(what, func(t *testing.T) {
			each(t, fixing(), allow, func(t *testing.T, w *world) {
				run := w.start(bob, "fix")
				w.until(run.Number, prentice.Verified)
				w.age(run.Number, keepFor+time.Hour)
				w.exec(hold, run.Number)
				if w.forget(); w.only("SELECT COUNT(*) FROM runs") != 1 {
					t.Error("it went")
				}
			})
		})
	}
}
