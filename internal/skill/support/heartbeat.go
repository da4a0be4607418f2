package support

import (
	"context"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/kit/db"
	"prentice/internal/kit/span"
)

// beatSource tells of heartbeats that are missing, and of their return.
const beatSource = "prentice/heartbeat"

// beating is how a heartbeat stands as it is kept.
type beating struct {
	beats, missed int64
	last, missing time.Time
	first         time.Time // zero when that is not known
}

// listening is since when a heartbeat has not been heard, by a clock that no one
// moves. It begins anew with the process: no one could be heard before.
type listening struct {
	beats int64
	since time.Duration
}

// beat notes that an alert that always fires was heard.
func (s *Support) beat(ctx context.Context, e prentice.Event) error {
	if e.Type != "alert.firing" || s.Router == nil {
		return nil
	}
	names := s.Router.Beats(e)
	if len(names) == 0 {
		return nil
	}
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		tx.After(s.ring)
		for _, name := range names {
			_, err := tx.Exec(`INSERT INTO support_heartbeats (name, beats, last, missing, missed, first) VALUES (?, 1, ?, 0, 0, ?)
				ON CONFLICT (name) DO UPDATE SET beats = support_heartbeats.beats + 1, last = excluded.last,
				first = CASE WHEN support_heartbeats.beats = 0 THEN excluded.first ELSE support_heartbeats.first END`, name, db.Micros(now), db.Micros(now))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Support) beatings(ctx context.Context) (map[string]beating, error) {
	rows, err := s.DB.Query(ctx, `SELECT name, beats, last, missing, missed, first FROM support_heartbeats`)
	if err != nil {
		return nil, fmt.Errorf("read heartbeats: %w", err)
	}
	defer rows.Close()
	all := map[string]beating{}
	for rows.Next() {
		var name string
		var b beating
		var last, missing, first int64
		if err := rows.Scan(&name, &b.beats, &last, &missing, &b.missed, &first); err != nil {
			return nil, fmt.Errorf("read heartbeats: %w", err)
		}
		b.last, b.missing, b.first = db.Time(last), db.Time(missing), db.Time(first)
		all[name] = b
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// listenFor tells of heartbeats that are missing and of those that are back, and says
// when to listen again.
func (s *Support) listenFor(ctx context.Context) (time.Duration, error) {
	if s.Router == nil {
		return time.Hour, nil
	}
	wanted, known := s.Router.Heartbeats()
	kept, err := s.beatings(ctx)
	if err != nil || !known {
		return time.Minute, err
	}
	wait := time.Hour
	for _, h := range wanted {
		b := kept[h.Name]
		delete(kept, h.Name)
		heard, there := s.heard[h.Name]
		if !there || heard.beats != b.beats {
			heard = listening{b.beats, s.Elapsed()}
			s.heard[h.Name] = heard
		}
		silent := s.Elapsed() - heard.since
		switch {
		case !b.missing.IsZero() && b.beats != b.missed:
			err = s.returned(ctx, h.Name, "it is heard again", false)
		case b.missing.IsZero() && silent >= h.Within:
			err = s.miss(ctx, h, b)
		case b.missing.IsZero():
			wait = min(wait, h.Within-silent)
		}
		if err != nil {
			return 0, err
		}
		wait = min(wait, max(h.Within/4, time.Second)) // another process may hear it
	}
	for name, b := range kept {
		delete(s.heard, name)
		if b.missing.IsZero() {
			continue
		}
		if err := s.returned(ctx, name, "alerts.yaml does not name it any more", true); err != nil {
			return 0, err
		}
	}
	return wait, nil
}

// miss tells that a heartbeat is missing, once.
func (s *Support) miss(ctx context.Context, h alert.Heartbeat, b beating) error {
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		_, err := tx.Exec(`INSERT INTO support_heartbeats (name, beats, last, missing, missed) VALUES (?, 0, 0, 0, 0) ON CONFLICT (name) DO NOTHING`, h.Name)
		if err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE support_heartbeats SET missing = ?, missed = beats WHERE name = ? AND missing = 0 AND beats = ?`, db.Micros(now), h.Name, b.beats)
		if err != nil || n == 0 {
			return err
		}
		says := fmt.Sprintf("nothing was heard of it for %s", span.String(h.Within))
		if b.beats > 0 {
			says += ", since " + b.last.UTC().Format("2006-01-02 15:04:05 UTC")
		}
		tx.After(s.ring)
		return post(tx, beatEvent(now, "heartbeat.failed", h.Name, b.beats), map[string]any{"name": h.Name, "heartbeat": h.Name, "says": says + ": anyone who sends it may not be watching", "severity": h.Severity, "owner": h.Owner})
	})
}

// returned tells that a heartbeat is missing no more.
func (s *Support) returned(ctx context.Context, name, says string, gone bool) error {
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		var missed int64
		if err := tx.QueryRow(`SELECT missed FROM support_heartbeats WHERE name = ?`, []any{name}, &missed); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE support_heartbeats SET missing = 0 WHERE name = ? AND missing > 0`, name)
		if err != nil || n == 0 {
			return err
		}
		if gone {
			if _, err := tx.Exec(`DELETE FROM support_heartbeats WHERE name = ?`, name); err != nil {
				return err
			}
		}
		tx.After(s.ring)
		return post(tx, beatEvent(now, "heartbeat.passed", name, missed), map[string]any{"name": name, "heartbeat": name, "says": says})
	})
}

// beatEvent is an event of a heartbeat. How often it was heard before, and when, tells
// one absence from another.
func beatEvent(now time.Time, kind, name string, beats int64) prentice.Event {
	return prentice.Event{ID: fmt.Sprintf("%s %s %d %d", kind, name, beats, now.UnixMicro()), Source: beatSource, Type: kind, Subject: prentice.NewRef("heartbeat", name), Time: now}
}

// isBeat says whether an event tells of a heartbeat that prentice listens for.
func isBeat(e prentice.Event) bool { return e.Source == beatSource }
