package runner

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// crew is the processes that a test says there are.
type crew struct {
	mu       sync.Mutex
	living   []string // guarded by mu
	left     bool     // guarded by mu; those who do not live left in order
	deserted bool
}

// hand is one of them.
type hand struct {
	*crew
	id    string
	place string
	unfit bool     // guarded by mu
	knows []string // when set, who lived at its last beat; guarded by mu
}

func (h *hand) ID() string { return h.id }
func (h *hand) Fit() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.unfit
}
func (h *hand) Leads() bool    { return true }
func (h *hand) Deserted() bool { return h.deserted }
func (h *hand) Place() string  { return h.place }

func (h *hand) Yield(context.Context) error { return nil }

func (h *hand) Living() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.knows != nil {
		return h.knows
	}
	return append([]string(nil), h.living...)
}
func (h *hand) Fate(_ *db.Tx, id string) (lives, died bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	lives = slices.Contains(h.living, id)
	return lives, !lives && id != "" && !h.left, nil
}

func (c *crew) live(ids ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.living = ids
}

// two is two runners on one database, each with its own effects to look at.
func two(t *testing.T, d *db.DB, plan prentice.Plan, verdict prentice.Decision) (a, b *world, c *crew) {
	c = &crew{living: []string{"a#1", "b#2"}}
	open := func(id string) *world {
		w := &world{t: t, db: d, plan: plan, verdict: verdict, effect: &effect{done: map[string]int{}, sick: map[string]bool{}, truth: map[string]prentice.Answer{}, began: make(chan string, 100)}}
		for _, who := range []prentice.Actor{ann, bob, cat} {
			w.is(who.Ref(), who.Role)
		}
		w.r = w.runner()
		w.r.Peers = &hand{crew: c, id: id, place: "here"}
		if err := w.r.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.r.Stop(5 * time.Second) }) //nolint:errcheck // the test is over
		return w
	}
	migrate(t, d)
	return open("a#1"), open("b#2"), c
}

// shared runs a test on PostgreSQL, and with two runners on SQLite, where no one
// shares a database but the rules are the same.
func shared(t *testing.T, plan prentice.Plan, verdict prentice.Decision, test func(t *testing.T, a, b *world, c *crew)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b, c := two(t, d, plan, verdict)
		test(t, a, b, c)
	})
}

func (w *world) takeOver() {
	w.t.Helper()
	if _, err := w.r.takeOver(w.t.Context(), nil); err != nil {
		w.t.Fatal(err)
	}
}

func repeatable(id string) prentice.PlannedStep {
	s := step(id, prentice.Act, "target")
	s.Idempotent = true
	return s
}

func TestARunIsLeftToTheProcessThatPerformsIt(t *testing.T) {
	shared(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, a, b *world, _ *crew) {
		a.effect.block = make(chan struct{})
		run := a.start(bob, "fix")
		<-a.effect.began
		b.takeOver()
		close(a.effect.block)
		a.until(run.Number, prentice.Unverified)
		if n := b.effect.times("restart", "host/a"); n != 0 {
			t.Errorf("b did it too, %d times", n)
		}
	})
}

func TestARunOfAProcessThatHasJustJoinedIsNotTakenFromIt(t *testing.T) {
	shared(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, a, b *world, _ *crew) {
		b.r.Peers.(*hand).knows = []string{"b#2"} // as of its last beat
		a.effect.block = make(chan struct{})
		run := a.start(bob, "fix")
		<-a.effect.began
		b.takeOver()
		if d, err := b.r.load(t.Context(), run.Number); err != nil || d.Owner != "a#1" {
			t.Errorf("it is %s's now: %v", d.Owner, err)
		}
		close(a.effect.block)
		a.until(run.Number, prentice.Unverified)
	})
}

func TestWhoeverIsLateToBeginARunLeavesItToWhoeverHasBegun(t *testing.T) {
	shared(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, a, b *world, _ *crew) {
		a.effect.block = make(chan struct{})
		begun := a.start(bob, "fix")
		<-a.effect.began
		if err := b.r.begin(t.Context(), run.Idle{Number: begun.Number}); err != nil { // as it stood when b let it go on
			t.Fatal(err)
		}
		if d, err := b.r.load(t.Context(), begun.Number); err != nil || d.Owner != "a#1" {
			t.Errorf("it is %s's now: %v", d.Owner, err)
		}
		close(a.effect.block)
		a.until(begun.Number, prentice.Unverified)
	})
}

func TestNobodyWritesThatARunOfAnotherWaitsForAPerson(t *testing.T) {
	ask := step("look", prentice.Act, "here")
	ask.Kind = "human"
	shared(t, planOf(1, repeatable("restart"), ask), allow, func(t *testing.T, a, b *world, c *crew) {
		a.effect.block = make(chan struct{})
		begun := a.start(bob, "fix")
		<-a.effect.began
		d, err := a.r.load(t.Context(), begun.Number)
		if err != nil {
			t.Fatal(err)
		}
		c.live("b#2")
		b.takeOver()
		b.until(begun.Number, prentice.Waiting)
		if _, err := a.r.askPerson(t.Context(), d, ask, prentice.Target{Local: true}, 1); !errors.Is(err, run.ErrMoved) {
			t.Errorf("it wrote: %v", err)
		}
		close(a.effect.block)
	})
}

func TestARunWhoseProcessDiedIsTakenOverAndTheDeadProveNothing(t *testing.T) {
	shared(t, planOf(1, repeatable("restart")), allow, func(t *testing.T, a, b *world, c *crew) {
		a.effect.block, a.effect.sick["restart"] = make(chan struct{}), true // it will say that it did not work
		one := a.start(bob, "fix")
		<-a.effect.began
		c.live("b#2") // a hangs, and is taken for dead
		b.takeOver()
		b.until(one.Number, prentice.Unverified)
		close(a.effect.block) // it wakes up and goes on
		for a.r.performs(one.Number) {
			time.Sleep(time.Millisecond)
		}
		d, err := b.r.Show(t.Context(), one.Number)
		if err != nil {
			t.Fatal(err)
		}
		if d.State != prentice.Unverified || len(d.Steps) != 1 || d.Steps[0].Attempts != 2 || d.Steps[0].State != run.Done {
			t.Errorf("%s, %+v", d.State, d.Steps)
		}
	})
}

func TestWhatTheDeadLeftUnsaidIsSaid(t *testing.T) {
	shared(t, planOf(1, repeatable("restart")), allow, func(t *testing.T, a, b *world, c *crew) {
		run := a.start(bob, "fix")
		a.until(run.Number, prentice.Unverified) // and a dies before it has told anyone
		ended := func() bool {
			b.mu.Lock()
			defer b.mu.Unlock()
			return slices.Contains(b.events, "run.ended")
		}
		knew := b.r.speakFor(t.Context(), []string{"a#1", "b#2"})
		if ended() {
			t.Error("b spoke for one that lives")
		}
		c.live("b#2")
		if knew = b.r.speakFor(t.Context(), knew); !ended() || slices.Contains(knew, "a#1") {
			t.Errorf("b did not speak for the dead, and knows %v", knew)
		}
	})
}

func TestAProcessThatIsNotFitBeginsNoStep(t *testing.T) {
	shared(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, a, b *world, c *crew) {
		me := a.r.Peers.(*hand)
		me.mu.Lock()
		me.unfit = true
		me.mu.Unlock()
		run := a.start(bob, "fix")
		a.until(run.Number, prentice.Running)
		if _, err := a.r.stage(t.Context(), run.Number); !errors.Is(err, errParked) {
			t.Errorf("it goes on: %v", err)
		}
		if n := a.effect.times("restart", "host/a"); n != 0 {
			t.Errorf("it did it %d times", n)
		}
		c.live("b#2")
		b.takeOver()
		b.until(run.Number, prentice.Unverified)
	})
}

func TestAStepThatLingersOnAnotherMachineIsUncertain(t *testing.T) {
	shared(t, planOf(1, step("restart", prentice.Act, "here")), allow, func(t *testing.T, a, b *world, c *crew) {
		b.r.Peers.(*hand).place = "elsewhere"
		b.effect.truth["restart"] = prentice.No // as far as can be seen from there
		b.r.kinds["effect"] = lingering{b.effect}
		a.effect.block = make(chan struct{})
		run := a.start(bob, "fix")
		<-a.effect.began
		c.live("b#2")
		b.takeOver()
		d := b.until(run.Number, prentice.Uncertain)
		if b.effect.times("restart", "") != 0 {
			t.Error("it was done again")
		}
		t.Log(d.Says)
		close(a.effect.block)
	})
}

// lingering is a effect that goes on where it was begun.
type lingering struct{ *effect }

func (lingering) Lingers(prentice.Work) bool                                   { return true }
func (lingering) End(context.Context, prentice.Work) error                     { return nil }
func (lingering) Proved(context.Context, prentice.Work)                        {}
func (lingering) Sweep(context.Context, func() ([]prentice.Work, error)) error { return nil }

var _ prentice.Detached = lingering{}

func TestARunThatKillsTwiceThoseWhoPerformItPausesTheRest(t *testing.T) {
	shared(t, planOf(1, repeatable("restart")), allow, func(t *testing.T, a, b *world, c *crew) {
		a.effect.block, b.effect.block = make(chan struct{}), make(chan struct{})
		defer close(a.effect.block)
		defer close(b.effect.block)
		a.start(bob, "fix")
		<-a.effect.began
		c.live("b#2")
		b.takeOver()
		<-b.effect.began
		if since, _, err := b.r.PausedSince(t.Context()); err != nil || !since.IsZero() {
			t.Errorf("paused after one death: %v, %v", since, err)
		}
		a.r.InterruptAll()
		c.live("a#1")
		for a.r.performs(1) {
			time.Sleep(time.Millisecond)
		}
		a.takeOver()
		since, says, err := a.r.PausedSince(t.Context())
		if err != nil || since.IsZero() {
			t.Errorf("not paused after two deaths: %v", err)
		}
		t.Log(says)
		b.r.InterruptAll()
	})
}

func TestARunThatIsHandedOnTwiceInOrderPausesNothing(t *testing.T) {
	shared(t, planOf(1, repeatable("restart")), allow, func(t *testing.T, a, b *world, c *crew) {
		a.effect.block, b.effect.block = make(chan struct{}), make(chan struct{})
		defer close(a.effect.block)
		defer close(b.effect.block)
		c.left = true
		a.start(bob, "fix")
		<-a.effect.began
		c.live("b#2")
		b.takeOver()
		<-b.effect.began
		a.r.InterruptAll()
		c.live("a#1")
		for a.r.performs(1) {
			time.Sleep(time.Millisecond)
		}
		a.takeOver()
		if since, says, err := a.r.PausedSince(t.Context()); err != nil || !since.IsZero() {
			t.Errorf("paused: %s, %v", says, err)
		}
		b.r.InterruptAll()
	})
}

func TestTheNextAfterAllDiedComesUpPaused(t *testing.T) {
	shared(t, fixing(), allow, func(t *testing.T, a, _ *world, c *crew) {
		c.deserted = true
		if err := a.r.begun(t.Context()); err != nil {
			t.Fatal(err)
		}
		if since, _, err := a.r.PausedSince(t.Context()); err != nil || since.IsZero() {
			t.Errorf("not paused: %v", err)
		}
	})
}

func TestWhoeverIsAskedToStopARunTellsWhoeverPerformsIt(t *testing.T) {
	shared(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, a, b *world, _ *crew) {
		a.effect.block = make(chan struct{})
		run := a.start(bob, "fix")
		<-a.effect.began
		if _, err := b.r.Cancel(t.Context(), run.Number, cat, "enough"); err != nil {
			t.Fatal(err)
		}
		if err := a.r.StopWanted(t.Context(), run.Number); err != nil {
			t.Fatal(err)
		}
		a.until(run.Number, prentice.Cancelled, prentice.Uncertain)
	})
}
