package standards

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/draft"
	"prentice/internal/op"
)

// InitIn says of which repository, and whether to write.
type InitIn struct {
	Write bool   `json:"write,omitempty" doc:"Write the drafts into .prentice/checks; without it, they are only shown."`
	Dir   string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// Initiated are the checks that are drafted, and what was not understood.
type Initiated struct {
	Parts   []draft.Part    `json:"parts"`
	Checks  []DraftLine     `json:"checks"`
	Unclear []draft.Unclear `json:"unclear"`
	Patch   string          `json:"patch"`
	Written bool            `json:"written"`
	There   int             `json:"there,omitempty"` // drafts whose file is there already
}

// DraftLine is a draft, in short.
type DraftLine struct {
	Name string `json:"name"`
	File string `json:"file"`
	From string `json:"from"`
	Says string `json:"says"` // what is left to a person, or why it is not written
}

func initOp(d Deps) op.Op {
	return op.New("check.init", prentice.Look, prentice.Viewer, "Draft the checks that build and test a repository", d.init).
		WithExample("prentice check init").WithoutState().OnlyHere().ThatKeeps().WithHelp(
		"Looks at what the repository is made of (Go, Node, Python, Rust, Maven, Gradle, Make, Dockerfile, compose) and at the run: steps of its GitHub, Gitea, Forgejo, GitLab and Woodpecker workflows, and drafts files for .prentice/checks. It runs nothing and asks no one.\n\n" +
			"What it did not understand (actions, matrices, services, conditions, expressions, secrets) is said with file and line, and stands in the draft too: nothing is guessed.\n\n" +
			"The drafts are shown, and written with --write, never over a file that is there.")
}

func (d Deps) init(ctx context.Context, _ op.Call, in InitIn) (Initiated, error) {
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Initiated{}, err
	}
	defer l.repo.Close() //nolint:errcheck // what it writes is written when it says so
	l.repo.Sizes(l.tree.Files)
	drafts := draft.Of(l.tree)
	out := Initiated{Parts: drafts.Parts, Checks: []DraftLine{}, Unclear: drafts.Unclear}
	var edits []check.Edit
	for _, c := range drafts.Checks {
		line := DraftLine{Name: c.Name, File: c.File, From: c.From, Says: op.Count(len(c.Steps), "step", "steps")}
		if there(l.tree, c.File) {
			line.Says = "there is a file already: it stays as it is"
			out.There++
		} else {
			edits = append(edits, check.Edit{Path: c.File, Content: []byte(c.Text), New: true})
		}
		out.Checks = append(out.Checks, line)
	}
	p, err := d.patched(l, edits, in.Write, "")
	out.Patch, out.Written = p.Patch, p.Written
	return out, err
}

// there says whether a tree has a file of that name, also where capitals do not count.
func there(t *check.Tree, path string) bool {
	for _, f := range t.Files {
		if strings.EqualFold(f.Path, path) {
			return true
		}
	}
	return false
}

// Text implements op.Texter.
func (i Initiated) Text() string {
	var b strings.Builder
	b.WriteString(i.Patch)
	for _, p := range i.Parts {
		fmt.Fprintf(&b, "○ %s in %s: %s\n", p.What, shown(p.Where), line(p.Says))
	}
	for _, c := range i.Checks {
		fmt.Fprintf(&b, "○ %s from %s: %s\n", c.Name, shown(c.From), c.Says)
	}
	for _, u := range i.Unclear {
		fmt.Fprintf(&b, "▲ %snot understood: %s\n", at(check.Finding{Path: u.File, Line: u.Line}), line(u.Says))
	}
	fresh := len(i.Checks) - i.There
	switch {
	case len(i.Checks) == 0:
		b.WriteString("◇ nothing is drafted: write the first check into .prentice/checks/test.md; see book/how-to/check-builds.md\n")
	case fresh == 0:
		b.WriteString("● every check that would be drafted is there already\n")
	case i.Written:
		fmt.Fprintf(&b, "● written: %s; look at them, and run them with prentice check\n", op.Count(fresh, "check", "checks"))
	default:
		fmt.Fprintf(&b, "◇ nothing is written: %s drafted; write with --write\n", op.Count(fresh, "check is", "checks are"))
	}
	return b.String()
}

var _ op.Texter = Initiated{}
