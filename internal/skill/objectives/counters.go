package objectives

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
)

const (
	settled   = 30 * time.Second // after a minute, until all that was scraped in it is there
	backMost  = 6 * time.Hour    // how far back what was not counted is counted later
	atATime   = 60               // minutes of an indicator in one turn
	giveUpFor = 10 * time.Minute // how long a source may be away before a minute is unknown
)

// counter is how far the counters of an indicator were counted.
type counter struct {
	next int64 // minute
	last int64 // how many there were in the last minute that is known
}

// countable says which queries cannot be counted.
func (k *Desk) countable(list []objective.Objective) (findings []prentice.Finding) {
	if k.Counters == nil {
		return nil
	}
	for _, o := range list {
		if !o.Indicator.Counts() {
			continue
		}
		for _, query := range []string{o.Indicator.Good, o.Indicator.Total} {
			err := k.Counters(o.Indicator.Source, query)
			if e, is := errors.AsType[*prentice.Error](err); is {
				findings = append(findings, prentice.Finding{At: o.At, Error: true, Text: o.Name + ": " + e.Text, Hint: e.Hint})
			}
		}
	}
	return findings
}

// counted counts the minutes that are over, of every indicator of counters. Each minute is counted once:
// where the last one was is read from what is kept.
func (k *Desk) counted(ctx context.Context, now time.Time, lists ...[]objective.Objective) (failed error) {
	if k.Counted == nil {
		return nil
	}
	done := map[string]bool{}
	for _, list := range lists {
		for _, o := range list {
			key := string(o.Service) + " " + o.Indicator.Key()
			if !o.Indicator.Counts() || done[key] {
				continue
			}
			done[key] = true
			if err := k.countUp(ctx, now, o, key); err != nil {
				failed = errors.Join(failed, fmt.Errorf("count for %s: %w", o.Name, err))
			}
		}
	}
	for key := range k.counters {
		if !done[key] {
			delete(k.counters, key)
		}
	}
	return failed
}

func (k *Desk) countUp(ctx context.Context, now time.Time, o objective.Objective, key string) error {
	c := k.counters[key]
	if c == nil {
		last, err := k.kept.last(ctx, o)
		if err != nil {
			return err
		}
		c = &counter{next: objective.MinuteOf(now)} // one that is new has no past
		if last > 0 {
			c.next = max(last+1, objective.MinuteOf(now.Add(-backMost)))
		}
		k.counters[key] = c
	}
	until := objective.MinuteOf(now.Add(-settled)) // not that one
	for n := 0; c.next < until && n < atATime; n++ {
		from := objective.StartOf(c.next)
		one, err := k.minute(ctx, o.Indicator, from)
		if err != nil && now.Sub(from) < giveUpFor {
			return err // it is tried again
		}
		if one == nil || err != nil {
			one = &objective.Counts{Unknown: max(1, c.last)}
		} else if one.Seen() > 0 {
			c.last = one.Seen()
		}
		k.keep(o, c.next, *one)
		c.next++
	}
	return nil
}

// minute is what was counted in a minute; nil is that nothing is known of it.
func (k *Desk) minute(ctx context.Context, i objective.Indicator, from time.Time) (*objective.Counts, error) {
	to := from.Add(time.Minute)
	total, known, err := k.Counted(ctx, i.Source, i.Total, from, to)
	if err != nil || !known {
		return nil, err
	}
	good, _, err := k.Counted(ctx, i.Source, i.Good, from, to) // of what was never good there is no counter
	if err != nil {
		return nil, err
	}
	all := int64(math.Round(total))
	well := min(int64(math.Round(good)), all)
	return &objective.Counts{Good: well, Bad: all - well}, nil
}

// keep adds what was counted to what is to be written.
func (k *Desk) keep(o objective.Objective, minute int64, one objective.Counts) {
	if one.All() == 0 {
		return
	}
	during := k.Maintained != nil && k.Maintained(o.Service, objective.StartOf(minute))
	k.mu.Lock()
	defer k.mu.Unlock()
	at := cell{o.Service, o.Indicator.Key(), minute}
	was := k.pending[at]
	if during {
		was.during = was.during.Plus(one)
	} else {
		was.plain = was.plain.Plus(one)
	}
	k.pending[at] = was
}
