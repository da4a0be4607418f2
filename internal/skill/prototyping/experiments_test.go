package prototyping

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/engine/experiment"
	"prentice/internal/engine/flag"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

const assigning = `{"flags": {"pay": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "off", "targeting": {"fractional": [["on", 50], ["off", 50]]},
	"metadata": {"owner": "group/shop", "kind": "experiment", "expires": "2026-12-31"}}}}`

// counter is experiments on a database, with a flag that tests change.
type counter struct {
	*Experiments
	*world
	set *flag.Set
}

func newCounter(t *testing.T, d *db.DB) *counter {
	t.Helper()
	c := &counter{world: newWorld(t, d)}
	if err := d.Migrate(t.Context(), "experiment", experiment.Schema()); err != nil {
		t.Fatal(err)
	}
	c.write(t, assigning)
	c.Flags.Set = func() *flag.Set { return c.set }
	c.Experiments = newExperiments(c.Flags.Deps, c.Flags)
	c.Flags.counts = c.Experiments
	return c
}

func (c *counter) write(t *testing.T, text string) {
	t.Helper()
	set, findings := flag.Load(flag.TeamFile, []byte(text))
	if set == nil {
		t.Fatal(findings)
	}
	c.set = set
}

func (c *counter) begin(t *testing.T, rule string) experimentIn {
	t.Helper()
	in := experimentIn{"pay-" + rule}
	_, err := c.design(t.Context(), c.call(), newExperimentIn{experimentIn: in, Question: "Do more people buy?", Flag: "pay", Control: "off", Treatment: "on", Outcome: "bought", Owner: "group/shop", sizeIn: sizeIn{Rule: rule, Baseline: 0.3, Effect: 0.2}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.start(t.Context(), c.call(), startIn{experimentIn: in}); err != nil {
		t.Fatal(err)
	}
	return in
}

// users come, each of whom is asked for twice, and some of whom do what is counted: a
// tenth of those with the control, and nine of ten with the treatment.
func (c *counter) users(t *testing.T, in experimentIn, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		user := fmt.Sprint("user-", i)
		answer, err := c.Evaluate(t.Context(), "pay", map[string]any{"targetingKey": user})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Evaluate(t.Context(), "pay", map[string]any{"targetingKey": user}); err != nil {
			t.Fatal(err)
		}
		if (answer.Variant == "on") == (i%10 != 0) {
			if got, err := c.outcome(t.Context(), c.call(), outcomeIn{in, user}); err != nil || !got.Counted {
				t.Fatal(user, got, err)
			}
			if got, err := c.outcome(t.Context(), c.call(), outcomeIn{in, user}); err != nil || got.Counted {
				t.Fatal("a second time", user, got, err)
			}
		}
	}
}

func (c *counter) shows(t *testing.T, in experimentIn) ExperimentShown {
	t.Helper()
	shown, err := c.Experiments.show(t.Context(), c.call(), in)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

func TestAnExperimentCountsEachUserOnceAndEndsByItsRule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		in := c.begin(t, "sequential")
		c.users(t, in, 0, 260)
		got := c.shows(t, in)
		if got.Counts.Units() != 260 || got.Result.Word != experiment.Better {
			t.Fatalf("%+v %+v", got.Counts, got.Result)
		}
		for range 3 { // also after a restart it ends once
			again := newExperiments(c.Flags.Deps, c.Flags)
			if err := again.tend(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ended := 0
		for _, n := range c.notes {
			if n.Kind == "experiment.ended" {
				ended++
			}
		}
		if got := c.shows(t, in); got.State != experiment.Ended || ended != 1 || len(got.Looks) != 1 || got.Bars() == nil {
			t.Errorf("%s, ended %d times, %d looks", got.State, ended, len(got.Looks))
		}
		if _, err := c.stop(t.Context(), c.call(), stopIn{in, "again"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("stopped after its end: %v", err)
		}
		if _, err := c.outcome(t.Context(), c.call(), outcomeIn{in, "user-1"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("an outcome after its end: %v", err)
		}
		var kept int
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM experiment_units WHERE unit LIKE '%user%'`, nil, &kept); err != nil || kept > 0 {
			t.Errorf("%d users are kept by name, %v", kept, err)
		}
		looks := len(c.shows(t, in).Looks)
		for _, years := range []int{0, 2} {
			if _, err := c.store.Forget(t.Context(), db.Sweep{Before: noon.AddDate(years, 0, 0), Most: 10}); err != nil {
				t.Fatal(err)
			}
			if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM experiment_units`, nil, &kept); err != nil || (kept == 0) != (years > 0) {
				t.Errorf("%d users are kept %d years later, %v", kept, years, err)
			}
		}
		if got := c.shows(t, in); len(got.Looks) != looks || got.Counts.Units() != 260 {
			t.Errorf("what was counted is gone with the users: %+v", got.Counts)
		}
	})
}

func TestByTheFixedRuleNoOnePeeks(t *testing.T) {
	c := newCounter(t, dbtest.SQLite(t))
	in := c.begin(t, "fixed")
	c.users(t, in, 0, 150)
	if err := c.tend(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := c.shows(t, in)
	if got.State != experiment.Running || got.Counts.ControlDid+got.Counts.TreatmentDo != 0 || got.Result.Told || strings.Contains(got.Text(), "of whom did") {
		t.Errorf("%s: %+v", got.State, got.Counts)
	}
	c.users(t, in, 150, int(got.Units))
	if err := c.tend(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.shows(t, in); got.State != experiment.Ended || got.Result.Word != experiment.Better || got.Counts.TreatmentDo == 0 {
		t.Errorf("%s: %+v", got.State, got.Result)
	}
}

func TestAFlagThatIsChangedEndsTheExperimentAsDisturbed(t *testing.T) {
	c := newCounter(t, dbtest.SQLite(t))
	in := c.begin(t, "sequential")
	c.users(t, in, 0, 250)
	c.write(t, strings.Replace(assigning, `["on", 50], ["off", 50]`, `["on", 90], ["off", 10]`, 1))
	if _, err := c.Evaluate(t.Context(), "pay", map[string]any{"targetingKey": "late"}); err != nil {
		t.Error(err)
	}
	if got := c.shows(t, in); got.Counts.Units() != 250 {
		t.Errorf("%d users are counted, and one of them by another assignment", got.Counts.Units())
	}
	if err := c.tend(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.shows(t, in); got.Result.Word != experiment.Disturbed || !strings.Contains(got.Reason, "was changed") {
		t.Errorf("%+v", got.Result)
	}
}

func TestAnExperimentDoesNotBeginOnAFlagThatAssignsOtherwise(t *testing.T) {
	c := newCounter(t, dbtest.SQLite(t))
	in := experimentIn{"pay"}
	design := newExperimentIn{experimentIn: in, Question: "Do more people buy?", Flag: "pay", Control: "off", Treatment: "on", Outcome: "bought", Owner: "group/shop", sizeIn: sizeIn{Baseline: 0.3, Effect: 0.2, Share: 0.1}}
	if _, err := c.design(t.Context(), c.call(), design); err != nil {
		t.Fatal(err)
	}
	if _, err := c.start(t.Context(), c.call(), startIn{experimentIn: in}); prentice.KindOf(err) != prentice.Invalid || !strings.Contains(err.Error(), "50.") && !strings.Contains(err.Error(), "49.") {
		t.Errorf("designed for 10 %%, assigned 50 %%: %v", err)
	}
	c.write(t, strings.Replace(assigning, `"targeting": {"fractional": [["on", 50], ["off", 50]]},`, "", 1))
	if _, err := c.start(t.Context(), c.call(), startIn{experimentIn: in}); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("everyone has the control: %v", err)
	}
}

func TestWhoWasGivenBothCountsForNeither(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		in := c.begin(t, "sequential")
		for _, x := range []exposeIn{{in, "a", "on"}, {in, "a", "off"}, {in, "a", "on"}, {in, "b", "off"}} {
			if _, err := c.expose(t.Context(), c.call(), x); err != nil {
				t.Fatal(err)
			}
		}
		if got := c.shows(t, in); got.Both != 1 || got.Counts.Control != 1 || got.Counts.Treatment != 0 {
			t.Errorf("%+v, both %d", got.Counts, got.Both)
		}
		if _, err := c.expose(t.Context(), c.call(), exposeIn{in, "c", "maybe"}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("a variant that is not compared: %v", err)
		}
	})
}

// More ask at once than were once let to wait, and none of them is missing when the last
// answer is there: nothing stands in memory alone that a crash would lose.
func TestEachAnswerIsCountedBeforeItIsGiven(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		in := c.begin(t, "sequential")
		const programs, users = 40, 50
		var all sync.WaitGroup
		for p := range programs {
			all.Go(func() {
				for i := range users {
					if answer, err := c.Evaluate(t.Context(), "pay", map[string]any{"targetingKey": fmt.Sprint(p, "-", i)}); err != nil || answer.Code != "" {
						t.Error(answer, err)
					}
				}
			})
		}
		all.Wait()
		if got := c.shows(t, in); got.Counts.Units() != programs*users {
			t.Errorf("%d users were given a variant, and %d are counted", programs*users, got.Counts.Units())
		}
	})
}

func TestWhoCannotBeCountedIsGivenNoVariant(t *testing.T) {
	d := dbtest.SQLite(t)
	c := newCounter(t, d)
	in := c.begin(t, "sequential")
	c.users(t, in, 0, 1)
	schema := func(statement string) {
		t.Helper()
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(statement); return err }); err != nil {
			t.Fatal(err)
		}
	}
	schema(`ALTER TABLE experiment_units RENAME TO away`) // the database takes none
	ask := func(user string) flag.Answer {
		t.Helper()
		answer, err := c.Evaluate(t.Context(), "pay", map[string]any{"targetingKey": user})
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if got := ask("late"); got.Code != flag.General || got.Variant != "" || got.Value != nil {
		t.Errorf("a user who is not counted is given %+v", got)
	}
	if got := ask("user-0"); got.Variant == "" {
		t.Errorf("a user who was counted before is given no variant: %+v", got)
	}
	schema(`ALTER TABLE away RENAME TO experiment_units`)
	if got := ask("late"); got.Variant == "" {
		t.Errorf("%+v", got)
	}
	if got := c.shows(t, in); got.Counts.Units() != 2 {
		t.Errorf("%d are counted", got.Counts.Units())
	}
}

func TestUsersBeyondTheMostAreCountedAsThat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := newCounter(t, d)
		in := c.begin(t, "sequential")
		c.users(t, in, 0, 1)
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(`UPDATE experiment_tally SET units = 2000000`); return err }); err != nil {
			t.Fatal(err)
		}
		for _, user := range []string{"a", "b", "a"} {
			if _, err := c.Evaluate(t.Context(), "pay", map[string]any{"targetingKey": user}); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := c.expose(t.Context(), c.call(), exposeIn{in, "c", "on"}); err != nil || got.Counted {
			t.Error(got, err)
		}
		got := c.shows(t, in)
		if got.Counts.Units() != 1 || got.Beyond != 3 || !strings.Contains(got.Text(), "3 users came when all that are counted were there") {
			t.Errorf("%d are counted, %d came beyond: %s", got.Counts.Units(), got.Beyond, got.Text())
		}
	})
}
