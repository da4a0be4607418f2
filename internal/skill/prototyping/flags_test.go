package prototyping

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/flag"
	"prentice/internal/engine/runner/kindtest"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const text = `{"flags": {
	"checkout": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on", "metadata": {"owner": "group/shop", "kind": "ops", "expires": "2026-12-31"}},
	"banner": {"state": "DISABLED", "variants": {"a": "A", "b": "B"}, "metadata": {"owner": "group/shop", "kind": "release", "expires": "2026-01-31"}}}}`

// world is flags on a database, with a clock that tests turn.
type world struct {
	*Flags
	now   time.Time
	mu    sync.Mutex
	notes []prentice.Note
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	set, findings := flag.Load(flag.TeamFile, []byte(text))
	if set == nil {
		t.Fatal(findings)
	}
	if err := d.Migrate(context.Background(), "prototyping", db.Under(files, "schema")); err != nil {
		t.Fatal(err)
	}
	w := &world{now: noon}
	w.Flags = &Flags{Deps: Deps{DB: d, Set: func() *flag.Set { return set }, Clock: func() time.Time { return w.now }, Record: func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.notes = append(w.notes, notes...)
		return nil
	}}}
	return w
}

func (w *world) call() op.Call {
	return op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: "ann"}, Now: w.now}
}

func (w *world) answers(t testing.TB, key string) string {
	t.Helper()
	got, err := w.Evaluate(context.Background(), key, nil)
	if err != nil {
		t.Fatal(err)
	}
	return got.Variant
}

func TestAnOverrideIsInForceAtOnceUntilItsEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if got := w.answers(t, "checkout"); got != "on" {
			t.Fatalf("before: %q", got)
		}
		shown, err := w.overrideFlag(t.Context(), w.call(), overrideIn{flagIn: flagIn{"flag/checkout"}, Variant: "off", Reason: "payments fail", For: time.Hour})
		if err != nil || shown.State != "overridden" || w.answers(t, "checkout") != "off" {
			t.Fatalf("%+v, %v", shown, err)
		}
		w.now = noon.Add(time.Hour)
		if got := w.answers(t, "checkout"); got != "on" {
			t.Errorf("at its end: %q", got)
		}
		if len(w.notes) != 1 || w.notes[0].Kind != "flag.overridden" || w.notes[0].Actor != "person/ann" || w.notes[0].Refs[0] != "flag/checkout" {
			t.Errorf("evidence: %+v", w.notes)
		}
		if _, err := w.restoreFlag(t.Context(), w.call(), restoreIn{flagIn{"checkout"}, "x"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("restored when it was over: %v", err)
		}
	})
}

func TestARestoredFlagAnswersAsItsFileSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if _, err := w.overrideFlag(t.Context(), w.call(), overrideIn{flagIn: flagIn{"banner"}, Variant: "b", Reason: "show it"}); err != nil {
			t.Fatal(err)
		}
		if got := w.answers(t, "banner"); got != "b" {
			t.Errorf("a disabled flag that is overridden: %q", got)
		}
		w.now = w.now.Add(time.Minute)
		shown, err := w.restoreFlag(t.Context(), w.call(), restoreIn{flagIn{"banner"}, "seen"})
		if err != nil || shown.State != "disabled" || w.answers(t, "banner") != "" {
			t.Errorf("%+v, %v", shown, err)
		}
		if len(shown.Past) != 1 || shown.Past[0].EndedBy != "person/ann" {
			t.Errorf("%+v", shown.Past)
		}
	})
}

func TestOneOfTwoOverridesAtOnceHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		errs := make(chan error, 8)
		for i := range 8 {
			variant := []string{"on", "off"}[i%2]
			go func() {
				_, err := w.override(context.Background(), Override{Flag: "checkout", Variant: variant, Reason: "r", By: "person/ann", Ends: noon.Add(time.Hour)})
				errs <- err
			}()
		}
		held := 0
		for range 8 {
			if err := <-errs; err == nil {
				held++
			} else if prentice.KindOf(err) != prentice.Conflict {
				t.Error(err)
			}
		}
		if kept, err := w.past(t.Context(), "checkout", 20); held != 1 || len(kept) != 1 || err != nil {
			t.Errorf("%d hold, and %+v are kept, %v", held, kept, err)
		}
	})
}

// Another replica writes what this one has not heard of; a second later it is known.
func TestWhatAnotherReplicaOverridesHoldsWithinASecond(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, other := newWorld(t, d), newWorld(t, d)
		w.answers(t, "checkout")
		if _, err := other.overrideFlag(t.Context(), other.call(), overrideIn{flagIn: flagIn{"checkout"}, Variant: "off", Reason: "payments fail"}); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(trusted)
		if got := w.answers(t, "checkout"); got != "off" {
			t.Errorf("after a second: %q", got)
		}
	})
}

func TestAFlagThatWasTurnedOffStaysOffWithoutADatabase(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	if _, err := w.overrideFlag(t.Context(), w.call(), overrideIn{flagIn: flagIn{"checkout"}, Variant: "off", Reason: "payments fail"}); err != nil {
		t.Fatal(err)
	}
	w.answers(t, "checkout")
	d.Close()
	w.now = w.now.Add(time.Minute)
	if got := w.answers(t, "checkout"); got != "off" {
		t.Errorf("%q", got)
	}
}

func TestWhatCannotBeOverriddenIsRefused(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for want, in := range map[string]overrideIn{
		`there is no flag "chekout" in flags.json`:    {flagIn: flagIn{"chekout"}, Variant: "off", Reason: "r"},
		`flag/checkout has no variant "of"`:           {flagIn: flagIn{"checkout"}, Variant: "of", Reason: "r"},
		`an override lasts at most 90 days`:           {flagIn: flagIn{"checkout"}, Variant: "off", Reason: "r", For: 91 * 24 * time.Hour},
		`an override lasts at most 90 days, and this`: {flagIn: flagIn{"checkout"}, Variant: "off", Reason: "r", For: -time.Hour},
		`the override has no reason`:                  {flagIn: flagIn{"checkout"}, Variant: "off", Reason: " "},
	} {
		if _, err := w.overrideFlag(t.Context(), w.call(), in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	if got, err := w.evaluateOne(t.Context(), w.call(), evaluateIn{flagIn{"checkout"}, json.RawMessage(`[1]`)}); err == nil {
		t.Errorf("a context that is a list: %+v", got)
	}
}

func TestFlagsAreListedWithWhatIsToBeDoneFirst(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	list, err := w.list(t.Context(), w.call(), listIn{})
	if err != nil || len(list.Flags) != 2 || list.Flags[0].Key != "banner" || !list.Flags[0].Due {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err = w.list(t.Context(), w.call(), listIn{Overridden: true}); err != nil || len(list.Flags) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestFlagIsAStepKind(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	kindtest.Check(t, kindtest.Case{
		Kind: &FlagKind{w.Flags},
		Good: prentice.StepSpec{Section: prentice.Act, Risk: prentice.Change, Attrs: map[string]string{"name": "checkout", "variant": "off", "for": "2h"}},
	})
}

// A procedure turns a flag, its verification looks, and its Undo puts it back.
func TestAStepTurnsAFlagAndPutsItBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		k := &FlagKind{w.Flags}
		step := func(section prentice.Section, attrs map[string]string) (prentice.Outcome, prentice.Answer, error) {
			work := prentice.Work{Run: "run/7", Step: prentice.PlannedStep{Section: section, Attrs: attrs}}
			done, err := k.Done(t.Context(), work)
			if err != nil {
				t.Fatal(err)
			}
			out, err := k.Apply(t.Context(), work)
			return out, done, err
		}
		off, restore := map[string]string{"name": "checkout", "variant": "off", "for": "2h"}, map[string]string{"name": "checkout", "restore": "true"}
		if out, _, err := step(prentice.Verify, off); err != nil || out.OK {
			t.Errorf("verified before: %+v, %v", out, err)
		}
		if out, done, err := step(prentice.Act, off); err != nil || !out.OK || done != prentice.No {
			t.Errorf("%+v, %s, %v", out, done, err)
		}
		if out, done, err := step(prentice.Act, off); err != nil || !out.OK || done != prentice.Yes || len(w.notes) != 1 {
			t.Errorf("again: %+v, %s, %v", out, done, err)
		}
		if _, _, err := step(prentice.Act, map[string]string{"name": "checkout", "variant": "on"}); prentice.KindOf(err) != prentice.Refused {
			t.Errorf("another variant: %v", err)
		}
		if out, _, err := step(prentice.Verify, off); err != nil || !out.OK {
			t.Errorf("verified: %+v, %v", out, err)
		}
		if out, _, err := step(prentice.Undo, restore); err != nil || !out.OK || w.answers(t, "checkout") != "on" {
			t.Errorf("put back: %+v, %v", out, err)
		}
		if w.notes[1].Kind != "flag.restored" || w.notes[1].Actor != "run/7" {
			t.Errorf("%+v", w.notes)
		}
	})
}
