package availability

import (
	"context"
	"fmt"
	"time"

	"prentice"
)

// removed is a probe that was told to fail and asks no more: no one would ever tell
// that it passes.
type removed struct {
	key
	replaced bool // by another that has its name
	event    prentice.Event
}

// removed is what is told of a probe that asks no more, or, with another in its
// place, something else. Its id is that of the episode, so that it is told once.
func (w *watched) removed(by *watched, now time.Time) removed {
	says := fmt.Sprintf("the probe %s is no longer in the catalog", w.key)
	if by != nil {
		says = fmt.Sprintf("the probe %s asks something else now: %s %s", w.key, by.rule.Kind, by.rule.Shown())
	}
	e := w.made(now, "probe.removed", w.service, map[string]any{"service": w.service.Name(), "probe": w.probe, "target": w.rule.Shown(), "says": says})
	e.ID = fmt.Sprintf("%s@%d removed", w.key, w.state.FirstFailed.UnixMicro())
	return removed{w.key, by != nil, e}
}

// tellRemoved tells of the probes that ask no more. What cannot be told now is told
// the next time.
func (l *Lookout) tellRemoved(ctx context.Context) {
	l.mu.Lock()
	ended := l.ended
	l.ended = nil
	l.mu.Unlock()
	for i, r := range ended {
		if l.Send == nil {
			return
		}
		err := l.Send(ctx, r.event)
		if err == nil && !r.replaced && l.DB != nil {
			err = l.kept.forget(ctx, r.key)
		}
		if err == nil {
			continue
		}
		if ctx.Err() == nil {
			l.Log.Error("tell of a probe that was removed; it is told again", "probe", r.key.String(), "err", err)
		}
		l.mu.Lock()
		l.ended = append(l.ended, ended[i:]...)
		l.mu.Unlock()
		return
	}
}
