package availability

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// keepOn writes what was seen: counts every now and then, a state that matters
// within a second.
func (l *Lookout) keepOn(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last, pruned := time.Now(), time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		l.mind(ctx)
		everything := time.Since(last) >= keepEvery
		if everything {
			last = time.Now()
		}
		if err := l.keep(ctx, everything); err != nil && ctx.Err() == nil {
			l.Log.Error("keep what was seen of services; it is tried again", "err", err)
		}
		if err := l.keepVerdicts(ctx); err != nil && ctx.Err() == nil {
			l.Log.Error("keep what probes claim and the verdicts on it; it is tried again", "err", err)
		}
		if l.DB != nil && time.Since(pruned) >= slotLength {
			pruned = time.Now()
			if err := l.kept.prune(ctx, l.Clock()); err != nil && ctx.Err() == nil {
				l.Log.Error("forget probes that are gone", "err", err)
			}
		}
	}
}

// keepLast keeps everything when the work ends.
func (l *Lookout) keepLast() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := l.keep(ctx, true); err != nil {
		l.Log.Error("keep what was seen of services", "err", err)
	}
	if err := l.keepVerdicts(ctx); err != nil {
		l.Log.Error("keep the verdicts on what probes claim", "err", err)
	}
}

// keep writes the states that matter, and with everything also the counts. What
// could not be written is written the next time.
func (l *Lookout) keep(ctx context.Context, everything bool) error {
	if l.DB == nil {
		return nil
	}
	list, taken := l.unsaved(everything)
	if len(list) == 0 {
		return nil
	}
	err := l.kept.write(ctx, l.Clock(), list)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.keptAt = time.Now()
		return nil
	}
	for i, w := range taken {
		w.dirty = true
		for _, slot := range list[i].slots {
			w.unsaved = w.unsaved.merge(slot)
		}
	}
	return err
}

// unsaved takes what has to be written out of the probes.
func (l *Lookout) unsaved(everything bool) (list []unsaved, taken []*watched) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.all {
		if w.gone || !w.dirty && (!everything || len(w.unsaved) == 0) {
			continue
		}
		state, err := json.Marshal(w.state)
		if err != nil {
			panic("a state always has a JSON form: " + err.Error())
		}
		list = append(list, unsaved{w.key, w.rule.Kind + " " + w.rule.Target, string(state), w.unsaved})
		taken = append(taken, w)
		w.dirty, w.unsaved = false, nil
	}
	return list, taken
}

// took is a latency as people read it.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return "–"
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	default:
		return d.Round(time.Second).String()
	}
}
