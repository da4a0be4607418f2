package runner

import (
	"testing"
	"time"

	"prentice"
)

// What takes a run over has nothing but the journal to tell it that a step was begun.
func TestWhoTakesARunOverKnowsThatItsStepWasBegun(t *testing.T) {
	shared(t, planOf(1, step("restart", prentice.Act, "target")), allow, func(t *testing.T, a, b *world, c *crew) {
		for _, heard := range []bool{false, true} {
			block := make(chan struct{})
			a.effect.mu.Lock()
			a.effect.heard, a.effect.block = heard, block
			a.effect.mu.Unlock()
			run := a.start(bob, "fix")
			<-a.effect.began
			for end := time.Now().Add(time.Minute); heard && !begunAt(t, b, run.Number) && time.Now().Before(end); {
				time.Sleep(5 * time.Millisecond)
			}
			c.live("b#2")
			b.takeOver()
			b.until(run.Number, prentice.Uncertain)
			b.effect.mu.Lock()
			got := b.effect.asked
			b.effect.mu.Unlock()
			if got.Begun != heard || len(got.Seal) < 20 {
				t.Errorf("heard %t: it was asked with begun %t, seal %q", heard, got.Begun, got.Seal)
			}
			close(block)
			c.live("a#1", "b#2")
		}
	})
}

func begunAt(t *testing.T, w *world, run int64) bool {
	d, err := w.r.load(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	_, from, _ := d.Past("restart", "host/a", 1)
	return from.Begun
}
