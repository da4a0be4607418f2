package supervision

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

type logIn struct {
	which
	Offset int64  `json:"offset,omitempty" doc:"Where to read on: next of an earlier answer." minimum:"0"`
	Line   int64  `json:"line,omitempty" doc:"Begin at this line, from 1 on." minimum:"1"`
	Tail   int64  `json:"tail,omitempty" doc:"Begin so many lines before the end." minimum:"1"`
	Find   string `json:"find,omitempty" doc:"Only lines that hold this text." maxLength:"1000"`
	Target string `json:"target,omitempty" doc:"Only lines of this target, such as host/web-1." maxLength:"200"`
	Limit  int    `json:"limit,omitempty" doc:"How many lines at most." minimum:"1" maximum:"5000"`
}

func (in logIn) query(run int64) (log.Query, error) {
	begins := 0
	for _, n := range []int64{in.Offset, in.Line, in.Tail} {
		if n > 0 {
			begins++
		}
	}
	if begins > 1 {
		return log.Query{}, prentice.Errorf(prentice.Invalid, "a page of a log has one beginning").Try("give one of offset, line and tail")
	}
	return log.Query{Run: run, Offset: in.Offset, Line: in.Line, Tail: in.Tail, Find: in.Find, Target: prentice.Ref(in.Target), Limit: in.Limit}, nil
}

func (d Deps) log(ctx context.Context, _ op.Call, in logIn) (Log, error) {
	n, err := in.number()
	if err != nil {
		return Log{}, err
	}
	q, err := in.query(n)
	if err != nil {
		return Log{}, err
	}
	run, err := d.Runner.Show(ctx, n)
	if err != nil {
		return Log{}, err
	}
	targets := prentice.RefsOf(run.ThePlan.LookedAt())
	if q.Target, err = targetOf(targets, in.Target); err != nil {
		return Log{}, err
	}
	page, err := d.Logs.Page(ctx, q)
	return Log{Page: page, Find: in.Find, Targets: targets}, err
}

// targetOf is the target of a run that is meant, which may be called by its bare
// name. One that the run does not have would be an empty page for ever.
func targetOf(targets []prentice.Ref, name string) (prentice.Ref, error) {
	if name == "" {
		return "", nil
	}
	known := make([]string, len(targets))
	for i, t := range targets {
		if name == string(t) || name == t.Name() {
			return t, nil
		}
		known[i] = string(t)
	}
	e := prentice.Errorf(prentice.NotFound, "this run has no target %q", name).Try("list them with: prentice run show")
	if near := nearest.Of(name, known); near != "" {
		e = e.Try("did you mean %s?", near)
	}
	return "", e
}

// Log is a page of what steps printed.
type Log struct {
	log.Page
	Find    string         `json:"find,omitempty"` // what was looked for
	Targets []prentice.Ref `json:"-"`              // the run's, for a page that offers them
}

// Part is the page of the log itself.
func (l Log) Part() log.Page { return l.Page }

// Text implements op.Texter.
func (l Log) Text() string {
	var b strings.Builder
	if l.Removed != nil {
		fmt.Fprintf(&b, "The log of this run (%d lines) was removed at %s UTC: %s. What happened is in the evidence.\n",
			l.Removed.Lines, op.At(l.Removed.Time), l.Removed.Why)
	}
	if l.Trouble != "" {
		fmt.Fprintf(&b, "A part of this log cannot be read now: %s\n", l.Trouble)
	}
	for _, line := range l.Lines {
		if l.Find != "" {
			fmt.Fprintf(&b, "%d: ", line.Line)
		}
		b.WriteString(printed(line) + "\n")
	}
	if !l.End {
		fmt.Fprintf(&b, "There is more of its %d lines: read on with --offset %d\n", l.Total, l.Next)
	}
	return b.String()
}

// Empty implements op.Emptier.
func (l Log) Empty() string {
	switch {
	case l.Find != "":
		return fmt.Sprintf("No line here holds %q.", l.Find)
	case l.Total > 0:
		return fmt.Sprintf("None of its %s is here.", op.Count(int(l.Total), "line", "lines"))
	}
	return "Nothing was printed."
}

// printed is a line with when it was printed, on which host and by which step:
// what one host of many said is worth nothing without its name. Of a line that
// overwrites itself, as a progress bar does, it is the last state.
func printed(line log.Line) string {
	from := line.Step
	if line.Target != "" {
		from = line.Target.Name() + " " + from
	}
	return fmt.Sprintf("%s %s │ %s", op.Clock(line.Time), from, render.Overwritten(strings.TrimSuffix(line.Text, "\n")))
}

// First is the number of the page's first line, or 0.
func (l Log) First() int64 {
	if len(l.Lines) == 0 {
		return 0
	}
	return l.Lines[0].Line
}

// Earlier is where a page before this one begins, or 0.
func (l Log) Earlier() int64 {
	if l.First() <= 1 {
		return 0
	}
	return max(1, l.First()-earlier)
}

// earlier is how far a page goes back.
const earlier = 1000
