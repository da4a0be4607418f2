package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// ErrNewer says that the tables were brought up to date by a later version, and
// ErrOlder that they are not up to date and are only read.
var (
	ErrNewer = errors.New("the tables are of a later version")
	ErrOlder = errors.New("the tables are of an earlier version")
)

// Migrate brings an owner's tables up to date, or says that they are not when they
// are only read. files holds NNNN_name.sql at its top. Each owner counts its own
// versions.
func (d *DB) Migrate(ctx context.Context, owner string, files fs.FS) error {
	at, wanted, err := d.Versions(ctx, owner, files)
	switch {
	case err != nil || at > wanted:
		return errors.Join(err, newer(owner, at, wanted))
	case d.reading && at < wanted:
		return fmt.Errorf("%w: those of %s have number %d, and this one wants %d", ErrOlder, owner, at, wanted)
	case d.reading || at == wanted && at > 0:
		return nil
	}
	kind := database.DialectSQLite3
	if d.dialect == postgres {
		kind = database.DialectPostgres
	}
	store, err := database.NewStore(kind, "schema_"+owner)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", owner, err)
	}
	list, err := migrations(files)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", owner, err)
	}
	p, err := goose.NewProvider(goose.DialectCustom, d.writes, nil, goose.WithStore(store), goose.WithGoMigrations(list...), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("migrate %s: %w", owner, err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate %s: %w", owner, explain(err))
	}
	return nil
}

func newer(owner string, at, wanted int64) error {
	if at <= wanted {
		return nil
	}
	return fmt.Errorf("%w: those of %s have number %d, and this one knows %d", ErrNewer, owner, at, wanted)
}

// Versions says at which version an owner's tables are, 0 for none, and which one
// they would be brought to.
func (d *DB) Versions(ctx context.Context, owner string, files fs.FS) (at, wanted int64, err error) {
	list, err := fs.ReadDir(files, ".")
	if err != nil {
		return 0, 0, fmt.Errorf("migrate %s: %w", owner, err)
	}
	for _, f := range list {
		number, _, _ := strings.Cut(f.Name(), "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil && strings.HasSuffix(f.Name(), ".sql") {
			wanted = max(wanted, n)
		}
	}
	there, err := d.HasTable(ctx, "schema_"+owner)
	if err == nil && there {
		err = d.QueryRow(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM schema_"+owner, nil, &at)
	}
	if err != nil {
		return 0, wanted, fmt.Errorf("read the version of the tables of %s: %w", owner, err)
	}
	return at, wanted, nil
}

// HasTable says whether there is a table of that name, for those who look before
// they migrate.
func (d *DB) HasTable(ctx context.Context, name string) (bool, error) {
	query := `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?`
	if d.dialect == postgres {
		query = `SELECT COUNT(to_regclass(?))`
	}
	var n int64
	err := d.QueryRow(ctx, query, []any{name}, &n)
	return n > 0, err
}
