package db

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	sqlitedriver "modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// The failures that an operator can fix.
var (
	ErrFull     = errors.New("the disk is full")
	ErrReadOnly = errors.New("the database cannot be written")
	ErrBusy     = errors.New("the database is locked by another process")
	ErrCorrupt  = errors.New("the database is damaged")
	ErrTaken    = errors.New("it is there already") // a unique key
)

type dialect uint8

const (
	sqlite dialect = iota
	postgres
)

// rewritten remembers the PostgreSQL form of each query; queries are constants,
// so it stays small.
var rewritten sync.Map

// rewrite turns ? into $1, $2 … for PostgreSQL. A question mark inside a quoted
// string is left alone.
func (d dialect) rewrite(query string) string {
	if d == sqlite {
		return query
	}
	if q, ok := rewritten.Load(query); ok {
		return q.(string)
	}
	var b strings.Builder
	n, quoted := 0, false
	for _, r := range query {
		switch {
		case r == '\'':
			quoted = !quoted
			b.WriteRune(r)
		case r == '?' && !quoted:
			n++
			b.WriteString("$" + strconv.Itoa(n))
		default:
			b.WriteRune(r)
		}
	}
	rewritten.Store(query, b.String())
	return b.String()
}

// now is the time of the database's clock, in microseconds since 1970.
func (d dialect) now() string {
	if d == sqlite {
		return "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
	}
	return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
}

// explain puts one of our own errors in front of those that a person can fix.
func explain(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if isKnown(err) {
		return err
	}
	if reason := reasonOf(err); reason != nil {
		return fmt.Errorf("%w: %w", reason, err)
	}
	return err
}

// isKnown says whether one of our own stands in front already.
func isKnown(err error) bool {
	return slices.ContainsFunc([]error{ErrFull, ErrReadOnly, ErrBusy, ErrCorrupt, ErrTaken, ErrShared}, func(known error) bool { return errors.Is(err, known) })
}

func reasonOf(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return ErrFull
	}
	if e, ok := errors.AsType[*sqlitedriver.Error](err); ok {
		return sqliteReason(e.Code())
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresReason(e.Code)
	}
	return nil
}

// noTransaction says whether SQLite complains that none is open.
func noTransaction(err error) bool {
	return strings.Contains(err.Error(), "no transaction is active")
}

// sqliteReason reads a result code (https://www.sqlite.org/rescode.html); the
// low byte is the primary one.
func sqliteReason(code int) error {
	if code == sqlitelib.SQLITE_IOERR_SHMSIZE {
		return ErrFull // no room for the memory that connections share
	}
	switch code & 0xff {
	case sqlitelib.SQLITE_FULL:
		return ErrFull
	case sqlitelib.SQLITE_READONLY, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_PERM:
		return ErrReadOnly
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return ErrBusy
	case sqlitelib.SQLITE_CORRUPT, sqlitelib.SQLITE_NOTADB:
		return ErrCorrupt
	case sqlitelib.SQLITE_CONSTRAINT:
		if code == sqlitelib.SQLITE_CONSTRAINT_UNIQUE || code == sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY {
			return ErrTaken
		}
	}
	return nil
}

// postgresReason reads an SQLSTATE
// (https://www.postgresql.org/docs/15/errcodes-appendix.html).
func postgresReason(code string) error {
	switch code {
	case "53100":
		return ErrFull
	case "25006":
		return ErrReadOnly
	case "55P03", "40001", "40P01":
		return ErrBusy
	case "XX001", "XX002":
		return ErrCorrupt
	case "23505":
		return ErrTaken
	}
	return nil
}
