package automation

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// ShowIn names a procedure.
type ShowIn struct {
	Name string `json:"name" arg:"1" maxLength:"120" example:"restart-service" doc:"The procedure."`
}

// Shown is one procedure: the runbook as people wrote it, the steps as prentice
// read them, and what there is to say about both.
type Shown struct {
	Procedure prentice.Procedure `json:"procedure"`
	Markdown  string             `json:"markdown"` // the file below its front matter, as it was written
	Usable    bool               `json:"usable"`
	Findings  []prentice.Finding `json:"findings"`
	Starts    []string           `json:"starts"`
	Record    prentice.Record    `json:"record"`

	Choices map[string]ChosenFrom `json:"choices,omitempty"` // of inputs that are chosen from a list, by name
}

// Part is the steps of one section, and the questions whether they are done.
type Part struct {
	Section prentice.Section
	Steps   []prentice.StepSpec
}

// Parts is the steps by section; a section without steps is left out.
func (s Shown) Parts() []Part {
	var parts []Part
	for _, section := range prentice.Sections() {
		part := Part{Section: section}
		for _, step := range s.Procedure.Steps {
			if step.Section == section {
				part.Steps = append(part.Steps, step)
			}
		}
		if len(part.Steps) > 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

// Text is the procedure in short, its steps with their prose, and the findings.
func (s Shown) Text() string {
	var b strings.Builder
	p := s.Procedure
	state := "● valid"
	if !s.Usable {
		state = "✕ not valid"
	}
	fmt.Fprintf(&b, "%s  %s\n%s\n\n", p.Name, state, p.Summary)
	pair(&b, "Kept by", orDash(string(p.Owner)))
	pair(&b, "Started by", startsOf(s.Starts))
	pair(&b, "Record", recordOf(s.Record))
	pair(&b, "Targets", p.Targets)
	if p.TargetsIf != "" {
		pair(&b, "Targets if", p.TargetsIf)
	}
	pair(&b, "Limits", fmt.Sprintf("%s, %d at a time, %s, stops above %d %% unhealthy, cooldown %s, %s a step, approval expires after %s",
		op.Count(p.Limits.MaxTargets, "host", "hosts"), p.Limits.Parallel, mayFail(p.Limits.MaxFailures), p.Limits.MaxUnhealthy, render.Span(p.Limits.Cooldown), render.Span(p.Limits.Timeout), render.Span(p.Limits.ApprovalExpires)))
	for _, in := range p.Inputs {
		pair(&b, "Input", inputLine(in, s.Choices))
	}
	for _, o := range p.Outputs {
		pair(&b, "Returns", outputLine(o))
	}
	for _, v := range p.Env {
		pair(&b, "Sets", v.Name+" = "+v.Value)
	}
	if len(p.Path) > 0 {
		pair(&b, "Sets", "PATH = "+strings.Join(p.Path, ":")+", before the host's own")
	}
	if names := p.Needs(); len(names) > 0 {
		pair(&b, "Secrets", strings.Join(names, ", "))
	}
	pair(&b, "Review by", orDash(p.ReviewBy))
	pair(&b, "File", p.File)
	for _, part := range s.Parts() {
		fmt.Fprintf(&b, "\n%s\n", capital(string(part.Section)))
		for _, step := range part.Steps {
			writeSpec(&b, step)
		}
	}
	if len(s.Findings) > 0 {
		b.WriteString("\nTo say about it\n")
		b.WriteString(op.Found(s.Findings).Lines("  "))
	}
	return b.String()
}

// outputLine is what a procedure returns, and where it comes from.
func outputLine(o prentice.Output) string {
	line := o.Name + ", " + o.Type + " of " + o.From
	if o.Doc != "" {
		line += ": " + o.Doc
	}
	return line
}

// mayFail says how many hosts may fail.
func mayFail(limit string) string {
	if limit == "" || limit == "0" {
		return "the first failure stops"
	}
	return "up to " + limit + " may fail"
}

func writeSpec(b *strings.Builder, s prentice.StepSpec) {
	if s.Prose != "" {
		fmt.Fprintf(b, "  %s\n", strings.ReplaceAll(s.Prose, "\n", "\n  "))
	}
	fmt.Fprintf(b, "  %s  %s\n", s.ID, strings.Join(manner(s), ", "))
	for line := range strings.Lines(s.Body) {
		b.WriteString("    │ " + strings.TrimRight(line, "\n") + "\n")
	}
}

// manner is how a step is done, in words.
func manner(s prentice.StepSpec) []string {
	words := []string{s.Kind}
	for _, name := range sortedKeys(s.Attrs) {
		words = append(words, name+"="+s.Attrs[name])
	}
	for _, h := range s.Under {
		words = append(words, h.String())
	}
	if s.Each != "" {
		words = append(words, "for each of "+s.Each)
	}
	if s.If != "" {
		words = append(words, "if "+s.If)
	}
	if s.Of != "" {
		return append(words, "asks whether "+s.Of+" is done")
	}
	if s.Section == prentice.Check {
		words = append(words, "expects "+s.Expect)
	}
	if s.Kind != "uses" {
		words = append(words, "risk "+s.Risk.String(), "where "+s.Where)
	}
	if s.Retry.Times > 0 {
		words = append(words, s.Retry.String())
	}
	if s.Idempotent {
		words = append(words, "may be repeated")
	}
	return words
}

func inputLine(in prentice.Input, lists map[string]ChosenFrom) string {
	words := []string{in.Name + " (" + in.Type + ")"}
	if in.From != "" {
		words = append(words, "from "+in.From)
	}
	if in.Default != nil {
		words = append(words, "or else "+*in.Default)
	}
	if len(in.Enum) > 0 {
		words = append(words, "one of "+strings.Join(in.Enum, ", "))
	}
	if in.Chosen() {
		words = append(words, chosenLine(in, lists))
	}
	if in.Pattern != "" {
		words = append(words, "like "+in.Pattern)
	}
	switch {
	case in.Min != "" && in.Max != "":
		words = append(words, in.Min+" to "+in.Max)
	case in.Min != "":
		words = append(words, "at least "+in.Min)
	case in.Max != "":
		words = append(words, "at most "+in.Max)
	}
	if in.Doc != "" {
		words = append(words, in.Doc)
	}
	return strings.Join(words, "; ")
}

func pair(b *strings.Builder, name, value string) {
	fmt.Fprintf(b, "%-11s %s\n", name, value)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func showOp(d Deps) op.Op {
	return op.New("procedure.show", prentice.Look, prentice.Viewer, "Show one procedure as people read it and as prentice does", d.show).
		WithExample("prentice procedure show restart-service").FromFiles()
}

func (d Deps) show(ctx context.Context, c op.Call, in ShowIn) (Shown, error) {
	library, name := d.library(), strings.TrimPrefix(in.Name, "procedure/")
	for _, p := range library.Known() {
		if p.Name != name {
			continue
		}
		record, err := d.record(ctx, p.Name)
		if err != nil {
			return Shown{}, err
		}
		findings := library.Lint(p, c.Now)
		if findings == nil {
			findings = []prentice.Finding{}
		}
		return Shown{Procedure: p, Markdown: belowFront(p.Text), Usable: usable(findings), Findings: findings, Starts: starts(p), Record: record, Choices: d.shownChoices(ctx, c.Now, p)}, nil
	}
	_, err := library.Find(in.Name) // it knows the nearest name
	if err == nil {
		err = prentice.Errorf(prentice.Conflict, "the procedures have just changed").Try("ask again")
	}
	return Shown{}, err
}

// belowFront is a procedure's file without its front matter.
func belowFront(text string) string {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return text
	}
	if _, below, found := strings.Cut(rest, "\n---\n"); found {
		return below
	}
	return text
}

var _ op.Texter = Shown{}
