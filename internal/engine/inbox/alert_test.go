package inbox

import (
	"fmt"
	"testing"
	"time"

	"prentice"
)

// told of an alert, as the webhook tells it: starts and ends are minutes from noon.
func (w *world) alert(kind string, starts, ends int) Receipt {
	w.t.Helper()
	at := func(minutes int) string {
		return noon.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339Nano)
	}
	data := fmt.Sprintf(`{"fingerprint":"c0ffee","starts":%q}`, at(starts))
	if ends != 0 {
		data = fmt.Sprintf(`{"fingerprint":"c0ffee","starts":%q,"ends":%q}`, at(starts), at(ends))
	}
	return w.from(monitor, prentice.Event{ID: "c0ffee " + kind + " " + at(starts), Source: "alertmanager/eu", Type: "alert." + kind, Subject: "service/checkout", Data: []byte(data)})
}

func TestAnAlertThatFiresAfterItsEndIsNewsWithTheIDItHadBefore(t *testing.T) {
	each(t, func(w *world) {
		for turn := range 4 {
			for _, kind := range []string{"firing", "resolved"} {
				r := w.alert(kind, 0, 5*(turn+1))
				if !r.New || r.Duplicate != "" {
					w.t.Errorf("turn %d, %s: %+v", turn, kind, r)
				}
				w.restart()
				w.pass(time.Second)
				if r := w.alert(kind, 0, 5*(turn+1)); r.New || r.Duplicate != byID || r.Count != 2 {
					w.t.Errorf("turn %d, %s again: %+v", turn, kind, r)
				}
			}
		}
		w.deliver()
		if n := len(w.toldIDs()); n != 8 {
			w.t.Errorf("%d were told", n)
		}
	})
}

func TestARepeatedAlertIsCountedOnTheFirst(t *testing.T) {
	each(t, func(w *world) {
		first := w.alert("firing", 0, 0)
		w.pass(4 * time.Hour)
		again := w.alert("firing", 0, 0)
		kept, err := w.inbox.Show(w.t.Context(), first.Number)
		if err != nil || again.New || kept.Count != 2 || !kept.Last.Equal(w.clock()) {
			w.t.Errorf("%+v: %+v, %v", again, kept, err)
		}
	})
}

func TestAnAlertThatArrivesBehindItsOwnEndChangesNothing(t *testing.T) {
	each(t, func(w *world) {
		w.alert("resolved", 0, 1)
		for _, want := range []int64{1, 2} { // everything may be sent again
			if r := w.alert("firing", 0, 0); r.New || r.Duplicate != byLateness && want == 1 || r.Number != 2 || r.Count != want {
				w.t.Errorf("the beginning: %+v", r)
			}
			w.alert("resolved", 0, 1)
		}
		w.deliver()
		if ids := w.toldIDs(); len(ids) != 1 {
			w.t.Errorf("told %v", ids)
		}
		kept, err := w.inbox.Show(w.t.Context(), 2)
		if err != nil || kept.State != prentice.EventDelivered || kept.Note == "" {
			w.t.Errorf("kept %+v, %v", kept, err)
		}
		w.pass(w.inbox.Window) // and what comes much later is no straggler
		if r := w.alert("firing", 0, 0); !r.New {
			w.t.Errorf("much later: %+v", r)
		}
	})
}

func TestTheEndOfAnEarlierTimeEndsNothing(t *testing.T) {
	each(t, func(w *world) {
		w.alert("firing", 0, 0)
		if r := w.alert("firing", 60, 0); !r.New {
			w.t.Errorf("it fires again an hour later: %+v", r)
		}
		if r := w.alert("resolved", 0, 30); r.New || r.Duplicate != byLateness {
			w.t.Errorf("the first end, late: %+v", r)
		}
		if r := w.alert("resolved", 0, 90); !r.New { // two that watch the same thing began at different times
			w.t.Errorf("its end, under the earlier beginning: %+v", r)
		}
	})
}

func TestOfTwoSendersEachTellsOfAnAlertForItself(t *testing.T) {
	each(t, func(w *world) {
		w.alert("firing", 0, 0)
		w.alert("resolved", 0, 5)
		e := prentice.Event{ID: "c0ffee firing", Source: "alertmanager/eu", Type: "alert.firing", Data: []byte(`{"fingerprint":"c0ffee","starts":"2026-03-02T12:00:00Z"}`)}
		if r := w.from(mallory, e); !r.New {
			w.t.Errorf("%+v", r)
		}
		if r := w.alert("resolved", 0, 5); r.New {
			w.t.Errorf("the first again: %+v", r)
		}
	})
}
