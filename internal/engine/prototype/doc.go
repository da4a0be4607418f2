// Package prototype keeps prototypes: what is tried out before it is built, and what came
// of it.
//
// Its words: a prototype begins with a question and the day by which it is decided; a
// technique is how the question is asked, such as a paper sketch or an experiment; its
// tasks are what visitors try to do with it; feedback is what they say of it. It ends with
// a decision, adopt, drop or change, and the reason for it. One whose day is over without
// a decision is undecided: it does not live on unseen.
//
// It refuses a prototype without a question or a day, a second decision, a day that moves
// without a reason, and to judge what was tried: people decide.
package prototype

import (
	"embed"
	"io/fs"

	"prentice/internal/kit/db"
)

//go:embed schema/*.sql
var files embed.FS

// Schema is the tables of prototypes; their owner is "prototype".
func Schema() fs.FS { return db.Under(files, "schema") }
