package procedure

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"prentice"
	"prentice/internal/kit/clip"
)

// MaxRounds is the most values that one each may give.
const MaxRounds = 100

// unrolled reads if= and each=, which decide when a plan is made whether and how
// often a step is in it.
func (p *page) unrolled(s *prentice.StepSpec, f fence, given map[string]attribute) {
	p.underHeadings(s)
	if a, ok := given["each"]; ok {
		if s.Repeats() {
			p.fail(f.place(a.offset), "take one of them out; a list of lists is one list: x.map(…)", "step %s is in the rounds of a heading already", clip.Text(s.ID))
		}
		s.Each = p.onlyExpression(s, f, a, value{in: wholeCase, want: listTypes, of: p.stepAt(len(p.proc.Steps))})
	}
	if a, ok := given["if"]; ok {
		loop := s.Repeats()
		s.If = p.onlyExpression(s, f, a, value{in: wholeCase, want: ruleTypes, rounds: func() bool { return loop }, of: p.stepAt(len(p.proc.Steps))})
	}
}

// onlyExpression is an attribute that is one expression and nothing else.
func (p *page) onlyExpression(s *prentice.StepSpec, f fence, a attribute, v value) string {
	list, ok := parts(a.value)
	switch {
	case s.Of != "":
		p.fail(f.place(a.offset), "take it out", "%s belongs to step %s, which %s asks about", a.name, clip.Text(s.Of), clip.Text(s.ID))
		return ""
	case a.bare || !ok || len(list) != 1 || !list[0].isExpr:
		p.fail(f.place(a.offset), "write "+a.name+"=${an expression}", "%s %q is not an expression", a.name, clip.Text(a.value))
		return ""
	}
	v.source, v.what, v.at = list[0].text, "attribute "+a.name, p.inLine(f.place(a.valueAt+list[0].offset))
	p.later(v)
	return v.source
}

// loops says whether a step, or the one that it asks about, is planned for each of
// several values.
func loops(steps []prentice.StepSpec, s prentice.StepSpec) bool {
	if s.Of == "" {
		return s.Repeats()
	}
	for _, of := range steps {
		if of.ID == s.Of {
			return of.Repeats()
		}
	}
	return false
}

// unroll plans a step as often as it is to be done in this case: not at all where
// its condition is false, else once, or once for each value of its list. What is
// left out is told with the reason. What depends on checks that have not been made is
// not decided yet.
func (c *rendering) unroll(s *scene, spec prentice.StepSpec, prefix string) error {
	if i := c.calls.of(prefix); i > 0 && spec.Kind != uses && len(c.calls.parts[i].targets) == 0 {
		c.calls.none = true
		return c.leave(s, spec, prefix, fmt.Sprintf("none of the targets of %s is wanted", c.calls.parts[i].name))
	}
	asks, err := s.asks(spec)
	if err != nil {
		return s.wrong(spec, "steps", err)
	}
	_, ofTarget, err := s.templateAsks(spec)
	if err != nil {
		return s.wrong(spec, "template", err)
	}
	if len(asks) > 0 {
		c.mayCall(spec)
	}
	check, err := c.undecided(s, asks, prefix)
	switch {
	case err != nil:
		return s.wrong(spec, "steps", err)
	case check != "":
		c.pending[prefix+spec.ID] = check
		c.waits = c.waits.Worse(c.library.worst(spec, deepest))
		return c.leave(s, spec, prefix, "decided once check "+check+" has been made")
	case ofTarget, s.ofEach(asks):
		return c.eachTarget(s, spec, prefix)
	}
	return c.rounds(s, spec, prefix)
}

// worst is the risk of a step, or the worst of a procedure that it calls.
func (l *Library) worst(spec prentice.StepSpec, deep int) prentice.Risk {
	called, known := l.byName[spec.Attrs["procedure"]]
	if spec.Kind != uses || !known || deep == 0 {
		return spec.Risk
	}
	risk := prentice.Look
	for _, s := range called.proc.Steps {
		risk = risk.Worse(l.worst(s, deep-1))
	}
	return risk
}

// rounds plans a step once, or once for each value of its list: as each heading that it
// stands under decides, and then it by itself.
func (c *rendering) rounds(s *scene, spec prentice.StepSpec, prefix string) error {
	return c.decided(s, spec, prefix, append(slices.Clone(spec.Under), prentice.Heading{If: spec.If, Each: spec.Each}))
}

// decided plans a step by the first of what decides about it, and the others after it.
func (c *rendering) decided(s *scene, spec prentice.StepSpec, prefix string, by []prentice.Heading) error {
	if len(by) == 0 {
		return c.one(s, spec, prefix)
	}
	if by[0].Each == "" {
		return c.unless(s, spec, prefix, by)
	}
	got, err := s.eval(by[0].Each, listTypes)
	if err != nil {
		return s.wrong(spec, "each", err)
	}
	values, _ := got.([]any) // the compiler has seen that it is a list, or that no one can tell
	switch {
	case got != nil && values == nil, len(values) > MaxRounds:
		return s.wrong(spec, "each", fmt.Errorf("it gives %s, and a list of at most %d values is wanted", countOf(got), MaxRounds))
	case len(values) == 0:
		return c.leave(s, spec, prefix, under(by[0])+"each: "+by[0].Each+" is an empty list")
	}
	for i, v := range values {
		round, err := s.inRound(i+1, v)
		if err != nil {
			return s.wrong(spec, "each", err)
		}
		if err := c.unless(round, spec, prefix, by); err != nil {
			return err
		}
	}
	return nil
}

func countOf(got any) string {
	if list, ok := got.([]any); ok {
		return strconv.Itoa(len(list))
	}
	return fmt.Sprintf("a %T", got)
}

// unless plans a step where the first condition does not leave it out.
func (c *rendering) unless(s *scene, spec prentice.StepSpec, prefix string, by []prentice.Heading) error {
	if by[0].If == "" {
		return c.decided(s, spec, prefix, by[1:])
	}
	holds, err := s.eval(by[0].If, ruleTypes)
	if err != nil {
		return s.wrong(spec, "if", err)
	}
	switch holds {
	case true:
		return c.decided(s, spec, prefix, by[1:])
	case false:
		return c.leave(s, spec, prefix, under(by[0])+"if: "+by[0].If+" is false")
	}
	return s.wrong(spec, "if", fmt.Errorf("it gives a %T, wanted true or false", holds))
}

// under is the heading that decides, before the reason.
func under(h prentice.Heading) string {
	if h.Title == "" {
		return ""
	}
	return "under " + h.Title + ", "
}

// leave notes what is not in the plan.
func (c *rendering) leave(s *scene, spec prentice.StepSpec, prefix, why string) error {
	c.leftOut = append(c.leftOut, prentice.LeftOut{ID: prefix + spec.ID + s.suffix(), Section: spec.Section, Each: s.each, Why: why})
	if len(c.leftOut) > 2*MaxSteps {
		return prentice.Errorf(prentice.Refused, "the plan leaves out more than %d steps", 2*MaxSteps).In(spec.At).Try("write a list for each= that has only what is wanted")
	}
	return nil
}

// suffix tells the rounds of a step from each other in its id.
func (s *scene) suffix() string {
	if s.round == 0 {
		return ""
	}
	return "." + strconv.Itoa(s.round)
}

// inRound is the scene as a step sees it in one round. Its scripts find the value in
// EACH_VALUE: of an entity of the catalog its ref, with its name in EACH_NAME.
func (s *scene) inRound(n int, v any) (*scene, error) {
	round := *s
	round.round, round.values, round.environ = n, maps.Clone(s.values), maps.Clone(s.environ)
	round.values["each"] = v
	text, name := "", ""
	if entity, is := v.(map[string]any); is {
		text, _ = entity["ref"].(string)
		name, _ = entity["name"].(string)
		if text == "" {
			return nil, fmt.Errorf("value %d is a map, and a single value or an entity of the catalog is wanted: add .map(x, x.name) with the field that you want", n)
		}
	} else {
		var err error
		if text, err = scalar(v); err != nil {
			return nil, fmt.Errorf("value %d: %w", n, err)
		}
		name = text
	}
	plain, why := typed("string", text)
	if why != "" {
		return nil, fmt.Errorf("value %d %s", n, why)
	}
	round.each = plain
	round.environ["EACH_VALUE"], round.environ["EACH_NAME"], round.environ["EACH_NUMBER"] = plain, name, strconv.Itoa(n)
	return &round, nil
}
