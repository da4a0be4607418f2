package run

import (
	"context"
	"database/sql"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// Source is where rows are read: the database, or a write under way.
type Source interface {
	Query(query string, args ...any) (*sql.Rows, error)
	QueryRow(query string, args []any, dest ...any) error
}

// reader is the database as a source.
type reader struct {
	ctx context.Context
	db  *db.DB
}

func (r reader) Query(query string, args ...any) (*sql.Rows, error) {
	return r.db.Query(r.ctx, query, args...)
}

func (r reader) QueryRow(query string, args []any, dest ...any) error {
	return r.db.QueryRow(r.ctx, query, args, dest...)
}

// Reading is the store's rows as they are now, one question after the other.
func (r *Store) Reading(ctx context.Context) Source { return reader{ctx, r.DB} }

// Store keeps runs, and all that is written of them.
type Store struct {
	DB     *db.DB
	Ledger db.Recorder[prentice.Note]
	Clock  func() time.Time

	orphans orphans // of ForgetPlans alone
}
