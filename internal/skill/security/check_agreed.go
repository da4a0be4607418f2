package security

import (
	"fmt"

	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/dependency"
	"prentice/internal/op"
)

const ruleAgreed = "dependencies/agreed"

// agreement is the rule of a policy that wants a yes to each package.
func agreement(p policies) check.Rule {
	return check.Rule{
		ID: ruleAgreed, Kind: dependencyKind, Source: p.from(p.team.Agreed.Required), Owner: "group/prentice", Severity: claims.Block,
		Says: "An owner said yes to every dependency that is asked for",
		Why:  "Who takes a package takes what its makers will ever publish, and someone must answer for that.",
		Cites: []check.Cite{
			{Title: "NCSC secure development, 6: secure the build and deployment pipeline", URL: "https://www.ncsc.gov.uk/collection/developers-collection/principles/secure-the-build-and-deployment-pipeline"},
		},
		Asks:       asking(asks{What: "agreed", Policy: p.Policy}),
		Remedy:     "ask an owner to add it to agreed.to in " + dependency.PolicyFile + ": what a change adds there itself counts once the branch has it",
		Violations: []check.Example{{Files: map[string]string{"go.mod": "module a\n\ngo 1.26\n\nrequire example.org/asked-for v1.0.0\n"}}},
		Passes:     []check.Example{{Files: map[string]string{"go.mod": "module a\n\ngo 1.26\n"}}},
	}
}

// judgeAgreed asks of each dependency that the tree asks for whether it was agreed to.
func judgeAgreed(inv dependency.Inventory, p dependency.Policy) check.Outcome {
	wanted := inv.Wanted()
	var findings []check.Finding
	for _, d := range wanted {
		by, ok := p.Agreed.Yes(d)
		if ok {
			continue
		}
		says := fmt.Sprintf("no owner said yes to %s %s", d.Ecosystem, d.Name)
		if by != "" {
			says = fmt.Sprintf("%s said yes to %s %s, whose yes does not count", by, d.Ecosystem, d.Name)
		}
		findings = append(findings, foundAt(d, check.Finding{Says: says, Key: d.Ecosystem + " " + d.Name}))
	}
	return outcome(findings, unreadFiles(inv), op.Count(len(wanted), "dependency is agreed to", "dependencies are agreed to"))
}
