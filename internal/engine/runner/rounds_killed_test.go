package runner

import (
	"context"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

// stall is where a process stands still, until it is let go on.
type stall struct {
	at    string
	began chan string
	free  chan struct{}
}

func (s *stall) reach(ctx context.Context, at string) error {
	if s == nil || at != s.at {
		return nil
	}
	s.began <- at
	select {
	case <-s.free:
		return nil
	case <-ctx.Done():
		return prentice.Errorf(prentice.Canceled, "interrupted")
	}
}

// stalling stands still at a step.
type stalling struct {
	*printing
	*stall
}

func (s stalling) Apply(ctx context.Context, w prentice.Work) (prentice.Outcome, error) {
	if err := s.reach(ctx, w.Step.ID); err != nil {
		return prentice.Outcome{}, err
	}
	return s.printing.Apply(ctx, w)
}

// stallingPlanner stands still when it is asked what the first round of checks decides.
type stallingPlanner struct {
	calls
	*stall
}

func (p stallingPlanner) Render(ctx context.Context, req prentice.RunRequest) (prentice.Plan, error) {
	if len(req.Captured) == 2 {
		if err := p.reach(ctx, "plan"); err != nil {
			return prentice.Plan{}, err
		}
	}
	return p.calls.Render(ctx, req)
}

// Who is killed between two rounds of a plan's checks, or in the second, has lost nothing:
// what the first saw is not asked again, the second is made by who takes the run over, and
// what the dead one still says counts for nothing.
func TestWhoDiesBetweenTwoRoundsOfChecksHasDecidedNothingTwice(t *testing.T) {
	look := handing("look", prentice.Check, "target", "full\n", prentice.Capture{Name: "disk", Type: "string"})
	further := handing("further", prentice.Check, "target", "yes\n", prentice.Capture{Name: "old", Type: "string"})
	for name, at := range map[string]string{"before the first has decided anything": "plan", "in the second": "further"} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				a, b, crew := two(t, d, planOf(2, look, step("restart", prentice.Act, "target"), step("well", prentice.Verify, "here")), askOne)
				dead := &stall{at: at, began: make(chan string, 10), free: make(chan struct{})}
				know := func(w *world, s *stall) *printing {
					p := &printing{effect: effect{done: map[string]int{}, sick: map[string]bool{}, truth: map[string]prentice.Answer{}, began: make(chan string, 100)}, env: map[string][]string{}, prints: map[string]string{}}
					w.r.Know([]prentice.StepKind{stalling{p, s}})
					w.r.Planner = stallingPlanner{calls{w, further}, s}
					return p
				}
				pa, pb := know(a, dead), know(b, nil)
				n := a.start(bob, "fix").Number
				<-dead.began
				crew.live("b#2")
				b.takeOver()
				d1 := b.until(n, prentice.Waiting)
				close(dead.free)
				for give := time.Now().Add(time.Minute); a.r.performs(n) && time.Now().Before(give); {
					time.Sleep(5 * time.Millisecond)
				}
				if now := b.until(n, prentice.Waiting); now.Plan != d1.Plan || now.ThePlan.Open || len(now.ThePlan.Captured) != 4 {
					t.Fatalf("it waits with plan %s, and waited with %s: %+v", now.Plan, d1.Plan, now.ThePlan.Captured)
				}
				if again := pb.times("look", "host/a"); again != 0 || pa.times("look", "host/a") != 1 || pb.times("further", "host/a") != 1 {
					t.Errorf("who took it over looked %d times again, and %d times further", again, pb.times("further", "host/a"))
				}
				if decided := told("run.decided", a, b); decided != 2 {
					t.Errorf("it is told %d times that checks decided, and there are two rounds", decided)
				}
				if _, err := b.r.Answer(t.Context(), run.Reply{Run: n, Plan: d1.Plan, Actor: ann, Yes: true, Reason: "good"}); err != nil {
					t.Fatal(err)
				}
				b.until(n, prentice.Verified)
				if pa.times("restart", "host/a") != 0 || pb.times("restart", "host/a") != 1 {
					t.Errorf("the dead restarted %d times, the living %d", pa.times("restart", "host/a"), pb.times("restart", "host/a"))
				}
			})
		})
	}
}
