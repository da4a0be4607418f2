package design

import (
	"context"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

// sampleChecks is the kind of check sample, with one rule that every repository keeps.
var sampleChecks = []check.Kind{{
	Name: "sample",
	Rules: func(context.Context, *check.Tree) ([]check.Rule, error) {
		return []check.Rule{{ID: "sample/holds", Kind: "sample", Says: "It holds", Severity: claims.Advise, Owner: "group/sample"}}, nil
	},
	Tool: func() string { return "sample@1" },
	Check: func(context.Context, *check.Tree, []check.Rule) ([]check.Outcome, error) {
		return []check.Outcome{{Rule: "sample/holds", Truth: prentice.Pass}}, nil
	},
}}
