package runner

import (
	"context"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// finding is a kind whose steps also look how they find their targets.
type finding struct {
	printing
	looks chan string   // a look begins
	hangs chan struct{} // until then it does not end; nil is at once
	now   string
}

func (f *finding) Survey(_ context.Context, w prentice.Work) (prentice.Seen, error) {
	f.looks <- string(w.Target.Ref)
	if f.hangs != nil {
		<-f.hangs
	}
	return prentice.Seen{Step: w.Step.ID, Target: w.Target.Ref, Now: f.now, Says: "would restart it"}, nil
}

// eachFinding is two processes that share a database, whose plans rest on what checks capture
// and on how targets are found.
func eachFinding(t *testing.T, test func(t *testing.T, a, b *world, fa, fb *finding, c *crew)) {
	look := handing("look", prentice.Check, "target", "full\n", prentice.Capture{Name: "disk", Type: "string"})
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b, c := two(t, d, planOf(2, look, step("restart", prentice.Act, "target"), step("well", prentice.Verify, "here")), askOne)
		know := func(w *world) *finding {
			f := &finding{looks: make(chan string, 100), now: "old"}
			f.printing = printing{effect: effect{done: map[string]int{}, sick: map[string]bool{}, truth: map[string]prentice.Answer{}, began: make(chan string, 100)}, env: map[string][]string{}, prints: map[string]string{"lookhost/b": "empty\n"}}
			w.r.Know([]prentice.StepKind{f})
			w.r.Planner = deciding{w}
			return f
		}
		test(t, a, b, know(a), know(b), c)
	})
}

// told is how often the processes have written a kind of evidence.
func told(kind string, worlds ...*world) (n int) {
	for _, w := range worlds {
		w.mu.Lock()
		for _, note := range w.notes {
			if note.Kind == kind {
				n++
			}
		}
		w.mu.Unlock()
	}
	return n
}

func TestWhoTakesARunOverLooksForItselfAndTheDeadCompleteNoPlan(t *testing.T) {
	eachFinding(t, func(t *testing.T, a, b *world, fa, fb *finding, c *crew) {
		fa.hangs, fa.now = make(chan struct{}), "what the dead saw"
		n := a.start(bob, "fix").Number
		<-fa.looks
		c.live("b#2") // a hangs in the middle of its look, and is taken for dead
		b.takeOver()
		d := b.until(n, prentice.Waiting)
		close(fa.hangs)
		for give := time.Now().Add(time.Minute); a.r.performs(n) && time.Now().Before(give); {
			time.Sleep(5 * time.Millisecond)
		}
		if d = b.until(n, prentice.Waiting); len(d.ThePlan.Seen) == 0 || d.ThePlan.Seen[0].Now != "old" || len(d.ThePlan.Captured) != 2 || d.Plan != d.ThePlan.Hash() {
			t.Fatalf("it waits with plan %s: %+v", d.Plan, d.ThePlan)
		}
		if decided, surveyed := told("run.decided", a, b), told("run.surveyed", a, b); decided != 1 || surveyed != 1 {
			t.Errorf("it is told %d times that it was decided, and %d times that it was looked at", decided, surveyed)
		}
		if _, err := b.r.Answer(t.Context(), run.Reply{Run: n, Plan: d.Plan, Actor: ann, Yes: true, Reason: "good"}); err != nil {
			t.Fatal(err)
		}
		b.until(n, prentice.Verified)
		if fa.times("restart", "host/a") != 0 || fb.times("restart", "host/a") != 1 || fb.times("restart", "host/b") != 0 {
			t.Errorf("a restarted %d times, b %d times, and %d times where there was no need", fa.times("restart", "host/a"), fb.times("restart", "host/a"), fb.times("restart", "host/b"))
		}
	})
}

// The approval was for what a saw; b, which performs it, sees something else.
func TestWhatAnotherProcessSawIsLookedAtAgainBeforeActing(t *testing.T) {
	for name, change := range map[string]func(f *finding){
		`captured by check look disk on host/b: was "empty", now "full"`: func(f *finding) { f.prints["lookhost/b"] = "full\n" },
		"found restart on a: was old, now new":                           func(f *finding) { f.now = "new" },
	} {
		t.Run(name, func(t *testing.T) {
			eachFinding(t, func(t *testing.T, a, b *world, fa, fb *finding, c *crew) {
				change(fb)
				n := a.start(bob, "fix").Number
				d := a.until(n, prentice.Waiting)
				if _, err := b.r.Answer(t.Context(), run.Reply{Run: n, Plan: d.Plan, Actor: ann, Yes: true, Reason: "good"}); err != nil {
					t.Fatal(err)
				}
				d = b.until(n, prentice.RunRefused)
				if d.Void == nil || !strings.Contains(d.Says, name) || d.Void.New == d.Void.Old || fa.times("restart", "host/a")+fb.times("restart", "host/a") != 0 {
					t.Errorf("it says %q, void %+v", d.Says, d.Void)
				}
				if told("run.voided", a, b) != 1 {
					t.Errorf("it is told %d times", told("run.voided", a, b))
				}
			})
		})
	}
}
