package db

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// CopyTo writes an SQLite database, as it is at one moment, into a new file that only
// its owner may read. Others may write to it meanwhile, and do not wait. What the
// copy lacks then was written after the copy began.
func (d *DB) CopyTo(ctx context.Context, path string) error {
	if d.Postgres() {
		return errors.New("a PostgreSQL database is copied with pg_dump")
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // SQLite would let others read it
	if err != nil {
		return explain(err)
	}
	if err := f.Close(); err != nil {
		return explain(err)
	}
	conn, err := d.reads.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	// A connection that only reads may not write the copy either.
	_, err = conn.ExecContext(ctx, `PRAGMA query_only = 0`)
	if err == nil {
		_, err = conn.ExecContext(ctx, `VACUUM INTO ?`, path)
	}
	_, again := conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA query_only = 1`)
	return explain(errors.Join(err, again, conn.Close()))
}

// Sound looks through a whole SQLite database for damage; on PostgreSQL that is the
// server's own business.
func (d *DB) Sound(ctx context.Context) error {
	if d.Postgres() {
		return nil
	}
	var says string
	if err := d.reads.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&says); err != nil {
		return explain(err)
	}
	if says != "ok" {
		return fmt.Errorf("%w: %s", ErrCorrupt, says)
	}
	return nil
}
