package procedure

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"prentice"
)

// asks are the values of checks that the expressions of a step, and of the question
// whether it is done, speak of.
func (s *scene) asks(spec prentice.StepSpec) (list []askedOf, err error) {
	if len(handing(s.proc.Steps)) == 0 || spec.Section == prentice.Check {
		return nil, nil
	}
	one, texts := *s, []string{}
	if spec.Repeats() { // the value of a round may stand beside
		one.values = maps.Clone(s.values)
		one.values["each"] = nil
	}
	for _, o := range s.proc.Steps {
		if o.ID == spec.ID || o.Of == spec.ID {
			texts = append(texts, "${"+o.If+"}", "${"+o.Each+"}")
			for _, h := range o.Under {
				texts = append(texts, "${"+h.If+"}", "${"+h.Each+"}")
			}
			for _, name := range sortedKeys(o.Attrs) {
				texts = append(texts, o.Attrs[name])
			}
			if s.library.kinds.data(o) {
				texts = append(texts, o.Body)
			}
		}
	}
	more, _, err := s.templateAsks(spec)
	if err != nil {
		return nil, err
	}
	for _, text := range append(texts, more...) {
		if !strings.Contains(text, "steps") {
			continue
		}
		pieces, _ := parts(text)
		for _, part := range pieces {
			if !part.isExpr || !strings.Contains(part.text, "steps") {
				continue
			}
			program, err := one.compile(part.text, anyTypes)
			if err != nil {
				return nil, err
			}
			asked, _ := askedIn(*program)
			list = append(list, asked...)
		}
	}
	return list, nil
}

// ofEach says whether any of the values is one of each target by itself.
func (s *scene) ofEach(asks []askedOf) bool {
	for _, check := range handing(s.proc.Steps) {
		if slices.ContainsFunc(asks, func(a askedOf) bool { return a.ofEach(check) }) {
			return true
		}
	}
	return false
}

// ofEach says whether a value is one that a check captures on each target by itself.
func (a askedOf) ofEach(check prentice.StepSpec) bool {
	if a.as != "out" || a.check != field(check.ID) {
		return false
	}
	return check.Kind != uses && check.Where == "target" ||
		slices.ContainsFunc(check.Out, func(o prentice.Capture) bool {
			return check.Kind == uses && o.From == "target" && field(o.Name) == a.name
		})
}

// variant is what a step comes to on some of the targets.
type variant struct {
	key   string
	steps []prentice.PlannedStep
	left  []prentice.LeftOut
	on    []prentice.Ref
}

// eachTarget plans a step for each target by itself, and puts those together for which
// it comes to the same.
func (c *rendering) eachTarget(s *scene, spec prentice.StepSpec, prefix string) error {
	var variants []*variant
	steps, left := c.steps, c.leftOut
	of := c.calls.parts[c.calls.of(prefix)]
	if len(of.targets) == 0 {
		return c.leave(s, spec, prefix, "none of the targets of "+of.name+" is wanted")
	}
	for _, t := range of.targets {
		one := *s
		one.aim = &t
		one.values = withSteps(s.values, c.stepsSeen(s.proc, prefix, t.Ref))
		c.steps, c.leftOut = nil, nil
		err := c.rounds(&one, spec, prefix)
		v := &variant{steps: c.steps, left: c.leftOut}
		c.steps, c.leftOut = steps, left
		if err != nil {
			return prentice.Errorf(prentice.KindOf(err), "%s: %w", t.Ref, err).Try("%s", prentice.HintOf(err))
		}
		raw, _ := json.Marshal([]any{v.steps, v.left}) // texts, numbers and lists of them
		v.key = string(raw)
		i := slices.IndexFunc(variants, func(o *variant) bool { return o.key == v.key })
		if i < 0 {
			i, variants = len(variants), append(variants, v)
		}
		variants[i].on = append(variants[i].on, t.Ref)
	}
	return c.together(spec, variants)
}

func withSteps(values, steps map[string]any) map[string]any {
	with := maps.Clone(values)
	with["steps"] = steps
	return with
}

// together adds the variants of a step, each with the targets that it is for. Where
// there are several, their ids have a number.
func (c *rendering) together(spec prentice.StepSpec, variants []*variant) error {
	made, number := 0, 0
	for _, v := range variants {
		if len(v.steps) > 0 {
			made++
		}
	}
	for _, v := range variants {
		if len(v.steps) > 0 {
			number++
		}
		for _, step := range v.steps {
			if len(variants) > 1 {
				step.On = v.on
			}
			if made > 1 {
				step.ID += ".v" + strconv.Itoa(number)
			}
			c.steps = append(c.steps, step)
		}
		for _, l := range v.left {
			if len(variants) > 1 {
				l.On = v.on
			}
			c.leftOut = append(c.leftOut, l)
		}
	}
	if len(c.steps) > MaxSteps {
		return prentice.Errorf(prentice.Refused, "the plan has more than %d steps", MaxSteps).In(spec.At).Try("let the checks capture fewer different values")
	}
	return nil
}
