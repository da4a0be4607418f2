package support

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/team"
)

// weigh looks whether all symptoms of an incident are silenced. When they are no
// more, anyone who would have been called meanwhile is called.
func (s *Support) weigh(tx *db.Tx, now time.Time, in *Incident) error {
	if s.Silences == nil || !in.Closed.IsZero() {
		return nil
	}
	mute, err := s.allMuted(tx, now, in.Number)
	if err != nil {
		return err
	}
	was := in.Muted
	if mute == nil && was == nil || mute != nil && was != nil && *mute == *was {
		return nil
	}
	in.Muted = mute
	switch {
	case was == nil:
		err = addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: "all its symptoms are silenced: " + muteText(*mute), About: mute.Of})
	case mute == nil && in.WellSince.IsZero():
		err = addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: "it is silenced no more", About: was.Of})
	}
	if err != nil {
		return err
	}
	owed := in.owed
	if mute == nil {
		in.owed = ""
		if owed != "" && in.WellSince.IsZero() {
			return s.call(tx, now, in, owed, nil)
		}
	}
	return save(tx, in)
}

// reweigh is weigh for an incident that may be none, or over.
func (s *Support) reweigh(tx *db.Tx, now time.Time, incident int64) error {
	in, err := incidentWhere(tx, `number = ? AND closed = 0`, incident)
	if in == nil || err != nil {
		return err
	}
	return s.weigh(tx, now, in)
}

// allMuted is why all symptoms of an incident are silent, until the first of them is
// not any more; nil when one is not, or there is none.
func (s *Support) allMuted(tx *db.Tx, now time.Time, incident int64) (*team.Mute, error) {
	rows, err := tx.Query(`SELECT s.labels, s.about, i.subject FROM incident_symptoms s JOIN incidents i ON i.number = s.incident WHERE s.incident = ? AND s.gone = 0`, incident)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type one struct {
		labels  string
		about   prentice.Ref
		subject prentice.Ref
	}
	var all []one
	for rows.Next() {
		var y one
		if err := rows.Scan(&y.labels, &y.about, &y.subject); err != nil {
			return nil, err
		}
		all = append(all, y)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	var first *team.Mute
	for _, y := range all {
		var labels map[string]string
		if y.labels == "" || json.Unmarshal([]byte(y.labels), &labels) != nil {
			return nil, nil
		}
		why, err := s.Silences.Muting(tx, now, cmp.Or(y.about, y.subject), labels)
		if why == nil || err != nil {
			return nil, err
		}
		if first == nil || !why.Until.IsZero() && (first.Until.IsZero() || why.Until.Before(first.Until)) {
			first = why
		}
	}
	return first, nil
}

func muteText(m team.Mute) string {
	text := string(m.Of)
	if m.By != "" {
		text += " by " + string(m.By)
	}
	if !m.Until.IsZero() {
		text += " until " + m.Until.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return text + ": " + clip(m.Why, 300)
}

// turns takes up what is silenced no more and looks at the open incidents anew,
// whenever a silence was added, begins or ends. It says when to look again.
func (s *Support) turns(ctx context.Context) (time.Duration, error) {
	if s.Silences == nil {
		return time.Hour, nil
	}
	now := s.Clock()
	mark, next, err := s.Silences.Turn(ctx, now)
	if err != nil {
		return 0, err
	}
	seen := &s.turn
	if since := now.Sub(seen.at); mark != seen.mark || since < 0 || since >= time.Minute || !seen.next.IsZero() && !now.Before(seen.next) {
		if err := s.takeUp(ctx); err != nil {
			return 0, err
		}
		if err := s.weighAll(ctx); err != nil {
			return 0, err
		}
		seen.mark, seen.at = mark, now
	}
	seen.next = next
	if next.IsZero() {
		return time.Minute, nil
	}
	return max(next.Sub(now), 0), nil
}

// takeUp takes the symptoms up that were silenced and are no more.
func (s *Support) takeUp(ctx context.Context) error {
	list, err := s.Muteds(ctx)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.unread {
			continue // it is listed; its next event tells of it anew
		}
		err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
			var there int
			if err := tx.QueryRow(`SELECT COUNT(*) FROM support_muted WHERE symptom = ? AND subject = ?`, []any{m.symptom, string(m.Subject)}, &there); err != nil || there == 0 {
				return err
			}
			route := s.route(m.record.Event)
			why, apart, err := s.mute(tx, now, m.record, route)
			if err != nil || apart || why != nil {
				return err
			}
			incident, err := s.join(tx, now, symptom, m.record, route)
			if err != nil {
				return err
			}
			if err := addLine(tx, incident, Line{Time: now, Kind: "note", Says: "it was silenced before: " + muteText(m.Mute), About: m.Mute.Of}); err != nil {
				return err
			}
			tx.After(s.ring)
			under, err := isUnder(tx, incident, m.record)
			if err != nil {
				return err
			}
			return settle(tx, now, m.record, incident, !under)
		})
		if err != nil {
			return fmt.Errorf("take up what is silenced no more: %w", err)
		}
	}
	return nil
}

func (s *Support) weighAll(ctx context.Context) error {
	for last := int64(0); ; {
		some, err := s.incidents(ctx, `closed = 0 AND number > ? ORDER BY number LIMIT ?`, last, atOnce)
		if err != nil || len(some) == 0 {
			return err
		}
		err = s.write(ctx, func(tx *db.Tx, now time.Time) error {
			for _, one := range some {
				if one.Unread != "" {
					continue
				}
				if err := s.reweigh(tx, now, one.Number); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("look what is silenced: %w", err)
		}
		last = some[len(some)-1].Number
	}
}
