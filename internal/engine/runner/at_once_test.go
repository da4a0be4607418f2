package runner

import (
	"fmt"
	"testing"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db/dbtest"
)

// crowd puts n approvers on the team.
func (w *world) crowd(n int) []prentice.Actor {
	people := make([]prentice.Actor, n)
	for i := range people {
		people[i] = prentice.Actor{Kind: prentice.Person, Name: fmt.Sprintf("p%d", i), Role: prentice.Approver, Door: "api"}
		w.is(people[i].Ref(), prentice.Approver)
	}
	return people
}

// everywhere runs a test with one process on each sort of database, and with two
// that share one.
func everywhere(t *testing.T, plan prentice.Plan, verdict prentice.Decision, test func(t *testing.T, a, b *world)) {
	each(t, plan, verdict, func(t *testing.T, w *world) { test(t, w, w) })
	t.Run("two processes", func(t *testing.T) {
		shared(t, plan, verdict, func(t *testing.T, a, b *world, _ *crew) { test(t, a, b) })
	})
}

// either is the one process or the other.
func either(i int, a, b *world) *world {
	if i%2 == 0 {
		return a
	}
	return b
}

// wins counts who got what they wanted, and fails if anyone was told anything
// but that the world has moved.
func wins(t *testing.T, errs []error, losers ...prentice.Kind) (won int) {
	t.Helper()
	told := map[prentice.Kind]bool{prentice.Conflict: true}
	for _, k := range losers {
		told[k] = true
	}
	for i, err := range errs {
		switch {
		case err == nil:
			won++
		case !told[prentice.KindOf(err)]:
			t.Errorf("number %d was told: %v", i, err)
		}
	}
	return won
}

// only reads one number.
func (w *world) only(query string, args ...any) (n int64) {
	w.t.Helper()
	if err := w.db.QueryRow(w.t.Context(), query, args, &n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// acted is how often a step was done, by either of them.
func acted(step string, target prentice.Ref, a, b *world) int {
	n := a.effect.times(step, target)
	if a != b {
		n += b.effect.times(step, target)
	}
	return n
}

func asks(approvers int) prentice.Decision {
	d := askOne
	d.Approvers = approvers
	return d
}

func TestOfFiftyWhoApproveAtOnceAsManyCountAsAreAsked(t *testing.T) {
	for _, asked := range []int{1, 2, 7, dbtest.AtOnce} {
		t.Run(fmt.Sprint(asked), func(t *testing.T) {
			everywhere(t, fixing(), asks(asked), func(t *testing.T, a, b *world) {
				people := a.crowd(dbtest.AtOnce)
				b.crowd(dbtest.AtOnce)
				one := a.start(bob, "fix")
				a.until(one.Number, prentice.Waiting)
				errs := dbtest.Together(dbtest.AtOnce, func(i int) error {
					_, err := either(i, a, b).r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: people[i], Yes: true})
					return err
				})
				d := a.until(one.Number, prentice.Verified)
				if won := wins(t, errs); won != asked || len(d.Approvals) != asked {
					t.Errorf("%d of %d were told that they approved, and %d approvals are kept", won, asked, len(d.Approvals))
				}
				if n := acted("restart", "host/a", a, b); n != 1 {
					t.Errorf("acted %d times", n)
				}
			})
		})
	}
}

// evidence counts what is kept of a run, by kind, and how many lines say that it
// ended.
func (w *world) evidence(run prentice.Ref) (kinds map[string]int, ends int) {
	w.t.Helper()
	rows, err := w.db.Query(w.t.Context(), `SELECT kind, COUNT(*), SUM(ends) FROM test_notes WHERE run = ? GROUP BY kind`, string(run))
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	kinds = map[string]int{}
	for rows.Next() {
		var kind string
		var n, e int
		if err := rows.Scan(&kind, &n, &e); err != nil {
			w.t.Fatal(err)
		}
		kinds[kind], ends = n, ends+e
	}
	return kinds, ends
}
