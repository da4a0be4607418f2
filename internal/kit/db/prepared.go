package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// transaction is what both databases give us to work in.
type transaction interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	Commit() error
	Rollback() error
}

// begin opens a transaction. On PostgreSQL the driver keeps prepared statements
// itself; on SQLite preparing one costs as much as running it, so we keep a
// connection for all writes, and its statements with it.
func (d *DB) begin(ctx context.Context) (transaction, error) {
	if d.dialect == postgres {
		return d.writes.BeginTx(ctx, nil)
	}
	if d.writer == nil {
		conn, err := d.writes.Conn(ctx)
		if err != nil {
			return nil, err
		}
		// What a savepoint may have to restore is no more than a batch touches.
		if _, err := conn.ExecContext(ctx, "PRAGMA temp_store = MEMORY"); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		d.writer = &writer{conn: conn, prepared: map[string]*sql.Stmt{}}
	}
	_, err := d.writer.ExecContext(ctx, "BEGIN IMMEDIATE")
	if err != nil {
		err = errors.Join(err, d.writer.Rollback()) // leave nothing half open behind
	}
	return d.writer, err
}

// writer is the one connection that SQLite is written through. It is used by
// anyone who leads, one at a time.
type writer struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

// mostPrepared bounds what is kept; queries are constants, but for a few that
// grow with their arguments.
const mostPrepared = 300

func (w *writer) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt := w.prepared[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(w.prepared) >= mostPrepared {
		for q, old := range w.prepared { // any one
			delete(w.prepared, q)
			old.Close() //nolint:errcheck // it is only forgotten
			break
		}
	}
	w.prepared[query] = stmt
	return stmt, nil
}

func (w *writer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := w.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

func (w *writer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := w.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

func (w *writer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := w.statement(ctx, query)
	if err != nil {
		return w.conn.QueryRowContext(ctx, query, args...) // it says the same error
	}
	return stmt.QueryRowContext(ctx, args...)
}

func (w *writer) Commit() error { return w.end("COMMIT") }

// Rollback undoes everything. SQLite has done so already after some errors, and
// then there is nothing to undo.
func (w *writer) Rollback() error {
	if err := w.end("ROLLBACK"); err != nil && !noTransaction(err) {
		return err
	}
	return nil
}

func (w *writer) end(word string) error {
	_, err := w.ExecContext(context.Background(), word)
	return err
}

func (w *writer) close() error {
	var errs []error
	for _, stmt := range w.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// readers are the prepared statements of reads on SQLite.
type readers struct {
	mu       sync.Mutex
	prepared map[string]*sql.Stmt // guarded by mu
}

// reader is a kept statement for a query, or nil if it is better not kept.
func (d *DB) reader(ctx context.Context, query string) *sql.Stmt {
	if d.dialect == postgres {
		return nil
	}
	d.kept.mu.Lock()
	defer d.kept.mu.Unlock()
	if stmt := d.kept.prepared[query]; stmt != nil || len(d.kept.prepared) >= mostPrepared {
		return stmt
	}
	stmt, err := d.reads.PrepareContext(ctx, query)
	if err != nil {
		return nil // asking without it says why
	}
	d.kept.prepared[query] = stmt
	return stmt
}
