package automation

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// LintIn names one file, or nothing for the whole team folder.
type LintIn struct {
	File string `json:"file,omitempty" arg:"1" file:"true" maxLength:"1048577" doc:"A procedure to look over by itself; without it all of the team folder's are."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

// Linted is what was found.
type Linted struct {
	Findings   []prentice.Finding `json:"findings"`
	Errors     int                `json:"errors"`
	Advice     int                `json:"advice"`
	Procedures int                `json:"procedures"`
}

// ExitCode says no when something is wrong; advice alone is success.
func (l Linted) ExitCode() int {
	if l.Errors > 0 {
		return op.NotWell
	}
	return 0
}

// Text is one line for each finding, as editors read them, and a summary.
func (l Linted) Text() string {
	var b strings.Builder
	writeFindings(&b, "", l.Findings)
	of := " in " + counted(l.Procedures, "procedure", "procedures")
	switch {
	case l.Errors > 0:
		fmt.Fprintf(&b, "✕ %s and %s%s\n", counted(l.Errors, "error", "errors"), counted(l.Advice, "piece of advice", "pieces of advice"), of)
	case l.Advice > 0:
		fmt.Fprintf(&b, "● no errors and %s%s\n", counted(l.Advice, "piece of advice", "pieces of advice"), of)
	default:
		fmt.Fprintf(&b, "● nothing to say%s\n", of)
	}
	return b.String()
}

func writeFindings(b *strings.Builder, before string, findings []prentice.Finding) {
	for _, f := range findings {
		sort := "advice"
		if f.Error {
			sort = "error"
		}
		b.WriteString(before)
		if at := f.At.String(); at != "" {
			b.WriteString(at + ": ")
		}
		fmt.Fprintf(b, "%s: %s", sort, f.Text)
		if f.Hint != "" {
			b.WriteString(": " + f.Hint)
		}
		b.WriteByte('\n')
	}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func lintOp(d Deps) op.Op {
	return op.New("procedure.lint", prentice.Look, prentice.Viewer, "Look procedures over for mistakes", func(ctx context.Context, c op.Call, in LintIn) (Linted, error) {
		if in.File+in.Name != "" {
			if d.File == nil {
				return Linted{}, unavailable("a procedure")
			}
			return linted(d.File(cmp.Or(in.Name, "procedure.md"), []byte(in.File), c.Now), 1), nil
		}
		if d.Team == nil {
			return Linted{}, unavailable("the team folder")
		}
		n, findings, err := d.Team(ctx, c.Now)
		if err != nil {
			return Linted{}, err
		}
		return linted(findings, n), nil
	}).WithExample("prentice procedure lint").WithHelp(
		"Reads every procedures/*.md of the team folder and says what is wrong with it, with file, line and column: unknown keys, sections, kinds and attributes with the nearest spelling; expressions over what is not there; scripts that read variables which nothing sets; calls that lead nowhere.\n\n" +
			"Advice names what a good procedure has and this one lacks: a Verify, an Undo, an owner, a day for its review.\n\n" +
			"Advice alone is success. With an error among the findings the exit code is that of a check that did not pass; see prentice help exit-codes.")
}

func linted(findings []prentice.Finding, procedures int) Linted {
	l := Linted{Findings: findings, Procedures: procedures}
	if l.Findings == nil {
		l.Findings = []prentice.Finding{}
	}
	for _, f := range findings {
		if f.Error {
			l.Errors++
		} else {
			l.Advice++
		}
	}
	return l
}

var (
	_ op.Texter = Linted{}
	_ op.Ender  = Linted{}
)
