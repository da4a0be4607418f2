package runner

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

// A run that was refused is held while it is asked for again by itself. Others stay
// as they are, anyone who says it of them.
func TestWhatIsAskedForAgainIsHeld(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		frozen := "frozen by sale"
		w.frozen.Store(&frozen)
		refused, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: prentice.Prentice("schedule")})
		if err != nil || refused.State != prentice.RunRefused {
			t.Fatalf("%+v, %v", refused, err)
		}
		w.frozen.Store(nil)
		waits, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob})
		if err != nil {
			t.Fatal(err)
		}
		w.until(waits.Number, prentice.Waiting)
		rest := func(number int64, h *prentice.HoldBack) prentice.Run {
			t.Helper()
			if err := w.r.DB.Write(t.Context(), func(tx *db.Tx) error { return w.r.Rest(tx, number, h) }); err != nil {
				t.Fatal(err)
			}
			d, err := w.r.Show(t.Context(), number)
			if err != nil {
				t.Fatal(err)
			}
			return d.Run
		}
		until := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
		sale := prentice.HoldBack{Code: prentice.HoldFrozen, Says: "frozen by sale until tomorrow", Until: until}
		if run := rest(refused.Number, &sale); run.State != prentice.RunHeld || run.Says != sale.Says || run.Hold == nil || !run.Hold.Until.Equal(until) || !run.State.Ended() {
			t.Errorf("held: %+v", run)
		}
		if list, err := w.r.List(t.Context(), run.Filter{State: prentice.RunHeld}); err != nil || len(list) != 1 || list[0].Number != refused.Number {
			t.Errorf("listed %+v, %v", list, err)
		}
		if run := rest(refused.Number, nil); run.State != prentice.RunRefused {
			t.Errorf("no more: %+v", run)
		}
		for _, h := range []*prentice.HoldBack{&sale, nil} {
			if run := rest(waits.Number, h); run.State != prentice.Waiting {
				t.Errorf("another: %+v", run)
			}
		}
	})
}
