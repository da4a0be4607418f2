package inbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
)

func TestAnEventIsKeptAndToldOnce(t *testing.T) {
	each(t, func(w *world) {
		r := w.receive(down("1"))
		if r.Event != "event/1" || !r.New || r.Duplicate != "" || r.Count != 1 {
			t.Fatalf("receipt %+v", r)
		}
		w.deliver()
		w.deliver()
		if got := w.toldIDs(); !slices.Equal(got, []string{"1"}) {
			t.Errorf("told %v", got)
		}
		shown, err := w.inbox.Show(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if shown.State != prentice.EventDelivered || shown.Time != noon || shown.Sender != "self/prentice" || string(shown.Data) != `{"code": 503, "slow": 0.5}` {
			t.Errorf("shown %+v", shown)
		}
		lines := w.evidence("event.received")
		if len(lines) != 1 || lines[0].Actor != "self/prentice" || !slices.Contains(lines[0].Refs, "service/checkout") {
			t.Errorf("evidence %+v", lines)
		}
	})
}

func TestWhatIsADuplicate(t *testing.T) {
	other := func(change func(*prentice.Event)) prentice.Event { e := down("2"); change(&e); return e }
	cases := []struct {
		name      string
		then      prentice.Event
		after     time.Duration
		duplicate string
		count     int64
	}{
		{"the same id from the same source is the same event", down("1"), 0, "id", 1},
		{"the same id is the same event a year later", down("1"), 365 * 24 * time.Hour, "id", 1},
		{"the same id with something else to say is news", prentice.Event{ID: "1", Source: "monitor/eu-1", Type: "disk.full"}, 0, "", 1},
		{"another id with equal content is counted on the first", down("2"), time.Minute, "fingerprint", 2},
		{"another source with equal content is counted on the first", other(func(e *prentice.Event) { e.Source = "monitor/us-1" }), time.Minute, "fingerprint", 2},
		{"the order of keys and white space do not matter", other(func(e *prentice.Event) { e.Data = json.RawMessage("{\"slow\":0.5,\n\"code\":503}") }), time.Minute, "fingerprint", 2},
		{"equal content is news when the window has closed", down("2"), 5 * time.Minute, "", 1},
		{"another subject is news", other(func(e *prentice.Event) { e.Subject = "service/cart" }), 0, "", 1},
		{"another type is news", other(func(e *prentice.Event) { e.Type = "service.up" }), 0, "", 1},
		{"other data is news", other(func(e *prentice.Event) { e.Data = json.RawMessage(`{"code":500,"slow":0.5}`) }), 0, "", 1},
		{"no data is news", other(func(e *prentice.Event) { e.Data = nil }), 0, "", 1},
	}
	each(t, func(w *world) {
		for i, c := range cases {
			w.t.Run(c.name, func(t *testing.T) {
				apart := func(e prentice.Event) prentice.Event { // the cases share a world but no id and no subject
					e.ID = fmt.Sprintf("case %d id %s", i, e.ID)
					if e.Subject != "" {
						e.Subject += prentice.Ref(fmt.Sprintf("-%d", i))
					}
					return e
				}
				w.receive(apart(down("1")))
				w.pass(c.after)
				r := w.receive(apart(c.then))
				if r.Duplicate != c.duplicate || r.New != (c.duplicate == "") || r.Count != c.count {
					t.Errorf("receipt %+v, want duplicate %q count %d", r, c.duplicate, c.count)
				}
			})
		}
	})
}

func TestAFaultThatComesBackWithinTheWindowIsNews(t *testing.T) {
	each(t, func(w *world) {
		up := down("up")
		up.Type = "service.up"
		w.receive(down("1"))
		w.receive(up)
		if r := w.receive(down("2")); !r.New {
			t.Errorf("the second fault was taken for the first: %+v", r)
		}
		if r := w.receive(down("3")); r.New || r.Event != "event/3" || r.Count != 2 {
			t.Errorf("the third is a repeat of the second: %+v", r)
		}
	})
}

func TestARepeatThatIsSentTwiceIsCountedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.receive(down("1"))
		w.receive(down("2"))
		if r := w.receive(down("2")); r.Duplicate != "id" || r.Count != 2 || r.Event != "event/1" {
			t.Errorf("receipt %+v", r)
		}
		w.pass(time.Hour)
		if r := w.receive(down("2")); r.Duplicate != "id" || r.New {
			t.Errorf("an hour later: %+v", r)
		}
	})
}

func TestAStormIsToldOnceAndCounted(t *testing.T) {
	const storm, senders = 10_000, 64
	each(t, func(w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := w.inbox.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		began := time.Now()
		var sending sync.WaitGroup
		for s := range senders {
			sending.Go(func() {
				for n := s; n < storm; n += senders {
					if _, err := w.inbox.Receive(ctx, down(fmt.Sprint(n))); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		sending.Wait()
		took := time.Since(began)
		t.Logf("%d events in %s: %.0f/s", storm, took.Round(time.Millisecond), storm/took.Seconds())
		w.await("the event to be delivered", func() bool {
			e, err := w.inbox.Show(ctx, 1)
			return err == nil && e.State == prentice.EventDelivered
		})
		cancel()
		running.Wait()
		if got := w.toldIDs(); len(got) != 1 {
			t.Errorf("told %d times", len(got))
		}
		list, err := w.inbox.List(t.Context(), Filter{})
		if err != nil || len(list) != 1 || list[0].Count != storm {
			t.Fatalf("list %+v, %v", list, err)
		}
		if n := len(w.evidence("event.repeated")); n != 0 {
			t.Errorf("%d summaries before the window has closed", n)
		}
		w.pass(DefaultWindow)
		for range 2 {
			if err := w.inbox.SumUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		lines := w.evidence("event.repeated")
		if len(lines) != 1 || lines[0].Data.(map[string]any)["count"] != int64(storm) {
			t.Errorf("evidence of the storm: %+v", lines)
		}
		if n := len(w.evidence("event.received")); n != 1 {
			t.Errorf("%d lines for one new event", n)
		}
	})
}

func TestAnEventThatWasNotToldBeforeACrashIsToldAfterIt(t *testing.T) {
	each(t, func(w *world) {
		w.receive(numbered(1))
		w.deliver()
		w.receive(numbered(2))
		w.receive(numbered(3))
		w.restart()
		w.deliver()
		w.restart()
		w.deliver()
		if got := w.toldIDs(); !slices.Equal(got, []string{"n1", "n2", "n3"}) {
			t.Errorf("told %v", got)
		}
	})
}

func TestAListenerThatFailsIsTriedAgainAndNothingIsDropped(t *testing.T) {
	each(t, func(w *world) {
		w.receive(numbered(1))
		w.receive(numbered(2))
		w.fails = 4
		w.deliver()
		if got := w.toldIDs(); !slices.Equal(got, []string{"n1", "n2"}) {
			t.Errorf("told %v", got)
		}
		w.receive(numbered(3))
		w.receive(numbered(4))
		w.fails = 5
		w.deliver()
		if got := w.toldIDs(); !slices.Equal(got, []string{"n1", "n2", "n4"}) {
			t.Errorf("told %v", got)
		}
		lost, err := w.inbox.Show(t.Context(), 3)
		if err != nil || lost.State != prentice.EventFailed || lost.Attempts != 5 || lost.Says != "not now" {
			t.Errorf("shown %+v, %v", lost, err)
		}
		if lines := w.evidence("event.failed"); len(lines) != 1 || !slices.Contains(lines[0].Refs, "event/3") {
			t.Errorf("evidence %+v", lines)
		}
	})
}

func TestAListenerThatBreaksDoesNotStopTheOthers(t *testing.T) {
	each(t, func(w *world) {
		w.inbox.listeners = append([]Listener{func(context.Context, prentice.EventRecord) error { panic("no") }}, w.inbox.listeners...)
		w.receive(numbered(1))
		w.deliver()
		if got := w.toldIDs(); !slices.Equal(got, []string{"n1"}) {
			t.Errorf("told %v", got)
		}
		if e, _ := w.inbox.Show(t.Context(), 1); e.State != prentice.EventFailed {
			t.Errorf("shown %+v", e)
		}
	})
}

func TestWhatIsRefused(t *testing.T) {
	change := func(f func(*prentice.Event)) prentice.Event { e := down("1"); f(&e); return e }
	cases := []struct {
		name  string
		event prentice.Event
		kind  prentice.Kind
	}{
		{"an event without an id", change(func(e *prentice.Event) { e.ID = "" }), prentice.Invalid},
		{"a subject that is not a ref", change(func(e *prentice.Event) { e.Subject = "../etc" }), prentice.Invalid},
		{"data that is not JSON", change(func(e *prentice.Event) { e.Data = json.RawMessage("{") }), prentice.Invalid},
		{"data that is not UTF-8", change(func(e *prentice.Event) { e.Data = json.RawMessage("\"\xff\"") }), prentice.Invalid},
		{"an id with a zero byte", change(func(e *prentice.Event) { e.ID = "a\x00b" }), prentice.Invalid},
		{"a source that moves the cursor", change(func(e *prentice.Event) { e.Source = "m\x1b[2J" }), prentice.Invalid},
		{"data of more than a mebibyte", change(func(e *prentice.Event) {
			e.Data = json.RawMessage(`"` + strings.Repeat("x", prentice.MaxEventBytes) + `"`)
		}), prentice.Limited},
		{"a source of ours", change(func(e *prentice.Event) { e.Source = "prentice/schedule" }), prentice.Denied},
		{"our name", change(func(e *prentice.Event) { e.Source = " Prentice" }), prentice.Denied},
	}
	each(t, func(w *world) {
		ann := prentice.Actor{Kind: prentice.Person, Name: "ann"}
		for _, c := range cases {
			_, err := w.inbox.ReceiveFrom(t.Context(), ann, c.event)
			if e, ok := errors.AsType[*prentice.Error](err); !ok || e.Kind != c.kind || e.Hint == "" && c.kind != prentice.Limited {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if _, err := w.inbox.ReceiveFrom(t.Context(), prentice.Actor{}, down("1")); err == nil {
			t.Error("no one may send nothing")
		}
		if list, _ := w.inbox.List(t.Context(), Filter{}); len(list) != 0 {
			t.Errorf("kept %+v", list)
		}
		if _, err := w.inbox.ReceiveFrom(t.Context(), ann, down("1")); err != nil {
			t.Error(err)
		}
		if e, _ := w.inbox.Show(t.Context(), 1); e.Sender != "person/ann" {
			t.Errorf("sender %q", e.Sender)
		}
		if e, err := w.inbox.Find(t.Context(), "monitor/eu-1", "1"); e.Sender != "person/ann" || err != nil {
			t.Errorf("found %+v, %v", e, err)
		}
		if e, err := w.inbox.Find(t.Context(), "monitor/eu-1", "2"); e.Number != 0 || err != nil {
			t.Errorf("found what was never sent: %+v, %v", e, err)
		}
	})
}

func TestATimeInTheFutureIsNowAndSaysSo(t *testing.T) {
	each(t, func(w *world) {
		soon, far := numbered(1), numbered(2)
		soon.Time, far.Time = noon.Add(9*time.Minute), noon.Add(2*time.Hour)
		if r := w.receive(soon); r.Note != "" {
			t.Errorf("note %q", r.Note)
		}
		if r := w.receive(far); !strings.Contains(r.Note, "2h0m0s ahead") {
			t.Errorf("note %q", r.Note)
		}
		a, _ := w.inbox.Show(t.Context(), 1)
		b, _ := w.inbox.Show(t.Context(), 2)
		if a.Time != soon.Time || b.Time != noon || b.Note == "" {
			t.Errorf("kept %v and %v (%q)", a.Time, b.Time, b.Note)
		}
	})
}

func TestEventsAreListedByPage(t *testing.T) {
	each(t, func(w *world) {
		for n := range 7 {
			e := numbered(n)
			if n%2 == 1 {
				e.Subject, e.Type = "service/cart", "probe.failed"
			}
			w.receive(e)
		}
		numbers := func(f Filter) (got []int64) {
			list, err := w.inbox.List(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range list {
				if e.Data != nil {
					t.Error("a list carries data")
				}
				got = append(got, e.Number)
			}
			return got
		}
		if got := numbers(Filter{Limit: 3}); !slices.Equal(got, []int64{7, 6, 5}) {
			t.Errorf("first page %v", got)
		}
		if got := numbers(Filter{Limit: 3, Before: 5}); !slices.Equal(got, []int64{4, 3, 2}) {
			t.Errorf("second page %v", got)
		}
		if got := numbers(Filter{Subject: "service/cart"}); !slices.Equal(got, []int64{6, 4, 2}) {
			t.Errorf("of the cart %v", got)
		}
		if got := numbers(Filter{Type: "probe.failed", Subject: "service/checkout"}); len(got) != 0 {
			t.Errorf("of neither %v", got)
		}
		if _, err := w.inbox.Show(t.Context(), 99); err == nil {
			t.Error("there is no event 99")
		}
	})
}

func TestAnEventReachesItsListenerSoon(t *testing.T) {
	each(t, func(w *world) {
		heard := make(chan time.Time, 1)
		w.inbox.listeners = []Listener{func(context.Context, prentice.EventRecord) error { heard <- time.Now(); return nil }}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { w.inbox.Run(ctx) }) //nolint:errcheck // it has none
		var took []time.Duration
		for n := range 101 {
			w.receive(numbered(n))
			began := time.Now()
			took = append(took, max(0, (<-heard).Sub(began)))
		}
		cancel()
		running.Wait()
		slices.Sort(took)
		t.Logf("from the receipt to the listener: p50 %s, p99 %s", took[50], took[99])
		if took[50] > 100*time.Millisecond {
			t.Errorf("p50 is %s: someone polls", took[50])
		}
	})
}

// await waits until a claim holds.
func (w *world) await(what string, claim func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); !claim(); {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}
