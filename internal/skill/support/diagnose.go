package support

import (
	"context"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/db"
)

const (
	mostLooking = 4           // checks at the same moment, for one event
	restOfCheck = time.Minute // before the checks of a procedure look at an incident again
)

// diagnose asks the checks of several procedures and starts the one that fits.
// What they decide is kept before it is asked for, and is not decided again.
func (s *Support) diagnose(ctx context.Context, t task, names []string) error {
	if t.chosen != "" {
		return s.start(ctx, t, t.chosen, reasonFor(t, t.why))
	}
	if busy, err := s.underWay(ctx, t, names); err != nil || busy {
		return err
	}
	tired, err := s.lookedJustNow(ctx, t, names)
	if err != nil {
		return err
	}
	if tired {
		return s.done(ctx, t, nothing)
	}
	seen, err := s.look(ctx, t, names)
	if err != nil {
		return err
	}
	c := choose(seen)
	if c.start == "" {
		return s.done(ctx, t, func(tx *db.Tx, now time.Time, t task, in *Incident) error {
			if in == nil {
				return s.callFor(tx, now, t.event, c.says, seen)
			}
			if err := noteLook(tx, now, t, seen); err != nil {
				return err
			}
			return s.call(tx, now, in, c.says, seen)
		})
	}
	if err := s.noteChoice(ctx, t, seen, c); err != nil {
		return err
	}
	return s.start(ctx, t, c.start, reasonFor(t, c.says))
}

// look asks the checks of all procedures, a few at the same moment. One that
// cannot be asked does not fit, and says why.
func (s *Support) look(ctx context.Context, t task, names []string) ([]run.Diagnosis, error) {
	seen := make([]run.Diagnosis, len(names))
	places := make(chan struct{}, mostLooking)
	var asking sync.WaitGroup
	for i, name := range names {
		asking.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			seen[i] = s.lookOnce(ctx, t, name)
		})
	}
	asking.Wait()
	return seen, ctx.Err()
}

func (s *Support) lookOnce(ctx context.Context, t task, name string) run.Diagnosis {
	if s.Diagnoser == nil {
		return run.Diagnosis{Procedure: name, Says: "no one can ask its checks here"}
	}
	d, err := s.Diagnoser.Diagnose(ctx, prentice.RunRequest{
		Procedure: name, Event: &t.event.Event, EventNumber: t.event.Number, Incident: refOrNone(t.incident), Reason: "does it fit?", Actor: prentice.Prentice("event"),
	})
	if err != nil {
		d = run.Diagnosis{Says: "it cannot be asked: " + err.Error()}
	}
	d.Procedure = name
	return d
}

// lookedJustNow says whether the checks of all these procedures looked at this
// incident a moment ago: a storm of different symptoms asks them once.
func (s *Support) lookedJustNow(ctx context.Context, t task, names []string) (bool, error) {
	if t.incident == 0 {
		return false, nil
	}
	since := db.Micros(s.Clock().Add(-restOfCheck))
	for _, name := range names {
		var n int64
		err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM incident_tries WHERE incident = ? AND procedure_name = ? AND at > ?`, []any{t.incident, name, since}, &n)
		if err != nil || n == 0 {
			return false, err
		}
	}
	return true, nil
}

// noteChoice keeps what the checks decided.
func (s *Support) noteChoice(ctx context.Context, t task, seen []run.Diagnosis, c choice) error {
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		_, err := tx.Exec(`UPDATE support_tasks SET chosen = ?, why = ? WHERE event = ?`, c.start, c.says, t.key)
		if err != nil || t.incident == 0 {
			return err
		}
		if err := noteLook(tx, now, t, seen); err != nil {
			return err
		}
		return addLine(tx, t.incident, Line{Time: now, Kind: "diagnosis", Says: c.says, About: prentice.NewRef("procedure", c.start)})
	})
}

// noteLook keeps what the checks of each procedure saw, and when.
func noteLook(tx *db.Tx, now time.Time, t task, seen []run.Diagnosis) error {
	for _, d := range seen {
		if _, err := tx.Exec(`INSERT INTO incident_tries (incident, procedure_name, at, says) VALUES (?, ?, ?, ?)
			ON CONFLICT (incident, procedure_name) DO UPDATE SET at = excluded.at, says = excluded.says`,
			t.incident, d.Procedure, db.Micros(now), clip(d.Says, 500)); err != nil {
			return err
		}
	}
	return nil
}
