package availability

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/series"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
	"prentice/internal/team"
)

func TestAServiceThatDiesAndComesBackIsTold(t *testing.T) {
	s := newService(t)
	w := watch(t, nil, serviceOf("checkout", probeOf("web", "http", s.URL)))
	w.untilStands("checkout", Well)
	s.sick.Store(true)
	w.untilStands("checkout", Down)
	w.until("the sixth failure is told", func() bool { return len(w.heard("probe.failed")) >= 4 })
	s.sick.Store(false)
	w.untilStands("checkout", Well)
	w.until("the recovery is told", func() bool { return len(w.heard("probe.passed")) == 1 })

	for i, consecutive := range []float64{1, 2, 3, 6} {
		if got := w.heard("probe.failed")[i]; got["consecutive"] != consecutive || got["service"] != "checkout" || got["error"] != "status 500" || got["last_ok"] == nil || got["first_failed"] == nil {
			t.Errorf("failure %d: %v", i, got)
		}
	}
	back := w.heard("probe.passed")[0]
	if down, err := time.ParseDuration(fmt.Sprint(back["down_for"])); err != nil || down < 5*beat || back["was_down"] != true {
		t.Errorf("recovery: %v", back)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := map[string]bool{}
	for _, e := range w.events {
		if e.Subject != "service/checkout" || e.Source != "prentice/probe" || !strings.HasPrefix(e.ID, "checkout/web@") || seen[e.ID] {
			t.Errorf("event %+v", e)
		}
		seen[e.ID] = true
	}
}

func TestAClosedPortIsDown(t *testing.T) {
	l := port(t)
	w := watch(t, nil, serviceOf("db", probeOf("port", "tcp", l.Addr().String())))
	w.untilStands("db", Well)
	l.Close()
	w.untilStands("db", Down)
}

func TestAServiceIsWellOnlyWhenAllItsProbesSaySo(t *testing.T) {
	a, b := newService(t), newService(t)
	b.sick.Store(true)
	w := watch(t, nil, serviceOf("shop", probeOf("a", "http", a.URL), probeOf("b", "http", b.URL)))
	w.untilStands("shop", Down)
	b.sick.Store(false)
	w.untilStands("shop", Well)
}

func TestWhatIsNotLookedAtIsUnknownAndSaysWhy(t *testing.T) {
	slow := probeOf("web", "http", "http://127.0.0.1:1/")
	slow.Interval = time.Hour
	w := watch(t, nil, serviceOf("bare"), serviceOf("later", slow))
	list, err := w.list(t.Context(), op.Call{}, ListIn{})
	if err != nil || len(list.Services) != 2 {
		t.Fatalf("got %+v %v", list, err)
	}
	for i, why := range []string{"it has no probes", "not checked yet"} {
		if s := list.Services[i]; s.State != Unknown || !strings.Contains(s.Says, why) || s.Says24 != "unknown" {
			t.Errorf("got %+v", s)
		}
	}
}

func TestServicesThatComeAndGoAreFollowed(t *testing.T) {
	a, b, c := newService(t), newService(t), newService(t)
	w := watch(t, nil, serviceOf("a", probeOf("web", "http", a.URL)))
	w.untilStands("a", Well)
	w.change(serviceOf("b", probeOf("web", "http", b.URL)))
	w.untilStands("b", Well)
	if w.stands("a") != "absent" {
		t.Error("a is still shown")
	}
	hits := a.hits.Load()
	w.change(serviceOf("b", probeOf("web", "http", c.URL)))
	w.until("b is asked where it is now", func() bool { return c.hits.Load() > 3 })
	if now := a.hits.Load(); now > hits+1 {
		t.Errorf("a was asked %d times after it was gone", now-hits)
	}
}

func TestAThresholdThatChangesKeepsWhatIsKnown(t *testing.T) {
	s := newService(t)
	w := watch(t, nil, serviceOf("a", probeOf("web", "http", s.URL)))
	w.untilStands("a", Well)
	other := probeOf("web", "http", s.URL)
	other.Interval, other.FailAfter = 2*beat, 1
	w.change(serviceOf("a", other))
	hits := s.hits.Load()
	w.until("it is looked at again", func() bool { return s.hits.Load() > hits+2 })
	if w.stands("a") != Well {
		t.Error("what was known is lost")
	}
	s.sick.Store(true)
	w.until("one failure is enough now", func() bool { return w.stands("a") == Down })
}

func TestAnEventThatCannotBeSentIsSentLater(t *testing.T) {
	s := newService(t)
	w := watch(t, nil, serviceOf("a", probeOf("web", "http", s.URL)))
	w.untilStands("a", Well)
	w.refuses.Store(true)
	s.sick.Store(true)
	w.untilStands("a", Down)
	w.refuses.Store(false)
	w.until("all are told in order", func() bool { return len(w.heard("probe.failed")) >= 3 })
	for i, data := range w.heard("probe.failed")[:3] {
		if data["consecutive"] != float64(i+1) {
			t.Errorf("event %d: %v", i, data)
		}
	}
}

func TestCountsAndStatesOutliveARestart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		s := newService(t)
		shop := serviceOf("shop", probeOf("web", "http", s.URL))
		w := watch(t, d, shop)
		w.untilStands("shop", Well)
		s.sick.Store(true)
		w.until("three failures are told", func() bool { return len(w.heard("probe.failed")) == 3 })
		w.stop()
		before, _ := w.show(t.Context(), op.Call{}, ShowIn{Name: "shop"})

		again := watch(t, d, shop)
		again.until("the count goes on", func() bool { return len(again.heard("probe.failed")) > 0 })
		if first := again.heard("probe.failed")[0]; first["consecutive"].(float64) < 6 || first["first_failed"] != w.heard("probe.failed")[0]["first_failed"] {
			t.Errorf("got %v", first)
		}
		again.stop()
		after, err := again.show(t.Context(), op.Call{}, ShowIn{Name: "shop"})
		if err != nil || after.Availability.Passed != before.Availability.Passed || after.Availability.Of <= before.Availability.Of {
			t.Errorf("before %s, after %s, %v", before.Says24, after.Says24, err)
		}
		if int64(s.hits.Load()) < after.Availability.Of {
			t.Errorf("%d looks are counted, %d were made", after.Availability.Of, s.hits.Load())
		}

		reader := NewLookout(Deps{DB: d, Catalog: w.team.Load, Clock: func() time.Time { return time.Now().Add(time.Hour) }})
		read, err := reader.show(t.Context(), op.Call{}, ShowIn{Name: "service/shop"})
		if err != nil || read.State != Unknown || !strings.Contains(read.Says, "not checked since") || read.Availability != after.Availability {
			t.Errorf("read from the store: %s, %q, %+v, %v", read.State, read.Says, read.Availability, err)
		}
	})
}

func TestAPlaceThatIsLookedAtAnewBeginsAfresh(t *testing.T) {
	d := migrate(t, dbtest.SQLite(t))
	a, b := newService(t), newService(t)
	w := watch(t, d, serviceOf("shop", probeOf("web", "http", a.URL)))
	w.untilStands("shop", Well)
	w.stop()
	reader := NewLookout(Deps{DB: d, Catalog: func() *team.Catalog {
		return &team.Catalog{Services: []team.Service{serviceOf("shop", probeOf("web", "http", b.URL))}}
	}})
	if read, err := reader.show(t.Context(), op.Call{}, ShowIn{Name: "shop"}); err != nil || read.Says != "not checked yet" || read.Availability.Of != 0 {
		t.Errorf("got %q %+v %v", read.Says, read.Availability, err)
	}
}

func TestTheStoreForgetsWhatIsOlderThanADay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, k := store{db: migrate(t, d)}, key{"service/a", "web"}
		for _, age := range []time.Duration{8 * 24 * time.Hour, 25 * time.Hour, 23 * time.Hour, 0} {
			now := start.Add(-age)
			slots := day{{Slot: slotAt(now), Passed: 1, Latency: time.Millisecond, Slowest: time.Millisecond}}
			if err := s.write(t.Context(), now, []unsaved{{key{k.service, age.String()}, "http x", "{}", nil}, {k, "http x", "{}", slots}, {k, "http x", "{}", slots}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.prune(t.Context(), start); err != nil {
			t.Fatal(err)
		}
		if _, err := s.series().Forget(series.Fine)(t.Context(), db.Sweep{Before: start.Add(-series.KeepFine), Most: 100}); err != nil {
			t.Fatal(err)
		}
		states, days, err := s.read(t.Context(), 0)
		if err != nil || len(states) != 4 || len(days[k]) != 2 {
			t.Errorf("got %d states, %v, %v", len(states), days, err)
		}
		if slot := days[k][1]; slot.Passed != 2 || slot.Latency != 2*time.Millisecond || slot.Slowest != time.Millisecond {
			t.Errorf("counts are not added up: %+v", slot)
		}
	})
}

func TestWhoWatchesHearsOfEveryChange(t *testing.T) {
	s, other := newService(t), newService(t)
	w := watch(t, nil, serviceOf("a", probeOf("web", "http", s.URL)), serviceOf("b", probeOf("web", "http", other.URL)))
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan Change, 100)
	ended := make(chan error, 1)
	go func() {
		ended <- w.changes(ctx, op.Call{}, WatchIn{Name: "a"}, func(c Change) error { heard <- c; return nil })
	}()
	w.until("someone listens", func() bool { return w.hub.Heard() })
	w.untilStands("a", Well)
	s.sick.Store(true)
	for c := range heard {
		if c.Service != "service/a" {
			t.Errorf("got %+v", c)
		}
		if c.To == Down {
			break
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestASlowListenerHoldsNobodyUp(t *testing.T) {
	const backlog = 300 // more than is kept for one who is slow
	var l Lookout
	ctx, cancel := context.WithCancel(t.Context())
	got, release, ended := make(chan Change, 2*backlog), make(chan bool), make(chan error, 1)
	go func() {
		ended <- l.listen(ctx, func(c Change) error {
			<-release
			got <- c
			return nil
		})
	}()
	for listening := false; !listening; time.Sleep(time.Millisecond) {
		listening = l.hub.Heard()
	}
	for range 3 * backlog {
		l.hub.Tell(Change{To: Well}, everyone{})
	}
	close(release)
	for range backlog / 2 {
		<-got
	}
	l.hub.Tell(Change{To: Down}, everyone{})
	missed := 0
	for c := range got {
		missed += c.Missed
		if c.To == Down {
			break
		}
	}
	if missed < backlog {
		t.Errorf("%d were missed and told so", missed)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestHealthLeavesOutTheFaultThatIsBeingFixed(t *testing.T) {
	well, sick := newService(t), newService(t)
	sick.sick.Store(true)
	needs := serviceOf("checkout", probeOf("web", "http", sick.URL))
	needs.DependsOn = []prentice.Ref{"service/db"}
	w := watch(t, nil, serviceOf("db", probeOf("web", "http", sick.URL)), needs, serviceOf("mail", probeOf("web", "http", well.URL)), serviceOf("bare"))
	for name, word := range map[string]Word{"db": Down, "checkout": Down, "mail": Well} {
		w.untilStands(name, word)
	}
	if bad, known, err := w.Health(t.Context()); bad != 2 || known != 3 || err != nil {
		t.Errorf("all: %d of %d, %v", bad, known, err)
	}
	if bad, known, err := w.Unhealthy(t.Context(), []prentice.Ref{"service/db"}); bad != 0 || known != 1 || err != nil {
		t.Errorf("without db and what needs it: %d of %d, %v", bad, known, err)
	}
}

func TestTheChapterDescribesItselfWithoutAnything(t *testing.T) {
	sk := New(Deps{})
	if len(sk.Ops) != 8 || len(sk.Work) != 1 || !strings.Contains(sk.Explain, "I have no evidence") {
		t.Errorf("got %+v", sk)
	}
	for _, o := range sk.Ops {
		in, err := o.Typed(json.RawMessage(`{}`), time.Time{})
		if err != nil {
			t.Error(err)
		}
		if o.Name == "service.list" {
			out, err := o.Do(t.Context(), op.Call{}, in)
			if err != nil || !strings.Contains(out.(op.Emptier).Empty(), "catalog-info.yaml") {
				t.Errorf("got %v %v", out, err)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sk.Work[0].Run(ctx); err != nil {
		t.Error(err)
	}
}
