package availability

import (
	"context"
	"fmt"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/team"
)

// counter keeps nothing, and counts what it is given to keep.
type counter struct {
	Claims
	declared, added int
	last            claims.Verdict
}

func (c *counter) Declare(context.Context, time.Time, string, []claims.Claim) error {
	c.declared++
	return nil
}

func (c *counter) Reuse(context.Context, time.Time, claims.Basis) (v claims.Verdict, found bool, err error) {
	return v, false, nil
}

func (c *counter) Add(_ context.Context, list []claims.Verdict) error {
	c.added += len(list)
	c.last = list[len(list)-1]
	return nil
}

// clocked is a lookout with a clock that the test owns, which looks by itself at nothing.
func clocked(services ...team.Service) (l *Lookout, kept *counter, now *time.Time) {
	at := start
	kept, now = &counter{}, &at
	known := &team.Catalog{Services: services}
	l = NewLookout(Deps{Claims: kept, Clock: func() time.Time { return *now }, Catalog: func() *team.Catalog { return known }})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.follow()
	return l, kept, now
}

// allSee lets every probe see the same.
func (l *Lookout) allSee(truth prentice.Truth) {
	for _, w := range l.all {
		l.record(w, prentice.Observation{Time: l.Clock(), Truth: truth, Latency: time.Millisecond, Says: "status"}, false)
	}
}

func TestAVerdictIsWrittenWhenTheJudgementChangesAndElseEveryFiveMinutes(t *testing.T) {
	p := probeOf("web", "tcp", "shop:443")
	p.Interval = 10 * time.Second
	l, kept, now := clocked(serviceOf("shop", p))
	hour := func(truth prentice.Truth) (added int) {
		before := kept.added
		for second := range 3600 {
			if *now = now.Add(time.Second); second%10 == 0 {
				l.allSee(truth)
			}
			if err := l.keepVerdicts(t.Context()); err != nil {
				t.Fatal(err)
			}
			if now.After(kept.last.Until) && kept.added > 0 {
				t.Fatalf("at %s the verdict has not counter since %s", now, kept.last.Until)
			}
		}
		return kept.added - before
	}
	if n := hour(prentice.Pass); n != 12 || kept.last.Truth != prentice.Pass {
		t.Errorf("an hour of 360 looks that pass wrote %d verdicts", n)
	}
	if n := hour(prentice.Fail); n > 13 || kept.last.Truth != prentice.Fail {
		t.Errorf("an hour of looks that fail wrote %d verdicts", n)
	}
	*now = now.Add(2 * time.Hour) // no one has looked
	if err := l.keepVerdicts(t.Context()); err != nil || kept.last.Truth != prentice.NotSeen || kept.declared != 1 {
		t.Errorf("then: %+v, declared %d times, %v", kept.last, kept.declared, err)
	}
}

func TestWhileNoVerdictIsDueAThousandProbesCostNoMemory(t *testing.T) {
	var services []team.Service
	for i := range 1000 {
		p := probeOf("web", "tcp", "shop:443")
		p.Interval = 10 * time.Second
		services = append(services, serviceOf(fmt.Sprintf("s%d", i), p))
	}
	l, kept, now := clocked(services...)
	for range 2 {
		l.allSee(prentice.Pass)
	}
	if err := l.keepVerdicts(t.Context()); err != nil || kept.added != 1000 {
		t.Fatalf("%d verdicts, %v", kept.added, err)
	}
	*now = now.Add(5 * time.Second)
	if n := testing.AllocsPerRun(10, func() { _ = l.keepVerdicts(t.Context()) }); n > 0 || kept.added != 1000 {
		t.Errorf("%v allocations, %d verdicts", n, kept.added)
	}
}
