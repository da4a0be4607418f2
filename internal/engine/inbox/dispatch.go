package inbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/kit/span"
)

const (
	atOnce   = 32               // events that are read and marked together
	patience = 30 * time.Second // that one listener may take for one event
)

// Run tells the listeners of each new event until ctx ends, beginning with those
// that waited when the last Run ended. There must be one Run for an inbox. Events
// about the same thing are told in order: one that a listener does not take is
// tried again after a pause, and only what is about the same thing waits for it.
func (in *Inbox) Run(ctx context.Context) error {
	var tellers sync.WaitGroup
	defer tellers.Wait()
	tellers.Go(func() { in.tellRepeats(ctx) })
	in.held = map[int64]*holdup{}
	for ctx.Err() == nil {
		n, err := in.Deliver(ctx)
		if err != nil && ctx.Err() == nil {
			in.log.Error("deliver events", "err", err)
			span.Wait(ctx, time.Second)
			continue
		}
		if n > 0 {
			continue
		}
		again := time.NewTimer(in.nextTry())
		select {
		case <-ctx.Done():
		case <-in.wake:
		case <-again.C:
		}
		again.Stop()
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

// holdup is an event that a listener has not taken yet.
type holdup struct {
	tries int
	took  []bool // by listener: it has agreed, and is not told again
	due   time.Time
	err   error // of the last listener that refused
}

// nextTry is how long until an event that is held up is tried again.
func (in *Inbox) nextTry() time.Duration {
	wait := time.Minute
	for _, h := range in.held {
		wait = min(wait, time.Until(h.due))
	}
	return max(wait, 0)
}

// Deliver tells the listeners of the events that wait and may be told now, at
// most a few dozen, and says how many it has tried.
func (in *Inbox) Deliver(ctx context.Context) (int, error) {
	var told []delivery
	tried, blocked, last := 0, map[prentice.Ref]bool{}, int64(0)
	for tried < atOnce {
		waiting, err := in.waiting(ctx, last)
		if err != nil {
			return 0, err
		}
		for _, e := range waiting {
			last = max(last, e.Number)
			if e.Unread != "" {
				told = append(told, delivery{event: e, attempts: 1, err: errors.New(e.Unread)})
				continue
			}
			if blocked[e.Subject] || !in.mayTry(e.Number) {
				blocked[e.Subject] = e.Subject != ""
				continue
			}
			tried++
			d, over := in.deliver(ctx, e)
			if ctx.Err() != nil && !over {
				return len(told), in.markAll(ctx, told)
			}
			if !over {
				blocked[e.Subject] = e.Subject != ""
				continue
			}
			told = append(told, d)
		}
		if len(waiting) < atOnce {
			break
		}
	}
	return tried, in.markAll(ctx, told)
}

func (in *Inbox) mayTry(number int64) bool {
	h := in.held[number]
	return h == nil || !time.Now().Before(h.due)
}

func (in *Inbox) markAll(ctx context.Context, told []delivery) error {
	if len(told) == 0 {
		return nil
	}
	// What has been told has been told, also while we are being stopped.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return in.mark(end, told)
}

// delivery is how telling an event came out.
type delivery struct {
	event    prentice.EventRecord
	attempts int
	err      error // of the listener that refused to the end
}

// deliver tells one event once to every listener that has not taken it yet. over
// says that it need not be told again: all have taken it, or one has refused it
// as often as it may.
func (in *Inbox) deliver(ctx context.Context, e prentice.EventRecord) (d delivery, over bool) {
	h := in.held[e.Number]
	if h == nil {
		h = &holdup{took: make([]bool, len(in.listeners))}
	}
	h.tries, h.err = h.tries+1, nil
	for i, l := range in.listeners {
		if h.took[i] {
			continue
		}
		if err := tell(ctx, l, e); err != nil {
			h.err = err
			in.log.Warn("listener", "event", e.Number, "source", e.Source, "attempt", h.tries, "err", err)
		} else {
			h.took[i] = true
		}
	}
	if h.err != nil && (ctx.Err() != nil || h.tries <= len(in.pauses)) {
		h.due = time.Now().Add(in.pauses[min(h.tries, len(in.pauses))-1])
		in.held[e.Number] = h
		return d, false
	}
	delete(in.held, e.Number)
	return delivery{e, h.tries, h.err}, true
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
		state, says = prentice.EventFailed, clip.Text(d.err.Error())
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
