package standards

import (
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/op"
)

// rules judges the rules of standards: those in the program, and those of a repository.
func rules(d Deps) *standard.Judge {
	return &standard.Judge{BuiltIn: analyse.BuiltIn, Analysers: analyse.All(), Version: analyse.Version, Now: d.now}
}

func kinds(d Deps) []check.Kind { return []check.Kind{rules(d).Kind()} }

func standardOps(d Deps) []op.Op {
	return []op.Op{standardListOp(), standardShowOp(), standardLintOp(d)}
}
