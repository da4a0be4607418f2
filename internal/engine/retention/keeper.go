package retention

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/span"
)

// Sort is one sort of thing that grows.
type Sort struct {
	Name   string // in the plural, such as runs
	Holds  string // what that is, in half a sentence
	By     string // the setting that says how long, or "" when none does
	Keep   time.Duration
	Ever   bool                                              // it is never removed
	Remove func(context.Context, db.Sweep) (db.Swept, error) // some of it; nil: its owner does so by itself
	Stock  func(context.Context) (db.Stock, error)           // nil: no one counts it
}

// Keeper makes the passes.
type Keeper struct {
	DB       *db.DB
	Clock    func() time.Time
	Recorder db.Recorder[prentice.Note]
	Log      *slog.Logger
	Sorts    []Sort
	Needed   func(context.Context) (map[string]bool, error) // the refs that must stay; nil: none

	wake chan struct{}
}

// New is a keeper.
func New(k Keeper) *Keeper {
	k.wake = make(chan struct{}, 1)
	return &k
}

// A pass is made a moment after the start, when the server is ready, and every hour.
const (
	first = time.Second
	every = time.Hour
)

// Run makes passes until ctx ends. Of several processes
// on one database one must do so.
func (k *Keeper) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-time.After(first):
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := k.Pass(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("remove what is old", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-k.wake:
		}
	}
}

// Pass removes all that is old. One sort that cannot be removed keeps no other back.
func (k *Keeper) Pass(ctx context.Context) error {
	now, held, err := k.believe(ctx)
	if err != nil || held != "" {
		return err
	}
	needed := map[string]bool{}
	if k.Needed != nil {
		if needed, err = k.Needed(ctx); err != nil {
			return err
		}
	}
	var errs []error
	for _, s := range k.Sorts {
		if s.Remove == nil || s.Ever || s.Keep <= 0 {
			continue
		}
		errs = append(errs, k.sweep(ctx, now, s, needed))
	}
	return errors.Join(errs...)
}

// sweep removes what is old of one sort, batch after batch, and notes how much.
func (k *Keeper) sweep(ctx context.Context, now time.Time, s Sort, needed map[string]bool) error {
	ask := db.Sweep{Before: now.Add(-s.Keep), Most: leastBatch * 10, Needed: func(ref string) bool { return needed[ref] }}
	total := 0
	for over := false; !over; {
		began := time.Now()
		out, err := s.Remove(ctx, ask)
		took := time.Since(began)
		if err != nil {
			return errors.Join(fmt.Errorf("remove %s: %w", s.Name, err), k.note(context.WithoutCancel(ctx), now, s.Name, total))
		}
		total, over = total+out.Removed, out.Over
		ask.After, ask.Most = out.After, next(ask.Most, took)
		if !over && !span.Wait(ctx, min(rest*took, mostRest)) {
			break
		}
	}
	return k.note(context.WithoutCancel(ctx), now, s.Name, total)
}

// note writes down what went of a sort.
func (k *Keeper) note(ctx context.Context, now time.Time, name string, n int) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO retention_sorts (name, swept, last, removed) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET swept = excluded.swept, last = excluded.last, removed = retention_sorts.removed + excluded.last`, name, db.Micros(now), n, n)
		return err
	})
	if err != nil {
		return fmt.Errorf("note what was removed of %s: %w", name, err)
	}
	if n > 0 {
		k.Log.Info("removed what is old", "of", name, "count", n)
	}
	return nil
}

// believe is the time to go by, or why there is none. Of this machine's clock and the
// database's the earlier counts. When the clock is not believed any more, or is again,
// that is evidence, once.
func (k *Keeper) believe(ctx context.Context) (now time.Time, held string, err error) {
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		if now, err = k.now(tx); err != nil {
			return err
		}
		seen, since, found, err := clockIn(tx)
		if err != nil {
			return err
		}
		if !found {
			seen = now
			if _, err := tx.Exec(`INSERT INTO retention_clock (one, seen, held) VALUES (1, ?, 0)`, db.Micros(seen)); err != nil {
				return err
			}
		}
		held = leapt(seen, now)
		switch {
		case held == "" && now.After(seen):
			_, err = tx.Exec(`UPDATE retention_clock SET seen = ?, held = 0 WHERE one = 1`, db.Micros(now))
		case held == "":
			_, err = tx.Exec(`UPDATE retention_clock SET held = 0 WHERE one = 1`)
		default:
			_, err = tx.Exec(`UPDATE retention_clock SET held = ? WHERE one = 1 AND held = 0`, db.Micros(now))
		}
		if err != nil || (held != "") == !since.IsZero() {
			return err
		}
		kind, data := "retention.held", map[string]any{"says": held}
		if held == "" {
			kind, data = "retention.resumed", map[string]any{"says": "the clock is right again"}
		}
		return k.Recorder.Append(tx, now, prentice.Note{Kind: kind, Actor: prentice.Prentice("").Ref(), Data: data})
	})
	if err != nil {
		return now, "", fmt.Errorf("look whether the clock can be believed: %w", err)
	}
	if held != "" {
		k.Log.Warn("nothing is removed", "why", held, "try", "set the clock right, or if it is: prentice retention resume")
	}
	return now, held, nil
}

// now is the earlier of this machine's clock and the database's.
func (k *Keeper) now(tx *db.Tx) (time.Time, error) {
	here := k.Clock()
	if !k.DB.Postgres() {
		return here, nil
	}
	there, err := tx.Now()
	if err == nil && there.Before(here) {
		return there, nil
	}
	return here, err
}

func clockIn(tx *db.Tx) (seen, held time.Time, found bool, err error) {
	var s, h int64
	err = tx.QueryRow(`SELECT seen, held FROM retention_clock WHERE one = 1`, nil, &s, &h)
	if errors.Is(err, sql.ErrNoRows) {
		return seen, held, false, nil
	}
	return db.Time(s), db.Time(h), err == nil, err
}

// Resume believes the clock as it is: a person has looked at it.
func (k *Keeper) Resume(ctx context.Context, by prentice.Actor, reason string) error {
	err := k.DB.Write(ctx, func(tx *db.Tx) error {
		now, err := k.now(tx)
		if err != nil {
			return err
		}
		seen, _, found, err := clockIn(tx)
		if err != nil {
			return err
		}
		was := leapt(seen, now)
		if !found || was == "" {
			return prentice.Errorf(prentice.Conflict, "nothing holds it back").Try("see what is kept with: prentice retention show")
		}
		if _, err := tx.Exec(`UPDATE retention_clock SET seen = ?, held = 0 WHERE one = 1`, db.Micros(now)); err != nil {
			return err
		}
		return k.Recorder.Append(tx, now, prentice.Note{Kind: "retention.resumed", Actor: by.Ref(), Data: map[string]any{"says": was, "reason": reason}})
	})
	if err == nil {
		select {
		case k.wake <- struct{}{}:
		default: // it is about to look anyway
		}
	}
	return err
}
