package prototyping

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/prototype"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// bench is prototypes on a database, with a clock that tests turn.
type bench struct {
	*Prototypes
	*world
	told    []prentice.Event
	stopped []prentice.Ref
	files   []prototype.Declared
}

func (b *bench) Make(context.Context, prentice.Actor, string, string) (prentice.Ref, error) {
	return "env/made", nil
}

func (b *bench) Stop(_ context.Context, environment prentice.Ref, _ string) error {
	b.stopped = append(b.stopped, environment)
	return nil
}

func newBench(t *testing.T, d *db.DB) *bench {
	t.Helper()
	b := &bench{world: newWorld(t, d)}
	for owner, files := range map[string]interface {
		Migrate(context.Context) error
	}{"prototype": migrates{func(ctx context.Context) error { return d.Migrate(ctx, "prototype", prototype.Schema()) }}, "claims": migrates{func(ctx context.Context) error { return d.Migrate(ctx, "claims", claims.Schema()) }}} {
		if err := files.Migrate(t.Context()); err != nil {
			t.Fatal(owner, err)
		}
	}
	deps := b.Flags.Deps
	deps.Tell = func(_ *db.Tx, e prentice.Event) error { b.told = append(b.told, e); return nil }
	deps.Claims, deps.Places = &claims.Store{DB: d}, b
	deps.Files = func() ([]prototype.Declared, []prentice.Finding, error) { return b.files, nil, nil }
	b.Prototypes = newPrototypes(deps)
	return b
}

type migrates struct{ do func(context.Context) error }

func (m migrates) Migrate(ctx context.Context) error { return m.do(ctx) }

func (b *bench) new(t *testing.T, name string) {
	t.Helper()
	_, err := b.begin(t.Context(), b.call(), newIn{Prototype: name, Question: "Do people finish?", DecideBy: noon.AddDate(0, 0, 7), Owner: "group/shop", Technique: "spike", Tasks: []string{"buy=Buy a ticket"}})
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) state(t *testing.T, name string) string {
	t.Helper()
	shown, err := b.Prototypes.show(t.Context(), b.call(), prototypeIn{name})
	if err != nil {
		t.Fatal(err)
	}
	return shown.State
}

func (b *bench) kinds() (kinds []string) {
	for _, n := range b.notes {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

func TestAnUndecidedPrototypeIsStoppedOnceAndItsClaimFails(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.new(t, "one-page")
		one, err := b.store.Find(t.Context(), "one-page")
		if err != nil {
			t.Fatal(err)
		}
		one.Environment = "env/e1"
		if _, err := b.store.Change(t.Context(), one, noon); err != nil {
			t.Fatal(err)
		}
		standing := func() prentice.Truth {
			t.Helper()
			s, err := (&claims.Store{DB: d}).Find(t.Context(), b.now, "prototype:one-page")
			if err != nil {
				t.Fatal(err)
			}
			return s.At(b.now).Verdict.Truth
		}
		if err := b.tend(t.Context()); err != nil || standing() != prentice.Pass || len(b.stopped) > 0 {
			t.Fatalf("before its day: %v, %v, %v", err, standing(), b.stopped)
		}
		b.now = noon.AddDate(0, 0, 8)
		for range 3 { // also after a restart nothing is told twice
			if err := b.tend(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if b.state(t, "one-page") != "undecided" || standing() != prentice.Fail || !slices.Equal(b.stopped, []prentice.Ref{"env/e1"}) {
			t.Errorf("%s, %v, %v", b.state(t, "one-page"), standing(), b.stopped)
		}
		if want := []string{"prototype.begun", "prototype.undecided", "prototype.stopped"}; !slices.Equal(b.kinds(), want) || len(b.told) != 3 || b.told[1].Type != "prototype.undecided" {
			t.Errorf("%v; told %v", b.kinds(), b.told)
		}
		b.now = noon // a clock that is set back brings it to life no more
		if got := b.state(t, "one-page"); got != "undecided" {
			t.Errorf("after the clock was set back: %s", got)
		}
	})
}

func TestAPrototypeIsDecidedOnceWithAReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.new(t, "one-page")
		in := decideIn{prototypeIn: prototypeIn{"prototype/one-page"}, Decision: "adopt", Reason: " "}
		if _, err := b.decide(t.Context(), b.call(), in); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		in.Reason, in.Otherwise = "9 of 11 finished", "six weeks for a basket"
		b.now = noon.AddDate(0, 0, 3)
		shown, err := b.decide(t.Context(), b.call(), in)
		if err != nil || shown.State != "adopted" || shown.Took != "3 days" || shown.Otherwise == "" {
			t.Fatalf("%+v, %v", shown, err)
		}
		in.Decision = "drop"
		if _, err := b.decide(t.Context(), b.call(), in); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("a second time: %v", err)
		}
		if _, err := b.extend(t.Context(), b.call(), extendIn{in.prototypeIn, noon.AddDate(0, 1, 0), "more"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("extended afterwards: %v", err)
		}
		together := dbtest.Together(4, func(int) error {
			_, err := b.begin(context.Background(), b.call(), newIn{Prototype: "twice", Question: "Twice?", DecideBy: noon.AddDate(0, 0, 9), Owner: "group/shop", Technique: "spike"})
			return err
		})
		made := 0
		for _, err := range together {
			if err == nil {
				made++
			} else if prentice.KindOf(err) != prentice.Conflict {
				t.Error(err)
			}
		}
		if made != 1 {
			t.Errorf("%d of the same name were begun", made)
		}
	})
}

func TestADayIsPutOffThreeTimesWithAReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.new(t, "one-page")
		b.now = noon.AddDate(0, 0, 8)
		if err := b.tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			_, err := b.extend(t.Context(), b.call(), extendIn{prototypeIn{"one-page"}, b.now.AddDate(0, 0, 7+i), "few could try it"})
			if (err == nil) != (i < 3) {
				t.Errorf("time %d: %v", i+1, err)
			}
		}
		if got := b.state(t, "one-page"); got != "trying" {
			t.Errorf("put off, it is %s", got)
		}
		if _, err := b.extend(t.Context(), b.call(), extendIn{prototypeIn{"one-page"}, b.now.AddDate(1, 0, 0), "x"}); err == nil {
			t.Error("a year away")
		}
	})
}

const oneFile = `---
prototype: one-page
question: Do people finish on one page?
technique: clickable-pages
owner: group/shop
decide_by: 2026-03-09
tasks:
  - {name: buy, says: Buy a ticket for tomorrow}
---
# One page
`

func TestAFileOfTheTeamBeginsAPrototypeAndDecidesIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		say := func(text string) {
			t.Helper()
			declared, wrong := prototype.Read("prototypes/one-page.md", []byte(text))
			if len(wrong) > 0 {
				t.Fatal(wrong)
			}
			b.files = []prototype.Declared{declared}
			for range 2 {
				if err := b.tend(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		say(oneFile)
		say(strings.Replace(oneFile, "2026-03-09", "2026-03-20", 1)) // later, and no reason
		one, _ := b.store.Find(t.Context(), "one-page")
		if one.DecideBy.Format(time.DateOnly) != "2026-03-09" || len(*b.wrong.Load()) != 1 {
			t.Errorf("a later day without a reason: %v, %v", one.DecideBy, *b.wrong.Load())
		}
		say(strings.Replace(oneFile, "2026-03-09", "2026-03-20\nextended: few could try it", 1))
		if one, _ = b.store.Find(t.Context(), "one-page"); one.DecideBy.Format(time.DateOnly) != "2026-03-20" || one.Extended != 1 || len(one.Tasks) != 1 {
			t.Errorf("a later day with a reason: %+v", one)
		}
		say(strings.Replace(oneFile, "tasks:", "decision: drop\nreason: no one finished\ntasks:", 1))
		if got := b.state(t, "one-page"); got != "dropped" {
			t.Errorf("decided by its file: %s", got)
		}
		if want := []string{"prototype.begun", "prototype.extended", "prototype.decided"}; !slices.Equal(b.kinds(), want) {
			t.Errorf("%v", b.kinds())
		}
	})
}
