package environments

import (
	"context"
	"path"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/compose"
)

// The rules about the compose file of a repository.
const (
	makes    = "compose/makes-an-environment"
	noEffect = "compose/has-an-effect"
)

// composeChecks say of the compose file of a change what an environment would refuse, before
// one is asked for.
func composeChecks() check.Kind {
	return check.Kind{Name: "compose", Rules: composeRules, Tool: func() string { return "compose@1" }, Check: judgeCompose}
}

// composeRules are there where a compose file is.
func composeRules(_ context.Context, t *check.Tree) ([]check.Rule, error) {
	if t == nil {
		return nil, nil
	}
	if _, found := compose.Has(t.FS(), "."); !found {
		return nil, nil
	}
	const good = "services:\n  web:\n    image: nginx:1.27\n    expose: [80]\n"
	example := func(text string) []check.Example {
		return []check.Example{{Files: map[string]string{"compose.yaml": text}}}
	}
	rules := []check.Rule{
		{ID: makes, Says: "An environment can be made of the compose file.", Severity: claims.Warn,
			Why:        "What would weaken the walls of an environment, leaves the repository or cannot be read is refused when a change asks for an environment.",
			Remedy:     "the line says what to write instead",
			Violations: example(good + "    privileged: true\n"), Passes: example(good)},
		{ID: noEffect, Says: "What the compose file says has an effect in an environment.", Severity: claims.Advise,
			Why:        "What has no effect there misleads those who rely on it.",
			Remedy:     "nothing needs to be done where the file serves others too",
			Violations: example(good + "    labels: {a: b}\n"), Passes: example(good)},
	}
	for i := range rules {
		rules[i].Kind, rules[i].Source, rules[i].Asks = "compose", "built in", "1"
		rules[i].Cites = []check.Cite{{Title: "Compose file reference", URL: "https://docs.docker.com/reference/compose-file/"}}
	}
	return rules, nil
}

// judgeCompose reads the file as an environment of the change would, with no profile.
func judgeCompose(_ context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
	_, found, err := compose.Read(t.FS(), compose.Options{})
	if err != nil && prentice.KindOf(err) != prentice.NotFound {
		return nil, err
	}
	by := map[string][]check.Finding{}
	for _, f := range found {
		rule := makes
		if f.Level == compose.Advice {
			rule = noEffect
		}
		by[rule] = append(by[rule], check.Finding{Path: path.Clean(f.Path), Line: f.Line, Says: f.Says, Remedy: f.Try, Key: f.Says})
	}
	var list []check.Outcome
	for _, r := range rules {
		o := check.Outcome{Rule: r.ID, Truth: prentice.Pass, Findings: by[r.ID]}
		if len(o.Findings) > 0 {
			o.Truth = prentice.Fail
		}
		list = append(list, o)
	}
	return list, nil
}
