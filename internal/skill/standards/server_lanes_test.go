package standards

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// withBuild adds a rule that is a command to a world; perform is what it does.
func withBuild(w *world, perform func(ctx context.Context, t *check.Tree) prentice.Truth) {
	kinds := w.Kinds()
	kinds[0].Hide = func(_ *check.Tree, found []*check.Finding) {
		for _, f := range found {
			for i := range f.Printed {
				f.Printed[i] = strings.ReplaceAll(f.Printed[i], "hunter2", "•••")
			}
		}
	}
	kinds = append(kinds, check.Kind{Name: "build", Commands: true, Slow: true,
		Rules: func(context.Context, *check.Tree) ([]check.Rule, error) {
			return []check.Rule{{ID: "build/unit", Kind: "build", Says: "It builds", Severity: claims.Block, Source: "x"}}, nil
		},
		Tool: func() string { return "build" },
		Check: func(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
			truth := perform(ctx, t)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			out := check.Outcome{Rule: rules[0].ID, Truth: truth, Reason: "exit code"}
			if truth == prentice.Fail {
				out.Findings = []check.Finding{{Path: "a.txt", Line: 1, Says: "it does not build"}}
			}
			return []check.Outcome{out}, nil
		}})
	w.Deps.Kinds = func() []check.Kind { return kinds }
}

func TestACommandThatTakesLongHoldsUpNothingThatIsQuick(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad")
		begun, end := make(chan struct{}), make(chan struct{})
		var times int
		withBuild(w, func(_ context.Context, tree *check.Tree) prentice.Truth {
			if times++; times == 1 {
				tree.Tell("unit │ compiling hunter2 \x1b[31mred\x00")
				close(begun)
				<-end
			}
			return prentice.Pass
		})
		w.mirror.move("c1", "good")
		if err := w.turn(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := w.checkShow(t.Context(), w.call(), CheckIn{Check: "1"})
		if err != nil || s.State != Queued || times > 0 || w.asked.Load() != 1 || !strings.HasPrefix(s.Progress(), "what is quick is judged") {
			t.Fatalf("%s %q, performed %d times, judged %d times, %v", s.State, s.Progress(), times, w.asked.Load(), err)
		}
		ended := make(chan error)
		go func() { ended <- w.Desk.worker(slowLane).turn(t.Context()) }()
		<-begun
		for s := (CheckShown{}); s.Output == ""; time.Sleep(10 * time.Millisecond) {
			var err error
			if s, err = w.checkShow(t.Context(), w.call(), CheckIn{Check: "1"}); err != nil || s.State == Done {
				t.Fatal(s.State, err)
			}
		}
		if s, err := w.checkShow(t.Context(), w.call(), CheckIn{Check: "1"}); err != nil || s.State != Running || !strings.Contains(s.Output, "compiling") || strings.Contains(s.Output, "hunter2") || strings.ContainsAny(s.Output, "\x1b\x00") {
			t.Errorf("%s, printed %q, %v", s.State, s.Output, err)
		}
		w.mirror.commits["c2"], w.mirror.from["c2"] = map[string]string{"a.txt": "bad"}, "c1"
		if _, err := w.checkNow(t.Context(), w.call(), AskIn{"shop", "c2"}); err != nil {
			t.Fatal(err)
		}
		w.take = w.putAllBack // what the other lane is at stays there
		if err := w.turn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a, err := w.mayLand(t.Context(), w.call(), LandIn{"shop", "c2"}); err != nil || a.May != prentice.Fail {
			t.Errorf("what is quick says %s, %v", a.May, err)
		}
		close(end)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if s := w.shown(t); s.Truth != prentice.Pass || times != 2 || s.Checked.Passed != 2 {
			t.Errorf("%s, performed %d times: %+v", s.Truth, times, s.Checked)
		}
		w.pass(judgeEvery)
		w.work(t)
		if s := w.shown(t); times != 2 || len(s.Runs) != 2 || !s.Last.Seen.Equal(w.Desk.now()) {
			t.Errorf("what is known is performed again: %d times, %d checks", times, len(s.Runs))
		}
	})
}

func TestACommandThatIsInterruptedIsPerformedAgainByTheNext(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad")
		var lost context.CancelFunc
		withBuild(w, func(context.Context, *check.Tree) prentice.Truth {
			if lost != nil {
				lost()
			}
			return prentice.Fail
		})
		w.mirror.move("c1", "good")
		if err := w.turn(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range mostTries + 1 { // it leads no more: that is no fault of the check
			ctx, cancel := context.WithCancel(t.Context())
			lost = cancel
			if err := w.Desk.worker(slowLane).turn(ctx); !errors.Is(err, context.Canceled) && prentice.KindOf(err) != prentice.Canceled {
				t.Fatal(err)
			}
		}
		lost = nil
		for try := range mostTries - 1 { // it is killed in the middle
			dead := w.Desk.worker(slowLane)
			if err := dead.takeUp(t.Context()); err != nil {
				t.Fatal(err)
			}
			r, err := dead.next(t.Context())
			if err != nil || r == nil {
				t.Fatalf("try %d is of %+v, %v", try, r, err)
			}
			if began, err := dead.begin(t.Context(), r); !began || err != nil {
				t.Fatal(began, err)
			}
		}
		w.work(t)
		if s := w.shown(t); s.Truth != prentice.Fail || len(s.Runs) != 1 {
			t.Errorf("%s %s", s.Truth, s.Says)
		}
	})
}

func TestARuleOfWhatCommitsBroughtIsAskedOfAChangeAndOfNoBranch(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), "bad")
	kinds := w.Kinds()
	rules := kinds[0].Rules
	kinds[0].Rules = func(ctx context.Context, t *check.Tree) ([]check.Rule, error) {
		list, err := rules(ctx, t)
		past := list[0]
		past.ID, past.OfPast = "words/past", true
		return append(list, past), err
	}
	w.Deps.Kinds = func() []check.Kind { return kinds }
	w.mirror.move("c1", "good")
	w.mirror.commits["c2"], w.mirror.from["c2"] = map[string]string{"a.txt": "good too"}, "c1"
	if _, err := w.checkNow(t.Context(), w.call(), AskIn{"shop", "c2"}); err != nil {
		t.Fatal(err)
	}
	w.work(t)
	for commit, want := range map[string]int{"c1": 1, "c2": 2} {
		a, err := w.mayLand(t.Context(), w.call(), LandIn{"shop", commit})
		if err != nil || a.May != prentice.Pass || len(a.Held) != want {
			t.Errorf("%s: %s, %d held, missing %+v, %v", commit, a.May, len(a.Held), a.Missing, err)
		}
	}
}

// The merge queue asks again where something failed, to find out whether it was by chance.
func TestWhatFailedIsPerformedAnewOnlyWhereItIsAskedForAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, "bad")
		times, flaky := 0, false
		withBuild(w, func(context.Context, *check.Tree) prentice.Truth {
			if times++; flaky && times == 1 {
				return prentice.Fail
			}
			return prentice.Pass
		})
		work := func() {
			t.Helper()
			w.work(t)
			if err := w.Desk.worker(slowLane).turn(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.mirror.move("c1", "good")
		work()
		w.mirror.commits["c2"], w.mirror.from["c2"] = map[string]string{"a.txt": "fine"}, "c1"
		times, flaky = 0, true
		for i, c := range []struct {
			again bool
			times int
			truth prentice.Truth
		}{{false, 1, prentice.Fail}, {false, 1, prentice.Fail}, {true, 2, prentice.Pass}, {true, 2, prentice.Pass}, {false, 2, prentice.Pass}} {
			n, err := w.Ask(t.Context(), "repository/shop", "c2", c.again, "self/queue")
			if err != nil {
				t.Fatal(err)
			}
			done := false
			for range 5 {
				work()
				var truth prentice.Truth
				if done, truth, _, err = w.Judged(t.Context(), n); err != nil || done && truth != c.truth {
					t.Fatalf("attempt %d: %s, %v", i+1, truth, err)
				}
				if done {
					break
				}
			}
			if !done || times != c.times {
				t.Errorf("attempt %d: done is %v, and it was performed %d times", i+1, done, times)
			}
			if a, _, err := w.MayLand(t.Context(), "repository/shop", "c2"); err != nil || a.May != c.truth {
				t.Errorf("attempt %d: it may land is %s, %v", i+1, a.May, err)
			}
		}
	})
}
