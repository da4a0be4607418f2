package capacity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/provision"
)

// How often this machine is measured, and how often it is looked at whether something ends.
const (
	measureEvery = 5 * time.Minute
	judgeEvery   = time.Hour
)

// notice is how long before something may be used up it is told.
const notice = 14 * 24 * time.Hour

// watch measures this machine, and tells of what ends, until ctx ends.
func (k *Desk) watch(ctx context.Context) error {
	if k.DB == nil {
		return nil
	}
	tick := time.NewTicker(measureEvery)
	defer tick.Stop()
	judged := time.Time{}
	for {
		if err := k.measure(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("keep what was measured of this machine; it is measured again", "err", err)
		}
		if time.Since(judged) >= judgeEvery {
			judged = time.Now()
			if err := k.tell(ctx); err != nil && ctx.Err() == nil {
				k.Log.Error("tell what runs out; it is tried again", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// measure keeps what is measured of this machine now.
func (k *Desk) measure(ctx context.Context) error {
	if k.Here == nil {
		return nil
	}
	now := k.Clock()
	for _, m := range k.Here() {
		if err := k.keepMeasured(ctx, m, now); err != nil {
			return err
		}
	}
	return nil
}

// tell tells of what is used up, or is within the notice: once for each day on which it is.
// What cannot be read of one hides no other.
func (k *Desk) tell(ctx context.Context) error {
	now := k.Clock()
	all, err := k.kept.list(ctx, `ORDER BY name`)
	if err != nil {
		return err
	}
	ends, unread := k.ends(ctx, now)
	for _, l := range ends {
		if l.pressing(now, l.Resource) && l.By == prentice.NewRef("file", provision.TeamFile) { // a probe tells of what it sees itself
			if err := k.send(ctx, now, l.Resource, l.Outlook); err != nil {
				return err
			}
		}
	}
	for _, r := range all {
		o, err := k.outlook(ctx, now, r)
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("%s: %w", r.Ref(), err))
			continue
		}
		if o.pressing(now, r) {
			if err := k.send(ctx, now, r, o); err != nil {
				return err
			}
		}
	}
	return unread
}

// send tells how a resource stands; the inbox takes it once a day.
func (k *Desk) send(ctx context.Context, now time.Time, r Resource, o Outlook) error {
	data, err := json.Marshal(map[string]any{"capacity": r.Name, "state": o.State, "says": o.Says, "used": r.Used, "limit": r.Limit, "unit": r.Unit})
	if err != nil {
		return err
	}
	return k.Send(ctx, prentice.Event{ID: fmt.Sprintf("%s %s %s", r.Name, o.State, day(now)), Source: "prentice/capacity", Type: "capacity.ending", Subject: r.About, Time: now, Data: data})
}

// pressing says whether someone has to act: nothing is left, or it is likely to be used up and
// that may be within the notice. Processors that are all busy are free again by themselves.
func (o Outlook) pressing(now time.Time, r Resource) bool {
	switch {
	case r.Unit == busyUnit:
		return false
	case o.Known:
		return o.State != Enough
	}
	return o.State == Exhausted || o.State == Ending && o.Earliest.Before(now.Add(notice))
}
