package support

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// lookEvery is how often is looked whether something is held back still: a freeze may
// be lifted, and an owner may end a cooldown.
const lookEvery = 30 * time.Second

// proposal is something that is held back, with its incident.
type proposal struct {
	Held
	incident, run, tries int64
}

// askAgain proposes again what is not held back any more. The policy in force then
// decides about it, as about everything that is asked for. What is held back still,
// or by something else, goes on waiting: no run is made to find that out.
func (s *Support) askAgain(ctx context.Context) error {
	now := s.Clock()
	waiting, err := s.proposals(ctx)
	if err != nil {
		return err
	}
	ticks, err := s.heldTicks(ctx)
	if err != nil || len(waiting)+len(ticks) == 0 {
		return err
	}
	all := now.Sub(s.looked).Abs() >= lookEvery && s.Still != nil
	if all {
		s.looked = now
	}
	if err := s.askTicks(ctx, ticks, now, all); err != nil {
		return err
	}
	for _, p := range waiting {
		due := !p.Until.After(now)
		if !due && !all {
			continue
		}
		h := prentice.HoldBack{}
		if s.Still != nil {
			if h, err = s.Still(ctx, p.run); err != nil {
				return fmt.Errorf("ask what holds %s back: %w", p.Run, err)
			}
		}
		if h.Holds() {
			err = s.stillHeld(ctx, p, h, due)
		} else {
			err = s.askOnceMore(ctx, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// proposals are what is held back of incidents that still have a symptom.
func (s *Support) proposals(ctx context.Context) ([]proposal, error) {
	rows, err := s.DB.Query(ctx, `SELECT h.incident, h.procedure_name, h.about, h.run, h.due, h.says, h.tries FROM incident_held h JOIN incidents i ON i.number = h.incident
		WHERE h.again = 1 AND i.closed = 0 AND i.well_since = 0 AND i.muted = '' ORDER BY h.due LIMIT 200`)
	list, err := db.List(rows, err, func(scan func(...any) error, p *proposal) error {
		var due int64
		err := scan(&p.incident, &p.Procedure, &p.About, &p.run, &due, &p.Says, &p.tries)
		p.Run, p.Until = runRef(p.run), db.Time(due)
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read what is blocked: %w", err)
	}
	return list, nil
}

// stillHeld notes until when a proposal waits now, and why.
func (s *Support) stillHeld(ctx context.Context, p proposal, h prentice.HoldBack, due bool) error {
	until, again := rest(s.Clock(), &h, p.tries)
	if !due && h.Says == p.Says {
		return nil
	}
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		_, err := tx.Exec(`UPDATE incident_held SET due = ?, says = ?, again = ?, tries = tries + 1 WHERE incident = ? AND procedure_name = ? AND about = ? AND again = 1`,
			db.Micros(until), clip(h.Says, 500), flag(again), p.incident, p.Procedure, string(p.About))
		if err != nil {
			return err
		}
		if err := s.restsStill(tx, p.run, h, again); err != nil || h.Says == p.Says {
			return err
		}
		says := fmt.Sprintf("%s is blocked until %s: %s", p.Procedure, op.At(until), clip(h.Says, 400))
		return addLineOnce(tx, p.incident, Line{Time: now, Kind: "run", Says: says, About: p.Run})
	})
}

// restsStill is rests for what is held by another thing now, or by none that ends.
func (s *Support) restsStill(tx *db.Tx, run int64, h prentice.HoldBack, again bool) error {
	if !again {
		return s.rests(tx, run, nil)
	}
	return s.rests(tx, run, &h)
}

func (s *Support) askOnceMore(ctx context.Context, p proposal) error {
	run, no := s.Runs.Retry(ctx, p.run, prentice.Prentice("event"), "what held "+string(p.Run)+" back is over")
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		in, err := incidentWhere(tx, `number = ? AND closed = 0`, p.incident)
		if err != nil || in == nil {
			return err
		}
		tx.After(s.ring)
		if no != nil {
			why := fmt.Sprintf("%s was not proposed again: %s", p.Procedure, clip(no.Error(), 700))
			until, _ := rest(now, nil, 10)
			if _, err := tx.Exec(`UPDATE incident_held SET due = ?, says = ?, again = 0 WHERE incident = ? AND procedure_name = ? AND about = ?`,
				db.Micros(until), clip(why, 500), p.incident, p.Procedure, string(p.About)); err != nil {
				return err
			}
			if err := s.rests(tx, p.run, nil); err != nil {
				return err
			}
			return s.call(tx, now, in, why, nil)
		}
		if _, err := tx.Exec(`UPDATE incident_held SET again = 0 WHERE incident = ? AND procedure_name = ? AND about = ?`, p.incident, p.Procedure, string(p.About)); err != nil {
			return err
		}
		if err := s.rests(tx, p.run, nil); err != nil {
			return err
		}
		return s.started(tx, now, in, p.Procedure, p.About, run)
	})
}

// nextAgain is when something that is held back is proposed again; zero when
// nothing is.
func (s *Support) nextAgain(ctx context.Context) (time.Time, error) {
	var due int64
	err := s.DB.QueryRow(ctx, `SELECT COALESCE(MIN(due), 0) FROM (SELECT h.due FROM incident_held h JOIN incidents i ON i.number = h.incident WHERE h.again = 1 AND i.closed = 0 AND i.well_since = 0 AND i.muted = ''
		UNION ALL SELECT due FROM support_ticks_waiting) waits`, nil, &due)
	if err != nil {
		return time.Time{}, fmt.Errorf("read what is blocked: %w", err)
	}
	if due == 0 {
		return time.Time{}, nil
	}
	next := db.Time(due)
	if look := s.Clock().Add(lookEvery); s.Still != nil && look.Before(next) {
		next = look
	}
	return next, nil
}
