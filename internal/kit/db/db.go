// Package db is the only one that knows which database is underneath: SQLite
// in one file (the default) or PostgreSQL.
//
// Its users write portable SQL: ? for a value, BIGINT and TEXT for columns,
// times as microseconds since 1970 in UTC, JSON as text. Each owner of tables
// brings numbered goose migrations and queries no one else's tables.
//
// Writes that wait at the same moment share one transaction, so that a hundred
// runs cost a few commits and not hundreds; one that fails is undone alone.
// A write that returns nil is on disk.
//
// It refuses to hide the database's own words: errors are wrapped, and the few
// that an operator can fix (ErrFull, ErrReadOnly, ErrBusy, ErrCorrupt, ErrShared) can be
// told apart with errors.Is.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the SQLite driver, in Go
)

// DB is an open database.
type DB struct {
	dialect dialect
	reads   *sql.DB
	writes  *sql.DB

	kept readers

	reading bool         // it is only read
	spilled atomic.Int64 // when PostgreSQL last had room on its disk, in milliseconds

	leader  chan struct{} // holds what the one caller put in that commits for all who wait; guards writer and wary
	writer  *writer       // SQLite's one connection for writes
	wary    int           // so many batches more have savepoints from the beginning
	came    chan struct{} // told when another write waits
	mu      sync.Mutex    // guards waiting
	waiting []*write
}

// Open opens "sqlite:PATH" or a "postgres://" URL and asks it whether it is
// well. It creates the SQLite file, never a PostgreSQL database. The URL may say
// with pool_max_conns how many connections there are at most.
func Open(ctx context.Context, address string) (*DB, error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return openSQLite(ctx, path)
	}
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return openPostgres(ctx, address, false)
	}
	return nil, fmt.Errorf("database %q: want sqlite:PATH or postgres://…", redact(address))
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	dsn := func(extra string) string {
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=immediate" +
			"&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" + extra
	}
	writes, err := sql.Open("sqlite", dsn(""))
	if err != nil {
		return nil, explain(err)
	}
	writes.SetMaxOpenConns(2) // the writer's, and one for migrations
	d := &DB{dialect: sqlite, leader: make(chan struct{}, 1), came: make(chan struct{}, 1), writes: writes, kept: readers{prepared: map[string]*sql.Stmt{}}}
	if err := d.well(ctx, "PRAGMA schema_version"); err != nil {
		return nil, errors.Join(err, writes.Close())
	}
	if d.reads, err = sql.Open("sqlite", dsn("&_pragma=query_only(1)")); err != nil {
		return nil, errors.Join(explain(err), writes.Close())
	}
	d.reads.SetMaxOpenConns(8)
	d.reads.SetMaxIdleConns(8)
	return d, nil
}

func (d *DB) well(ctx context.Context, question string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var n int64
	return explain(d.writes.QueryRowContext(ctx, question).Scan(&n))
}

// Close waits for no one: anyone who still writes gets an error.
func (d *DB) Close() error {
	if d.reads == d.writes {
		return d.writes.Close()
	}
	d.leader <- struct{}{}
	defer func() { <-d.leader }()
	var err error
	if d.writer != nil {
		err = d.writer.close()
		d.writer = nil
	}
	return errors.Join(err, d.reads.Close(), d.writes.Close())
}

// Postgres says whether PostgreSQL is underneath, for the few who lock across
// processes.
func (d *DB) Postgres() bool { return d.dialect == postgres }

// Query reads rows. The caller closes them.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := d.reader(ctx, query); stmt != nil {
		rows, err := stmt.QueryContext(ctx, args...)
		return rows, explain(err)
	}
	rows, err := d.reads.QueryContext(ctx, d.dialect.rewrite(query), args...)
	return rows, explain(err)
}

// QueryRow reads one row into dest. It returns sql.ErrNoRows when there is none.
func (d *DB) QueryRow(ctx context.Context, query string, args []any, dest ...any) error {
	if stmt := d.reader(ctx, query); stmt != nil {
		return explain(stmt.QueryRowContext(ctx, args...).Scan(dest...))
	}
	return explain(d.reads.QueryRowContext(ctx, d.dialect.rewrite(query), args...).Scan(dest...))
}

// Hold keeps every other process that shares the database out of something, until
// the function that it returns is called or this process ends. Within one process
// it keeps no one out.
func (d *DB) Hold(ctx context.Context, name string) (free func(), err error) {
	if d.dialect == sqlite {
		return func() {}, nil
	}
	conn, err := d.writes.Conn(ctx)
	if err != nil {
		return nil, explain(err)
	}
	if err := takeLock(ctx, conn, name); err != nil {
		return nil, errors.Join(explain(err), conn.Close())
	}
	return func() {
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		conn.ExecContext(after, "SELECT pg_advisory_unlock(hashtext($1))", name) //nolint:errcheck // it ends with the connection at the latest
		conn.Close()                                                             //nolint:errcheck // it goes back to the others
	}, nil
}

// holdPause is how long Hold waits before it asks again.
const holdPause = 100 * time.Millisecond

// takeLock asks again and again instead of waiting in one statement. A statement
// that waits is one that CREATE INDEX CONCURRENTLY waits for, so that anyone who
// holds the lock and makes such an index would wait for ever.
func takeLock(ctx context.Context, conn *sql.Conn, name string) error {
	for {
		var got bool
		if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock(hashtext($1))", name).Scan(&got); err != nil || got {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(holdPause):
		}
	}
}

// NowMicros is an expression of SQL: the time of the database's clock, as Micros
// has it.
func (d *DB) NowMicros() string { return d.dialect.now() }

// Straight performs one statement by itself, past all writes that wait: for what
// must be said in time.
func (d *DB) Straight(ctx context.Context, statement string, args ...any) (int64, error) {
	if d.reading {
		return 0, errReading
	}
	res, err := d.writes.ExecContext(ctx, d.dialect.rewrite(statement), args...)
	if err != nil {
		return 0, explain(err)
	}
	n, err := res.RowsAffected()
	return n, explain(err)
}

// Micros is a time as it is stored. The zero time is 0.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time reads what Micros wrote.
func Time(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// redact keeps a password in a database URL out of messages.
func redact(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable address)"
	}
	return u.Redacted()
}
