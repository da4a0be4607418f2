package support

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

var ann = prentice.Actor{Kind: prentice.Person, Name: "ann", Role: prentice.Operator, Door: "cli"}

// world is the skill with all that it needs: a clock, a door, procedures with
// checks, an inbox and a ledger that remember what they were told.
type world struct {
	t  *testing.T
	db *db.DB
	s  *Support

	mu      sync.Mutex // guards the rest
	now     time.Time
	events  int // numbered so far
	matches map[string][]string
	unclear []prentice.Finding // of every event
	checks  map[string]run.Diagnosis
	looks   int
	asked   []wish
	retried []string // runs that were asked for again
	answer  func(wish) (prentice.Run, error)
	sent    []prentice.Event
	inbox   []prentice.EventRecord // that the skill was told of
	notes   []prentice.Note

	again    func()          // what a restart needs besides
	passedOn map[string]bool // of heartbeats, by id
}

// wish is what the door was asked for.
type wish struct {
	Procedure string
	Event     prentice.Ref
	Incident  prentice.Ref
	Reason    string
	actor     prentice.Actor
	inputs    map[string]string
}

func each(t *testing.T, test func(*world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(fresh(t, d)) })
}

// fresh is a world on a database.
func fresh(t *testing.T, d *db.DB) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "support", db.Under(files, "schema")); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: d, now: noon, matches: map[string][]string{}, checks: map[string]run.Diagnosis{}, passedOn: map[string]bool{}}
	w.answer = func(wish) (prentice.Run, error) {
		return prentice.Run{Number: int64(len(w.asked)), State: prentice.Checking, Says: "looking"}, nil
	}
	w.restart()
	return w
}

func (w *world) restart() {
	w.s = Make(Deps{DB: w.db, Clock: w.clock, Runs: w, Inbox: w, Matcher: w, Diagnoser: w, Recorder: w, NewID: func() string { return w.id() }})
}

func (w *world) clock() time.Time     { w.mu.Lock(); defer w.mu.Unlock(); return w.now }
func (w *world) pass(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(d) }
func (w *world) id() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events++
	return fmt.Sprint("e", w.events)
}

// Match proposes procedures by the type of the event.
func (w *world) Match(e prentice.Event) (list []prentice.Procedure, unclear []prentice.Finding) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range w.matches[e.Type] {
		list = append(list, prentice.Procedure{Name: name})
	}
	return list, w.unclear
}

func (w *world) Diagnose(_ context.Context, r prentice.RunRequest) (run.Diagnosis, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks++
	d, ok := w.checks[r.Procedure]
	if !ok {
		return d, prentice.Errorf(prentice.Refused, "its targets are empty")
	}
	return d, nil
}

func (w *world) Retry(_ context.Context, run int64, _ prentice.Actor, _ string) (prentice.Run, error) {
	w.retried = append(w.retried, string(prentice.Run{Number: run}.Ref()))
	return w.answer(wish{})
}

func (w *world) Start(_ context.Context, r prentice.RunRequest) (prentice.Run, error) {
	asked := wish{Procedure: r.Procedure, Event: prentice.EventRecord{Number: r.EventNumber}.Ref(), Incident: r.Incident, Reason: r.Reason, actor: r.Actor, inputs: r.Inputs}
	w.mu.Lock()
	w.asked = append(w.asked, asked)
	answer := w.answer
	w.mu.Unlock()
	return answer(asked)
}

func (w *world) Append(tx *db.Tx, _ time.Time, notes ...prentice.Note) error {
	tx.After(func() { w.mu.Lock(); defer w.mu.Unlock(); w.notes = append(w.notes, notes...) })
	return nil
}

func (w *world) Receive(_ context.Context, e prentice.Event) (inbox.Receipt, error) {
	if err := e.Check(); err != nil {
		w.t.Errorf("sent a broken event: %v", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, e)
	return inbox.Receipt{Event: "event/1", Number: 1, New: true, Count: 1}, nil
}

func (w *world) ReceiveFrom(ctx context.Context, a prentice.Actor, e prentice.Event) (inbox.Receipt, error) {
	if strings.HasPrefix(e.Source, "prentice/") {
		return inbox.Receipt{}, prentice.Errorf(prentice.Denied, "ours")
	}
	if err := e.Check(); err != nil {
		return inbox.Receipt{}, err
	}
	return w.Receive(ctx, e)
}

func (w *world) List(context.Context, inbox.Filter) ([]prentice.EventRecord, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := []prentice.EventRecord{}
	for i, e := range w.sent {
		list = append(list, prentice.EventRecord{Number: int64(i + 1), Event: e, Count: 1, State: prentice.EventDelivered, Last: noon, Received: noon})
	}
	slices.Reverse(list)
	return list, nil
}

func (w *world) Show(_ context.Context, n int64) (prentice.EventRecord, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n > int64(len(w.sent)) && n <= int64(len(w.inbox)) {
		return w.inbox[n-1], nil
	}
	if n > int64(len(w.sent)) {
		return prentice.EventRecord{}, prentice.Errorf(prentice.NotFound, "no event %d", n)
	}
	return prentice.EventRecord{Number: n, Event: w.sent[n-1], Sender: "person/ann", Count: 3, Last: noon, Received: noon}, nil
}

// happens makes an event about checkout and lets the skill do all it wants.
func (w *world) happens(kind, data string) { w.t.Helper(); w.hears(w.event(kind, data)) }

func (w *world) event(kind, data string) prentice.Event {
	e := prentice.Event{ID: w.id(), Source: "monitor/eu-1", Type: kind, Subject: "service/checkout", Time: w.clock()}
	if data != "" {
		e.Data = json.RawMessage(data)
	}
	return e
}

// kept is an event as the inbox tells of it: one that is told again has the same
// number.
func (w *world) kept(e prentice.Event) prentice.EventRecord {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.inbox {
		if r.Source == e.Source && r.ID == e.ID {
			return r
		}
	}
	r := prentice.EventRecord{Number: int64(len(w.inbox) + 1), Event: e, Sender: "agent/monitor"}
	w.inbox = append(w.inbox, r)
	return r
}

// Find implements Inbox.
func (w *world) Find(_ context.Context, source, id string) (prentice.EventRecord, error) {
	return w.kept(prentice.Event{Source: source, ID: id}), nil
}

// Seen implements Inbox.
func (w *world) Seen(_ context.Context, numbers []int64) (map[int64]prentice.EventRecord, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[int64]prentice.EventRecord{}
	for _, n := range numbers {
		if n <= int64(len(w.inbox)) {
			all[n] = w.inbox[n-1]
		}
	}
	return all, nil
}

// about is the subject of the event that the door was asked for a run with.
func (w *world) about(asked wish) prentice.Ref {
	n, err := numberOf("event", string(asked.Event))
	if err != nil || n > int64(len(w.inbox)) {
		w.t.Errorf("asked with event %q", asked.Event)
		return ""
	}
	return w.inbox[n-1].Subject
}

// hears tells the skill of events and waits until it has done what it can.
func (w *world) hears(events ...prentice.Event) {
	w.t.Helper()
	for _, e := range events {
		if err := w.s.Listen(w.t.Context(), w.kept(e)); err != nil {
			w.t.Fatal(err)
		}
	}
	w.settle()
}

func (w *world) settle() {
	w.t.Helper()
	for range 3 { // to do one thing may make another due, but not for ever
		if _, err := w.s.round(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		w.s.hand.Wait()
	}
}

// moves is what the runner tells of a run.
func (w *world) moves(number int64, procedure string, state prentice.State, says string) prentice.Event {
	kind := "run.started"
	if state == prentice.Waiting {
		kind = "run.waiting"
	}
	if state.Ended() {
		kind = "run.ended"
	}
	data, _ := json.Marshal(map[string]any{"run": number, "procedure": procedure, "state": state, "says": says, "incident": "incident/1"})
	return prentice.Event{ID: fmt.Sprintf("run/%d %s", number, state), Source: "prentice/runner", Type: kind, Subject: runRef(number), Time: w.clock(), Data: data}
}

func (w *world) show(number int64) Detail {
	w.t.Helper()
	d, err := w.s.detail(w.t.Context(), number, w.clock())
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// lines is the timeline as people read it: kind and sentence.
func (w *world) lines(number int64) []string {
	w.t.Helper()
	var lines []string
	for _, l := range w.show(number).Timeline {
		lines = append(lines, l.Kind+": "+l.Says)
	}
	return lines
}

func (w *world) askedFor() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := []string{}
	for _, a := range w.asked {
		names = append(names, a.Procedure)
	}
	return names
}

// sentOf is the events of a type that the skill has sent.
func (w *world) sentOf(kind string) (list []prentice.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.sent {
		if e.Type == kind {
			list = append(list, e)
		}
	}
	return list
}

func (w *world) evidence(kind string) (list []prentice.Note) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.notes {
		if n.Kind == kind {
			list = append(list, n)
		}
	}
	return list
}

// has says whether one of the lines holds a text.
func has(lines []string, text string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, text) })
}

func (w *world) count() int {
	w.t.Helper()
	list, err := w.s.incidents(w.t.Context(), `1 = 1`)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list)
}

// ReceiveIn implements Inbox. What a hook's message becomes is tested with a real one.
func (w *world) ReceiveIn(*db.Tx, prentice.Actor, prentice.Event) (inbox.Receipt, error) {
	return inbox.Receipt{}, prentice.Errorf(prentice.Internal, "there is no inbox here")
}
