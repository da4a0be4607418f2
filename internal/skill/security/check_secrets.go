package security

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/leak"
)

// The rules of secrets.
const (
	noSecret = "secrets/none"     // of the files
	searched = "secrets/searched" // that they could be looked for at all
	settings = "secrets/settings" // advice about the settings
	noPast   = "secrets/history"  // of what commits brought, where that is looked at
)

// The files of settings, as gitleaks has them.
const (
	settingsFile = ".gitleaks.toml"
	ignoreFile   = ".gitleaksignore"
)

// secretChecks is the kind of check that looks for secrets.
func secretChecks() []check.Kind {
	k := &secretKind{}
	return []check.Kind{{Name: "secrets", Rules: secretRules, Check: k.check, Hide: hideSecrets, Subject: secretSubject,
		Tool: func() string { return "leak@1 " + leak.Rules() }}}
}

// asked is what decides beside the tree. It is read where the rules are: of a change, from
// what the change is made on, so that no change lets its own secrets pass.
type asked struct {
	leak.Settings
	Ignore []string `json:"ignore,omitempty"` // places: file:rule:line, or with a commit before
}

func askedOf(t *check.Tree) (a asked, err error) {
	if t == nil {
		return a, nil
	}
	next := settingsFile
	for len(a.Files) < 3 && next != "" {
		text, err := t.Text(next)
		if check.Missing(err) {
			break
		}
		if err != nil {
			return a, err
		}
		if len(text) > leak.MostSettings {
			return a, prentice.Errorf(prentice.Limited, "%s has %d bytes, and at most %d are read", next, len(text), leak.MostSettings).Try("make it shorter")
		}
		a.Files = append(a.Files, leak.SettingsFile{Path: next, Text: string(text)})
		if next = leak.Extends(string(text)); next != "" {
			next = path.Clean(next)
		}
	}
	text, err := t.Text(ignoreFile)
	if check.Missing(err) {
		return a, nil
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			a.Ignore = append(a.Ignore, strings.ReplaceAll(line, "\\", "/"))
		}
	}
	return a, err
}

func secretRules(_ context.Context, t *check.Tree) ([]check.Rule, error) {
	a, err := askedOf(t)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	list := []check.Rule{noSecretRule(), noPastRule(), searchedRule(), settingsRule()}
	for i := range list {
		list[i].Kind, list[i].Source, list[i].Asks = "secrets", "built in", string(text)
		list[i].Cites = append(list[i].Cites, check.Cite{Title: "OSPS Baseline, OSPS-BR-07", URL: "https://baseline.openssf.org/versions/2026-02-19#osps-br-0701"},
			check.Cite{Title: "NCSC secure development, 5: protect your code repository", URL: "https://www.ncsc.gov.uk/collection/developers-collection/principles/protect-your-code-repository"})
	}
	return list, nil
}

// secretKind judges. It keeps detectors, which are dear to make.
type secretKind struct{ made sync.Map } // from what is asked to *leak.Detector

func (k *secretKind) detector(asks string) (*leak.Detector, asked, error) {
	var a asked
	if err := json.Unmarshal([]byte(asks), &a); err != nil {
		return nil, a, err
	}
	if d, there := k.made.Load(asks); there {
		return d.(*leak.Detector), a, nil
	}
	d, err := leak.New(a.Settings)
	if err == nil {
		k.made.Store(asks, d)
	}
	return d, a, err
}

func (k *secretKind) check(ctx context.Context, t *check.Tree, rules []check.Rule) (list []check.Outcome, err error) {
	seen := map[string]*search{} // by what is asked
	for _, r := range rules {
		if r.ID == settings {
			list = append(list, k.advised(r, t))
			continue
		}
		d, a, err := k.detector(r.Asks)
		if err != nil {
			list = append(list, unreadable(r, err))
			continue
		}
		if r.ID == noPast {
			o, err := inPast(ctx, r, t, d, a)
			if err != nil {
				return nil, err
			}
			list = append(list, o)
			continue
		}
		if seen[r.Asks] == nil {
			if seen[r.Asks], err = searchTree(ctx, t, d, a); err != nil {
				return nil, err
			}
		}
		if r.ID == searched {
			list = append(list, k.looked(r, t, d, seen[r.Asks]))
			continue
		}
		list = append(list, seen[r.Asks].outcome(r))
	}
	return list, nil
}

// own is the detector by the settings that a tree has itself, which a change may have
// written: they are judged, and decide nothing.
func (k *secretKind) own(t *check.Tree) (*leak.Detector, error) {
	a, err := askedOf(t)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	d, _, err := k.detector(string(text))
	return d, err
}

// looked says whether all could be looked at, by settings that let secrets be found.
func (k *secretKind) looked(r check.Rule, t *check.Tree, d *leak.Detector, s *search) check.Outcome {
	o := check.Outcome{Rule: r.ID, Truth: prentice.Pass, Findings: s.blind}
	if own, err := k.own(t); err == nil && !own.Sees(samples()) || !d.Sees(samples()) {
		o.Findings = append(o.Findings, check.Finding{Path: settingsFile, Line: 1, Key: "all pass",
			Says: "by these settings nothing is found: each of some well-known secrets passes", Remedy: "begin with [extend] useDefault = true, and make its allowlists narrower"})
	}
	if len(o.Findings) > 0 {
		o.Truth = prentice.Fail
	}
	return o
}

// unreadable is how a rule stands whose settings cannot be read.
func unreadable(r check.Rule, err error) check.Outcome {
	says := strings.Join(strings.Fields(err.Error()), " ")
	if r.ID == settings {
		return check.Outcome{Rule: r.ID, Truth: prentice.Fail, Findings: []check.Finding{{Path: settingsFile, Line: 1, Says: says}}}
	}
	return check.Outcome{Rule: r.ID, Truth: prentice.NotSeen, Reason: says}
}

// advised says what in the settings of a tree does nothing, and what they switch off.
func (k *secretKind) advised(r check.Rule, t *check.Tree) check.Outcome {
	d, err := k.own(t)
	if err != nil {
		return unreadable(r, err)
	}
	o := check.Outcome{Rule: r.ID, Truth: prentice.Pass}
	for _, a := range d.Advice {
		o.Truth = prentice.Fail
		o.Findings = append(o.Findings, check.Finding{Path: a.Path, Line: a.Line, Says: a.Says})
	}
	if len(d.Off) > 0 {
		o.Reason = fmt.Sprintf("the settings switch off %d of the rules: %s", len(d.Off), strings.Join(d.Off, ", "))
	}
	return o
}

// inPast says how the rule of what commits brought stands.
func inPast(ctx context.Context, r check.Rule, t *check.Tree, d *leak.Detector, a asked) (check.Outcome, error) {
	p, err := searchPast(ctx, t, d, a)
	if ctx.Err() != nil {
		return check.Outcome{}, ctx.Err()
	}
	if err != nil {
		return check.Outcome{Rule: r.ID, Truth: prentice.NotSeen, Reason: strings.Join(strings.Fields(err.Error()), " ")}, nil
	}
	return p.outcome(r, t.Past), nil
}

// secretSubject is what a rule looks at: of the history only that.
func secretSubject(t *check.Tree, r check.Rule) string {
	if r.ID != noPast || t.Past == nil {
		return check.Subject(t)
	}
	parts := []string{t.Past.Digest, t.Past.Lacks}
	if t.Base != nil {
		parts = append(parts, t.Base.Digest)
	}
	return prentice.Digest([]byte(strings.Join(parts, "\n")))
}
