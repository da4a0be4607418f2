package runner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

// Anyone who looks at a run that waits is shown what they would be told: everyone who
// caused it, by any chain, who has answered, or who lacks the role sees why.
func TestWhoeverLooksAtAQuestionIsShownWhetherTheyMayAnswer(t *testing.T) {
	each(t, planOf(1, step("fix", prentice.Act, "target")), askTwo, func(t *testing.T, w *world) {
		dan := prentice.Actor{Kind: prentice.Person, Name: "dan", Role: prentice.Approver}
		eve := prentice.Actor{Kind: prentice.Person, Name: "eve", Role: prentice.Approver, Behind: []prentice.Ref{"person/ann"}}
		bot := prentice.Actor{Kind: prentice.Agent, Name: "bot", Role: prentice.Operator, Behind: []prentice.Ref{"person/ann"}}
		narrow := dan
		narrow.Scope = &prentice.Scope{Ops: []string{"run.show"}, On: []prentice.Ref{prentice.All}}
		one := w.start(bot, "fix")
		w.until(one.Number, prentice.Waiting)
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: cat, Yes: true, Reason: "yes"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name                    string
			by                      prentice.Actor
			approve, refuse, caused bool
			why                     string
		}{
			{"no one's business but an approver's", dan, true, true, false, ""},
			{"the person behind the agent that asked", ann, false, true, true, "you caused this: you are behind agent/bot, who asked for run/1"},
			{"someone behind whom that person is", eve, false, true, true, "person/ann is behind agent/bot, who asked for run/1, and is behind person/eve as well: eve cannot approve it"},
			{"who has answered", cat, false, false, false, "you have answered already"},
			{"who lacks the role", bob, false, false, false, "you are operator; run/1 asks for approver"},
			{"a program", prentice.Actor{Kind: prentice.Agent, Name: "other", Role: prentice.Approver}, false, false, false, "you are not a person, and only people approve"},
			{"who comes by a token for something else", narrow, false, false, false, "the token of person/dan is not for run.approve"},
		} {
			d, err := w.r.ShowTo(t.Context(), one.Number, c.by)
			if err != nil || d.Yours == nil {
				t.Fatal(d.Yours, err)
			}
			page, err := w.r.Questions(t.Context(), c.by, "", 10)
			if err != nil || len(page.List) != 1 {
				t.Fatal(page, err)
			}
			if q, y := page.List[0].Yours, d.Yours; q == nil || q.Approve != y.Approve || q.Refuse != y.Refuse || q.Why != y.Why {
				t.Errorf("%s: the list says %+v, the run %+v", c.name, q, y)
			}
			if y := d.Yours; y.Approve != c.approve || y.Refuse != c.refuse || y.Caused != c.caused || y.Why != c.why {
				t.Errorf("%s: %+v", c.name, y)
			}
			_, err = w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: c.by, Yes: true, Plan: "another", Reason: "yes"})
			if err == nil {
				t.Errorf("%s: answered another plan", c.name)
			}
		}
		w.stop.Store(true)
		if d, err := w.r.ShowTo(t.Context(), one.Number, dan); err != nil || d.Yours.Approve || d.Yours.Why != "everything is stopped" {
			t.Errorf("while everything is stopped: %+v, %v", d.Yours, err)
		}
	})
}

// What a person is shown is what they are told: for everyone of the team, the
// answer itself comes out as the page says.
func TestWhatAPersonIsShownIsHowTheirAnswerComesOut(t *testing.T) {
	each(t, planOf(1, step("fix", prentice.Act, "target")), askOne, func(t *testing.T, w *world) {
		for _, by := range []prentice.Actor{ann, bob, cat} {
			one := w.start(ann, "fix")
			w.until(one.Number, prentice.Waiting)
			d, err := w.r.ShowTo(t.Context(), one.Number, by)
			if err != nil {
				t.Fatal(err)
			}
			able := slices.Contains(d.Answerers.Able, by.Ref())
			_, err = w.r.Answer(t.Context(), run.Reply{Run: one.Number, Actor: by, Yes: true, Reason: "yes"})
			if (err == nil) != d.Yours.Approve || able != d.Yours.Approve {
				t.Errorf("%s: shown %+v, able %t, and answering: %v", by.Name, d.Yours, able, err)
			}
			if err != nil {
				if _, err := w.r.Cancel(t.Context(), one.Number, ann, "next"); err != nil {
					t.Fatal(err)
				}
			}
			for end := false; !end; time.Sleep(5 * time.Millisecond) {
				d, err := w.r.Show(t.Context(), one.Number)
				if err != nil {
					t.Fatal(err)
				}
				end = d.State.Ended()
			}
		}
	})
}

func TestWhoAsksIsToldAtOnceWhoCanAnswer(t *testing.T) {
	each(t, planOf(1, step("fix", prentice.Act, "target")), askOne, func(t *testing.T, w *world) {
		one := w.start(bob, "fix")
		if a := one.Answerers; a == nil || a.Needed != 1 || a.Short() || !slices.Equal(a.Able, []prentice.Ref{"person/ann", "person/cat"}) || a.String() != "person/ann or person/cat can answer" {
			t.Fatalf("%+v", a)
		}
		w.until(one.Number, prentice.Waiting)

		// Anyone who is away is not counted on, and not left out of what they may do.
		if _, err := w.r.Away(t.Context(), run.Absence{Person: "person/ann", StandIn: "person/bob", Until: time.Now().Add(time.Hour)}, cat); err != nil {
			t.Fatal(err)
		}
		a, err := w.r.Answerers(t.Context(), one.Number)
		if err != nil || !slices.Equal(a.Away, []prentice.Ref{"person/ann"}) || !slices.Equal(a.Present(), []prentice.Ref{"person/cat"}) {
			t.Errorf("%+v, %v", a, err)
		}
		// Anyone who let everyone in is behind all of them.
		w.letIn = "person/bob"
		if d, err := w.r.ShowTo(t.Context(), one.Number, bob); err != nil || !d.Answerers.Short() || len(d.Answerers.Able) != 0 || !strings.Contains(strings.Join(d.Answerers.WaysOut, " "), "person/bob did not let in") {
			t.Errorf("%+v, %v", d.Answerers, err)
		}
	})
}

// A team of one is told so at once, with the ways out: the run waits, because
// someone can be added meanwhile.
func TestATeamOfOneIsToldAtOnceThatNobodyCanAnswer(t *testing.T) {
	each(t, planOf(1, step("fix", prentice.Act, "target")), askOne, func(t *testing.T, w *world) {
		w.is(ann.Ref(), "")
		w.is(bob.Ref(), "")
		run := w.start(cat, "fix")
		a := run.Answerers
		if a == nil || !a.Short() || a.String() != "no one on the team can answer as things are" {
			t.Fatalf("%+v", a)
		}
		for _, way := range []string{"prentice person add NAME --role approver", "policy.yaml", "prentice run break-glass run/1"} {
			if !strings.Contains(strings.Join(a.WaysOut, "\n"), way) {
				t.Errorf("no way out by %q in %q", way, a.WaysOut)
			}
		}
		w.until(run.Number, prentice.Waiting)
		w.is("person/new", prentice.Approver)
		if d, err := w.r.ShowTo(t.Context(), run.Number, cat); err != nil || d.Answerers.Short() || !slices.Equal(d.Answerers.Able, []prentice.Ref{"person/new"}) {
			t.Errorf("with another: %+v, %v", d.Answerers, err)
		}
	})
}

func TestPrenticesOwnProposalLooksForNobodyWhenItBegins(t *testing.T) {
	each(t, planOf(1, step("fix", prentice.Act, "target")), askOne, func(t *testing.T, w *world) {
		if run := w.start(prentice.Prentice("probe"), "fix"); run.Answerers != nil {
			t.Errorf("%+v", run.Answerers)
		}
	})
}
