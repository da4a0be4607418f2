package automation

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

func TestRunsAreCountedByHowTheyEndedAndHowLongTheyTook(t *testing.T) {
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	took := func(number int64, state prentice.State, seconds int) run.Timed {
		return run.Timed{Number: number, State: state, Started: at, Ended: at.Add(time.Duration(seconds) * time.Second)}
	}
	on := func(number int64, host string, failed bool, seconds int) run.OnTarget {
		return run.OnTarget{Run: number, Target: prentice.Ref("host/" + host), Failed: failed, Started: at.Add(time.Duration(number) * time.Hour), Ended: at.Add(time.Duration(number)*time.Hour + time.Duration(seconds)*time.Second)}
	}
	s := statsOf("restart", []run.Timed{took(4, prentice.Verified, 10), took(3, prentice.Failed, 40), took(2, prentice.Unverified, 20), took(1, prentice.Verified, -5)},
		[]run.OnTarget{on(3, "a", true, 30), on(3, "b", false, 5), on(2, "a", false, 10), on(2, "b", false, 7), on(1, "b", false, 6)})
	if s.Verified != 2 || s.Share() != "50 %" || s.Harmful != 1 || s.Median != 10*time.Second || s.Slow != 40*time.Second || s.Longest != 40*time.Second {
		t.Errorf("%+v", s)
	}
	if len(s.Hosts) != 2 || s.Hosts[0].Target != "host/a" || s.Hosts[0].Failed != 1 || s.Hosts[0].Runs != 2 || s.Hosts[0].Median != 10*time.Second || s.Hosts[1].Runs != 3 || !s.Hosts[1].Last.Equal(at.Add(3*time.Hour)) {
		t.Errorf("%+v", s.Hosts)
	}
	if bars := s.Bars(); len(bars) != 4 || bars[0].Height != 2 || bars[2].Height != barHeight || bars[3].Says != "run/4: verified, 10 s" {
		t.Errorf("%+v", bars)
	}
	if none := statsOf("restart", nil, nil); none.Share() != "–" || none.Longest != 0 || len(none.Bars()) != 0 {
		t.Errorf("%+v", none)
	}
}
