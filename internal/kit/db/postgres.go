package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// ErrShared says that a pooler gives one session of the server to several
// connections in turn. A lock, a setting or a prepared statement of one is then
// another's.
var ErrShared = errors.New("a pooler hands out one session for each transaction")

// The most connections to PostgreSQL, and the fewest that are enough: anyone who
// reads a list may ask about each of its entries while it is open.
const (
	mostConnections  = 12
	leastConnections = 4
)

// idleInTransaction is how long a process may hold a transaction open without a
// word: one that hangs there would keep all others from writing.
const idleInTransaction = 5 * time.Second

func openPostgres(ctx context.Context, address string, reading bool) (*DB, error) {
	address, most, err := connections(address)
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", redact(address), err)
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error { return begun(ctx, c, reading) }))
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	d := &DB{dialect: postgres, leader: make(chan struct{}, 1), came: make(chan struct{}, 1), reads: pool, writes: pool, reading: reading}
	err = d.ownSessions(ctx)
	if err == nil {
		err = d.well(ctx, "SELECT 1")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", redact(address), err), pool.Close())
	}
	return d, nil
}

// begun prepares a connection. What it sets is no parameter of the start, of
// which poolers refuse all but a few.
func begun(ctx context.Context, c *pgx.Conn, reading bool) error {
	settings := fmt.Sprintf("SET idle_in_transaction_session_timeout = %d", idleInTransaction.Milliseconds())
	if reading {
		settings += "; SET default_transaction_read_only = on"
	}
	_, err := c.Exec(ctx, settings, pgx.QueryExecModeSimpleProtocol)
	return explain(err)
}

// connections takes pool_max_conns out of a PostgreSQL address: it is ours to
// keep, and the server knows no such setting.
func connections(address string) (bare string, most int, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", 0, fmt.Errorf("database %s: not a URL", redact(address))
	}
	q := u.Query()
	if !q.Has("pool_max_conns") {
		return address, mostConnections, nil
	}
	most, err = strconv.Atoi(q.Get("pool_max_conns"))
	if err != nil || most < leastConnections {
		return "", 0, fmt.Errorf("database %s: pool_max_conns=%s: want a number from %d", redact(address), q.Get("pool_max_conns"), leastConnections)
	}
	q.Del("pool_max_conns")
	u.RawQuery = q.Encode()
	return u.String(), most, nil
}

// ownSessions refuses a pooler that shares sessions: a setting of one connection
// must not be seen on another. Poolers hand out next what came back last, so that
// it is seen at once where it is seen at all; other users of the pooler may come in
// between, so that it is tried a few times.
func (d *DB) ownSessions(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	one, err := d.writes.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	defer one.Close()
	other, err := d.writes.Conn(ctx)
	if err != nil {
		return explain(err)
	}
	defer other.Close()
	for range 3 {
		mark := strconv.FormatInt(time.Now().UnixNano(), 36)
		if _, err := setting(ctx, one, "set_config('prentice.session', '"+mark+"', false)"); err != nil {
			return err
		}
		seen, err := setting(ctx, other, "COALESCE(current_setting('prentice.session', true), '')")
		if err != nil {
			return err
		}
		if seen == mark {
			return ErrShared
		}
	}
	return nil
}

// setting asks without a prepared statement, which is another's where sessions are
// shared.
func setting(ctx context.Context, c *sql.Conn, what string) (value string, err error) {
	err = c.QueryRowContext(ctx, "SELECT "+what, pgx.QueryExecModeSimpleProtocol).Scan(&value)
	return strings.TrimSpace(value), explain(err)
}
