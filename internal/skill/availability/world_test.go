package availability

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/series"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// visitor looks over real connections.
type visitor struct{ client http.Client }

func newVisitor() *visitor {
	return &visitor{http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

func (v *visitor) Probe(ctx context.Context, p prentice.Probe) prentice.Observation {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	began := time.Now()
	err := v.ask(ctx, p)
	seen := prentice.Observation{Time: began, Truth: prentice.Pass, Latency: time.Since(began), Says: "answered"}
	if err != nil {
		seen.Truth, seen.Says = prentice.Fail, err.Error()
	}
	return seen
}

func (v *visitor) ask(ctx context.Context, p prentice.Probe) error {
	if p.Kind == "tcp" {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", p.Target)
		if err == nil {
			c.Close()
		}
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Target, nil)
	if err != nil {
		return err
	}
	answer, err := v.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, answer.Body) //nolint:errcheck // only the status counts here
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return nil
}

// service is a real web server that can be made to fail.
type service struct {
	*httptest.Server
	sick atomic.Bool
	hits atomic.Int64
}

func newService(t testing.TB) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		if s.sick.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// port is a real listener that can be closed.
func port(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	return l
}

const beat = 20 * time.Millisecond

func probeOf(name, kind, target string) prentice.Probe {
	return prentice.Probe{Name: name, Kind: kind, Target: target, Interval: beat, Timeout: time.Second, FailAfter: 3, PassAfter: 2}
}

func serviceOf(name string, probes ...prentice.Probe) team.Service {
	return team.Service{Ref: prentice.NewRef("service", name), Title: name, Owner: "group/platform", Hosts: []team.Host{{Ref: "host/local", Local: true}}, Probes: probes}
}

// world is a lookout at work.
type world struct {
	*Lookout
	t       testing.TB
	team    atomic.Pointer[team.Catalog]
	mu      sync.Mutex // guards events
	events  []prentice.Event
	refuses atomic.Bool // no event can be sent
	stop    func()
}

// watch starts a lookout over services; d may be nil.
func watch(t testing.TB, d *db.DB, services ...team.Service) *world {
	t.Helper()
	w := &world{t: t}
	w.change(services...)
	deps := Deps{DB: d, Catalog: w.team.Load, Prober: newVisitor(), Send: w.hear}
	if d != nil {
		deps.Claims = &claims.Store{DB: d}
	}
	w.Lookout = NewLookout(deps)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the lookout ended with: %v", err)
		}
	})
	t.Cleanup(w.stop)
	return w
}

func migrate(t testing.TB, d *db.DB) *db.DB {
	t.Helper()
	for _, owner := range []struct {
		name  string
		files fs.FS
	}{{"series", series.Schema()}, {"claims", claims.Schema()}, {"availability", Schema()}} {
		if err := d.Migrate(context.Background(), owner.name, owner.files); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func (w *world) change(services ...team.Service) {
	w.team.Store(&team.Catalog{Services: services})
}

func (w *world) hear(_ context.Context, e prentice.Event) error {
	if w.refuses.Load() {
		return prentice.Errorf(prentice.Unavailable, "the inbox is full")
	}
	if err := e.Check(); err != nil {
		w.t.Errorf("event %s: %v", e.ID, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
	return nil
}

// heard are the events of a type, in order, as their data.
func (w *world) heard(kind string) []map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []map[string]any
	for _, e := range w.events {
		var data map[string]any
		if e.Type == kind && json.Unmarshal(e.Data, &data) == nil {
			list = append(list, data)
		}
	}
	return list
}

// until waits for something to become true.
func (w *world) until(what string, true func() bool) {
	w.t.Helper()
	for range 12_000 {
		if true() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	list, _ := w.Services(context.Background())
	w.t.Fatalf("never: %s; services %+v, events %v", what, list, w.events)
}

func (w *world) stands(name string) Word {
	w.t.Helper()
	list, err := w.Services(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(list, func(s Standing) bool { return s.Ref.Name() == name })
	if i < 0 {
		return "absent"
	}
	return list[i].State
}

func (w *world) untilStands(name string, word Word) {
	w.t.Helper()
	w.until(name+" is "+string(word), func() bool { return w.stands(name) == word })
}
