package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// transact runs a batch in one transaction. A write whose own work fails is
// rolled back alone. The error is that of the whole.
//
// A savepoint for each write has its price (on PostgreSQL a journey to the server
// and back, on SQLite a copy of each page that the write is the first to touch),
// and writes seldom fail. So a batch goes without them at first, and if one of its
// writes fails, everything is undone and done again with them; the next batches
// then have them from the beginning, as failures come in flocks. If what the
// writes have put off fails, no one can tell whose fault it is, and each is done
// again by itself.
func (d *DB) transact(batch []*write) error {
	if len(batch) == 1 {
		return d.attempt(batch, noSavepoints)
	}
	err := d.attempt(batch, savepoints(d.wary > 0))
	if errors.Is(err, errOneFailed) {
		err = d.attempt(batch, savepoints(true))
	}
	d.wary = max(0, d.wary-1)
	if slices.ContainsFunc(batch, func(w *write) bool { return w.err != nil }) {
		d.wary = waryFor
	}
	if !errors.Is(err, errLate) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	for _, w := range batch {
		if err := d.attempt([]*write{w}, noSavepoints); w.err == nil {
			w.err = err
		}
	}
	return nil
}

// waryFor is how many batches have savepoints from the beginning once a write has
// failed.
const waryFor = 16

// savepoints says whether each write of a batch gets one.
type savepoints bool

const noSavepoints savepoints = false

// errOneFailed says that a write without a savepoint failed, and that nothing
// of its batch is there.
var errOneFailed = errors.New("one of the writes failed")

// errLate says that what the writes of a batch have put off failed, and that
// nothing of the batch is there.
var errLate = errors.New("what was put off failed")

func (d *DB) attempt(batch []*write, each savepoints) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tx, err := d.begin(ctx)
	if err != nil {
		return explain(err)
	}
	if err := d.turn(ctx, tx); err != nil {
		return errors.Join(explain(err), explain(tx.Rollback()))
	}
	for _, w := range batch {
		if w.err = w.ctx.Err(); w.err != nil {
			continue
		}
		w.tx = &Tx{ctx: ctx, tx: tx, dialect: d.dialect}
		if err := w.perform(ctx, tx, each); err != nil {
			return errors.Join(err, explain(tx.Rollback()))
		}
		if w.err != nil && !each {
			return errors.Join(errOneFailed, explain(tx.Rollback()))
		}
	}
	if err := d.finish(ctx, tx, batch); err != nil {
		return errors.Join(fmt.Errorf("%w: %w", errLate, err), explain(tx.Rollback()))
	}
	if err := commit(tx, batch); err != nil {
		return errors.Join(explain(err), explain(tx.Rollback()))
	}
	return nil
}

// late is something to be done for a whole batch right before its commit.
type late struct {
	key, item any
	do        func(*Tx, []any) error
	last      bool // behind all that is not
}

// turn waits until no other process writes, until the transaction ends: what is read
// within a write cannot change before its commit. Anyone who writes takes locks in the
// order of its own work, and two that wrote at once would wait for each other in a
// circle.
func (d *DB) turn(ctx context.Context, tx transaction) error {
	if d.dialect == sqlite {
		return nil // it has one writer
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtext('prentice writes'))")
	return err
}

// finish does what the writes of a batch have put off, once for all of them, and
// then what that has put off. What is to come after the commit is done by the
// first of the writes that put something off.
func (d *DB) finish(ctx context.Context, tx transaction, batch []*write) error {
	var put []late
	var owner *Tx
	for _, w := range batch {
		if w.err != nil || w.tx == nil || len(w.tx.late) == 0 {
			continue
		}
		put = append(put, w.tx.late...)
		if owner == nil {
			owner = w.tx
		}
	}
	for len(put) > 0 {
		first := put[max(0, slices.IndexFunc(put, func(l late) bool { return !l.last }))]
		var items []any
		put = slices.DeleteFunc(put, func(l late) bool {
			if l.key == first.key {
				items = append(items, l.item)
			}
			return l.key == first.key
		})
		t := &Tx{ctx: ctx, tx: tx, dialect: d.dialect}
		if err := first.do(t, items); err != nil {
			return err
		}
		put = append(put, t.late...)
		owner.after = append(owner.after, t.after...)
	}
	return nil
}

// perform does one write. Its own failure is kept in w.err; the returned error
// breaks the whole batch.
func (w *write) perform(ctx context.Context, tx transaction, each savepoints) error {
	if !each {
		w.err = w.do(w.tx)
		return nil
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT one"); err != nil {
		return explain(err)
	}
	if w.err = w.do(w.tx); w.err == nil {
		return nil // the commit releases the savepoint; the next one of this name hides it
	}
	if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT one"); err != nil {
		return fmt.Errorf("%w (after %v)", explain(err), w.err)
	}
	return nil
}
