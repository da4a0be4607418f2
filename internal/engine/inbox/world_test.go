package inbox

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is an inbox with a clock that the test owns, evidence that it can read,
// and a listener that writes down what it was told.
type world struct {
	t     *testing.T
	db    *db.DB
	inbox *Inbox

	mu    sync.Mutex // guards the rest
	now   time.Time
	notes []prentice.Note
	told  []prentice.Event
	fails int // how often the listener will still fail
}

func each(t *testing.T, test func(*world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "inbox", Schema()); err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: d, now: noon}
		w.restart()
		test(w)
	})
}

// restart is a new inbox on the same database.
func (w *world) restart() {
	w.inbox = New(w.db, w.clock, w, slog.New(slog.DiscardHandler))
	w.inbox.pauses = []time.Duration{1, 1, 1, 1}
	w.inbox.Listen(w.listen)
}

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }

func (w *world) pass(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(d) }

func (w *world) Append(tx *db.Tx, _ time.Time, notes ...prentice.Note) error {
	tx.After(func() { w.mu.Lock(); defer w.mu.Unlock(); w.notes = append(w.notes, notes...) })
	return nil
}

func (w *world) listen(_ context.Context, e prentice.EventRecord) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails > 0 {
		w.fails--
		return prentice.Errorf(prentice.Unavailable, "not now")
	}
	w.told = append(w.told, e.Event)
	return nil
}

func (w *world) receive(e prentice.Event) Receipt {
	w.t.Helper()
	r, err := w.inbox.Receive(w.t.Context(), e)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// deliver tells the listeners of all that waits.
func (w *world) deliver() {
	w.t.Helper()
	for {
		n, err := w.inbox.Deliver(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// toldIDs is what the listener was told, in order.
func (w *world) toldIDs() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := []string{}
	for _, e := range w.told {
		ids = append(ids, e.ID)
	}
	return ids
}

// evidence is the notes of a kind.
func (w *world) evidence(kind string) []prentice.Note {
	w.mu.Lock()
	defer w.mu.Unlock()
	var found []prentice.Note
	for _, n := range w.notes {
		if n.Kind == kind {
			found = append(found, n)
		}
	}
	return found
}

func down(id string) prentice.Event {
	return prentice.Event{ID: id, Source: "monitor/eu-1", Type: "service.down", Subject: "service/checkout", Data: json.RawMessage(`{"code": 503, "slow": 0.5}`)}
}

// numbered is an event that repeats no other.
func numbered(n int) prentice.Event {
	e := down(fmt.Sprintf("n%d", n))
	e.Data = json.RawMessage(fmt.Sprintf(`{"n":%d}`, n))
	return e
}
