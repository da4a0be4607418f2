package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// mostTogether is how many writes share a transaction at most. More makes the
// first of them wait longer than a commit is worth.
const mostTogether = 64

// write is a caller's wish to change something.
type write struct {
	ctx  context.Context
	do   func(*Tx) error
	done chan struct{} // closed once err is final
	with int           // so many are worth waiting for
	err  error
	tx   *Tx
}

// Write runs do in a transaction and returns when it is committed. If do
// returns an error its changes are undone and no one else's. The transaction may
// be shared with the writes of others, and do may be run more than once, when
// what an earlier attempt did was undone: it must not keep the Tx, must not wait
// for anything outside the database, and what it leaves outside the Tx must be
// the same however often it ran.
func (d *DB) Write(ctx context.Context, do func(*Tx) error) error {
	return d.WriteWith(ctx, 1, do)
}

// WriteWith is Write for one of so many that are about to write: it may wait a moment for the
// others, so that they share a commit.
func (d *DB) WriteWith(ctx context.Context, so int, do func(*Tx) error) error {
	if d.reading {
		return errReading
	}
	w := &write{ctx: ctx, do: do, done: make(chan struct{}), with: so}
	d.mu.Lock()
	d.waiting = append(d.waiting, w)
	d.mu.Unlock()
	select {
	case d.came <- struct{}{}:
	default:
	}

	d.commitFor(w)
	if w.err == nil && w.tx != nil {
		for _, then := range w.tx.after {
			then()
		}
	}
	return w.err
}

// commitFor returns when w is committed. Anyone who comes in first commits for all who
// stand in line. The others are told as soon as theirs is, and not when it would be
// their turn: a turn is the length of another commit.
func (d *DB) commitFor(w *write) {
	select {
	case <-w.done:
	case d.leader <- struct{}{}:
		defer func() { <-d.leader }()
		select {
		case <-w.done: // by the one before, while both were possible
		default:
			d.gather()
			d.commit(d.take(w))
		}
	}
}

// take removes from the line the writes to commit together, mine among them.
func (d *DB) take(mine *write) []*write {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(d.waiting), mostTogether)
	batch := append([]*write(nil), d.waiting[:n]...)
	rest := d.waiting[n:]
	for i, w := range rest {
		if w == mine {
			batch = append(batch, w)
			rest = append(rest[:i:i], rest[i+1:]...)
			break
		}
	}
	d.waiting = append([]*write(nil), rest...)
	return batch
}

func (d *DB) commit(batch []*write) {
	err := d.transact(batch)
	for _, w := range batch {
		if w.err == nil && err != nil {
			w.err = err
		}
		close(w.done)
	}
}

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

// Tx is what a write works with.
type Tx struct {
	ctx     context.Context
	tx      transaction
	dialect dialect
	after   []func()
	late    []late
	trace   trace
}

// Late puts something off until right before the commit: do is then called once,
// with the items that this write and those beside it have brought under the same
// key, in order. A write that fails brings nothing. If do fails, it is called
// again for each write alone, and only those fail for which it fails then.
func (t *Tx) Late(key, item any, do func(tx *Tx, items []any) error) {
	t.late = append(t.late, late{key, item, do, false})
}

// Last is Late behind all that is put off, and behind what that puts off: for what
// everything else adds to, so that it is done once.
func (t *Tx) Last(key, item any, do func(tx *Tx, items []any) error) {
	t.late = append(t.late, late{key, item, do, true})
}

// After calls f once the write is committed, and never if it is not.
func (t *Tx) After(f func()) { t.after = append(t.after, f) }

// Exec changes rows and says how many.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	t.trace.saw(query)
	res, err := t.tx.ExecContext(t.ctx, t.dialect.rewrite(query), args...)
	if err != nil {
		return 0, explain(err)
	}
	n, err := res.RowsAffected()
	return n, explain(err)
}

// Query reads rows. The caller closes them before the next statement.
func (t *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	t.trace.saw(query)
	rows, err := t.tx.QueryContext(t.ctx, t.dialect.rewrite(query), args...)
	return rows, explain(err)
}

// QueryRow reads one row into dest. It returns sql.ErrNoRows when there is none.
func (t *Tx) QueryRow(query string, args []any, dest ...any) error {
	t.trace.saw(query)
	return explain(t.tx.QueryRowContext(t.ctx, t.dialect.rewrite(query), args...).Scan(dest...))
}

// Next counts a named series up by one, from 1, without a gap among committed
// writes. The table is kit/db's own and made by Migrate of owner "db".
func (t *Tx) Next(series string) (int64, error) {
	var n int64
	err := t.QueryRow(`INSERT INTO series (name, last) VALUES (?, 1)
		ON CONFLICT (name) DO UPDATE SET last = series.last + 1 RETURNING last`, []any{series}, &n)
	return n, err
}

// NextFew takes n numbers of a series that has no gaps, and gives the first.
func (t *Tx) NextFew(series string, n int) (first int64, err error) {
	err = t.QueryRow(`INSERT INTO series (name, last) VALUES (?, ?)
		ON CONFLICT (name) DO UPDATE SET last = series.last + excluded.last RETURNING last`, []any{series, n}, &first)
	return first - int64(n) + 1, err
}

// Now is the time by the database's own clock, which all who share it agree on.
func (t *Tx) Now() (time.Time, error) {
	var micros int64
	err := t.QueryRow("SELECT "+t.dialect.now(), nil, &micros)
	return Time(micros), err
}

// ForShare is what stands at the end of a SELECT of a row that no one may change
// until the transaction ends. SQLite has one writer and needs nothing.
func (t *Tx) ForShare() string {
	if t.dialect == sqlite {
		return ""
	}
	return " FOR SHARE"
}
