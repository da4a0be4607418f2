package runner

import (
	"testing"
	"time"

	"prentice"
)

func TestPastDecisionsComeBackWithAllThatTheyWereMadeFrom(t *testing.T) {
	each(t, fixing(), askTwo, func(t *testing.T, w *world) {
		run := w.start(bob, "fix")
		var got []prentice.Decided
		err := w.r.Decisions(t.Context(), time.Unix(0, 0), func(d prentice.Decided) error { got = append(got, d); return nil })
		if err != nil || len(got) != 1 || got[0].Run != run.Number || got[0].Decision.Approvers != 2 || got[0].Moment.Plan.Hash() != run.Plan || got[0].Moment.Actor.Ref() != run.Requester {
			t.Errorf("%+v, %v", got, err)
		}
		if one, err := w.r.Decided(t.Context(), run.Number); err != nil || one.Run != run.Number || one.Moment.Now.UnixMicro() != run.Created.UnixMicro() {
			t.Errorf("%+v, %v", one, err)
		}
		_, err = w.r.Decided(t.Context(), 99)
		wantKind(t, err, prentice.NotFound)
	})
}
