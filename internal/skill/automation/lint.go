package automation

import (
	"cmp"
	"context"

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
	op.Findings
	Procedures int `json:"procedures"`
}

// Text implements op.Texter.
func (l Linted) Text() string { return l.Report(op.Count(l.Procedures, "procedure", "procedures")) }

func lintOp(d Deps) op.Op {
	return op.New("procedure.lint", prentice.Look, prentice.Viewer, "Look procedures over for mistakes", func(ctx context.Context, c op.Call, in LintIn) (Linted, error) {
		if in.File+in.Name != "" {
			if d.File == nil {
				return Linted{}, unavailable("a procedure")
			}
			return Linted{op.Found(d.File(cmp.Or(in.Name, "procedure.md"), []byte(in.File), c.Now)), 1}, nil
		}
		if d.Team == nil {
			return Linted{}, unavailable("the team folder")
		}
		n, findings, err := d.Team(ctx, c.Now)
		if err != nil {
			return Linted{}, err
		}
		return Linted{op.Found(findings), n}, nil
	}).WithExample("prentice procedure lint").FromFiles().WithHelp(
		"Reads every procedures/*.md of the team folder and says what is wrong with it, with file, line and column: unknown keys, sections, kinds and attributes with the nearest spelling; expressions over what is not there; scripts that read variables which nothing sets; calls that lead nowhere.\n\n" +
			"Advice names what a good procedure has and this one lacks: a Verify, an Undo, an owner, a day for its review.\n\n" +
			"Advice alone is success. With an error among the findings the exit code is that of a check that did not pass; see prentice help exit-codes.")
}

var (
	_ op.Texter = Linted{}
	_ op.Ender  = Linted{}
)
