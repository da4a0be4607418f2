package procedure

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/capture"
	"prentice/internal/kit/expr"
)

// What a check captures is a fact of the plan. A plan whose checks have not been made is
// open: it has the steps that depend on nothing they capture, and leaves out the others
// until they have. Rendered once more with what was captured, it is closed.

// facts of one name: what a check captured, by target; "" is here.
type seen map[prentice.Ref]prentice.Values

// handing are the checks of which expressions can speak: those that capture something,
// once, and the calls that return what their checks captured.
func handing(steps []prentice.StepSpec) []prentice.StepSpec {
	var checks []prentice.StepSpec
	for _, s := range steps {
		if s.Kind == uses && slices.ContainsFunc(s.Out, func(o prentice.Capture) bool { return o.From == "target" }) {
			s.Where = "target"
		}
		if (s.Section == prentice.Check || s.Kind == uses) && len(s.Out) > 0 && !s.Repeats() {
			checks = append(checks, s)
		}
	}
	return checks
}

var outTypes = map[string]expr.Type{"string": expr.String, "int": expr.Int, "bool": expr.Bool, "duration": expr.Duration, "list": expr.ListOf(expr.String), "json": expr.Any}

// folds are what can be said of a value of all targets together.
var folds = []string{"all", "any", "max", "distinct"}

// folded is the type of a fold over values of a type; ok is false where it says nothing.
func folded(fold, kind string) (t expr.Type, ok bool) {
	switch fold {
	case "all", "any":
		return expr.Bool, kind == "bool"
	case "max":
		return outTypes[kind], kind == "int" || kind == "duration"
	}
	return expr.ListOf(outTypes[kind]), true
}

// stepsType is what expressions see of the checks: steps.ID.out.NAME, and the folds
// over targets in place of out.
func stepsType(checks []prentice.StepSpec) expr.Type {
	fields := map[string]expr.Type{}
	for _, s := range checks {
		name, step := "Step_"+field(s.ID), map[string]expr.Type{}
		for _, as := range append([]string{"out"}, folds...) {
			outs := map[string]expr.Type{}
			for _, c := range s.Out {
				if t, ok := folded(as, c.Type); as == "out" {
					outs[field(c.Name)] = outTypes[c.Type]
				} else if ok {
					outs[field(c.Name)] = t
				}
			}
			step[as] = expr.Record(name+"_"+as, outs)
		}
		fields[field(s.ID)] = expr.Record(name, step)
	}
	return expr.Record("Steps", fields)
}

// stepsSeen is what was captured by the checks of a procedure, as expressions for a
// target see it; "" is for none of them. prefix stands before the ids.
func (c *rendering) stepsSeen(p prentice.Procedure, prefix string, target prentice.Ref) map[string]any {
	steps := map[string]any{}
	for _, s := range handing(p.Steps) {
		by := c.capturedOf(s, prefix)
		if len(by) == 0 {
			continue
		}
		step := map[string]any{}
		at := target
		if s.Where != "target" {
			at = ""
		}
		if values, there := by[at]; there {
			step["out"] = typedValues(s.Out, values)
		}
		if s.Kind == uses && len(by[""]) > 0 { // some of what it returns is of here
			out, _ := step["out"].(map[string]any)
			step["out"] = with(out, typedValues(s.Out, by[""]))
		}
		for _, as := range folds {
			outs := map[string]any{}
			for _, o := range s.Out {
				if _, ok := folded(as, o.Type); ok {
					outs[field(o.Name)] = fold(as, c.inOrder(by, o))
				}
			}
			step[as] = outs
		}
		steps[field(s.ID)] = step
	}
	return steps
}

// with is a map with what is in another.
func with(m, more map[string]any) map[string]any {
	all := maps.Clone(more)
	maps.Copy(all, m)
	return all
}

func typedValues(outs []prentice.Capture, values prentice.Values) map[string]any {
	typed := map[string]any{}
	for _, o := range outs {
		if plain, there := values[o.Name]; there {
			typed[field(o.Name)] = capture.Typed(o.Type, plain)
		}
	}
	return typed
}

// inOrder is a value on all targets, in the plan's order; equal ones are beside it as
// texts.
func (c *rendering) inOrder(by seen, o prentice.Capture) (list []factOn) {
	for _, ref := range append([]prentice.Ref{""}, c.everywhere()...) {
		if plain, there := by[ref][o.Name]; there {
			list = append(list, factOn{plain, capture.Typed(o.Type, plain)})
		}
	}
	return list
}

type factOn struct {
	plain string
	value any
}

// fold says of a value of all targets one thing.
func fold(as string, list []factOn) any {
	switch as {
	case "all":
		return !slices.ContainsFunc(list, func(f factOn) bool { return f.value != true })
	case "any":
		return slices.ContainsFunc(list, func(f factOn) bool { return f.value == true })
	case "max":
		return greatest(list)
	}
	values, told := []any{}, map[string]bool{}
	for _, f := range list {
		if !told[f.plain] {
			told[f.plain], values = true, append(values, f.value)
		}
	}
	return values
}

func greatest(list []factOn) any {
	var most any
	for _, f := range list {
		switch v := f.value.(type) {
		case int64:
			if m, ok := most.(int64); !ok || v > m {
				most = v
			}
		case time.Duration:
			if m, ok := most.(time.Duration); !ok || v > m {
				most = v
			}
		}
	}
	return most
}

// asked is a value of a check that an expression speaks of.
type askedOf struct{ check, as, name string }

// askedIn are the values of checks that an expression speaks of; wrong is one that is
// not said whole.
func askedIn(p expr.Program) (list []askedOf, wrong string) {
	for _, m := range p.About() {
		words := strings.Split(m.Path, ".")
		switch {
		case words[0] != "steps":
		case len(words) < 4:
			return nil, m.Path
		default:
			list = append(list, askedOf{words[1], words[2], words[3]})
		}
	}
	return list, ""
}

// captures are what a request says was captured, by step.
func captures(list []prentice.Captured) map[string]seen {
	by := map[string]seen{}
	for _, c := range list {
		if by[c.Step] == nil {
			by[c.Step] = seen{}
		}
		if by[c.Step][c.Target] == nil {
			by[c.Step][c.Target] = prentice.Values{}
		}
		by[c.Step][c.Target][c.Name] = c.Value
	}
	return by
}

// looksOn are the targets that a check looks at, those of the procedure that it is of;
// "" is here.
func (c *rendering) looksOn(step prentice.PlannedStep) []prentice.Ref {
	if step.Where != "target" {
		return []prentice.Ref{""}
	}
	return prentice.RefsOf(c.lookedBy(c.calls.of(step.ID)))
}

// lookedBy are the targets that the checks of a part of the plan look at.
func (c *rendering) lookedBy(part int) []prentice.Target {
	if part == 0 {
		return c.looked
	}
	return c.calls.parts[part].targets
}

// everywhere are the targets of all parts.
func (c *rendering) everywhere() (refs []prentice.Ref) {
	for i := range c.calls.parts {
		refs = append(refs, prentice.RefsOf(c.lookedBy(i))...)
	}
	return refs
}

// missing says whether a planned check has captured nothing yet, on any target.
func (c *rendering) missing(step prentice.PlannedStep) bool {
	for _, ref := range c.looksOn(step) {
		for _, o := range step.Out {
			if _, there := c.captured[step.ID][ref][o.Name]; !there {
				return true
			}
		}
	}
	return false
}

// facts are what the plan's checks captured, in the order of the plan, and whether any
// is not known yet.
func (c *rendering) facts() (list []prentice.Captured, open bool) {
	for _, step := range c.steps {
		if step.Section != prentice.Check || len(step.Out) == 0 {
			continue
		}
		if c.missing(step) {
			return nil, true
		}
		for _, ref := range c.looksOn(step) {
			for _, o := range step.Out {
				list = append(list, prentice.Captured{Step: step.ID, Target: ref, Name: o.Name, Value: c.captured[step.ID][ref][o.Name]})
			}
		}
	}
	return list, false
}

// undecided is the first check that a step waits for, or "". One that is left out of
// the plan captures nothing, and what asks for it is refused.
func (c *rendering) undecided(s *scene, asks []askedOf, prefix string) (check string, err error) {
	for _, a := range asks {
		id, pending, err := c.behind(s, a, prefix)
		if err != nil || pending != "" {
			return pending, err
		}
		i := slices.IndexFunc(c.steps, func(p prentice.PlannedStep) bool {
			return id != "" && p.ID == id || id == "" && p.Section == prentice.Check && strings.HasPrefix(p.ID, prefix) && field(p.ID[len(prefix):]) == a.check
		})
		if i < 0 {
			return "", fmt.Errorf("check %s is left out of this plan, and captures nothing", a.check)
		}
		if c.missing(c.steps[i]) {
			return c.steps[i].ID, nil
		}
	}
	return "", nil
}
