package pipeline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

// Kind is the name of the kind that judges checks, and what their rules begin with.
const Kind = "checks"

// asked is what the rule of a check asks: its file, and what is wrong with it.
type asked struct {
	Text  string `json:"text"`
	Wrong string `json:"wrong,omitempty"`
	From  string `json:"from,omitempty"` // of one that was detected: the file by which it is known
}

// Own are the checks that a tree keeps, and the files that are none.
func Own(t *check.Tree) (checks []Check, unread []Unread) {
	for _, f := range t.Files {
		rest, in := strings.CutPrefix(f.Path, Folder+"/")
		if !in || strings.Contains(rest, "/") || !strings.HasSuffix(rest, ".md") || strings.EqualFold(rest, "README.md") {
			continue
		}
		wrong := func(says, hint string) {
			unread = append(unread, Unread{Name: bareName(f.Path), File: f.Path, Findings: []prentice.Finding{{At: prentice.Pos{File: f.Path, Line: 1}, Error: true, Text: says, Hint: hint}}})
		}
		switch {
		case f.Mode == check.Link || f.Mode == check.Submodule:
			wrong("it is no regular file", "put the file itself there")
			continue
		case len(checks) == MostChecks:
			wrong(fmt.Sprintf("a repository has at most %d checks", MostChecks), "join some")
			continue
		}
		text, err := t.Read(f)
		if err != nil {
			wrong(err.Error(), "look whether the file can be read")
			continue
		}
		if c, findings := Read(f.Path, text); len(findings) > 0 {
			unread = append(unread, Unread{bareName(f.Path), f.Path, findings})
		} else {
			checks = append(checks, c)
		}
	}
	return checks, unread
}

// rules are the checks of a tree as rules: its own, or those that are detected where it
// keeps none.
func (j *Judge) rules(t *check.Tree) []check.Rule {
	list := rules(t)
	if len(list) > 0 || j.Detect == nil {
		return list
	}
	for _, d := range j.Detect(t) {
		r := ruleOf(d.Name, d.From)
		r.Says, r.Remedy, r.Detected, r.Measures = d.Summary, "see what it printed: prentice check log "+d.Name, true, len(d.Reports.Coverage) > 0
		r.Why = "No check is written here, so what is made of " + d.From + " was detected. Write it down, and change it: prentice check init --write"
		r.Asks = asked{Text: d.Text, From: d.From}.text()
		list = append(list, r)
	}
	return list
}

// rules are the checks that a tree keeps, as rules. One that cannot be read, or performed as it
// is, is a rule that no one can judge.
func rules(t *check.Tree) []check.Rule {
	checks, unread := Own(t)
	misfits := Misfits(checks)
	var list []check.Rule
	for _, c := range checks {
		a := asked{Text: c.Text}
		r := ruleOf(c.Name, c.File)
		r.Measures = len(c.Reports.Coverage) > 0
		r.Says, r.Remedy = c.Summary, "see what it printed: prentice check log "+c.Name
		if f, found := misfits[c.Name]; found {
			a.Wrong, r.Remedy = hinted(f.Text, f.Hint), f.Hint
		} else {
			for _, need := range c.Needs {
				r.Needs = append(r.Needs, Kind+"/"+need)
			}
		}
		r.Asks = a.text()
		list = append(list, r)
	}
	for _, u := range unread {
		f := u.Findings[0]
		r := ruleOf(u.Name, u.File)
		r.Says, r.Remedy = "The check "+u.File+" can be read", f.Hint
		r.Asks = asked{Wrong: hinted(fmt.Sprintf("%s: %s", f.At, f.Text), f.Hint)}.text()
		list = append(list, r)
	}
	return list
}

// hinted is what is wrong, and what to write in its place.
func hinted(wrong, hint string) string {
	if hint == "" {
		return wrong
	}
	return wrong + ": " + hint
}

func ruleOf(name, file string) check.Rule {
	return check.Rule{ID: Kind + "/" + name, Kind: Kind, Severity: claims.Block, Source: file,
		Why: "The repository says of itself that it must pass."}
}

func (a asked) text() string {
	text, err := json.Marshal(a)
	if err != nil {
		panic("two texts always have a JSON form: " + err.Error())
	}
	return string(text)
}

// checkOf is the check that a rule of this kind is about.
func checkOf(r check.Rule) (Check, string) {
	var a asked
	if err := json.Unmarshal([]byte(r.Asks), &a); err != nil {
		return Check{}, "what it asks cannot be read: " + err.Error()
	}
	if a.Wrong != "" {
		return Check{}, a.Wrong
	}
	file := r.Source
	if a.From != "" {
		file = Folder + strings.TrimPrefix(r.ID, Kind) + ".md"
	}
	c, findings := Read(file, []byte(a.Text))
	if len(findings) > 0 {
		return Check{}, findings[0].Text
	}
	if a.From != "" { // a finding stands where people can look
		c.File = a.From
		for i := range c.Steps {
			c.Steps[i].Line = 1
		}
	}
	return c, ""
}

// Within is the part of a tree that a check depends on: what its verdict is about, and
// all that it is given.
func (c Check) Within(t *check.Tree) *check.Tree {
	part := *t
	part.Base, part.Commits = nil, nil
	if len(c.Paths) > 0 {
		part.Files = slices.DeleteFunc(slices.Clone(t.Files), func(f check.File) bool {
			if c.byCompose() && slices.Contains(composeFiles, f.Path) {
				return false
			}
			return !slices.ContainsFunc(c.Paths, func(p string) bool { return check.Within(p, f.Path) })
		})
	}
	part.Digest = check.Digest(part.Files)
	return &part
}
