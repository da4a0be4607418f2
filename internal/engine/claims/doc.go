// Package claims keeps claims and the verdicts on them.
//
// Its words: a producer declares claims of one kind and adds verdicts. A verdict
// belongs to its basis: the claim's digest, the subject's, the environment and the
// tool. On the same basis nothing is judged twice: the verdict that is there is
// reused until it is no longer valid, and one that comes out the same only makes it
// valid for longer. The history of a claim is its verdicts, of which each counts
// until the next, or until it is no longer valid; in between it is unknown.
//
// A claim that is no longer declared is kept as removed while its verdicts are.
//
// It refuses to judge: that is for the producers. It refuses a verdict without a
// reason, a witness that would not fit, and to call unknown a pass.
package claims

import (
	"embed"
	"io/fs"

	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of claims; their owner is "claims".
func Schema() fs.FS { return db.Under(files, "schema") }

// Store keeps them.
type Store struct{ DB *db.DB }
