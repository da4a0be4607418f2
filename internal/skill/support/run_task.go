package support

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// nextTask is the first event of a lane, if it is due.
func (s *Support) nextTask(ctx context.Context, lane string) (t task, found bool, err error) {
	var due int64
	var text string
	err = s.DB.QueryRow(ctx, `SELECT event, incident, attempts, chosen, why, due, record FROM support_tasks WHERE state = 'pending' AND lane = ? ORDER BY seq LIMIT 1`,
		[]any{lane}, &t.key, &t.incident, &t.attempts, &t.chosen, &t.why, &due, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("read what is to be done: %w", err)
	}
	if bad := json.Unmarshal([]byte(text), &t.event); bad != nil {
		t.event = prentice.EventRecord{}
		return t, due <= db.Micros(s.Clock()), s.reread(ctx, &t, bad)
	}
	if t.event.Number == 0 { // it was taken up before events were known by number
		t.event, err = s.Inbox.Find(ctx, t.event.Source, t.event.ID)
	}
	if err != nil {
		return t, false, fmt.Errorf("read what is to be done: %w", err)
	}
	return t, due <= db.Micros(s.Clock()), nil
}

// reread takes an event from the inbox whose copy here cannot be read. If the inbox
// does not have it either, the task is over: it would hold up its lane for ever.
func (s *Support) reread(ctx context.Context, t *task, bad error) error {
	e, err := s.Inbox.Show(ctx, t.key)
	if err == nil {
		t.event = e
		return nil
	}
	if prentice.KindOf(err) != prentice.NotFound {
		return fmt.Errorf("read event %d: %w", t.key, err)
	}
	says := fmt.Sprintf("event %d cannot be read (%v), so nothing is done about it", t.key, bad)
	s.Log.Error("support", "err", says)
	err = s.done(ctx, *t, func(tx *db.Tx, now time.Time, t task, in *Incident) error {
		if in != nil {
			if err := addLine(tx, in.Number, Line{Time: now, Kind: "note", Says: says}); err != nil {
				return err
			}
		}
		return s.Recorder.Append(tx, now, prentice.Note{Kind: "event.unread", Actor: self, Data: map[string]any{"event": t.key, "says": says}})
	})
	if err == nil {
		err = errTaskOver
	}
	return err
}

// errTaskOver says that a task has ended while it was read.
var errTaskOver = errors.New("the task is over")

// later puts a task off after a failure that may pass. One that was interrupted
// by the end of the program has not failed.
func (s *Support) later(ctx context.Context, t task, failure error) {
	if ctx.Err() != nil {
		return
	}
	s.Log.Warn("look into event", "source", t.event.Source, "event", t.event.ID, "attempt", t.attempts+1, "err", failure)
	pause := min(time.Second<<min(t.attempts, 6), time.Minute)
	err := s.write(ctx, func(tx *db.Tx, now time.Time) error {
		_, err := tx.Exec(`UPDATE support_tasks SET attempts = attempts + 1, due = ? WHERE event = ? AND state = 'pending'`,
			db.Micros(now.Add(pause)), t.key)
		return err
	})
	if err != nil {
		s.Log.Error("put event off", "source", t.event.Source, "event", t.event.ID, "err", err)
	}
}
