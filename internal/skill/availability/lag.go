package availability

import (
	"context"
	"time"
)

// behindAfter is how late a look must be to be behind, and behindFor how long that has to
// last, or to be over, until it is told.
const (
	behindAfter = 5 * time.Second
	behindFor   = 30 * time.Second
)

// lag is how far the looks are behind what is due, over time.
type lag struct {
	since  time.Time // that it is as now
	behind bool      // as now
	told   bool
}

// at judges how late the latest is now. Tell says that it has changed for long enough.
func (g lag) at(now time.Time, worst time.Duration) (_ lag, tell bool) {
	if behind := worst >= behindAfter; g.since.IsZero() || behind != g.behind {
		g.since, g.behind = now, behind
	}
	if g.behind != g.told && now.Sub(g.since) >= behindFor {
		g.told = g.behind
		return g, true
	}
	return g, false
}

// overdue is how long ago the look was due that is due for longest and has not begun, and how
// many there are that should have begun a second ago. The caller holds mu.
func (l *Lookout) overdue(now time.Time) (worst time.Duration, late int) {
	if !l.looks {
		return 0, 0
	}
	for _, w := range l.all {
		if w.gone || w.due.IsZero() {
			continue
		}
		if behind := now.Sub(w.due); behind > time.Second {
			worst, late = max(worst, behind), late+1
		}
	}
	return worst, late
}

// mind looks whether the looks themselves come in time, and tells when they do not, and when
// they do again.
func (l *Lookout) mind(ctx context.Context) {
	l.mu.Lock()
	worst, late := l.overdue(time.Now())
	var tell bool
	l.lag, tell = l.lag.at(time.Now(), worst)
	told := l.lag.told
	l.mu.Unlock()
	if !tell || l.Send == nil {
		return
	}
	self, kind := watched{key: key{"self/prentice", "looks"}}, "probe.in-time"
	data := map[string]any{"says": "the looks come in time again"}
	if told {
		kind, data = "probe.behind", map[string]any{"says": "looks do not come in time, so what is shown of services is older than it should be", "late": late, "behind": worst.Round(time.Second).String()}
	}
	if err := l.Send(ctx, self.made(l.Clock(), kind, "self/prentice", data)); err != nil && ctx.Err() == nil {
		l.Log.Error("tell that looks are late", "err", err)
	}
}
