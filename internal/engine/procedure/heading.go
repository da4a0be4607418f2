package procedure

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
)

// A heading with if= or each= decides of all steps below it, up to the next heading of its
// level: ### Rotate {each=${inputs.keys}}.

// deciding is such a heading while what is below it is read.
type deciding struct {
	prentice.Heading
	level    int
	from     int // the first step below it
	ifAt     prentice.Pos
	eachAt   prentice.Pos
	repeated bool // it stands in the rounds of a heading further out
}

// headingAttributes are what a heading may have.
var headingAttributes = []string{"if", "each"}

var braced = regexp.MustCompile(`^(.*?)[ \t]*\{([ \t]*[A-Za-z][A-Za-z0-9_.-]*(?:=|[ \t]+\$\{).*)$`)

// dividedTitle is a heading without what stands in braces at its end, and that. Braces
// without an = in them are words like others. Those that have no end are said to have none
// by what is read of them.
func dividedTitle(text string) (title, attributes string) {
	m := braced.FindStringSubmatch(text)
	if m == nil {
		return text, ""
	}
	return m[1], m[2]
}

// deciding reads what a heading decides.
func (p *page) deciding(level int, at prentice.Pos, text string) {
	line := p.Raw(at.Line - p.Before - 1)
	begin := max(strings.LastIndex(line, "{"+text), 0) + 1
	place := func(offset int) prentice.Pos {
		return p.at(at.Line, 1+utf8.RuneCountInString(line[:min(begin+offset, len(line))]))
	}
	text, closed := strings.CutSuffix(text, "}")
	if !closed {
		p.fail(place(0), "end the heading with }", "the braces of heading %q have no end", clip.Text(p.title))
		return
	}
	d := deciding{Heading: prentice.Heading{Title: p.title, At: at}, level: level, from: len(p.proc.Steps)}
	d.repeated = slices.ContainsFunc(p.under, func(o deciding) bool { return o.Each != "" })
	info := readInfo("heading " + text)
	off := len("heading ")
	if info.wrong != "" {
		p.fail(place(info.wrongAt-off), "write if=${an expression} or each=${a list}", "%s", info.wrong)
		return
	}
	if p.section == "" {
		p.fail(place(0), "put it on a heading within ## Check, ## Act, ## Verify, ## Between or ## Undo, or on those", "heading %q decides about no step", clip.Text(p.title))
		return
	}
	for _, a := range info.attributes {
		source, valueAt := p.headingExpression(a, place(a.offset-off)), place(a.valueAt-off+len("${"))
		switch {
		case source == "":
		case a.name == "each" && d.repeated:
			p.fail(place(a.offset-off), "take one of them out; a list of lists is one list: x.map(…)", "heading %q is in the rounds of another already", clip.Text(p.title))
		case a.name == "each" && d.Each == "":
			d.Each, d.eachAt = source, valueAt
		case a.name == "if" && d.If == "":
			d.If, d.ifAt = source, valueAt
		default:
			p.fail(place(a.offset-off), "keep one of them", "attribute %s appears twice", a.name)
		}
	}
	p.under = append(p.under, d)
}

// headingExpression is the expression of an attribute of a heading, or "" with the error said.
func (p *page) headingExpression(a attribute, at prentice.Pos) string {
	list, ok := parts(a.value)
	switch {
	case oneOf(a.name, commonAttributes) && !oneOf(a.name, headingAttributes):
		p.fail(at, "put it on each step; a heading may have if and each", "a heading has no attribute %s", a.name)
	case !oneOf(a.name, headingAttributes):
		p.fail(at, meant(a.name, headingAttributes), "a heading has no attribute %q", clip.Text(a.name))
	case a.bare || !ok || len(list) != 1 || !list[0].isExpr:
		p.fail(at, "write "+a.name+"=${an expression}", "%s %q is not an expression", a.name, clip.Text(a.value))
	default:
		return list[0].text
	}
	return ""
}

// endHeadings ends the headings of a level and those below it. One that no step stood
// under would decide nothing, and its writer believed otherwise.
func (p *page) endHeadings(level int) {
	for len(p.under) > 0 && p.under[len(p.under)-1].level >= level {
		last := p.under[len(p.under)-1]
		if last.from == len(p.proc.Steps) {
			p.fail(last.At, "put its steps below it, or take the braces out", "heading %q decides about no step", clip.Text(last.Title))
		}
		p.under = p.under[:len(p.under)-1]
	}
}

// underHeadings gives a step what the headings decide that it stands under. Each of them
// is compiled for each of its steps, since what it may speak of depends on them.
func (p *page) underHeadings(s *prentice.StepSpec) {
	if s.Of != "" { // what it asks about decides
		return
	}
	of := p.stepAt(len(p.proc.Steps))
	for _, d := range p.under {
		s.Under = append(s.Under, d.Heading)
		loop := d.repeated || d.Each != ""
		if d.Each != "" {
			p.later(value{in: wholeCase, want: listTypes, of: of, source: d.Each, what: "attribute each", at: p.inLine(d.eachAt)})
		}
		if d.If != "" {
			p.later(value{in: wholeCase, want: ruleTypes, of: of, source: d.If, what: "attribute if", at: p.inLine(d.ifAt), rounds: func() bool { return loop }})
		}
	}
}

// rounded is where the heading stands that repeats a step; the zero Pos is none.
func rounded(s prentice.StepSpec) prentice.Pos {
	for _, h := range s.Under {
		if h.Each != "" {
			return h.At
		}
	}
	return prentice.Pos{}
}

// byRounds puts what was planned of the steps below one heading in the order of its
// rounds: all steps of the first, then all of the second.
func byRounds(steps []prentice.PlannedStep, prefix string, heading prentice.Pos) {
	if heading == (prentice.Pos{}) {
		return
	}
	slices.SortStableFunc(steps, func(a, b prentice.PlannedStep) int { return roundOf(a.ID, prefix) - roundOf(b.ID, prefix) })
}

// roundOf is the number of the round in the id of a planned step.
func roundOf(id, prefix string) int {
	_, rest, _ := strings.Cut(strings.TrimPrefix(id, prefix), ".")
	number, _, _ := strings.Cut(rest, ".")
	n, _ := strconv.Atoi(number) // a round has one
	return n
}
