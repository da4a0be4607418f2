package db

import (
	"context"
	"embed"
	"io/fs"
)

//go:embed schema/*.sql
var own embed.FS

// Prepare makes the tables that this package itself needs. It comes before
// every other owner's Migrate.
func (d *DB) Prepare(ctx context.Context) error { return d.Migrate(ctx, "db", Under(own, "schema")) }

// Under is the folder of an embedded file system as its own file system. A
// folder that is not there is a broken program.
func Under(files embed.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic("embedded folder " + folder + ": " + err.Error())
	}
	return sub
}
