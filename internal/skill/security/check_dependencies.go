package security

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/advisory"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/dependency"
)

// dependencyKind is the kind of the rules about what a repository is built from.
const dependencyKind = "dependencies"

const ruleVulnerable = "dependencies/vulnerable"

// asks is what a rule asks, as it stands in Asks.
type asks struct {
	What   string               `json:"what"`
	Policy dependency.Policy    `json:"policy"`
	Said   []advisory.Statement `json:"said,omitempty"` // in OpenVEX documents
}

func (s Supply) kind() check.Kind {
	return check.Kind{
		Name: dependencyKind, Rules: s.rules, Check: s.check, Subject: suppliers,
		Tool: func() string {
			known := "none"
			if s.Shelf != nil {
				known = s.Shelf.Digest()
			}
			return dependencyKind + "@1 " + known + " " + s.now().UTC().Format(time.DateOnly)
		},
	}
}

// suppliers is the digest of the files that name dependencies, and of those that say of
// which system they are.
func suppliers(t *check.Tree, _ check.Rule) string {
	var files []check.File
	for _, f := range t.Files {
		if dependency.Names(f) || strings.HasSuffix(f.Path, "/os-release") {
			files = append(files, f)
		}
	}
	return check.Digest(files)
}

// rules are those that the policy of a repository asks for.
func (s Supply) rules(_ context.Context, t *check.Tree) ([]check.Rule, error) {
	policy := policies{Policy: dependency.Usual}
	var said []advisory.Statement
	if t != nil {
		var err error
		if policy, err = s.policy(t); err != nil {
			return nil, err
		}
		if said, err = statements(t, s.now()); err != nil {
			return nil, err
		}
	}
	rules := []check.Rule{s.vulnerable(policy.Policy, said)}
	if len(policy.Allowed) > 0 {
		rules = append(rules, permitted(policy))
	}
	if policy.Youngest > 0 {
		rules = append(rules, aged(policy)...)
	}
	if policy.Agreed.Required {
		rules = append(rules, agreement(policy))
	}
	return rules, nil
}

// vexFolder is where a repository keeps its OpenVEX documents.
const vexFolder = ".prentice/vex/"

// statements are those of the OpenVEX documents of a tree.
func statements(t *check.Tree, now time.Time) (all []advisory.Statement, err error) {
	for _, f := range t.Files {
		if !strings.HasPrefix(f.Path, vexFolder) || !strings.HasSuffix(f.Path, ".json") || f.Mode == check.Link || f.Mode == check.Submodule {
			continue
		}
		text, err := t.Read(f)
		if err != nil {
			return nil, err
		}
		list, err := advisory.ReadVEX(text, now)
		if err != nil {
			return nil, prentice.Errorf(prentice.Invalid, "%q: %w", f.Path, err)
		}
		all = append(all, list...)
	}
	return all, nil
}

func asking(a asks) string {
	text, err := json.Marshal(a)
	if err != nil {
		return a.What
	}
	return string(text)
}

// vulnerable blocks where advisories were brought here, or the policy asks for them: where
// no one ever did, that nothing is known is said, and holds no one up.
func (s Supply) vulnerable(p dependency.Policy, said []advisory.Statement) check.Rule {
	r := check.Rule{
		ID: ruleVulnerable, Kind: dependencyKind, Source: "built in", Owner: "group/prentice", Severity: claims.Advise,
		Says: "No dependency has a known vulnerability",
		Why:  "What is known is known to attackers as well, and programs look for it day and night.",
		Cites: []check.Cite{
			{Title: "NCSC secure development, 6: secure the build and deployment pipeline", URL: "https://www.ncsc.gov.uk/collection/developers-collection/principles/secure-the-build-and-deployment-pipeline"},
			{Title: "OSPS Baseline, OSPS-VM-05", URL: "https://baseline.openssf.org/versions/2026-02-19#osps-vm-0501"},
		},
		Asks: asking(asks{What: "vulnerable", Policy: p, Said: said}), Remedy: "take a version that is fixed, or say in an OpenVEX statement why it does not matter here",
		Violations: []check.Example{{Files: map[string]string{"go.mod": "module a\n\ngo 1.26\n\nrequire example.org/vulnerable v1.0.0\n"}}},
		Passes:     []check.Example{{Files: map[string]string{"go.mod": "module a\n\ngo 1.26\n\nrequire example.org/vulnerable v1.1.0\n"}}},
	}
	if books, err := s.shelved(); err != nil || books > 0 || p.Required {
		r.Severity = claims.Block
	}
	return r
}

// shelved is how many books there are, whole or not.
func (s Supply) shelved() (int, error) {
	if s.Shelf == nil {
		return 0, nil
	}
	list, err := s.Shelf.List()
	return len(list), err
}

// check judges the rules that are asked for, with one look at the tree.
func (s Supply) check(ctx context.Context, t *check.Tree, rules []check.Rule) ([]check.Outcome, error) {
	inv, err := dependency.Of(ctx, t)
	if err != nil {
		return nil, err
	}
	var list []check.Outcome
	for _, r := range rules {
		var a asks
		if err := json.Unmarshal([]byte(r.Asks), &a); err != nil {
			return nil, prentice.Errorf(prentice.Internal, "what %s asks cannot be read: %w", r.ID, err)
		}
		if a.What != "vulnerable" {
			inv = s.known(inv)
		}
		o := s.judge(ctx, inv, a)
		o.Rule = r.ID
		list = append(list, o)
	}
	return list, nil
}

// judge answers what a rule asks.
func (s Supply) judge(ctx context.Context, inv dependency.Inventory, a asks) check.Outcome {
	switch a.What {
	case "vulnerable":
		return s.judgeVulnerable(ctx, inv, a)
	case "licence":
		return judgeLicence(inv, a.Policy)
	case "age":
		return s.judgeAge(inv, a.Policy)
	case "agreed":
		return judgeAgreed(inv, a.Policy)
	case "dated":
		return judgeDated(inv)
	}
	return check.Outcome{Truth: prentice.NotSeen, Reason: fmt.Sprintf("no one can judge %q", a.What)}
}

// outcome is that of findings, and of what keeps one from knowing: a finding is enough for
// no, and yes needs that all is known.
func outcome(findings []check.Finding, unknown []string, passed string) check.Outcome {
	o := check.Outcome{Truth: prentice.Pass, Findings: findings, Reason: passed}
	if len(unknown) > 0 {
		o.Truth, o.Reason = prentice.NotSeen, strings.Join(unknown, "; ")
	}
	if len(findings) > 0 {
		o.Truth, o.Unclear = prentice.Fail, strings.Join(unknown, "; ")
	}
	return o
}
