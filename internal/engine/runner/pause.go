package runner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const pausedSays = "prentice did not end in order, so work that no person started waits"

// begun notes that a process acts. If the one before it never noted its end, it
// crashed, and what no person started is paused.
func (r *Runner) begun(ctx context.Context) error {
	now := r.Clock()
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		var acting, paused int64
		err := tx.QueryRow(`SELECT acting, paused FROM run_process WHERE one = 1`, nil, &acting, &paused)
		if errors.Is(err, sql.ErrNoRows) {
			_, err := tx.Exec(`INSERT INTO run_process (one, acting, paused, says) VALUES (1, 1, 0, '')`)
			return err
		}
		if err != nil || acting == 0 {
			_, err2 := tx.Exec(`UPDATE run_process SET acting = 1 WHERE one = 1`)
			return errors.Join(err, err2)
		}
		if paused != 0 {
			return nil
		}
		if _, err := tx.Exec(`UPDATE run_process SET paused = ?, says = ? WHERE one = 1`, db.Micros(now), pausedSays); err != nil {
			return err
		}
		return r.Ledger.Append(tx, now, prentice.Note{Kind: "work.paused", Actor: "self/prentice", Refs: []prentice.Ref{"op/resume"}, Data: map[string]any{"says": pausedSays}})
	})
	if err != nil {
		return fmt.Errorf("note that this process acts: %w", err)
	}
	return nil
}

// ended notes that the process ended in order. If that cannot be written, the
// next one comes up paused.
func (r *Runner) ended() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE run_process SET acting = 0 WHERE one = 1`)
		return err
	})
}

// pausedSince is since when work that no person started is paused; zero when it
// is not.
func (r *Runner) pausedSince(ctx context.Context) (since time.Time, says string, err error) {
	var at int64
	err = r.DB.QueryRow(ctx, `SELECT paused, says FROM run_process WHERE one = 1`, nil, &at, &says)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, "", nil
	}
	if err != nil {
		return time.Time{}, "", fmt.Errorf("ask whether work is paused: %w", err)
	}
	return db.Time(at), says, nil
}

// paused says whether a run must wait until a person says resume, and notes it
// with the run. A run goes on that a person started, or agreed to since.
func (r *Runner) paused(ctx context.Context, d *detail) (bool, error) {
	if d.request.Actor.Kind == prentice.Person {
		return false, nil
	}
	since, says, err := r.pausedSince(context.WithoutCancel(ctx))
	if err != nil || since.IsZero() || agreedSince(d.Approvals, since) {
		return false, err
	}
	if d.Hold != nil && d.Hold.Code == prentice.HoldPaused {
		return true, nil
	}
	h := hold(prentice.HoldPaused, "a person lets it go on with: prentice resume", "paused: %s", says)
	err = r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE runs SET hold = ? WHERE number = ? AND ended = 0`, holdText(&h), d.Number); err != nil {
			return err
		}
		return r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: "work.held", Actor: "self/prentice", Refs: refsOf(d.Run), Data: map[string]any{"state": d.State, "hold": h}})
	})
	if err != nil {
		return false, fmt.Errorf("note that run %d is paused: %w", d.Number, err)
	}
	d.Hold = &h
	r.tell(d.Run, "")
	return true, nil
}

func agreedSince(answers []prentice.Approval, since time.Time) bool {
	for _, a := range answers {
		if a.Yes && !a.Time.Before(since) {
			return true
		}
	}
	return false
}

// Resume lets paused work go on. It returns the runs that go on.
func (r *Runner) Resume(ctx context.Context, actor prentice.Actor, reason string) ([]prentice.Run, error) {
	if actor.Kind != prentice.Person {
		return nil, prentice.Errorf(prentice.Denied, "%s is not a person, and only people let paused work go on", actor.Ref()).Try("ask a person who is operator")
	}
	since, _, err := r.pausedSince(ctx)
	if err != nil {
		return nil, err
	}
	if since.IsZero() {
		return nil, prentice.Errorf(prentice.Conflict, "nothing is paused").Try("look at prentice limit show")
	}
	held, err := r.heldRuns(ctx)
	if err != nil {
		return nil, err
	}
	now := r.Clock()
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE run_process SET paused = 0, says = '' WHERE one = 1 AND paused <> 0`)
		if err != nil {
			return err
		}
		if n == 0 {
			return prentice.Errorf(prentice.Conflict, "somebody has let the work go on already")
		}
		refs := []prentice.Ref{"op/resume"}
		for i := range held {
			refs = append(refs, held[i].Ref())
			held[i].Hold = nil
			if _, err := tx.Exec(`UPDATE runs SET hold = '' WHERE number = ? AND ended = 0`, held[i].Number); err != nil {
				return err
			}
		}
		return r.Ledger.Append(tx, now, prentice.Note{Kind: "work.resumed", Actor: actor.Ref(), Refs: refs,
			Data: map[string]any{"reason": reason, "paused": since.UTC().Format(time.RFC3339), "runs": len(held)}})
	})
	if err != nil {
		return nil, err
	}
	for _, run := range held {
		if err := r.begin(ctx, run.Number); err != nil {
			return held, err
		}
	}
	return held, nil
}

// heldRuns are the runs that wait for a person to say resume.
func (r *Runner) heldRuns(ctx context.Context) ([]prentice.Run, error) {
	moving, err := r.moving(ctx)
	held := []prentice.Run{}
	for _, run := range moving {
		if run.Hold != nil && run.Hold.Code == prentice.HoldPaused {
			held = append(held, run)
		}
	}
	return held, err
}
