package objectives

import (
	"context"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
)

// probe names a probe of a service.
type probe struct {
	service prentice.Ref
	name    string
}

// cell is a minute of an indicator.
type cell struct {
	service prentice.Ref
	source  string
	minute  int64
}

// counted is what was counted in it, and during maintenance.
type counted struct{ plain, during objective.Counts }

// mostPending is how many minutes wait when they cannot be written; then no more are counted, and
// what was not counted is unknown.
const mostPending = 200_000

// Seen counts a look at the moment at which it was made. It must not wait.
func (k *Desk) Seen(service prentice.Ref, rule prentice.Probe, at time.Time, seen prentice.Observation) {
	k.mu.Lock()
	sources := k.sources[probe{service, rule.Name}]
	k.mu.Unlock()
	if len(sources) == 0 {
		return
	}
	during := k.Maintained != nil && k.Maintained(service, at)
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, i := range sources {
		var one objective.Counts
		switch {
		case seen.OK() && (i.Within == 0 || seen.Latency <= i.Within):
			one.Good = 1
		case seen.OK() || seen.Failed():
			one.Bad = 1
		default:
			one.Unknown = 1
		}
		c := cell{service, i.Key(), objective.MinuteOf(at)}
		was, there := k.pending[c]
		if !there && len(k.pending) >= mostPending {
			return
		}
		if during {
			was.during = was.during.Plus(one)
		} else {
			was.plain = was.plain.Plus(one)
		}
		k.pending[c] = was
	}
}

// count says what is to be counted: the indicators of objectives, and of each of their probes whether
// it answered at all.
func (k *Desk) count(lists ...[]objective.Objective) {
	sources := map[probe][]objective.Indicator{}
	for _, list := range lists {
		for _, o := range list {
			if o.Indicator.Counts() {
				continue
			}
			p := probe{o.Service, o.Indicator.Probe}
			for _, i := range []objective.Indicator{{Probe: o.Indicator.Probe}, o.Indicator} {
				if !slices.Contains(sources[p], i) {
					sources[p] = append(sources[p], i)
				}
			}
		}
	}
	k.mu.Lock()
	k.sources = sources
	k.mu.Unlock()
}

// flush writes what was counted. What could not be written is written the next time.
func (k *Desk) flush(ctx context.Context) error {
	k.mu.Lock()
	taken := k.pending
	k.pending = map[cell]counted{}
	k.mu.Unlock()
	if len(taken) == 0 {
		return nil
	}
	err := k.kept.add(ctx, taken)
	if err == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for c, n := range taken {
		was := k.pending[c]
		k.pending[c] = counted{was.plain.Plus(n.plain), was.during.Plus(n.during)}
	}
	return fmt.Errorf("keep what was counted for objectives: %w", err)
}
