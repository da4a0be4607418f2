package availability

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

// listed answers looks from a list of what is failing; the last one stays.
type listed struct {
	fails []bool
	looks atomic.Int64
}

func (s *listed) Probe(context.Context, prentice.Probe) prentice.Observation {
	i := min(int(s.looks.Add(1))-1, len(s.fails)-1)
	seen := prentice.Observation{Time: time.Now(), Truth: prentice.Pass, Latency: time.Millisecond, Says: "answered"}
	if s.fails[i] {
		seen.Truth, seen.Says = prentice.Fail, "hung up"
	}
	return seen
}

func TestAFailureIsConfirmedBeforeItCounts(t *testing.T) {
	rule := prentice.Probe{Interval: 200 * time.Millisecond, Timeout: time.Minute}
	for _, c := range []struct {
		name     string
		took     time.Duration
		again    bool // fails again
		looks    int64
		degraded bool
	}{
		{"it passes at the second try", time.Millisecond, false, 1, true},
		{"it fails again", time.Millisecond, true, 1, false},
		{"there is no time for a second", 170 * time.Millisecond, false, 0, false},
	} {
		s := &listed{fails: []bool{c.again}}
		l := NewLookout(Deps{Prober: s})
		seen := l.confirm(t.Context(), rule, prentice.Observation{Truth: prentice.Fail, Latency: c.took, Says: "hung up"})
		if s.looks.Load() != c.looks || seen.Degraded != c.degraded || seen.OK() != c.degraded || c.degraded && !strings.Contains(seen.Says, "the first: hung up") {
			t.Errorf("%s: %+v after %d looks", c.name, seen, s.looks.Load())
		}
	}
}

func TestADegradedLookIsCountedAndShownAndToldToNoOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &listed{fails: []bool{false, false, true, false}}
		rule := probeOf("web", "http", "http://shop/")
		rule.Interval = 250 * time.Millisecond
		w := &world{t: t}
		w.change(serviceOf("shop", rule))
		l := NewLookout(Deps{DB: migrate(t, d), Catalog: w.team.Load, Prober: s, Send: w.hear})
		w.Lookout = l
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- l.Run(ctx) }()
		w.until("it looked after the failure", func() bool { return s.looks.Load() > 5 })
		stop()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		for what, one := range map[string]*Lookout{"kept": NewLookout(Deps{DB: d, Catalog: w.team.Load}), "seen": l} {
			shown, err := one.show(t.Context(), op.Call{}, ShowIn{Name: "shop"})
			if err != nil {
				t.Fatal(err)
			}
			if a := shown.Availability; a.Degraded != 1 || a.Passed != a.Of || !strings.Contains(shown.Text(), ", 1 of them degraded") {
				t.Errorf("%s: %+v\n%s", what, a, shown.Text())
			}
		}
		if n := len(w.heard("probe.failed")) + len(w.heard("probe.passed")); n > 0 {
			t.Errorf("%d were told: %+v", n, w.events)
		}
	})
}

func TestTargetsThatHangDelayNoOther(t *testing.T) {
	hang := make(chan struct{})
	var hanging atomic.Int64
	quick := &listed{fails: []bool{false}}
	w := &world{t: t}
	services := []string{}
	for i := range 40 {
		services = append(services, fmt.Sprint("slow-", i))
	}
	all := serviceOf("quick", probeOf("quick", "http", "http://quick/"))
	for _, name := range services {
		p := probeOf(name, "http", "http://slow/")
		p.Timeout = time.Hour
		all.Probes = append(all.Probes, p)
	}
	w.change(all)
	w.Lookout = NewLookout(Deps{Catalog: w.team.Load, Most: 2, Prober: prober(func(ctx context.Context, p prentice.Probe) prentice.Observation {
		if p.Name == "quick" {
			return quick.Probe(ctx, p)
		}
		hanging.Add(1)
		select {
		case <-hang:
		case <-ctx.Done():
		}
		return prentice.Observation{Truth: prentice.Fail, Says: "no answer in time"}
	})})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	w.until("all others hang", func() bool { return hanging.Load() == 40 })
	before := quick.looks.Load()
	w.until("the quick one is looked at all the same", func() bool { return quick.looks.Load() > before+20 })
	if hanging.Load() != 40 {
		t.Errorf("%d looks hang: what hangs was looked at twice at once", hanging.Load())
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

type prober func(context.Context, prentice.Probe) prentice.Observation

func (p prober) Probe(ctx context.Context, q prentice.Probe) prentice.Observation { return p(ctx, q) }

// After a restart each probe is looked at within its interval, and within ten seconds.
func TestTheFirstLooksFillTheirIntervalEvenly(t *testing.T) {
	const probes, parts = 5000, 10
	for _, span := range []time.Duration{time.Second, firstWithin} {
		var in [parts]int
		for i := range probes {
			at := offset(key{prentice.NewRef("service", fmt.Sprint("shop-", i)), "web"}, span)
			if at < 0 || at >= span {
				t.Fatalf("the first look of %d is after %s of %s", i, at, span)
			}
			in[int(at*parts/span)]++
		}
		for i, n := range in {
			if n < probes/parts*8/10 || n > probes/parts*12/10 {
				t.Errorf("%d of %d first looks are in part %d of %s", n, probes, i, span)
			}
		}
	}
}
