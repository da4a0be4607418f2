package security

import (
	"fmt"

	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/dependency"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

const (
	ruleLicence = "dependencies/licence"
	ruleAge     = "dependencies/age"
	ruleDated   = "dependencies/dated"
)

// known is an inventory with what this machine knows beside the lock files.
func (s Supply) known(inv dependency.Inventory) dependency.Inventory {
	if s.Module == nil {
		return inv
	}
	for i := range inv.Dependencies {
		d := &inv.Dependencies[i]
		if d.Ecosystem != "Go" || d.Name == "stdlib" || d.Version == "" || d.Licence != "" && !d.Released.IsZero() {
			continue
		}
		texts, made := s.Module(d.Name, d.Version)
		if d.Licence == "" {
			d.Licence = dependency.LicenceOf(texts)
		}
		if d.Released.IsZero() {
			d.Released = made
		}
	}
	return inv
}

// permitted is the rule of a policy that names licences.
func permitted(p policies) check.Rule {
	from := p.from(len(p.team.Allowed) > 0)
	lock := func(licence string) []check.Example {
		return []check.Example{{Files: map[string]string{"package-lock.json": fmt.Sprintf(`{"packages": {"node_modules/a": {"version": "1.0.0", "license": %q}}}`, licence)}}}
	}
	return check.Rule{
		ID: ruleLicence, Kind: dependencyKind, Source: from, Owner: "group/prentice", Severity: claims.Block,
		Says: "Every dependency has a licence that is allowed",
		Why:  "A licence says what you owe for what you ship, and to whom.",
		Cites: []check.Cite{
			{Title: "OSPS Baseline: LE-02", URL: "https://baseline.openssf.org/versions/2026-02-19#osps-le-0201"},
		},
		Asks: asking(asks{What: "licence", Policy: p.Policy}), Remedy: "take another package, or add the licence to " + from + " if you may agree to it",
		Violations: lock("LicenseRef-Not-Allowed"), Passes: lock(p.Allowed[0]),
	}
}

// aged are the rules of a policy that asks for an age: whether what has a day is old
// enough, and whether all has one. What has none is said, and does not wait forever.
func aged(p policies) []check.Rule {
	lock := func(day string) []check.Example {
		return []check.Example{{Files: map[string]string{"uv.lock": "[[package]]\nname = \"a\"\nversion = \"1.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [\n    { url = \"https://example.org/a.whl\", upload-time = \"" + day + "\" },\n]\n"}}}
	}
	r := check.Rule{
		ID: ruleAge, Kind: dependencyKind, Source: p.from(p.team.Youngest >= p.Youngest), Owner: "group/prentice", Severity: claims.Block,
		Says: "No dependency came out less than " + span.String(p.Youngest) + " ago",
		Why:  "A version that an attacker brought out is found by others, mostly within days.",
		Cites: []check.Cite{
			{Title: "NCSC secure development, 6: secure the build and deployment pipeline", URL: "https://www.ncsc.gov.uk/collection/developers-collection/principles/secure-the-build-and-deployment-pipeline"},
		},
		Asks: asking(asks{What: "age", Policy: p.Policy}), Remedy: "take the version before, or wait",
		Violations: lock("2999-01-01T00:00:00Z"), Passes: lock("2001-01-01T00:00:00Z"),
	}
	dated := r
	dated.ID, dated.Severity, dated.Says, dated.Why = ruleDated, claims.Advise, "Of every dependency it is known when it came out", "Of what has no day no one can say how old it is."
	dated.Asks, dated.Remedy = asking(asks{What: "dated", Policy: p.Policy}), "lock it by a program that writes days, or look it up"
	dated.Violations, dated.Passes = []check.Example{{Files: map[string]string{"requirements.txt": "a==1.0\n"}}}, lock("2001-01-01T00:00:00Z")
	return []check.Rule{r, dated}
}

// judgeLicence asks of each dependency whether its licence is allowed.
func judgeLicence(inv dependency.Inventory, p dependency.Policy) check.Outcome {
	var findings []check.Finding
	var nameless, odd []string
	for _, d := range inv.Dependencies {
		if d.Licence == "" {
			nameless = append(nameless, d.Name)
			continue
		}
		switch ok, err := dependency.Allows(p.Allowed, d.Licence); {
		case err != nil:
			odd = append(odd, d.Name+" is under "+clip.To(d.Licence, 60))
		case !ok:
			findings = append(findings, foundAt(d, check.Finding{Says: fmt.Sprintf("%s %s is under %s", d.Name, d.Version, clip.To(d.Licence, 100)), Key: d.Ecosystem + " " + d.Name + " " + d.Licence}))
		}
	}
	unknown := append(unreadFiles(inv), some("under an unknown licence", nameless)...)
	return outcome(findings, append(unknown, some("under what is no licence that can be read", odd)...), passedAll(inv))
}

// judgeAge asks of each dependency with a day whether it is old enough.
func (s Supply) judgeAge(inv dependency.Inventory, p dependency.Policy) check.Outcome {
	var findings []check.Finding
	dated := 0
	for _, d := range inv.Dependencies {
		if d.Released.IsZero() {
			continue
		}
		dated++
		if s.now().Sub(d.Released) < p.Youngest {
			findings = append(findings, foundAt(d, check.Finding{Says: fmt.Sprintf("%s %s is of %s", d.Name, d.Version, d.Released.UTC().Format("2006-01-02 15:04 UTC")), Key: d.Key()}))
		}
	}
	unknown := unreadFiles(inv)
	if dated == 0 && len(inv.Dependencies) > 0 {
		unknown = append(unknown, "of no dependency it is known when it came out")
	}
	return outcome(findings, unknown, op.Count(dated, "dependency has a day", "dependencies have a day"))
}

// judgeDated asks whether all have a day.
func judgeDated(inv dependency.Inventory) check.Outcome {
	var findings []check.Finding
	for _, d := range inv.Dependencies {
		if d.Released.IsZero() {
			findings = append(findings, foundAt(d, check.Finding{Says: fmt.Sprintf("of %s %s it is unknown when it came out", d.Name, d.Version), Key: d.Key()}))
		}
	}
	return outcome(findings, unreadFiles(inv), passedAll(inv))
}

func unreadFiles(inv dependency.Inventory) (says []string) {
	for _, u := range inv.Unread {
		says = append(says, fmt.Sprintf("%q cannot be read: %s", u.Path, u.Why))
	}
	return says
}

func passedAll(inv dependency.Inventory) string {
	if len(inv.Dependencies) == 0 {
		return "no file names dependencies"
	}
	return "looked at " + op.Count(len(inv.Dependencies), "dependency", "dependencies")
}

// foundAt is a finding where a dependency is named.
func foundAt(d dependency.Dependency, f check.Finding) check.Finding {
	f.Path, f.Line, f.Places = d.Places[0].Path, d.Places[0].Line, d.Places[1:]
	return f
}
