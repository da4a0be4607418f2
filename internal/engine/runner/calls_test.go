package runner

import (
	"strings"
	"testing"
	"time"

	"prentice"
)

// calling is a plan with steps of two procedures that it calls.
func calling() prentice.Plan {
	p := fixing()
	well := p.In(prentice.Verify)
	p.Limits.Cooldown = "1h0m0s"
	step := p.In(prentice.Act)[0]
	p.Steps = nil
	for _, id := range []string{"db.move", "web.swap"} {
		step.ID, step.Where = id, "target"
		p.Steps = append(p.Steps, step)
	}
	p.Steps = append(p.Steps, well...)
	p.Calls = []prentice.Call{{Step: "db", Procedure: "base"}, {Step: "web", Procedure: "shop"}}
	return p
}

func TestWhatIsCalledHasARecordOfItsOwn(t *testing.T) {
	each(t, calling(), allow, func(t *testing.T, w *world) {
		w.effect.sick["web.swap"] = true
		number := w.start(bob, "fix").Number
		w.until(number, prentice.Failed, prentice.Undone)
		for name, want := range map[string][3]int{"fix": {1, 0, 1}, "base": {1, 0, 0}, "shop": {1, 0, 1}} {
			rec, err := w.r.Record(t.Context(), name, "service/x")
			if err != nil || [3]int{rec.Runs, rec.Verified, rec.Harmful} != want {
				t.Errorf("record of %s: %+v, %v", name, rec, err)
			}
		}
		timed, err := w.r.Timed(t.Context(), "shop", 10)
		if err != nil || len(timed) != 1 || timed[0].Within != "fix" || timed[0].Elsewhere || timed[0].Number != number {
			t.Errorf("%+v, %v", timed, err)
		}
		if timed, err = w.r.Timed(t.Context(), "base", 10); err != nil || len(timed) != 1 || !timed[0].Elsewhere {
			t.Errorf("%+v, %v", timed, err)
		}
		on, err := w.r.OnTargets(t.Context(), "base", 10)
		if err != nil || len(on) == 0 || on[0].Failed {
			t.Errorf("%+v, %v", on, err)
		}
		// A run of what was called is held back as after a run of its own.
		alone := fixing()
		alone.Procedure = "shop"
		s, err := w.r.facts(t.Context(), alone, prentice.Agent, prentice.Record{})
		if err != nil || len(s.Cooldowns) == 0 || s.Cooldowns[0].Until.Before(w.r.Clock().Add(50*time.Minute)) {
			t.Errorf("%+v, %v", s.Cooldowns, err)
		}
		if got := s.Streaks[prentice.HoldFailures]; got.Times != 1 {
			t.Errorf("%+v", s.Streaks)
		}
		// And one that calls it counts what it did by itself.
		uses := []string{}
		for _, u := range s.Hour.Uses {
			if u.Used == 1 {
				uses = append(uses, u.Layer+" "+u.Name)
			}
		}
		if got := strings.Join(uses, ", "); !strings.Contains(got, "procedure shop") {
			t.Errorf("counted by the hour: %s", got)
		}
	})
}

func TestWhatIsCalledIsForgottenWithItsRun(t *testing.T) {
	each(t, calling(), askOne, func(t *testing.T, w *world) {
		w.plan.Limits.Cooldown = "0s"
		for range 2 { // the last that was approved stays
			w.age(w.approved("fix"), 2*keepFor)
		}
		w.forget()
		if left := w.only(`SELECT COUNT(*) FROM run_calls`); left != 2 {
			t.Errorf("%d calls are kept, of one run with two", left)
		}
	})
}

func TestWhatACallReturnsIsAVariableOfTheStepsBehindIt(t *testing.T) {
	version := prentice.Capture{Name: "v", Type: "string"}
	plan := planOf(2, handing("db.ask", prentice.Act, "target", "1.2\n", version), handing("db.use", prentice.Act, "target", ""), handing("tell", prentice.Act, "target", ""), handing("once", prentice.Act, "here", ""))
	plan.Calls = []prentice.Call{{Step: "db", Procedure: "base", Returns: []prentice.Returned{{Name: "version", Step: "db.ask", Of: "v"}}}}
	eachPrinting(t, plan, func(t *testing.T, w *world, p *printing) {
		number := w.start(bob, "fix").Number
		w.until(number, prentice.Unverified)
		for step, want := range map[string][2]string{"db.ask": {"unset", "unset"}, "db.use": {"unset", "1.2"}, "tell": {"1.2", "unset"}} {
			if got := [2]string{p.sees(step, "host/b", "OUT_DB_VERSION"), p.sees(step, "host/b", "OUT_ASK_V")}; got != want {
				t.Errorf("%s sees %q, want %q", step, got, want)
			}
		}
		if got := p.sees("once", "", "OUT_DB_VERSION"); got != `{"a":"1.2","b":"1.2"}` {
			t.Errorf("a step that is made here sees %s", got)
		}
	})
}
