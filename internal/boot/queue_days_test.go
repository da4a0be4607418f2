package boot

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/skill/codecontrol"
)

// A clock may be set to another hour, or another day, between an approval and the landing.
func TestAClockThatIsMovedLosesAndRepeatsNoLanding(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBranch(t, d, "shop")
		b.change(1, "shop", "one=1")
		b.change(2, "shop", "three=3")
		b.change(3, "shop", "two=2")
		b.add("1", "2", "3")
		at := time.Now()
		deps := b.deps()
		deps.Clock = func() time.Time { return at }
		b.saw = func(string) { at = at.Add(-36 * time.Hour) } // at each moment of each landing
		k := codecontrol.New(deps).Self.(*codecontrol.Desk)
		for range 3 {
			if err := k.TurnQueues(t.Context()); err != nil && prentice.KindOf(err) != prentice.Conflict {
				t.Fatal(err)
			}
			at = at.AddDate(0, 0, 40)
		}
		b.settle(k)
		if got := b.files("shop"); got != "README one three" {
			t.Errorf("main has %s: %v", got, b.seen)
		}
		var landed int
		if err := d.QueryRow(t.Context(), `SELECT COUNT(*) FROM code_queue_past WHERE what = 'landed'`, nil, &landed); err != nil || landed != 2 {
			t.Errorf("%d have landed: %v", landed, err)
		}
	})
}

// A freeze counts from the moment at which it was written down: a landing that was about to
// begin does not, and one that was begun comes to its end.
func TestAFreezeThatBeginsBeforeALandingHoldsItBack(t *testing.T) {
	for moment, lands := range map[string]bool{"before the intention": false, "after the intention": true} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			b := newBranch(t, d, "shop")
			b.change(1, "shop", "one=1")
			b.add("1")
			set := func(body string) {
				t.Helper()
				if err := d.Write(t.Context(), func(tx *db.Tx) error {
					_, err := tx.Exec(`UPDATE code_queue_lane SET revision = revision + 1, body = ` + body)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			const stopped = `"stopped":{"by":"person/ben","reason":"the sale begins"}`
			b.saw = func(now string) {
				if now == moment {
					b.saw = nil
					set(`'{` + stopped + `,' || substr(body, 2)`)
				}
			}
			k := b.desk()
			for range 10 {
				if err := k.TurnQueues(t.Context()); err != nil && prentice.KindOf(err) != prentice.Conflict {
					t.Fatal(err)
				}
			}
			if got := b.files("shop") == "README one"; got != lands || b.saw != nil {
				t.Errorf("frozen %s: it landed is %v", moment, got)
			}
			if lands {
				return
			}
			set(`replace(body, '` + stopped + `', '"stopped":null')`)
			b.settle(b.desk())
			if got := b.files("shop"); got != "README one" {
				t.Errorf("when the freeze was over, main has %s", got)
			}
		})
	}
}
