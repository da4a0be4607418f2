package availability

import (
	"context"
	"fmt"
	"time"
)

// Alive tells a monitor outside that prentice works, every so often. Ready is what else must
// hold for that, such as that the database takes writes.
type Alive struct {
	Every time.Duration
	Ping  func(context.Context) error
	Ready func(context.Context) error
}

// tellAlive pings while looks are made and what they saw is written, until ctx ends. That it
// does not is no message: the other monitor hears nothing, and calls.
func (l *Lookout) tellAlive(ctx context.Context) {
	if l.Alive == nil || l.Alive.Every <= 0 {
		return
	}
	tick := time.NewTicker(l.Alive.Every)
	defer tick.Stop()
	var said string
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := l.works(ctx)
		if err == nil {
			err = l.Alive.Ping(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		l.mu.Lock()
		if err == nil {
			l.pings.told++
		} else {
			l.pings.untold++
		}
		l.mu.Unlock()
		switch {
		case err == nil && said != "":
			l.Log.Info("the monitor outside is told again that prentice works")
			said = ""
		case err != nil && err.Error() != said:
			said = err.Error()
			l.Log.Error("the monitor outside is not told that prentice works", "err", err)
		}
	}
}

// pings counts those that were sent, and those that were not.
type pings struct{ told, untold int64 }

// keptWithin is how old the last write of what was seen may be.
const keptWithin = 4 * keepEvery

// works says why prentice does not do what it is there for, or nil.
func (l *Lookout) works(ctx context.Context) error {
	l.mu.Lock()
	worst, late := l.overdue(time.Now())
	looks, probes, kept, began := l.looks, len(l.all), l.keptAt, l.beganAt
	l.mu.Unlock()
	switch {
	case !looks:
		return fmt.Errorf("this process does not look")
	case worst >= behindAfter:
		return fmt.Errorf("%d looks are late, by up to %s", late, worst.Round(time.Second))
	case probes > 0 && time.Since(later(kept, began)) > keptWithin:
		return fmt.Errorf("what was seen was not written for %s", time.Since(later(kept, began)).Round(time.Second))
	case l.Alive.Ready == nil:
		return nil
	}
	return l.Alive.Ready(ctx)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
