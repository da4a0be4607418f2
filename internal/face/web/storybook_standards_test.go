package web

import (
	"context"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/op"
	"prentice/internal/skill/standards"
)

func standardOps(full bool) []op.Op {
	return []op.Op{
		op.New("standard.list", prentice.Look, prentice.Viewer, "List rules.", func(_ context.Context, _ op.Call, in standards.StandardsIn) (standards.Agreed, error) {
			if !full || in.Text != "" {
				return standards.Agreed{}, nil
			}
			return standards.Agreed{Rules: 3, Standards: []standards.Outlined{
				{Standard: someStandard("workflows"), Rules: []standards.Line{{ID: "workflows/pinned-actions", Says: "Actions of others are named by a commit", Severity: "warn"}, {ID: "workflows/injection", Says: "Nothing that strangers write becomes part of a script", Severity: "block"}}},
				{Standard: someStandard("files"), Rules: []standards.Line{{ID: "files/a-rule-with-a-very-long-name-that-goes-on-and-on", Says: "Text is UTF-8, without a byte order mark", Severity: "advise"}}},
			}}, nil
		}).Naming("standard"),
		op.New("standard.show", prentice.Look, prentice.Viewer, "Show a standard.", func(_ context.Context, _ op.Call, in standards.StandardIn) (standards.StandardTold, error) {
			return standards.StandardTold{Standard: someStandard(in.Name), Prose: "Workflows of GitHub, Gitea and Forgejo are read.", File: "---\nstandard: workflows\n---\n\n# " + strings.Repeat("Pipelines ", 30) + "\n", Rules: []standards.Rule{
				{ID: in.Name + "/pinned-actions", Name: "pinned-actions", Says: "Actions of others are named by a commit", Why: "A tag can be moved.", Severity: "warn", Asks: `{"builtin":"pinned-actions"}`, Remedy: "write the 40 digits of the commit behind the @", Violations: 2, Passes: 1,
					Cites: []check.Cite{{Title: "GDS Way, using GitHub Actions", URL: "https://gds-way.digital.cabinet-office.gov.uk/standards/source-code/using-github-actions.html"}, {Title: "OSPS Baseline, OSPS-BR-01", URL: standard.Baseline + "#osps-br-0101"}}},
				{ID: in.Name + "/timeout", Name: "timeout", Says: "A job ends by itself", Why: "A job that hangs costs six hours.", Severity: "advise", Violations: 1, Passes: 1},
			}}, nil
		}),
	}
}

func someStandard(name string) standard.Standard {
	return standard.Standard{Name: name, Title: "Pipelines that a stranger cannot use", Owner: "group/prentice", ReviewBy: noon.AddDate(1, 0, 0), Reason: "A pipeline has the keys of production, and runs what others wrote.", Severity: "warn", Source: standard.BuiltIn}
}
