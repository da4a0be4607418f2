package inbox

import (
	"context"
	"slices"
	"testing"
	"time"

	"prentice"
)

func TestAnEventThatIsRefusedHoldsUpOnlyWhatIsAboutTheSame(t *testing.T) {
	each(t, func(w *world) {
		w.inbox.pauses = []time.Duration{time.Hour}
		odd := true
		w.inbox.Listen(func(_ context.Context, e prentice.EventRecord) error {
			if e.Number == 1 && odd {
				return prentice.Errorf(prentice.Invalid, "no one understands this")
			}
			return nil
		})
		w.receive(numbered(1))
		w.receive(numbered(2)) // about the same
		for n := range 3 * atOnce {
			e := numbered(3 + n)
			e.Subject = "service/cart"
			w.receive(e)
		}
		nameless := numbered(1000)
		nameless.Subject = ""
		w.receive(nameless)
		w.deliver()
		got := w.toldIDs()
		if len(got) != 3*atOnce+2 || got[0] != "n1" || slices.Contains(got, "n2") || !slices.Contains(got, "n1000") {
			t.Fatalf("told %d: %v", len(got), got)
		}
		if wait := w.inbox.nextTry(); wait <= 0 || wait > time.Hour {
			t.Errorf("looks again after %s", wait)
		}
		odd = false
		w.inbox.held[1].due = time.Now()
		w.deliver()
		if got := w.toldIDs(); len(got) != 3*atOnce+3 || got[len(got)-1] != "n2" {
			t.Errorf("told at last %v", got[3*atOnce:])
		}
		if e, _ := w.inbox.Show(t.Context(), 1); e.State != prentice.EventDelivered || e.Attempts != 2 {
			t.Errorf("the odd one %+v", e)
		}
	})
}
