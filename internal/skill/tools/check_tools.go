package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/tool"
	"prentice/internal/op"
)

// The rules about tools.
const (
	ruleRead   = "tools/understood"
	ruleAgree  = "tools/no-contradiction"
	ruleSame   = "tools/same-in-ci"
	rulePast   = "tools/maintained"
	rulePinned = "tools/pinned"
	ruleLock   = "tools/lock-fits"
)

// kind judges what a repository says of its tools. What a machine has is not of it.
func (k *Desk) kind() check.Kind {
	return check.Kind{
		Name: "tools", Rules: rules,
		Tool: func() string {
			ends, err := k.ends()
			if err != nil {
				ends = tool.BuiltIn
			}
			return "tools@1 " + ends.AsOf.Format(time.DateOnly) + " " + k.now().UTC().Format(time.DateOnly)
		},
		Subject: func(t *check.Tree, _ check.Rule) string {
			var paths []string
			for _, f := range t.Files {
				if tool.Reads(f) || strings.HasPrefix(f.Path, ".prentice/checks/") || tool.Shows(f) {
					paths = append(paths, f.Path)
				}
			}
			return t.Only(paths...).Digest
		},
		Check: func(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
			ends, err := k.ends()
			if err != nil {
				return nil, err
			}
			return outcomes(ctx, t, rules, ends, k.now())
		},
	}
}

// rules are there where a file beside the manifests says a version. Of a repository without
// one, prentice tool check says what is not pinned.
func rules(_ context.Context, t *check.Tree) ([]check.Rule, error) {
	if t == nil || !slices.ContainsFunc(t.Files, tool.Pinning) {
		return nil, nil
	}
	return allRules(t), nil
}

func allRules(t *check.Tree) []check.Rule {
	one := func(files ...string) []check.Example {
		e := check.Example{Files: map[string]string{}}
		for i := 0; i < len(files); i += 2 {
			e.Files[files[i]] = files[i+1]
		}
		return []check.Example{e}
	}
	pinned := one(".nvmrc", "99\n", "package.json", `{"engines": {"node": ">=18"}}`)
	workflow := func(version string) string {
		return "jobs:\n  test:\n    steps:\n      - uses: actions/setup-node@v4\n        with: {node-version: \"" + version + "\"}\n"
	}
	lock := func(version string) string {
		return string(tool.Lock{Tools: []tool.Locked{{Tool: "node", Version: version, Platform: "linux/amd64", Program: "node", Digest: "sha256:" + strings.Repeat("0", 64), Verified: tool.Seen}}}.Text())
	}
	list := []check.Rule{
		{ID: ruleRead, Says: "What a repository says of its tools is understood.", Severity: claims.Warn,
			Why:        "A version that no one can read is not asked for: each machine takes what it has.",
			Remedy:     "write the version as the tool's own documentation does",
			Violations: one(".nvmrc", "twenty\n"), Passes: pinned},
		{ID: ruleAgree, Says: "No two files ask for versions of a tool that exclude each other.", Severity: claims.Warn,
			Why:        "A build is then with one version here and with another there, and one of the two was not meant.",
			Remedy:     "let both files ask for versions that have one in common",
			Violations: one(".nvmrc", "20.11.0\n", "package.json", `{"engines": {"node": ">=22"}}`), Passes: pinned},
		{ID: ruleSame, Says: "CI and environments use the versions that the repository asks for.", Severity: claims.Warn,
			Why:        "What was tested with another version was not tested.",
			Remedy:     "use the version there that is asked for, or have the action read it from the file",
			Violations: one(".nvmrc", "20.11.0\n", ".github/workflows/ci.yml", workflow("22")), Passes: one(".nvmrc", "20.11.0\n", ".github/workflows/ci.yml", workflow("20"))},
		{ID: rulePast, Says: "No tool is past the end of its life.", Severity: claims.Warn, Detected: true,
			Why:        "No one corrects it any more: a fault that is found in it stays.",
			Remedy:     "move to a version that is maintained: prentice tool ends lists them",
			Violations: one(".nvmrc", "18.20.0\n"), Passes: one("package.json", `{"engines": {"node": ">=18"}}`)},
		{ID: rulePinned, Says: "A file says which version of each tool builds the repository.", Severity: claims.Advise,
			Why:        "A build with another compiler is another build. What is not said is whatever a machine has.",
			Remedy:     "write the version where the tool looks for it: .nvmrc, .python-version, rust-toolchain.toml, .ruby-version, .java-version, or mise.toml for all",
			Violations: one(".nvmrc", "lts/*\n"), Passes: pinned},
		{ID: ruleLock, Says: "The lock of the tools is whole, and locks the versions that are asked for.", Severity: claims.Warn,
			Why:        "A lock of another version proves nothing of the one that is used.",
			Remedy:     "write it anew: prentice tool lock --write",
			Violations: one(".nvmrc", "20.11.0\n", tool.LockFile, lock("18.20.0")), Passes: one(".nvmrc", "20.11.0\n", tool.LockFile, lock("20.11.0"))},
	}
	if _, found := t.File(tool.LockFile); !found {
		list = list[:len(list)-1]
	}
	for i := range list {
		list[i].Kind, list[i].Source, list[i].Asks = "tools", "built in", "1"
		list[i].Cites = []check.Cite{{Title: "The Twelve-Factor App, dependencies", URL: "https://12factor.net/dependencies"}}
	}
	return list
}

func outcomes(ctx context.Context, t *check.Tree, rules []check.Rule, ends tool.Ends, now time.Time) ([]check.Outcome, error) {
	inv, err := tool.Of(ctx, t)
	if err != nil {
		return nil, err
	}
	found, unclear := map[string][]check.Finding{}, map[string][]string{}
	add := func(rule, path string, line int, key, says string) {
		found[rule] = append(found[rule], check.Finding{Path: path, Line: line, Key: key, Says: says})
	}
	for _, w := range inv.Wrong {
		add(ruleRead, w.Path, w.Line, w.Says, w.Says)
	}
	for _, x := range tool.Contradictions(inv.Pins) {
		add(ruleAgree, x.B.Path, x.B.Line, x.B.Tool+" "+x.A.Path, contradicts(x))
	}
	for _, p := range inv.Bare {
		add(rulePinned, p.Path, p.Line, p.Tool, "no file says which version of "+p.Tool+" builds it")
	}
	for _, r := range rowsOf(inv, nil, ends, now) {
		if r.Place == asked && r.Form == tool.Floats {
			add(rulePinned, r.Path, r.Line, r.Tool, r.Tool+" "+r.Version+" is another version tomorrow")
		}
		if r.Place != asked && r.Fits == prentice.Fail {
			add(ruleSame, r.Path, r.Line, r.Tool+" "+r.Who, fmt.Sprintf("%s uses %s %s: %s", r.Who, r.Tool, r.Version, r.Says))
		}
		switch {
		case r.Life.Truth == prentice.Fail:
			add(rulePast, r.Path, r.Line, r.Tool+" "+r.Life.Line, r.Life.Says)
		case r.Life.Truth == prentice.NotSeen && r.Life.Line != "":
			unclear[rulePast] = append(unclear[rulePast], r.Tool+" "+r.Version)
		}
	}
	if l, there, err := lockOf(t); err != nil {
		add(ruleLock, tool.LockFile, 1, "unreadable", err.Error())
	} else if there {
		for _, m := range l.Misfits(inv.Pins) {
			add(ruleLock, m.Pin.Path, m.Pin.Line, m.Locked.Tool, misfit(m))
		}
	}
	var list []check.Outcome
	for _, r := range rules {
		o := check.Outcome{Rule: r.ID, Truth: prentice.Pass, Findings: found[r.ID]}
		if names := slices.Compact(unclear[r.ID]); len(names) > 0 {
			o.Truth, o.Reason = prentice.NotSeen, "no end of "+strings.Join(names[:min(3, len(names))], ", ")+" was announced when someone last looked, which is long ago"
			o.Unclear = o.Reason
		}
		if len(o.Findings) > 0 {
			o.Truth, o.Reason = prentice.Fail, ""
		}
		list = append(list, o)
	}
	return list, nil
}

// judge says all of that of a folder, and how this machine stands beside it.
func (k *Desk) judge(ctx context.Context, c op.Call, in DirIn) (Judged, error) {
	repo, t, inv, err := k.open(ctx, in.Dir)
	if err != nil {
		return Judged{}, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	ends, err := k.ends()
	if err != nil {
		return Judged{}, err
	}
	j := Judged{Repository: t.Name, Truth: prentice.Pass, Problems: []Problem{}, Ends: about(ends, c.Now)}
	all, err := outcomes(ctx, t, allRules(t), ends, c.Now)
	if err != nil {
		return j, err
	}
	for _, o := range all {
		for _, f := range o.Findings {
			j.add(Problem{Truth: prentice.Fail, Path: f.Path, Line: f.Line, Says: f.Says})
		}
		if o.Unclear != "" {
			j.add(Problem{Truth: prentice.NotSeen, Says: o.Unclear})
		}
	}
	rows := rowsOf(tool.Inventory{Pins: inv.Pins}, k.here(inv), ends, c.Now)
	wrongHere(rows)
	for _, r := range rows {
		if r.Place == string(tool.Here) && r.Fits == prentice.NotSeen && wishOf(inv, r.Tool).Known() && wishOf(inv, r.Tool).Text != "" {
			j.add(Problem{Truth: prentice.NotSeen, Tool: r.Tool, Says: "this machine has " + r.Tool + " " + r.Version + ": " + r.Says})
		}
	}
	return j, nil
}

func (j *Judged) add(p Problem) {
	j.Problems = append(j.Problems, p)
	if p.Truth == prentice.Fail || j.Truth == prentice.Pass {
		j.Truth = p.Truth
	}
}
