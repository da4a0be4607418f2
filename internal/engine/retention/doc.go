// Package retention removes what is over and old enough, a little at a time.
//
// Its words: a sort is one sort of thing that grows, such as runs; it is kept for a
// time after its end, and its owner removes it. A pass goes over every sort once.
//
// Anyone who owns the tables removes the rows, and knows what must stay: what is open,
// waits, or is named by what is kept. This package knows when, and how much at once:
// a batch that took long makes the next one smaller, and between two there is a pause,
// so that no one waits long for the database. A batch is one write: after a crash the
// next pass goes on with what is left.
//
// It refuses to believe a clock that has leapt, forward or back, since the last pass:
// nothing is removed until the clock is right again or a person says that it is. It
// never touches evidence.
package retention

import (
	"embed"
	"io/fs"

	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is this package's tables, for db.Migrate.
func Schema() fs.FS { return db.Under(files, "schema") }
