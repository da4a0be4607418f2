package codecontrol

import (
	"context"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

// TeamRule is what the branch of the team's files asks of each change.
const TeamRule = "team/loads"

// teamKind judges the team's files as a server would read them. Only the repository in
// which they are kept is asked. A file that does not load never lands, so that it does not
// come into force; the queue asks this of the very tree that would.
func (k *Desk) teamKind() check.Kind {
	return check.Kind{
		Name: "team",
		Rules: func(ctx context.Context, rules *check.Tree) ([]check.Rule, error) {
			t, err := k.TeamInForce(ctx)
			if err != nil || t == nil || rules == nil || rules.Name != t.Repository {
				return nil, err
			}
			return []check.Rule{{
				ID: TeamRule, Kind: "team", Severity: claims.Block, Source: "built in", Asks: "the team's files load",
				Says: "The team's files can be read as they are", Why: "They are in force as soon as they land, and half a team folder is another one.",
				Remedy:     "correct the file, and look at it first: prentice team lint",
				Violations: []check.Example{{Files: map[string]string{"policy.yaml": "rules: nothing\n"}}},
				Passes:     []check.Example{{Files: map[string]string{"policy.yaml": "rules: []\n"}}},
			}}, nil
		},
		Tool: func() string { return "team@" + k.Team.Tool },
		Check: func(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
			out := check.Outcome{Rule: TeamRule, Truth: prentice.Pass, Reason: "they load"}
			for _, f := range k.Team.Lint(ctx, t) {
				if f.Error {
					out.Truth, out.Reason = prentice.Fail, ""
					out.Findings = append(out.Findings, check.Finding{Rule: TeamRule, Path: f.At.File, Line: f.At.Line, Column: f.At.Column, Says: f.Text, Remedy: f.Hint})
				}
			}
			list := make([]check.Outcome, len(rules))
			for i := range rules {
				list[i] = out
			}
			return list, nil
		},
	}
}
