package procedure

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// uses is the kind of step that calls another procedure. It is not run: its
// steps take its place when a plan is rendered.
const uses = "uses"

// fence is a block that may be a step.
type fence struct {
	info     infoString
	infoText string
	at       prentice.Pos // of the fence
	infoAt   prentice.Pos // of what stands behind it
	body     string
	prose    string
}

// place is where something stands in the info string.
func (f fence) place(offset int) prentice.Pos {
	at := f.infoAt
	at.Column += utf8.RuneCountInString(f.infoText[:min(offset, len(f.infoText))])
	return at
}

// The attributes that every step has. The others belong to its kind.
var commonAttributes = []string{"id", "risk", "where", "expect", "idempotent", "of", "retry", "delay", "backoff", "timeout", "if", "each", "out"}

func (r *reading) kindNames() []string {
	names := []string{}
	for _, k := range r.kinds {
		names = append(names, k.Name())
	}
	return append(names, uses)
}

func (r *reading) known(word string) bool { return oneOf(word, r.kindNames()) }

func (kinds Kinds) named(name string) (prentice.StepKind, bool) {
	for _, k := range kinds {
		if k.Name() == name {
			return k, true
		}
	}
	return nil, false
}

// script is the shell of which the bodies of a kind are scripts, or "".
func (kinds Kinds) script(name string) string {
	k, ok := kinds.named(name)
	if !ok {
		return ""
	}
	return k.Needs().Script
}

// data says whether the body of a step is data: always, or where it has expressions, so
// that none is sent as it stands.
func (kinds Kinds) data(s prentice.StepSpec) bool {
	k, ok := kinds.named(s.Kind)
	return ok && (k.Needs().Data || k.Needs().Asks && strings.Contains(s.Body, "${"))
}

// state says whether steps of a kind say how something is to be.
func (kinds Kinds) state(name string) bool {
	k, ok := kinds.named(name)
	return ok && k.Needs().State
}

// running is the kind whose bodies are scripts of a shell.
func (kinds Kinds) running(shell string) (prentice.StepKind, bool) {
	for _, k := range kinds {
		if k.Needs().Script == shell {
			return k, true
		}
	}
	return nil, false
}

// marked says whether a block has an attribute that only steps have.
func (f fence) marked() bool {
	for _, a := range f.info.attributes {
		if oneOf(a.name, commonAttributes) {
			return true
		}
	}
	return false
}

// step keeps a block as a step of the procedure.
func (p *page) step(f fence) {
	s := prentice.StepSpec{Section: p.section, Kind: f.info.word, Script: p.kinds.script(f.info.word), State: p.kinds.state(f.info.word), Body: f.body, Prose: f.prose, At: f.at, Attrs: map[string]string{}}
	if f.info.wrong != "" {
		p.fail(f.place(f.info.wrongAt), `write name=value, name="a value with blanks" or name=${an expression}`, "%s", f.info.wrong)
	}
	common := map[string]attribute{}
	at := len(p.proc.Steps)
	for _, a := range f.info.attributes {
		_, twice := s.Attrs[a.name]
		if _, also := common[a.name]; also || twice {
			p.fail(f.place(a.offset), "keep one of them", "attribute %s appears twice", clip.Text(a.name))
			continue
		}
		if oneOf(a.name, commonAttributes) {
			common[a.name] = a
			continue
		}
		s.Attrs[a.name] = p.attribute(f, a, at)
	}
	p.common(&s, f, common)
	p.lintKind(s, f)
	if p.kinds.data(s) {
		p.data(s, at)
	}
	p.proc.Steps = append(p.proc.Steps, s)
}

// attribute is the value of one of the kind's attributes. Its expressions are
// compiled when all inputs are known. step is its place among the steps.
func (p *page) attribute(f fence, a attribute, step int) string {
	if a.bare {
		return "true"
	}
	list, ok := parts(a.value)
	if !ok {
		p.fail(f.place(a.offset), "end it with }", "${ has no end in attribute %s", a.name)
	}
	for _, part := range list {
		if !part.isExpr {
			continue
		}
		p.later(value{source: part.text, in: wholeCase, want: p.wordsWanted(f.info.word, a.name, len(list) == 1), what: "attribute " + a.name, at: p.inLine(f.place(a.valueAt + part.offset)),
			rounds: func() bool { return loops(p.proc.Steps, p.proc.Steps[step]) }, of: p.stepAt(step)})
	}
	return a.value
}

// inLine turns places within an expression into those of the line that it stands in.
func (p *page) inLine(from prentice.Pos) func(line, column int) prentice.Pos {
	return func(_, column int) prentice.Pos { return p.at(from.Line, from.Column+column-1) }
}

// lintKind asks the step's kind what it thinks of the step.
func (p *page) lintKind(s prentice.StepSpec, f fence) {
	if s.Kind == uses {
		p.lintUses(s, f)
		return
	}
	if s.Script != "" && strings.TrimSpace(s.Body) == "" && s.Attrs["script"] == "" {
		p.fail(s.At, "write the command between the fences", "the script is empty")
		return
	}
	kind, ok := p.kinds.named(s.Kind)
	if !ok {
		return
	}
	p.findings = append(p.findings, placed(kind.Lint(p.strange(s, f)), s.At)...)
}

// placed gives findings that have no place the place of their step.
func placed(findings []prentice.Finding, at prentice.Pos) []prentice.Finding {
	for i := range findings {
		if findings[i].At.Line == 0 {
			findings[i].At = at
		}
	}
	return findings
}

func (p *page) lintUses(s prentice.StepSpec, f fence) {
	if s.Section != prentice.Act {
		p.fail(s.At, "put it under ## Act; its checks, verification and undo go where they belong", "a uses step is in %s", s.Section)
	}
	for _, a := range f.info.attributes {
		switch name, isInput := strings.CutPrefix(a.name, "input."); {
		case a.name == "procedure", oneOf(a.name, usesAttributes), isInput && isWord(name):
		case oneOf(a.name, commonAttributes):
			p.fail(f.place(a.offset), "it comes from the steps of the other procedure", "a uses step has no attribute %s", a.name)
		default:
			p.fail(f.place(a.offset), usesMeant(a.name), "a uses step has no attribute %q", clip.Text(a.name))
		}
	}
	if name := s.Attrs["procedure"]; !prentice.ValidName(name) {
		p.fail(s.At, "write procedure=NAME, without ${…}", "the uses step names no procedure: %q", clip.Text(name))
	}
	if strings.TrimSpace(s.Body) != "" {
		p.fail(s.At, "put what people must know before the block", "the uses step has text inside")
	}
}

// usesMeant is the attribute of a call that was meant by one that it does not have.
func usesMeant(name string) string {
	if word, input, dotted := strings.Cut(name, "."); dotted && nearest.Of(word, []string{"input"}) != "" {
		return "did you mean input." + clip.Text(input) + "?"
	}
	known := append([]string{"procedure"}, usesAttributes...)
	if near := nearest.Of(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "known are id, procedure, if, each and input.NAME"
}

// stepID is the id of a step that was given none.
func stepID(s prentice.Section, n int) string { return fmt.Sprintf("%s-%d", s, n) }
