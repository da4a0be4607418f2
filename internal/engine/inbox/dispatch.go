package inbox

import (
	"context"
	"fmt"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const (
	atOnce   = 32               // events that are read and marked together
	patience = 30 * time.Second // that one listener may take for one event
)

// Run tells the listeners of each new event, in order, beginning with those
// that waited when the last Run ended, until ctx ends. There must be one Run
// for an inbox. A listener that fails is tried again, which holds up those
// behind it: order is worth more than a second.
func (in *Inbox) Run(ctx context.Context) error {
	var tellers sync.WaitGroup
	defer tellers.Wait()
	tellers.Go(func() { in.tellRepeats(ctx) })
	for ctx.Err() == nil {
		n, err := in.Deliver(ctx)
		if err != nil && ctx.Err() == nil {
			in.log.Error("deliver events", "err", err)
			pause(ctx, time.Second)
			continue
		}
		if n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-in.wake:
		}
	}
	return nil
}

// Ring tells the dispatcher that there is something new: another process that
// shares the database has written it.
func (in *Inbox) Ring() { in.ring() }

// ring wakes the dispatcher.
func (in *Inbox) ring() {
	select {
	case in.wake <- struct{}{}:
	default: // it is about to wake anyway
	}
}

// Deliver tells the listeners of the events that wait now, at most a few
// dozen, and says how many they were.
func (in *Inbox) Deliver(ctx context.Context) (int, error) {
	waiting, err := in.waiting(ctx)
	if err != nil {
		return 0, err
	}
	var told []delivery
	for _, e := range waiting {
		d, finished := in.deliver(ctx, e)
		if !finished {
			break
		}
		told = append(told, d)
	}
	if len(told) == 0 {
		return 0, nil
	}
	// What has been told has been told, also while we are being stopped.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return len(told), in.mark(end, told)
}

// delivery is how telling an event came out.
type delivery struct {
	event    prentice.EventRecord
	attempts int
	err      error // of the listener that refused to the end
}

// deliver tells every listener of one event. A listener that has agreed is not
// told again when another fails. finished is false when ctx ended first.
func (in *Inbox) deliver(ctx context.Context, e prentice.EventRecord) (d delivery, finished bool) {
	d = delivery{event: e}
	for _, l := range in.listeners {
		attempts, err := in.try(ctx, l, e)
		if err != nil && ctx.Err() != nil {
			return d, false
		}
		d.attempts = max(d.attempts, attempts)
		if err != nil && d.err == nil {
			d.err = err
		}
	}
	return d, true
}

// try tells one listener, up to five times.
func (in *Inbox) try(ctx context.Context, l Listener, e prentice.EventRecord) (attempts int, err error) {
	for {
		attempts++
		if err = tell(ctx, l, e); err == nil || attempts > len(in.pauses) {
			return attempts, err
		}
		in.log.Warn("listener", "event", e.ID, "source", e.Source, "attempt", attempts, "err", err)
		if !pause(ctx, in.pauses[attempts-1]) {
			return attempts, err
		}
	}
}

// tell keeps a listener's panic and endless work from stopping the rest.
func tell(ctx context.Context, l Listener, e prentice.EventRecord) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = prentice.Errorf(prentice.Internal, "a listener broke: %v", p)
		}
	}()
	return l(ctx, e)
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// mark notes what has been told, so that it is not told again.
func (in *Inbox) mark(ctx context.Context, told []delivery) error {
	now := in.clock().UTC()
	err := in.write(ctx, func(tx *db.Tx) error {
		for _, d := range told {
			if err := in.markOne(tx, now, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note %d deliveries: %w", len(told), err)
	}
	return nil
}

func (in *Inbox) markOne(tx *db.Tx, now time.Time, d delivery) error {
	state, says := prentice.EventDelivered, ""
	if d.err != nil {
		state, says = prentice.EventFailed, clip(d.err.Error())
	}
	n, err := tx.Exec(`UPDATE inbox_marks SET state = ?, attempts = attempts + ?, says = ? WHERE number = ? AND state = ?`,
		string(state), d.attempts, says, d.event.Number, string(prentice.EventWaiting))
	if err != nil || n == 0 || d.err == nil {
		return err
	}
	in.log.Error("event failed", "event", d.event.Number, "err", d.err)
	err = in.record.Append(tx, now, prentice.Note{
		Kind: "event.failed", Actor: "self/prentice", Refs: []prentice.Ref{d.event.Ref(), d.event.Subject},
		Data: map[string]any{"source": d.event.Source, "id": d.event.ID, "attempts": d.attempts, "says": says},
	})
	return err
}
