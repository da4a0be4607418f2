package runner

import (
	"strings"
	"testing"

	"prentice"
)

// What prentice proposed for an incident that is over asks no one any more; what a
// person asked for is theirs to take back.
func TestAProposalForWhatIsOverIsWithdrawn(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		w.incidents = map[prentice.Ref]Incident{"incident/1": {Subject: "service/shop", Open: true, Covers: true}}
		own, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: prentice.Prentice("event"), EventNumber: 1, Incident: "incident/1"})
		if err != nil {
			t.Fatal(err)
		}
		w.until(own.Number, prentice.Waiting)
		if err := w.r.withdraw(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := w.until(own.Number, prentice.Waiting); d.State != prentice.Waiting {
			t.Fatalf("withdrawn while it is open: %+v", d.Run)
		}
		w.incidents["incident/1"] = Incident{Subject: "service/shop"}
		for range 2 {
			if err := w.r.withdraw(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if d := w.until(own.Number, prentice.RunRefused); !strings.Contains(d.Says, "withdrawn: incident/1 is over") || !d.Started.IsZero() {
			t.Errorf("%+v", d.Run)
		}
		w.incidents["incident/1"] = Incident{Subject: "service/shop", Open: true, Covers: true}
		persons, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob, Incident: "incident/1"})
		if err != nil {
			t.Fatal(err)
		}
		w.until(persons.Number, prentice.Waiting)
		w.incidents["incident/1"] = Incident{Subject: "service/shop"}
		if err := w.r.withdraw(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.until(persons.Number, prentice.Waiting)
	})
}
