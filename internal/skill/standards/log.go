package standards

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// LogIn names a check of a repository.
type LogIn struct {
	Check string `json:"check" arg:"1" maxLength:"120" example:"unit-tests" doc:"The check: the name of its file in .prentice/checks, without .md."`
	Dir   string `json:"dir,omitempty" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// Logged is what a check printed when it was performed last.
type Logged struct{ pipeline.Log }

// Text implements op.Texter.
func (l Logged) Text() string {
	var b strings.Builder
	if l.Cut {
		fmt.Fprintf(&b, "▲ this is the end of %s\n", shown(l.File))
	}
	for text := range strings.Lines(l.Log.Text) {
		b.WriteString(term.Line(strings.TrimSuffix(text, "\n")) + "\n")
	}
	sign, word := "●", "passed"
	if !l.Passed {
		sign, word = "■", "did not pass"
	}
	fmt.Fprintf(&b, "%s %s %s: %s, %s\n  log: %s\n  files that it brought back: %s\n", sign, l.Check, word, line(l.Says), l.Ended.Format(time.RFC3339), shown(l.File), shown(l.Folder))
	if l.Left {
		fmt.Fprintf(&b, "  look at what it left: prentice check enter %s\n", l.Check)
	}
	return b.String()
}

func logOp(d Deps) op.Op {
	return op.New("check.log", prentice.Look, prentice.Viewer, "Show what a check of this repository printed when it was performed last", d.log).
		WithExample("prentice check log unit-tests").WithoutState().OnlyHere().WithHelp(
		"A check is a file in .prentice/checks. What its steps print is kept for a week, with the reports and artifacts that it names, in the repository's .git/prentice/runs. A verdict that is reused performs nothing: the log is that of the run that gave it.")
}

func (d Deps) log(ctx context.Context, _ op.Call, in LogIn) (Logged, error) {
	if d.Printed == nil {
		return Logged{}, unavailable("the log")
	}
	l, err := d.look(ctx, Which{Dir: in.Dir})
	if err != nil {
		return Logged{}, err
	}
	defer l.repo.Close() //nolint:errcheck // it was only read
	log, err := d.Printed(l.tree.Keep, strings.TrimPrefix(in.Check, pipeline.Kind+"/"))
	return Logged{log}, err
}

var _ op.Texter = Logged{}
