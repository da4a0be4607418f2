package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// errReading is what a write gets on a database that was opened to be read.
var errReading = fmt.Errorf("%w: it was opened to be read only", ErrReadOnly)

// OpenReading opens a database that is there already, to be read and never
// written: no file is made, no table is brought up to date. still says that
// no one writes it meanwhile; then not even the files beside an SQLite database
// come and go.
func OpenReading(ctx context.Context, address string, still bool) (*DB, error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return readSQLite(ctx, path, still)
	}
	return openPostgres(ctx, address, true)
}

func readSQLite(ctx context.Context, path string, still bool) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	how := "?_pragma=query_only(1)&_pragma=busy_timeout(10000)"
	if still && settled(path) {
		how = "?mode=ro&immutable=1"
	}
	reads, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+how)
	if err != nil {
		return nil, explain(err)
	}
	reads.SetMaxOpenConns(4)
	d := &DB{dialect: sqlite, reads: reads, writes: reads, reading: true, kept: readers{prepared: map[string]*sql.Stmt{}}}
	if err := d.well(ctx, "PRAGMA schema_version"); err != nil {
		return nil, errors.Join(err, reads.Close())
	}
	return d, nil
}

// settled says whether an SQLite database was closed in order: what a crash left in
// its log is not in the file yet.
func settled(path string) bool {
	log, err := os.Stat(path + "-wal")
	return errors.Is(err, os.ErrNotExist) || err == nil && log.Size() == 0
}
