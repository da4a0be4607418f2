package procedure

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/capture"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/variable"
)

// A procedure that is called returns the outputs that it declares. Those of its checks are
// facts of the plan, as if the caller had captured them; those of its acts reach the
// caller's later scripts, and decide nothing.

// mostOutputs is how many values one procedure may return.
const mostOutputs = 20

// outputs reads what a procedure returns to those that call it.
func (r *reading) outputs(n *yaml.Node) {
	if n == nil {
		return
	}
	r.pairs(n, "outputs", func(key, value *yaml.Node) {
		o := prentice.Output{Name: key.Value, At: r.place(key)}
		f := r.fields(value, "output "+clip.Text(key.Value), "type", "from", "doc")
		if !isWord(o.Name) {
			r.fail(o.At, "use small letters, digits, dashes and underscores, and begin with a letter", "output %q is not a name", clip.Text(o.Name))
			return
		}
		for name, to := range map[string]*string{"type": &o.Type, "from": &o.From, "doc": &o.Doc} {
			if f[name] != nil {
				*to, _ = r.scalar(f[name], name)
			}
		}
		step, name, found := strings.Cut(o.From, ".")
		switch {
		case !slices.Contains(capture.Kinds(), o.Type):
			r.fail(o.At, "write type: with one of "+strings.Join(capture.Kinds(), ", "), "output %s has the type %q", o.Name, clip.Text(o.Type))
		case !found || !isWord(step) || !isWord(name):
			r.fail(o.At, "write from: STEP.NAME, a value that a step hands on with out=NAME:"+o.Type, "output %s does not say where it comes from: %q", o.Name, clip.Text(o.From))
		default:
			r.proc.Outputs = append(r.proc.Outputs, o)
		}
	})
	if len(r.proc.Outputs) > mostOutputs {
		r.fail(r.place(n), "return them as one json value", "the procedure has %d outputs; at most %d are read", len(r.proc.Outputs), mostOutputs)
	}
}

// outputsHold refuses outputs that no step of the file hands on as they are declared. What
// comes from a call is judged with the procedure that is called.
func (r *reading) outputsHold() {
	var known []string
	for _, s := range r.proc.Steps {
		for _, c := range s.Out {
			known = append(known, s.ID+"."+c.Name)
		}
	}
	for _, o := range r.proc.Outputs {
		id, name, _ := strings.Cut(o.From, ".")
		i := slices.IndexFunc(r.proc.Steps, func(s prentice.StepSpec) bool { return s.ID == id })
		if i >= 0 && r.proc.Steps[i].Kind == uses {
			continue
		}
		c, found := prentice.Capture{}, false
		if i >= 0 {
			c, found = outNamed(r.proc.Steps[i].Out, name)
		}
		r.oneVariable(o)
		switch {
		case !found:
			r.fail(o.At, meant(o.From, known), "output %s comes from %s, and no step hands that on", o.Name, clip.Text(o.From))
		case r.proc.Steps[i].Repeats():
			r.fail(o.At, "let one step hand on a list", "output %s comes from step %s, which is planned in rounds", o.Name, id)
		case c.Type != o.Type:
			r.fail(o.At, "write type: "+c.Type, "output %s is %s, and step %s hands on %s", o.Name, o.Type, id, c.Type)
		}
	}
}

// oneVariable refuses an output that would have the variable of something else: callers
// read what a step hands on by the ids of call and step, too.
func (r *reading) oneVariable(o prentice.Output) {
	for _, s := range r.proc.Steps {
		for _, c := range s.Out {
			if o.From != s.ID+"."+c.Name && outVariable(s.ID, c.Name) == "OUT_"+variable.Of(o.Name) {
				r.fail(o.At, "choose another name", "output %s would be the same variable to a caller as %s of step %s", o.Name, c.Name, s.ID)
			}
		}
	}
}

func outNamed(outs []prentice.Capture, name string) (prentice.Capture, bool) {
	i := slices.IndexFunc(outs, func(c prentice.Capture) bool { return c.Name == name })
	if i < 0 {
		return prentice.Capture{}, false
	}
	return outs[i], true
}

// origin is where an output comes from: a step, by its id within the procedure that is
// called, and the name of the value there.
type origin struct {
	step, name string
	of         prentice.StepSpec
	capture    prentice.Capture
}

// origin finds where an output of a procedure comes from, through the calls that it makes.
func (l *Library) origin(procedure, output string, deep int) (origin, bool) {
	e := l.byName[procedure]
	if e == nil || deep == 0 {
		return origin{}, false
	}
	i := slices.IndexFunc(e.proc.Outputs, func(o prentice.Output) bool { return o.Name == output })
	if i < 0 {
		return origin{}, false
	}
	id, name, _ := strings.Cut(e.proc.Outputs[i].From, ".")
	for _, s := range e.proc.Steps {
		if s.ID != id || s.Repeats() {
			continue
		}
		if s.Kind == uses {
			inner, ok := l.origin(s.Attrs["procedure"], name, deep-1)
			inner.step = s.ID + "." + inner.step
			return inner, ok && inner.capture.Type == e.proc.Outputs[i].Type
		}
		c, ok := outNamed(s.Out, name)
		return origin{s.ID, name, s, c}, ok
	}
	return origin{}, false
}

// returning gives the steps that call a procedure what its checks return, so that the
// caller's expressions may speak of it.
func (l *Library) returning(e *entry) {
	if !slices.ContainsFunc(e.proc.Steps, func(s prentice.StepSpec) bool { return s.Kind == uses }) {
		return
	}
	e.proc.Steps = slices.Clone(e.proc.Steps)
	for i, s := range e.proc.Steps {
		if called := l.byName[s.Attrs["procedure"]]; s.Kind == uses && called != nil {
			e.proc.Steps[i].Out = nil
			for _, o := range called.proc.Outputs {
				if from, ok := l.origin(called.proc.Name, o.Name, deepest); ok && from.of.Section == prentice.Check {
					e.proc.Steps[i].Out = append(e.proc.Steps[i].Out, prentice.Capture{Name: o.Name, Type: o.Type, From: from.of.Where})
				}
			}
		}
	}
}

// checkReturns finds what is wrong with outputs that come from calls, and with expressions
// that speak of what calls return: both need the procedures that are called.
func (l *Library) checkReturns(e *entry) {
	for _, o := range e.proc.Outputs {
		id, name, _ := strings.Cut(o.From, ".")
		for _, s := range e.proc.Steps {
			if s.ID != id || s.Kind != uses || l.byName[s.Attrs["procedure"]] == nil {
				continue
			}
			if _, ok := l.origin(e.proc.Name, o.Name, deepest); !ok {
				e.fail(o.At, "declare it there, with the same type: outputs: {"+name+": {type: "+o.Type+", from: STEP.NAME}}", "output %s comes from the call %s, and procedure %s returns no such value", o.Name, id, s.Attrs["procedure"])
			}
		}
	}
	if e.read == nil || len(e.read.late) == 0 {
		return
	}
	again := *e.read
	again.proc, again.findings, again.values, again.late, again.judged = &e.proc, nil, e.read.late, nil, true
	for _, s := range e.proc.Steps {
		if called := l.byName[s.Attrs["procedure"]]; s.Kind == uses && called != nil {
			again.returns = append(again.returns, field(s.ID))
			for _, o := range called.proc.Outputs {
				again.returns = append(again.returns, field(o.Name))
			}
		}
	}
	again.compileAll()
	e.findings = append(e.findings, again.findings...)
}

// speaksOfCall says whether an expression is about what a call returns.
func (r *reading) speaksOfCall(v value) bool {
	return slices.ContainsFunc(r.proc.Steps, func(s prentice.StepSpec) bool {
		return s.Kind == uses && regexp.MustCompile(`\bsteps\.`+regexp.QuoteMeta(field(s.ID))+`\b`).MatchString(v.source)
	})
}

// capturedOf is what was captured of a check, or of the checks behind what a call returns.
func (c *rendering) capturedOf(s prentice.StepSpec, prefix string) seen {
	if s.Kind != uses {
		return c.captured[prefix+s.ID]
	}
	by := seen{}
	for _, o := range s.Out {
		from, ok := c.library.origin(s.Attrs["procedure"], o.Name, deepest)
		if !ok {
			continue
		}
		for ref, values := range c.captured[prefix+s.ID+"."+from.step] {
			plain, there := values[from.name]
			switch {
			case !there:
			case by[ref] == nil:
				by[ref] = prentice.Values{o.Name: plain}
			default:
				by[ref][o.Name] = plain
			}
		}
	}
	return by
}

// behind is the check that an expression asks for by what a call returns: its id in the
// plan. "" is none; pending is the check that decides first whether the call is made.
func (c *rendering) behind(s *scene, a askedOf, prefix string) (id, pending string, err error) {
	for _, spec := range s.proc.Steps {
		if spec.Kind != uses || field(spec.ID) != a.check {
			continue
		}
		i := slices.IndexFunc(spec.Out, func(o prentice.Capture) bool { return field(o.Name) == a.name })
		if i < 0 {
			break
		}
		from, _ := c.library.origin(spec.Attrs["procedure"], spec.Out[i].Name, deepest)
		if check := c.pending[prefix+spec.ID]; check != "" {
			return "", check, nil
		}
		id = prefix + spec.ID + "." + from.step
		if !slices.ContainsFunc(c.steps, func(p prentice.PlannedStep) bool { return p.ID == id }) {
			return "", "", fmt.Errorf("call %s is left out of this plan or comes later, and returns nothing", spec.ID)
		}
		if a.as == "out" && from.of.Where == "target" && c.calls.of(id) != c.calls.of(prefix) {
			return "", "", fmt.Errorf("call %s has targets of its own: fold what it returns, as in steps.%s.max.%s, or all, any, distinct", spec.ID, a.check, a.name)
		}
		return id, "", nil
	}
	return "", "", nil
}

// returned are the values of its steps that a call returns, for the caller's scripts.
func (l *Library) returned(step, procedure string) (list []prentice.Returned) {
	called := l.byName[procedure]
	if called == nil {
		return nil
	}
	for _, o := range called.proc.Outputs {
		if from, ok := l.origin(procedure, o.Name, deepest); ok {
			list = append(list, prentice.Returned{Name: o.Name, Step: step + "." + from.step, Of: from.name})
		}
	}
	return list
}
