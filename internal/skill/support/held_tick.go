package support

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// heldTick is what a schedule wants and something holds back. It waits as one
// proposal, however often the schedule is due meanwhile.
type heldTick struct {
	procedure, inputs          string // and the key of what its schedule gives it
	run, event, tries, skipped int64
	due                        time.Time
	says                       string
}

// holdTick notes that a run which a schedule wanted was refused, if what refused it
// ends by itself.
func (s *Support) holdTick(tx *db.Tx, now time.Time, n news) error {
	event, err := numberOf("event", string(n.Event))
	if err != nil || n.State != prentice.RunRefused || n.Incident != "" {
		return nil // it is no event's
	}
	inputs, is, err := tickOf(tx, event, n.Procedure)
	if err != nil || !is {
		return err
	}
	var before, tries int64
	err = tx.QueryRow(`SELECT COALESCE(MAX(run), 0), COALESCE(MAX(tries), 0) FROM support_ticks_waiting WHERE procedure_name = ? AND inputs = ?`, []any{n.Procedure, inputs}, &before, &tries)
	if err != nil || before >= n.Run {
		return err
	}
	until, again := rest(now, n.Hold, tries)
	if !again {
		return nil
	}
	if err := s.rests(tx, before, nil); err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO support_ticks_waiting (procedure_name, inputs, run, event, due, says, tries, skipped) VALUES (?, ?, ?, ?, ?, ?, 1, 0)
		ON CONFLICT (procedure_name, inputs) DO UPDATE SET run = excluded.run, event = excluded.event, due = excluded.due, says = excluded.says, tries = support_ticks_waiting.tries + 1`,
		n.Procedure, inputs, n.Run, event, db.Micros(until), n.Says)
	if err != nil {
		return err
	}
	tx.After(s.ring)
	return s.rests(tx, n.Run, n.Hold)
}

// waitsAlready counts a tick on the proposal of its schedule that waits, and says
// whether there is one.
func (s *Support) waitsAlready(ctx context.Context, t task, procedure string) (waits bool, err error) {
	err = s.write(ctx, func(tx *db.Tx, _ time.Time) error {
		n, err := tx.Exec(`UPDATE support_ticks_waiting SET skipped = skipped + 1 WHERE procedure_name = ? AND inputs = ?`, procedure, prentice.GivenKey(givenBy(t.event.Event)))
		waits = n == 1
		return err
	})
	if err != nil || !waits {
		return false, err
	}
	return true, s.done(ctx, t, nothing)
}

func (s *Support) heldTicks(ctx context.Context) ([]heldTick, error) {
	rows, err := s.DB.Query(ctx, `SELECT procedure_name, inputs, run, event, due, says, tries, skipped FROM support_ticks_waiting ORDER BY due, procedure_name, inputs LIMIT 1000`)
	list, err := db.List(rows, err, func(scan func(...any) error, h *heldTick) error {
		var due int64
		err := scan(&h.procedure, &h.inputs, &h.run, &h.event, &due, &h.says, &h.tries, &h.skipped)
		h.due = db.Time(due)
		return err
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("read what schedules wait for: %w", err)
	}
	return list, nil
}

// askTicks asks for what schedules want and nothing holds back any more. What has no
// schedule any more is let go.
func (s *Support) askTicks(ctx context.Context, ticks []heldTick, now time.Time, all bool) error {
	for _, h := range ticks {
		due := !h.due.After(now)
		switch {
		case s.Scheduled != nil && !s.Scheduled(h.procedure, h.inputs):
			if err := s.dropTick(ctx, h); err != nil {
				return err
			}
			continue
		case !due && !all:
			continue
		}
		held := prentice.HoldBack{}
		if s.Still != nil {
			var err error
			if held, err = s.Still(ctx, h.run); err != nil {
				return fmt.Errorf("ask what holds %s back: %w", runRef(h.run), err)
			}
		}
		ask := s.askTick
		if held.Holds() {
			ask = func(ctx context.Context, h heldTick) error { return s.tickStillHeld(ctx, h, held, due) }
		}
		if err := ask(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// tickStillHeld notes until when a proposal waits now, and why.
func (s *Support) tickStillHeld(ctx context.Context, h heldTick, held prentice.HoldBack, due bool) error {
	until, again := rest(s.Clock(), &held, h.tries)
	switch {
	case !again:
		return s.dropTick(ctx, h)
	case !due && held.Says == h.says:
		return nil
	}
	return s.write(ctx, func(tx *db.Tx, _ time.Time) error {
		_, err := tx.Exec(`UPDATE support_ticks_waiting SET due = ?, says = ?, tries = tries + 1 WHERE procedure_name = ? AND inputs = ? AND run = ?`, db.Micros(until), clip(held.Says, 500), h.procedure, h.inputs, h.run)
		if err != nil {
			return err
		}
		return s.rests(tx, h.run, &held)
	})
}

// dropTick lets a proposal go.
func (s *Support) dropTick(ctx context.Context, h heldTick) error {
	return s.write(ctx, func(tx *db.Tx, _ time.Time) error { return s.letTickGo(tx, h) })
}

func (s *Support) letTickGo(tx *db.Tx, h heldTick) error {
	if _, err := tx.Exec(`DELETE FROM support_ticks_waiting WHERE procedure_name = ? AND inputs = ? AND run = ?`, h.procedure, h.inputs, h.run); err != nil {
		return err
	}
	return s.rests(tx, h.run, nil)
}

// askTick asks once more for what a schedule wanted. The policy in force then decides
// about it; a no is told to people, as that to a tick is.
func (s *Support) askTick(ctx context.Context, h heldTick) error {
	reason := "what held " + string(runRef(h.run)) + " back is over"
	if h.skipped > 0 {
		reason += fmt.Sprintf("; its schedule was due %s since", op.Count(int(h.skipped), "time", "times"))
	}
	_, no := s.Runs.Retry(ctx, h.run, prentice.Prentice("schedule"), reason)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var event prentice.EventRecord
	if no != nil {
		var err error
		if event, err = s.Inbox.Show(ctx, h.event); err != nil {
			return fmt.Errorf("read event %d: %w", h.event, err)
		}
	}
	return s.write(ctx, func(tx *db.Tx, now time.Time) error {
		if err := s.letTickGo(tx, h); err != nil || no == nil {
			return err
		}
		tx.After(s.ring)
		return s.callFor(tx, now, event, fmt.Sprintf("%s was not asked for again: %s", h.procedure, clip(no.Error(), 700)), nil)
	})
}
