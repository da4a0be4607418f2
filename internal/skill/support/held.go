package support

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// Held is a proposal that was held back and is made again by itself.
type Held struct {
	Procedure string       `json:"procedure"`
	About     prentice.Ref `json:"about,omitempty"`
	Run       prentice.Ref `json:"run"`
	Until     time.Time    `json:"until"`
	Says      string       `json:"says"`
}

// String says which procedure waits, until when and why.
func (h Held) String() string {
	return fmt.Sprintf("%s waits until %s: %s", h.Procedure, op.At(h.Until), h.Says)
}

// The pauses between proposals that are refused again and again, unless the refusal
// says until when.
const (
	firstRest = time.Minute
	mostRest  = time.Hour
)

// rest is until when a procedure that was refused for an incident is not proposed
// again, and whether it is then proposed by itself: what a time or a limit holds
// back is, and what policy, a check or a person refused waits for another symptom.
func rest(now time.Time, h *prentice.HoldBack, tries int64) (until time.Time, again bool) {
	pause := mostRest
	if tries < 10 {
		pause = min(mostRest, firstRest<<max(tries, 0))
	}
	switch {
	case h == nil:
		return now.Add(pause), false
	case h.Until.After(now):
		return h.Until.Add(time.Second), true // so that anyone who compares clocks finds it over
	}
	switch h.Code {
	case prentice.HoldNoTargets, prentice.HoldManyTargets, prentice.HoldUnmanaged, prentice.HoldUseless, prentice.HoldDuplicate:
		return now.Add(pause), false
	}
	return now.Add(max(pause, 5*firstRest)), true
}

// holdOff notes that a proposal was refused and rests. It says what people are told
// of it, or "".
func (s *Support) holdOff(tx *db.Tx, now time.Time, in *Incident, n news) (string, error) {
	about, err := askedAbout(tx, in.Number, n.Run)
	if err != nil {
		return "", err
	}
	var tries, before int64
	err = tx.QueryRow(`SELECT tries, run FROM incident_held WHERE incident = ? AND procedure_name = ? AND about = ?`, []any{in.Number, n.Procedure, about}, &tries, &before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	if err := s.rests(tx, before, nil); err != nil {
		return "", err
	}
	until, again := rest(now, n.Hold, tries)
	_, err = tx.Exec(`INSERT INTO incident_held (incident, procedure_name, about, run, due, says, tries, again) VALUES (?, ?, ?, ?, ?, ?, 1, ?)
		ON CONFLICT (incident, procedure_name, about) DO UPDATE SET run = excluded.run, due = excluded.due, says = excluded.says, again = excluded.again, tries = incident_held.tries + 1`,
		in.Number, n.Procedure, about, n.Run, db.Micros(until), n.Says, flag(again))
	if err != nil || !again {
		return "", err
	}
	if err := s.rests(tx, n.Run, n.Hold); err != nil {
		return "", err
	}
	says := fmt.Sprintf("%s is proposed again at %s", n.Procedure, op.At(until))
	return says, addLine(tx, in.Number, Line{Time: now, Kind: "run", Says: says + "; until then symptoms are counted and ask for nothing", About: runRef(n.Run)})
}

// askedAbout is what a run was asked for about; "" is not known.
func askedAbout(tx *db.Tx, incident, run int64) (about string, err error) {
	err = tx.QueryRow(`SELECT about FROM incident_runs WHERE incident = ? AND run = ?`, []any{incident, run}, &about)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return about, err
}

// resting says whether a procedure rests for an incident at this moment.
func (s *Support) resting(ctx context.Context, incident int64, name string, about prentice.Ref) (bool, error) {
	if incident == 0 {
		return false, nil
	}
	var n int64
	err := s.DB.QueryRow(ctx, `SELECT COUNT(*) FROM incident_held WHERE incident = ? AND procedure_name = ? AND about IN (?, '') AND due > ?`,
		[]any{incident, name, string(about), db.Micros(s.Clock())}, &n)
	return n > 0, err
}

// letGo forgets what was held back of a procedure that has begun to act; of all of
// them with "".
func (s *Support) letGo(tx *db.Tx, incident int64, procedure string) (int64, error) {
	where, args := `incident = ?`, []any{incident}
	if procedure != "" {
		where, args = where+` AND procedure_name = ?`, append(args, procedure)
	}
	runs, err := numbers(tx, `SELECT run FROM incident_held WHERE again = 1 AND `+where, args...)
	if err != nil {
		return 0, err
	}
	for _, run := range runs {
		if err := s.rests(tx, run, nil); err != nil {
			return 0, err
		}
	}
	return tx.Exec(`DELETE FROM incident_held WHERE `+where, args...)
}

// rests shows a run that was refused as held by something, or with nil as refused.
func (s *Support) rests(tx *db.Tx, run int64, h *prentice.HoldBack) error {
	if run == 0 {
		return nil
	}
	is, was := prentice.RunRefused, prentice.RunHeld
	if h != nil {
		is, was = was, is
	}
	if _, err := tx.Exec(`UPDATE incident_runs SET state = ? WHERE run = ? AND state = ?`, string(is), run, string(was)); err != nil || s.Rest == nil {
		return err
	}
	return s.Rest(tx, run, h)
}

func numbers(tx *db.Tx, query string, args ...any) (list []int64, err error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, errors.Join(rows.Err(), rows.Close())
}

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

// Held is what is held back of the open incidents, by incident.
func (s *Support) Held(ctx context.Context) (map[prentice.Ref][]Held, error) {
	rows, err := s.DB.Query(ctx, `SELECT h.incident, h.procedure_name, h.about, h.run, h.due, h.says FROM incident_held h JOIN incidents i ON i.number = h.incident
		WHERE h.again = 1 AND i.closed = 0 ORDER BY h.incident, h.due LIMIT 1000`)
	all := map[prentice.Ref][]Held{}
	list, err := db.List(rows, err, func(scan func(...any) error, p *proposal) error {
		var due int64
		err := scan(&p.incident, &p.Procedure, &p.About, &p.run, &due, &p.Says)
		p.Run, p.Until = runRef(p.run), db.Time(due)
		return err
	}, func(p *proposal, why error) { p.Says = why.Error() })
	if err != nil {
		return nil, fmt.Errorf("read what is blocked: %w", err)
	}
	for _, p := range list {
		all[incidentRef(p.incident)] = append(all[incidentRef(p.incident)], p.Held)
	}
	return all, nil
}

// heldOf adds to an incident what is held back of it.
func (s *Support) heldOf(ctx context.Context, d *Detail) error {
	all, err := s.Held(ctx)
	d.Held = all[d.Ref]
	return err
}
