package standards

import (
	"cmp"
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/analyse"
	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/op"
)

// StandardLintIn is a standard to look over.
type StandardLintIn struct {
	File string `json:"file" arg:"1" file:"true" maxLength:"1048577" doc:"A standard, which is a Markdown file."`
	Name string `json:"name,omitempty" nameof:"file" maxLength:"500" doc:"What the file is called, for what is said about it."`
}

// StandardLinted is what was found.
type StandardLinted struct {
	op.Findings
	Rules int `json:"rules"`
}

// Text implements op.Texter.
func (l StandardLinted) Text() string { return l.Report(op.Count(l.Rules, "rule", "rules")) }

func standardLintOp(d Deps) op.Op {
	return op.New("standard.lint", prentice.Look, prentice.Viewer, "Look a standard over for mistakes, and see that its rules have teeth", func(ctx context.Context, _ op.Call, in StandardLintIn) (StandardLinted, error) {
		file := cmp.Or(in.Name, "standard.md")
		s, findings := standard.Read(file, file, []byte(in.File), analyse.All())
		return StandardLinted{op.Found(append(findings, toothless(ctx, d, file, s)...)), len(s.Rules)}, nil
	}).WithoutState().WithExample("prentice standard lint .prentice/standards/names.md").WithHelp(
		"A standard without an owner, a reason or a date of review, or with a rule that has no violation or no pass, does not load. What is misspelt is said with the nearest word.\n\n" +
			"Each rule is then run on its own examples: one that does not find its violation, or finds something in what is to pass, has no teeth and blocks nothing.")
}

// toothless are the rules that do not do on their examples what they say.
func toothless(ctx context.Context, d Deps, file string, s standard.Standard) []prentice.Finding {
	judge := check.Judge{Kinds: kinds(d)}
	var list []prentice.Finding
	for _, r := range s.Rules {
		for _, wrong := range judge.Toothless(ctx, r) {
			list = append(list, prentice.Finding{At: placeOf(file, r.Source), Error: true, Text: fmt.Sprintf("rule %s: %s", r.ID, wrong),
				Hint: "change the rule, or the example, until the one finds the other"})
		}
	}
	return list
}

// placeOf is where a rule stands, which its source says as file:line.
func placeOf(file, source string) prentice.Pos {
	line := 0
	if len(source) > len(file) {
		fmt.Sscanf(source[len(file):], ":%d", &line) //nolint:errcheck // without a number it is the file
	}
	return prentice.Pos{File: file, Line: line, Column: 1}
}

var (
	_ op.Texter = StandardLinted{}
	_ op.Ender  = StandardLinted{}
)
