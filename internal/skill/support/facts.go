package support

import (
	"context"
	"time"

	"prentice/internal/kit/db"
)

// Facts is what explain.md is drawn from.
type Facts struct {
	Known    bool // there is a store to look into
	Quiet    time.Duration
	Patience time.Duration
	Settle   time.Duration
	Open     []Incident
	More     int // incidents that are open and not listed
	Ended    []Ended
}

// Ended is an incident that is over, and how long it lasted.
type Ended struct {
	Incident
	Lasted string
}

func (s *Support) facts(ctx context.Context) (any, error) {
	f := Facts{Quiet: s.Quiet, Patience: s.Patience, Settle: s.Settle}
	if s.ready() != nil {
		return f, nil
	}
	f.Known = true
	var err error
	if f.Open, f.More, err = s.Broken(ctx); err != nil {
		return nil, err
	}
	f.More -= len(f.Open)
	ended, err := s.incidents(ctx, `closed > 0 ORDER BY number DESC LIMIT 10`)
	for _, in := range ended {
		f.Ended = append(f.Ended, Ended{in, long(in.Closed.Sub(in.FirstSymptom))})
	}
	return f, err
}

// Outages are the incidents that were opened since a time, newest first, at most 500.
func (s *Support) Outages(ctx context.Context, since time.Time) ([]Incident, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	return s.incidents(ctx, `opened >= ? ORDER BY number DESC LIMIT 500`, db.Micros(since))
}
