package runner

import (
	"fmt"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// ended waits for the end of a run, whichever it is.
func (w *world) ended(number int64) run.View {
	w.t.Helper()
	return w.until(number, prentice.EndStates()...)
}

// What fifty people do at once to a run that waits for two approvals: approve,
// refuse, cancel, break the glass, and let it expire.
func TestAWaitingRunOnWhichFiftyFallAtOnceHasOneOutcome(t *testing.T) {
	everywhere(t, fixing(), askTwo, func(t *testing.T, a, b *world) {
		people := a.crowd(dbtest.AtOnce)
		b.crowd(dbtest.AtOnce)
		menus := [][]string{
			{"approve", "refuse", "cancel", "glass", "expire"},
			{"approve", "glass"},
			{"approve", "approve", "approve", "refuse"},
			{"approve", "approve", "approve", "cancel"},
		}
		seen := map[prentice.State]int{}
		for round := range 12 {
			procedure := fmt.Sprintf("fix-%d", round)
			one := a.start(bob, procedure)
			a.until(one.Number, prentice.Waiting)
			before := acted("restart", "host/a", a, b)
			done := make([]string, dbtest.AtOnce)
			errs := dbtest.Together(dbtest.AtOnce, func(i int) (err error) {
				w, who, menu := either(i, a, b), people[i], menus[round%len(menus)]
				done[i] = menu[(i+round)%len(menu)]
				switch done[i] {
				case "approve":
					_, err = w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: who, Yes: true})
				case "refuse":
					_, err = w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: who})
				case "cancel":
					_, err = w.r.Cancel(t.Context(), one.Number, who, "enough")
				case "glass":
					_, err = w.r.BreakGlass(t.Context(), one.Number, "", who, "the shop burns and no one is there")
				case "expire":
					err = w.r.expireOne(t.Context(), one.Number)
				}
				return err
			})
			d := a.ended(one.Number)
			seen[d.State]++
			wins(t, errs, prentice.Refused) // a review that is open refuses too
			won := map[string]int{}
			for i, err := range errs {
				if err == nil {
					won[done[i]]++
				}
			}
			oneStory(t, a, d, won, acted("restart", "host/a", a, b)-before)
		}
		t.Logf("%v", seen)
	})
}

// oneStory fails unless what people were told, what is kept and how the run ended are
// one story.
func oneStory(t *testing.T, a *world, d run.View, won map[string]int, effects int) {
	t.Helper()
	yes, no := 0, 0
	for _, answer := range d.Approvals {
		if answer.Yes {
			yes++
		} else {
			no++
		}
	}
	kinds, ends := a.evidence(d.Ref())
	for _, bad := range []struct {
		says string
		is   bool
	}{
		{"answers that people were told of are not those that are kept", won["approve"] != yes || won["refuse"] != no},
		{"the evidence of answers is not what is kept", kinds["approval.given"] != yes || kinds["approval.refused"] != no},
		{"more people approved than were asked", yes > 2},
		{"someone was told that it is cancelled, and it is not", won["cancel"] > 0 && d.State != prentice.Cancelled},
		{"it is cancelled, and no one did it", won["cancel"] == 0 && d.State == prentice.Cancelled},
		{"a refusal did not refuse it", (no == 1) != (d.State == prentice.RunRefused)},
		{"the glass was broken more than once", won["glass"] > 1},
		{"the glass is not what was told", (won["glass"] == 1) != (d.BreakGlassBy != "")},
		{"it acted without what it needed", effects > 0 && yes < 2 && d.BreakGlassBy == ""},
		{"it acted more than once", effects > 1},
		{"it ended well and did nothing", d.State == prentice.Verified && effects != 1},
		{"it ended more than once, by the evidence", ends != 1},
	} {
		if bad.is {
			t.Errorf("%s: %s, %s (%s), %d yes, %d no, glass %q, %d effects, won %v, evidence %v", bad.says, d.Ref(), d.State, d.Says, yes, no, d.BreakGlassBy, effects, won, kinds)
		}
	}
}

func TestAStepForAPersonOnWhichFiftyFallAtOnceHasOneOutcome(t *testing.T) {
	plan := fixing()
	human := step("tell", prentice.Act, "here")
	human.Kind = "human"
	plan.Steps = append(plan.Steps, human)
	everywhere(t, plan, allow, func(t *testing.T, a, b *world) {
		people := a.crowd(dbtest.AtOnce)
		for round := range 6 {
			one := a.start(bob, fmt.Sprintf("fix-%d", round))
			a.until(one.Number, prentice.Waiting)
			cancelled := make([]bool, dbtest.AtOnce)
			errs := dbtest.Together(dbtest.AtOnce, func(i int) (err error) {
				w := either(i, a, b)
				if cancelled[i] = (i+round)%9 == 0; cancelled[i] {
					_, err = w.r.Cancel(t.Context(), one.Number, people[i], "enough")
					return err
				}
				_, err = w.r.Confirm(t.Context(), run.Reply{Run: one.Number, Actor: people[i], Yes: i%2 == 0})
				return err
			})
			d := a.ended(one.Number)
			wins(t, errs)
			words, stops := 0, 0
			for i, err := range errs {
				if err == nil && cancelled[i] {
					stops++
				} else if err == nil {
					words++
				}
			}
			kinds, ends := a.evidence(one.Ref())
			if words > 1 || kinds["run.confirmed"] != words || ends != 1 || (stops > 0) != (d.State == prentice.Cancelled) {
				t.Errorf("%d words and %d stops count; it is %s (%s), evidence %v", words, stops, d.State, d.Says, kinds)
			}
		}
	})
}

func TestOfFiftyRetriesAtOnceOneBegins(t *testing.T) {
	everywhere(t, fixing(), allow, func(t *testing.T, a, b *world) {
		a.effect.sick["restart"], b.effect.sick["restart"] = true, true
		first := a.start(bob, "fix")
		a.until(first.Number, prentice.Undone)
		a.verdict, b.verdict = askOne, askOne
		errs := dbtest.Together(dbtest.AtOnce, func(i int) error {
			_, err := either(i, a, b).r.Retry(t.Context(), first.Number, bob, "")
			return err
		})
		if won := wins(t, errs); won != 1 || a.only(`SELECT COUNT(*) FROM runs`) != 2 {
			t.Errorf("%d were told that they began it again, and there are %d runs", won, a.only(`SELECT COUNT(*) FROM runs`))
		}
	})
}

func TestOfFiftyWhoSayResumeAtOnceOneDoes(t *testing.T) {
	everywhere(t, fixing(), allow, func(t *testing.T, a, b *world) {
		if err := a.db.Write(t.Context(), func(tx *db.Tx) error { return a.r.PauseWork(tx, time.Now(), run.PausedSays) }); err != nil {
			t.Fatal(err)
		}
		const runs = 8
		for i := range runs {
			either(i, a, b).start(prentice.Prentice("event"), fmt.Sprintf("fix-%d", i))
		}
		for a.only(`SELECT COUNT(*) FROM runs WHERE hold <> ''`) < runs {
			time.Sleep(time.Millisecond)
		}
		errs := dbtest.Together(dbtest.AtOnce, func(i int) error {
			_, err := either(i, a, b).r.Resume(t.Context(), bob, "seen to")
			return err
		})
		if won := wins(t, errs); won != 1 {
			t.Errorf("%d were told that they let it go on", won)
		}
		for n := range runs {
			a.until(int64(n+1), prentice.Verified)
		}
		if n := acted("restart", "host/a", a, b); n != runs {
			t.Errorf("%d runs acted %d times", runs, n)
		}
	})
}

func TestOfFiftyWhoBreakTheGlassAtOnceOneDoes(t *testing.T) {
	everywhere(t, fixing(), askOne, func(t *testing.T, a, b *world) {
		people := a.crowd(dbtest.AtOnce)
		const runs = 5
		for n := range runs {
			run := a.start(bob, fmt.Sprintf("fix-%d", n))
			a.until(run.Number, prentice.Waiting)
		}
		errs := dbtest.Together(dbtest.AtOnce, func(i int) error { // one person, for several runs
			_, err := either(i, a, b).r.BreakGlass(t.Context(), int64(i%runs+1), "", cat, "the shop burns and no one is there")
			return err
		})
		if won := wins(t, errs, prentice.Refused); won != 1 || a.only(`SELECT COUNT(*) FROM run_reviews`) != 1 {
			t.Errorf("one person used break-glass %d times, and %d reviews are open", won, a.only(`SELECT COUNT(*) FROM run_reviews`))
		}
		broken := a.only(`SELECT run FROM run_reviews`)
		a.until(broken, prentice.Verified)
		errs = dbtest.Together(dbtest.AtOnce, func(i int) error {
			return either(i, a, b).r.CloseReview(t.Context(), broken, people[i], "it was right to do so")
		})
		if won := wins(t, errs); won != 1 {
			t.Errorf("the review was closed %d times", won)
		}
	})
}

func TestACancelThatIsAnsweredIsNeverLost(t *testing.T) {
	everywhere(t, fixing(), askOne, func(t *testing.T, a, b *world) {
		errs := dbtest.Together(dbtest.AtOnce, func(i int) error {
			run, err := a.r.Start(t.Context(), prentice.RunRequest{Procedure: fmt.Sprintf("fix-%d", i), Actor: bob})
			if err != nil {
				return err
			}
			if i%3 == 0 {
				time.Sleep(time.Duration(i) * time.Millisecond / 2) // at other moments of its way
			}
			_, err = either(i, a, b).r.Cancel(t.Context(), run.Number, bob, "at once")
			return err
		})
		for i, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
			a.until(int64(i+1), prentice.Cancelled)
		}
	})
}

func TestOfFiftyRequestsForTheSameAtOnceOneBegins(t *testing.T) {
	for name, c := range map[string]struct {
		req    prentice.RunRequest
		losers bool // they are told that it is under way already
	}{
		"a procedure": {prentice.RunRequest{Procedure: "fix", Actor: bob}, true},
		"a command":   {prentice.RunRequest{Procedure: prentice.AdhocName, Actor: bob}, true},
		"an event":    {prentice.RunRequest{Procedure: "fix", Actor: prentice.Prentice("event"), EventNumber: 1}, false},
		"a schedule":  {prentice.RunRequest{Procedure: "fix", Actor: prentice.Prentice("schedule")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, fixing(), askOne, func(t *testing.T, a, b *world) {
				numbers := make([]int64, dbtest.AtOnce)
				errs := dbtest.Together(dbtest.AtOnce, func(i int) error {
					run, err := either(i, a, b).r.Start(t.Context(), c.req)
					numbers[i] = run.Number
					return err
				})
				if won := wins(t, errs); (won != 1) == c.losers || !c.losers && won != dbtest.AtOnce {
					t.Errorf("%d of %d were told that it began", won, dbtest.AtOnce)
				}
				for _, n := range numbers {
					if n != numbers[0] {
						t.Fatalf("they were shown different runs: %v", numbers)
					}
				}
				if n := a.only(`SELECT COUNT(*) FROM runs`); n != 1 {
					t.Errorf("there are %d runs", n)
				}
			})
		})
	}
}
