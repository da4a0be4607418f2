package runner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/kit/db"
)

const pausedSays = "prentice did not end in order, so work that no person started waits"

// begun notes that a process acts. If the one before it never noted its end, it
// crashed, and what no person started is paused.
func (r *Runner) begun(ctx context.Context) error {
	now := r.Clock()
	if r.shared() {
		return r.joined(ctx, now)
	}
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		var acting int64
		err := tx.QueryRow(`SELECT busy FROM run_process WHERE one = 1`, nil, &acting)
		if errors.Is(err, sql.ErrNoRows) {
			_, err := tx.Exec(`INSERT INTO run_process (one, busy, paused, says) VALUES (1, 1, 0, '')`)
			return err
		}
		if err != nil || acting == 0 {
			_, err2 := tx.Exec(`UPDATE run_process SET busy = 1 WHERE one = 1`)
			return errors.Join(err, err2)
		}
		return r.pause(tx, now, pausedSays)
	})
	if err != nil {
		return fmt.Errorf("note that this process acts: %w", err)
	}
	return nil
}

// joined is begun among several: what one leaves behind the others look after,
// so that only a crash which no one lived to see pauses.
func (r *Runner) joined(ctx context.Context, now time.Time) error {
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`INSERT INTO run_process (one, busy, paused, says) VALUES (1, 0, 0, '') ON CONFLICT (one) DO NOTHING`); err != nil {
			return err
		}
		before, err := tx.Exec(`UPDATE run_process SET busy = 0 WHERE one = 1 AND busy = 1`) // one that had the database alone
		if err != nil || before == 0 && !r.Peers.Deserted() {
			return err
		}
		return r.pause(tx, now, pausedSays)
	})
	if err != nil {
		return fmt.Errorf("note that this process acts: %w", err)
	}
	return nil
}

// pause lets what no person started wait, unless it waits already.
func (r *Runner) pause(tx *db.Tx, now time.Time, says string) error {
	n, err := tx.Exec(`UPDATE run_process SET paused = ?, says = ? WHERE one = 1 AND paused = 0`, db.Micros(now), says)
	if err != nil || n == 0 {
		return err
	}
	return r.Ledger.Append(tx, now, prentice.Note{Kind: "work.paused", Actor: "self/prentice", Refs: []prentice.Ref{"op/resume"}, Data: map[string]any{"says": says}})
}

// ended notes that the process ended in order. If that cannot be written, the
// next one comes up paused.
func (r *Runner) ended() error {
	if r.shared() {
		return nil // who left is for the peers to know
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE run_process SET busy = 0 WHERE one = 1`)
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
	h := gate.Hold(prentice.HoldPaused, "a person lets it go on with: prentice resume", "paused: %s", says)
	still := false
	err = r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) (err error) {
		if still, err = lockPause(tx); err != nil || !still {
			return err // someone has said resume since, and did not see this run
		}
		n, err := tx.Exec(`UPDATE runs SET revision = revision + 1, hold = ? WHERE number = ? AND revision = ? AND ended = 0`, holdText(&h), d.Number, d.revision)
		if err != nil {
			return err
		}
		if n == 0 {
			return errMoved
		}
		if d.State == prentice.Queued { // it may have had its targets, to look once more
			if err := release(tx, d.Number); err != nil {
				return err
			}
		}
		return r.Ledger.Append(tx, r.Clock(), prentice.Note{Kind: "work.held", Actor: "self/prentice", Refs: refsOf(d.Run), Data: map[string]any{"state": d.State, "hold": h}})
	})
	if err != nil {
		return false, fmt.Errorf("note that run %d is paused: %w", d.Number, err)
	}
	if !still {
		return false, nil
	}
	d.Hold, d.revision = &h, d.revision+1
	r.tell(d.Run, "")
	return true, nil
}

// lockPause says whether work is paused, and keeps it so until the transaction
// ends: a run that is held because of it is seen by anyone who says resume.
func lockPause(tx *db.Tx) (paused bool, err error) {
	var since int64
	err = tx.QueryRow(`SELECT paused FROM run_process WHERE one = 1`, nil, &since)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return since != 0, err
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
	var held []prentice.Run
	var at []resting
	now := r.Clock()
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		paused, err := lockPause(tx)
		if err != nil {
			return err
		}
		if !paused {
			return prentice.Errorf(prentice.Conflict, "someone has let the work go on already")
		}
		if _, err := tx.Exec(`UPDATE run_process SET paused = 0, says = '' WHERE one = 1`); err != nil {
			return err
		}
		if held, at, err = pausedIn(tx); err != nil {
			return err
		}
		refs := []prentice.Ref{"op/resume"}
		for i := range held {
			if i < mostNamed {
				refs = append(refs, held[i].Ref())
			}
			held[i].Hold = nil
			if _, err := tx.Exec(`UPDATE runs SET revision = revision + 1, hold = '' WHERE number = ? AND ended = 0`, held[i].Number); err != nil {
				return err
			}
		}
		return r.Ledger.Append(tx, now, prentice.Note{Kind: "work.resumed", Actor: actor.Ref(), Refs: refs,
			Data: map[string]any{"reason": reason, "paused": since.UTC().Format(time.RFC3339), "runs": len(held)}})
	})
	if err != nil {
		return nil, err
	}
	r.beginThese(ctx, at)
	return held, nil
}

// mostNamed is how many runs one line of evidence names; it counts the others.
const mostNamed = 50

// pausedIn is pausedRuns as a transaction sees it, with the revision that each has once its hold is gone.
func pausedIn(tx *db.Tx) (held []prentice.Run, at []resting, err error) {
	rows, err := tx.Query(`SELECT ` + runColumns + `, revision FROM runs WHERE ended = 0 AND hold <> '' ORDER BY number`)
	if err != nil {
		return nil, nil, fmt.Errorf("read which runs are paused: %w", err)
	}
	defer rows.Close()
	held = []prentice.Run{}
	for rows.Next() {
		var revision int64
		run, err := scanListed(rows, &revision)
		if err != nil {
			return nil, nil, fmt.Errorf("read which runs are paused: %w", err)
		}
		if run.Hold != nil && run.Hold.Code == prentice.HoldPaused {
			held, at = append(held, run), append(at, resting{run.Number, revision + 1})
		}
	}
	return held, at, errors.Join(rows.Err(), rows.Close())
}

// pausedRuns are the runs that wait for a person to say resume.
func (r *Runner) pausedRuns(ctx context.Context) ([]prentice.Run, error) {
	moving, err := r.moving(ctx)
	held := []prentice.Run{}
	for _, run := range moving {
		if run.Hold != nil && run.Hold.Code == prentice.HoldPaused {
			held = append(held, run)
		}
	}
	return held, err
}
