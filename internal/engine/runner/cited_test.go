package runner

import (
	"testing"

	"prentice"
	"prentice/internal/engine/run"
)

// A person may say that a run answers an event; prentice's own answer to that
// event is not kept from being given.
func TestARequestOfAPersonNeverStandsInTheWayOfPrenticesOwn(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		claimed, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob, EventNumber: 1})
		if err != nil {
			t.Fatal(err)
		}
		w.until(claimed.Number, prentice.Verified)
		own := w.alone("fix", 1)
		if own.Number == claimed.Number {
			t.Fatalf("the event's own run is bob's run %d", claimed.Number)
		}
		w.until(own.Number, prentice.Verified)
		if again := w.alone("fix", 1); again.Number != own.Number {
			t.Errorf("the event started it twice: run %d and run %d", own.Number, again.Number)
		}
		if own.Event != "event/1" || claimed.Event != "event/1" {
			t.Errorf("the runs name %q and %q", own.Event, claimed.Event)
		}
	})
}

func TestAnEventIsTakenFromTheInboxAndNotFromTheRequest(t *testing.T) {
	each(t, fixing(), askOne, func(t *testing.T, w *world) {
		w.mover = ann.Ref()
		forged := &prentice.Event{ID: "x", Source: "prentice/schedule", Type: "schedule.tick"}
		one, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob, EventNumber: 3, Event: forged, EventSender: cat.Ref()})
		if err != nil {
			t.Fatal(err)
		}
		d := w.until(one.Number, prentice.Waiting)
		_, err = w.r.Answer(t.Context(), run.Reply{Run: d.Number, Actor: ann, Yes: true})
		wantKind(t, err, prentice.Denied)
		if _, err := w.r.Answer(t.Context(), run.Reply{Run: d.Number, Actor: cat, Yes: true}); err != nil {
			t.Errorf("cat, whom the request named, was excluded: %v", err)
		}
		_, err = w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob, Event: forged})
		wantKind(t, err, prentice.Internal)
	})
}

func TestAPersonsRunIsForAnOpenIncidentThatItConcerns(t *testing.T) {
	each(t, fixing(), allow, func(t *testing.T, w *world) {
		w.incidents = map[prentice.Ref]Incident{
			"incident/1": {Subject: "service/shop", Open: true, Covers: true},
			"incident/2": {Subject: "service/pay", Open: true},
			"incident/3": {Subject: "service/shop", Covers: true},
		}
		for ref, kind := range map[prentice.Ref]prentice.Kind{"incident/2": prentice.Invalid, "incident/3": prentice.Conflict} {
			_, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob, Incident: ref})
			wantKind(t, err, kind)
		}
		own, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: prentice.Prentice("event"), EventNumber: 1, Incident: "incident/2"})
		if err != nil || own.Incident != "incident/2" {
			t.Errorf("prentice's own answer to an event of the incident: %+v, %v", own, err)
		}
		w.until(own.Number, prentice.Verified)
		run, err := w.r.Start(t.Context(), prentice.RunRequest{Procedure: "fix", Actor: bob, Incident: "incident/1"})
		if err != nil || run.Incident != "incident/1" {
			t.Errorf("run %+v, %v", run, err)
		}
	})
}
