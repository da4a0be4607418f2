package support

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice/internal/kit/db"
)

const (
	mostHands = 8   // incidents that are looked into at the same moment
	atOnce    = 500 // incidents that are read at once
)

// Run does what events ask for, tells what has happened, and applies the rules
// that need time, until ctx ends. It waits for anyone who still works.
func (s *Support) Run(ctx context.Context) error {
	if s.ready() != nil {
		<-ctx.Done()
		return nil
	}
	defer s.hand.Wait()
	for ctx.Err() == nil {
		wait, err := s.round(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("support", "err", err)
			wait = time.Second
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-t.C:
		}
		t.Stop()
	}
	return nil
}

// Ring tells Run that another process may have written something.
func (s *Support) Ring() { s.ring() }

// ring wakes Run.
func (s *Support) ring() {
	select {
	case s.wake <- struct{}{}:
	default: // it is about to wake anyway
	}
}

// round does all that is due at this moment and says when to look again.
func (s *Support) round(ctx context.Context) (time.Duration, error) {
	if err := s.begin(ctx); err != nil {
		return 0, err
	}
	if err := s.send(ctx); err != nil {
		return 0, err
	}
	if err := s.askAgain(ctx); err != nil {
		return 0, err
	}
	turn, err := s.turns(ctx)
	if err != nil {
		return 0, err
	}
	beat, err := s.listenFor(ctx)
	if err != nil {
		return 0, err
	}
	wait, err := s.watch(ctx)
	if err != nil {
		return 0, err
	}
	wait = min(wait, turn, beat)
	again, err := s.nextAgain(ctx)
	if !again.IsZero() {
		wait = min(wait, max(again.Sub(s.Clock()), 0))
	}
	return wait, err
}

// begin gives each lane that has something to be looked into a hand of its own,
// so that slow checks hold up no other incident, and one incident's events stay
// in order.
func (s *Support) begin(ctx context.Context) error {
	lanes, err := s.lanes(ctx)
	if err != nil {
		return err
	}
	for _, lane := range lanes {
		if s.take(lane) {
			s.hand.Go(func() {
				defer s.ring()
				defer s.leave(lane)
				s.walk(ctx, lane)
			})
		}
	}
	return nil
}

func (s *Support) take(lane string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[lane] || len(s.busy) >= mostHands {
		return false
	}
	s.busy[lane] = true
	return true
}

func (s *Support) leave(lane string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, lane)
}

// walk looks into one event of a lane after the other, until none is due.
func (s *Support) walk(ctx context.Context, lane string) {
	for ctx.Err() == nil {
		t, found, err := s.nextTask(ctx, lane)
		if errors.Is(err, errTaskOver) {
			continue
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Error("support", "lane", lane, "err", err)
		}
		if err != nil || !found {
			return
		}
		if err := s.lookInto(ctx, t); err != nil {
			s.later(ctx, t, err)
			return
		}
	}
}

// lanes are those whose first event is due.
func (s *Support) lanes(ctx context.Context) (lanes []string, err error) {
	rows, err := s.DB.Query(ctx, `SELECT e.lane FROM support_tasks e
		JOIN (SELECT lane, MIN(seq) AS first FROM support_tasks WHERE state = 'pending' GROUP BY lane) f ON f.lane = e.lane AND f.first = e.seq
		WHERE e.state = 'pending' AND e.due <= ? ORDER BY e.seq LIMIT 100`, db.Micros(s.Clock()))
	if err != nil {
		return nil, fmt.Errorf("read what is to be done: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var lane string
		if err := rows.Scan(&lane); err != nil {
			return nil, fmt.Errorf("read what is to be done: %w", err)
		}
		lanes = append(lanes, lane)
	}
	return lanes, rows.Err()
}
