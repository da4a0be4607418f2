package db

import (
	"context"
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
