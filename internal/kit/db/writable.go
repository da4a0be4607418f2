package db

import (
	"context"
	"errors"
	"time"
)

// spillEvery is how often PostgreSQL is made to use its disk, where that went well.
const spillEvery = 10 * time.Second

// Writable tries to write, which a database that answers may refuse. PostgreSQL takes
// small changes for a while after its disk is full, in pages and logs that it has
// already; so it is asked from time to time for room that it has not.
func (d *DB) Writable(ctx context.Context) error {
	if err := d.Write(ctx, func(tx *Tx) error { _, err := tx.Next("db_writable"); return err }); err != nil || d.dialect == sqlite {
		return err
	}
	if time.Since(time.UnixMilli(d.spilled.Load())).Abs() < spillEvery {
		return nil
	}
	if err := d.spill(ctx); errors.Is(err, ErrFull) { // anything else may be a limit of its operator's
		return err
	}
	d.spilled.Store(time.Now().UnixMilli())
	return nil
}

// spill lets PostgreSQL sort more than it may keep in memory: a file of some megabytes
// on its disk, which goes at once and leaves nothing in tables or logs.
func (d *DB) spill(ctx context.Context) error {
	tx, err := d.reads.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback() //nolint:errcheck // it has changed nothing
	if _, err := tx.ExecContext(ctx, "SET LOCAL work_mem = '64kB'"); err != nil {
		return explain(err)
	}
	var n int64
	return explain(tx.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT repeat(i::text, 20) AS words FROM generate_series(1, 20000) AS i ORDER BY words OFFSET 1) AS sorted").Scan(&n))
}
