package notice

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const teamText = `link: https://prentice.example.com/
channels:
  - {name: pager, kind: webhook, url: "https://pager.example.com/in", secret: pager-key}
  - {name: chat, kind: chat, url_secret: chat-url}
  - {name: mail, kind: smtp, url: "smtp://mail.example.com", from: prentice@example.com, to: [ops@example.com]}
routes:
  - {on: [asked], to: [chat]}
  - {on: [asked], risk: [danger], to: [pager, chat]}
  - {on: [failed, uncertain], systems: [shop], to: [pager]}
  - {on: [incident, missed-schedule, stopped, break-glass, review], to: [mail]}
`

// world is an outbox with everything outside it made small and visible.
type world struct {
	*Outbox
	t      *testing.T
	now    time.Time
	run    run.View
	stop   string
	able   []prentice.Ref // who can answer
	unsure error          // that no one can tell who can
	notes  []string
	owners []prentice.Ref // of whatever a message is about
	mute   bool           // nothing can be recorded
	memory memory

	mu    sync.Mutex
	sent  []string         // channel and title; guarded by mu
	ids   []string         // guarded by mu
	fails map[string]error // by channel; guarded by mu
	hang  map[string]chan struct{}
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "notice", Schema()); err != nil {
		t.Fatal(err)
	}
	settings, findings := Load("notices.yaml", []byte(teamText))
	if settings == nil {
		t.Fatalf("findings %+v", findings)
	}
	w := &world{t: t, able: []prentice.Ref{"person/ben", "person/carl"}, now: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), fails: map[string]error{}, hang: map[string]chan struct{}{}}
	w.run = run.View{Run: prentice.Run{Number: 7, Procedure: "restart", Subject: "service/shop", State: prentice.Waiting, Says: "waits for 1 approver", Risk: prentice.Change,
		Targets: []prentice.Ref{"host/web"}, Requester: "person/ann", Reason: "it is slow", Expires: w.now.Add(time.Hour)}}
	w.Outbox = New(Deps{DB: d, Recorder: w, Sender: w, Memory: &w.memory, Settings: func() *Settings { return settings },
		Show: func(context.Context, int64) (run.View, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.run, nil
		},
		Able: func(context.Context, string, int64) ([]prentice.Ref, error) { return w.able, w.unsure },
		Team: func(context.Context) ([]prentice.Ref, error) {
			return []prentice.Ref{"person/ann", "person/ben", "person/carl"}, nil
		},
		Systems: func(prentice.Ref, []prentice.Ref) []string { return []string{"shop"} },
		Owners:  func(prentice.Ref, []prentice.Ref) []prentice.Ref { return w.owners },
		Stopped: func() (string, bool) { return w.stop, w.stop != "" },
		Clock:   func() time.Time { return w.now }, Chance: func() float64 { return 0 }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	return w
}

func (w *world) Append(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
	for _, n := range notes {
		for _, ref := range n.Refs {
			if _, err := prentice.ParseRef(string(ref)); err != nil {
				return err
			}
		}
		if w.mute {
			return errMute
		}
		w.notes = append(w.notes, n.Kind)
	}
	return nil
}

func (w *world) Send(ctx context.Context, c Channel, m Message) error {
	if hold := w.hang[c.Name]; hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent, w.ids = append(w.sent, c.Name+": "+m.Title), append(w.ids, m.ID)
	return w.fails[c.Name]
}

// memory is that outside the database.
type memory struct {
	mu   sync.Mutex // guards sent
	sent map[string]bool
	fail error
}

func (m *memory) Has(digest string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent[digest], m.fail
}

func (m *memory) Add(digest string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sent == nil {
		m.sent = map[string]bool{}
	}
	m.sent[digest] = m.fail == nil
	return m.fail
}

func (w *world) hear(e prentice.Event) {
	w.t.Helper()
	if err := w.Listen(w.t.Context(), prentice.EventRecord{Number: 12, Event: e}); err != nil {
		w.t.Fatal(err)
	}
}

// round sends what is due to every channel, once.
func (w *world) round() {
	w.t.Helper()
	var sending sync.WaitGroup
	err := w.sendDue(w.t.Context(), &sending)
	sending.Wait()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) all(state State) []Notice {
	w.t.Helper()
	list, err := w.List(w.t.Context(), Filter{State: state})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func waiting() prentice.Event {
	return prentice.Event{ID: "run/7 waiting 1", Source: "prentice/runner", Type: "run.waiting", Subject: "run/7", Time: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC),
		Data: []byte(`{"run":7,"state":"waiting"}`)}
}

func ended(state string) prentice.Event {
	return prentice.Event{ID: "run/7 " + state, Source: "prentice/runner", Type: "run.ended", Subject: "run/7", Data: []byte(`{"run":7,"state":"` + state + `","says":"step x: password=hunter2"}`)}
}

func opened() prentice.Event {
	return prentice.Event{ID: "incident/3 incident.opened", Source: "prentice/support", Type: "incident.opened", Subject: "service/shop", Data: []byte(`{"incident":"incident/3"}`)}
}

func closed() prentice.Event {
	return prentice.Event{ID: "incident/3 incident.closed", Source: "prentice/support", Type: "incident.closed", Subject: "service/shop",
		Data: []byte(`{"incident":"incident/3","how":"verified","says":"run/1 of restart is verified"}`)}
}

var errMute = errors.New("the ledger cannot be written")

var errDown = errors.New("it answered 500")
