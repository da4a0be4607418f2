package environment

import (
	"context"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

var stage = Place{Name: "stage", Leased: true, Longest: 8 * time.Hour, Queue: 5}

// takes asks for the place as someone, as the operation does.
func (w *world) takes(who prentice.Ref, now time.Time) (Held, error) {
	return w.Lease(context.Background(), stage, now, func(h Held, number func() (int64, error)) (Held, []prentice.Note, error) {
		n, err := number()
		if err != nil {
			return h, nil, err
		}
		h, got, err := h.Ask(stage, Lease{Number: n, Holder: who, Purpose: "look", For: 2 * time.Hour}, now)
		return h, got.Taken(who), err
	})
}

func TestOfManyWhoAskForAPlaceAtOnceOneHasItAndAllOthersWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, newScripted())
		people := []prentice.Ref{"person/ann", "person/ben", "person/cid", "person/dan"}
		for i, err := range dbtest.Together(2*len(people), func(i int) error { _, err := w.takes(people[i%len(people)], noon); return err }) {
			if err != nil {
				t.Error(i, err)
			}
		}
		h, err := w.Held(t.Context(), "stage", noon)
		if err != nil || h.Lease == nil || len(h.Queue) != 3 {
			t.Fatalf("%+v %v", h, err)
		}
		seen := map[prentice.Ref]bool{h.Lease.Holder: true}
		for _, l := range h.Queue {
			seen[l.Holder] = true
		}
		if len(seen) != 4 {
			t.Errorf("%v have it or wait", seen)
		}
	})
}

func TestALeaseIsOfOneHolderWhicheverWayTheClockGoes(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), newScripted())
	for _, who := range []prentice.Ref{"person/ann", "person/ben", "person/cid"} {
		if _, err := w.takes(who, noon); err != nil {
			t.Fatal(err)
		}
	}
	at := func(hours float64, want prentice.Ref) {
		t.Helper()
		h, err := w.Lease(t.Context(), stage, noon.Add(time.Duration(hours*float64(time.Hour))), nil)
		if err != nil || h.Lease == nil || h.Lease.Holder != want {
			t.Errorf("after %v hours %+v has it, and not %s: %v", hours, h.Lease, want, err)
		}
	}
	at(1, "person/ann")
	at(-24, "person/ann") // before anyone asked: it is taken from no one, and given to no second
	at(1.99, "person/ann")
	at(2, "person/ben") // at the very moment of its end
	at(1, "person/ben") // what was written down stays: ann's lease does not come back
	at(3.99, "person/ben")
	at(4, "person/cid")
	at(2.5, "person/cid")
	if n := countOf(w.notes, "environment.released"); n != 2 {
		t.Errorf("%d were over: %v", n, w.notes)
	}
	if n := countOf(w.told, "environment.leased"); n != 3 {
		t.Errorf("%d were told: %v", n, w.told)
	}
	if err := Holds(stage, Held{Lease: &Lease{Holder: "person/ann", Began: noon, Ends: noon.Add(time.Hour)}}, "person/ann", nil, "", noon.Add(time.Hour)); prentice.KindOf(err) != prentice.Refused {
		t.Errorf("after its end, where no one tidied up: %v", err)
	}
}
