package environment

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// scripted is a back end whose services do as a test says; it stands for one machine, and
// outlives the conductors that use it.
type scripted struct {
	mu     sync.Mutex
	there  map[string]map[string]State
	begun  []string        // the services that were begun, in order
	codes  map[string]int  // with which a service ends at once
	sick   map[string]bool // whose health check fails
	refuse error           // by Prepare
	hold   chan struct{}   // Prepare waits for it
	most   int             // environments that were made at the same moment
	busy   int
}

func newScripted() *scripted {
	return &scripted{there: map[string]map[string]State{}, codes: map[string]int{}, sick: map[string]bool{}}
}

func (s *scripted) Name() string                    { return "scripted" }
func (s *scripted) Can(context.Context, Spec) error { return nil }
func (s *scripted) Close() error                    { return nil }

func (s *scripted) Prepare(ctx context.Context, spec Spec, _ io.Writer) error {
	s.mu.Lock()
	if s.there[spec.ID] == nil {
		s.there[spec.ID] = map[string]State{}
	}
	s.busy++
	s.most = max(s.most, s.busy)
	hold, refuse := s.hold, s.refuse
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.busy--; s.mu.Unlock() }()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return refuse
}

func (s *scripted) Start(_ context.Context, spec Spec, service string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.there[spec.ID] == nil {
		return errors.New("it is not prepared")
	}
	if s.there[spec.ID][service].Running {
		return nil
	}
	code, ends := s.codes[service]
	s.there[spec.ID][service] = State{Running: !ends, Code: code, Since: noon}
	s.begun = append(s.begun, service)
	return nil
}

func (s *scripted) States(_ context.Context, id string) (map[string]State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.there[id]), nil
}

func (s *scripted) Exec(_ context.Context, _, service string, p Program) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sick[service] {
		io.WriteString(p.Out, "no database") //nolint:errcheck // a buffer
		return 1, nil
	}
	return 0, nil
}

func (s *scripted) Dial(context.Context, string, string, int) (net.Conn, error) {
	return nil, errors.New("no")
}

func (s *scripted) Logs(_ context.Context, _, service string, _ time.Time, _ bool) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(service + " said goodbye\n")), nil
}

func (s *scripted) Stop(_ context.Context, spec Spec, service string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.there[spec.ID][service]; ok {
		at.Running = false
		s.there[spec.ID][service] = at
	}
	return nil
}

func (s *scripted) Remove(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.there, id)
	return nil
}

func (s *scripted) All(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.there)), nil
}

func (s *scripted) Use(context.Context, string) (Use, error) { return Use{}, nil }

// lose is what a crash of the machine's programs does: nothing runs any more.
func (s *scripted) lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, services := range s.there {
		for name, at := range services {
			if at.Running {
				at.Running, at.Code = false, 137
				services[name] = at
			}
		}
	}
}

func (s *scripted) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.there)
}

// world is a conductor over a scripted back end.
type world struct {
	*Conductor
	t     testing.TB
	on    *scripted
	mu    sync.Mutex
	at    time.Time
	notes []string
	told  []string
	end   func()
}

func newWorld(t testing.TB, d *db.DB, on *scripted) *world {
	t.Helper()
	if err := d.Migrate(t.Context(), "environment", Schema()); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, on: on, at: noon}
	w.Conductor = &Conductor{Store: &Store{DB: d}, Backends: map[string]Backend{"scripted": on}, Clock: w.now}
	w.Store.Record = func(_ *db.Tx, _ time.Time, notes ...prentice.Note) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, n := range notes {
			w.notes = append(w.notes, n.Kind)
		}
		return nil
	}
	w.Store.Tell = func(_ *db.Tx, e prentice.Event) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.told = append(w.told, e.Type)
		return e.Check()
	}
	w.Woke = w.Ring
	return w
}

func (w *world) now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at }

func (w *world) turn(d time.Duration) { w.mu.Lock(); w.at = w.at.Add(d); w.mu.Unlock(); w.Ring() }

// run begins to work; the end of the test, or w.end, ends it.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() { defer close(over); w.Run(ctx) }() //nolint:errcheck // it answers nil
	w.end = sync.OnceFunc(func() { cancel(); <-over })
	w.t.Cleanup(w.end)
}

// ask asks for an environment of some services.
func (w *world) ask(services ...Service) Environment {
	w.t.Helper()
	e, err := w.Add(w.t.Context(), Environment{Repository: "shop", By: "person/ann", Backend: "scripted", Ends: w.now().Add(24 * time.Hour), Spec: Spec{Services: services}}, w.now(), w.quota())
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// await waits until an environment is at a stage.
func (w *world) await(id string, stage Stage) Environment {
	w.t.Helper()
	var e Environment
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		var err error
		if e, err = w.Find(w.t.Context(), id); err != nil {
			w.t.Fatal(err)
		}
		if e.Stage == stage {
			return e
		}
	}
	w.t.Fatalf("%s is %s and not %s: %s %+v", id, e.Stage, stage, e.Says, e.Services)
	return e
}

func (w *world) stop(id string) {
	w.t.Helper()
	if _, err := w.Edit(w.t.Context(), id, w.now(), "person/ann", func(e *Environment) error { return e.Turn(Stopping, w.now(), "") }); err != nil {
		w.t.Fatal(err)
	}
}

var always = &Health{Test: []string{"CMD", "true"}, Interval: 10 * time.Millisecond, StartInterval: 10 * time.Millisecond}

// shop is a web server with a database, which is migrated before it begins.
func shop() []Service {
	return []Service{
		{Name: "web", Command: []string{"web"}, After: map[string]Condition{"db": Healthy, "migrate": Completed}},
		{Name: "migrate", Command: []string{"migrate"}, Once: true, After: map[string]Condition{"db": Healthy}},
		{Name: "db", Provider: "postgresql", Health: always},
	}
}
