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
