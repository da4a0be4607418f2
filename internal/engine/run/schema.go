package run

import (
	"embed"
	"io/fs"

	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var schema embed.FS

// Schema is the tables of runs.
func Schema() fs.FS { return db.Under(schema, "schema") }
