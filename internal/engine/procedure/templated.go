package procedure

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/stencil"
)

// A template is filled in when a plan is made: the plan has the text, and so do its hash
// and the diff that people approve. It sees typed values alone. What an event says reaches
// it as an input, which says what it may be like.

// fromBlock is the value of an attribute that says that the block is the template.
const fromBlock = "true"

// template is the attribute by which a step of a kind has a template, or "".
func (kinds Kinds) template(name string) string {
	k, ok := kinds.named(name)
	if !ok {
		return ""
	}
	return k.Needs().Template
}

// templated is the template of a step; file is where it stands, "" for the block.
func (l *Library) templated(s prentice.StepSpec) (text, file string, is bool) {
	attribute := l.kinds.template(s.Kind)
	file, there := s.Attrs[attribute]
	switch {
	case attribute == "" || !there:
		return "", "", false
	case file == fromBlock:
		return s.Body, "", true
	}
	text, is = l.files[file]
	return text, file, is
}

// templateWords are what templates may speak of.
var templateWords = []string{"inputs", "service", "steps", "target", "each"}

// lintTemplate finds what is wrong with the template of a step.
func (l *Library) lintTemplate(e *entry, s prentice.StepSpec) {
	text, file, is := l.templated(s)
	if !is {
		return
	}
	fail := func(line int, hint, format string, args ...any) {
		at, what := prentice.Pos{File: s.At.File, Line: s.At.Line + max(line, 1), Column: 1}, "template: "
		if file != "" {
			at, what = s.At, fmt.Sprintf("template %s, line %d: ", file, max(line, 1))
		}
		e.fail(at, hint, "%s"+format, append([]any{what}, args...)...)
	}
	b, err := stencil.Read(text)
	if wrong, ok := errors.AsType[*stencil.Error](err); ok {
		fail(wrong.Line, "see the template in: book/how-to/files.md", "%s", wrong.Text)
		return
	}
	env, err := templateEnv(e.proc, s)
	if err != nil {
		fail(0, "report this", "%v", err)
		return
	}
	for _, a := range b.Asks() {
		no, hint := "", ""
		switch first := a.Path[0]; {
		case !oneOf(first, templateWords):
			no, hint = "there is no value "+clip.Text(a.String()), meant(first, templateWords)
			if first == "event" {
				hint = "give the procedure an input with from: event.…, which says what it may be like"
			}
		case first == "steps" && len(a.Path) < 4:
			no, hint = a.String()+" is not a value", "write steps.ID.out.NAME, or a fold: steps.ID.all.NAME, any, max, distinct"
		default:
			no, hint = askedWrongly(env, e.proc, a)
		}
		if no != "" {
			fail(a.Line, hint, "%s", no)
		}
	}
}

// askedWrongly says what is wrong with a value that a template asks for, or "".
func askedWrongly(env *expr.Env, p prentice.Procedure, a stencil.Ask) (no, hint string) {
	_, err := env.Compile(a.String(), anyTypes...)
	wrong, ok := errors.AsType[*expr.Error](err)
	switch {
	case err == nil:
		return "", ""
	case !ok:
		return err.Error(), "report this"
	case a.Path[0] == "target":
		return wrong.Text, "target is for steps that are made on each target: .target.name, .target.facts.NAME"
	case a.Path[0] == "steps":
		return wrong.Text, "give a step under ## Check out=NAME:TYPE, and it is then .steps.ID.out.NAME"
	}
	if near := nearest.Of(wrong.Unknown, words(p.Inputs)); near != "" {
		return wrong.Text, "did you mean " + near + "?"
	}
	return wrong.Text, "use inputs, service, target, and steps.ID.out.NAME of a check"
}

// templateEnv is what the template of a step may speak of.
func templateEnv(p prentice.Procedure, s prentice.StepSpec) (*expr.Env, error) {
	more := expr.Vars{}
	if s.Repeats() {
		more["each"] = expr.Any
	}
	if checks := handing(p.Steps); len(checks) > 0 && s.Section != prentice.Check {
		more["steps"] = stepsType(checks)
	}
	if s.Where == "target" {
		more["target"] = aimType
	}
	return caseEnvWith(p.Inputs, nil, more)
}

// stencilOf is the template of a step as it was read, or nil.
func (s *scene) stencilOf(spec prentice.StepSpec) (*stencil.Stencil, error) {
	text, _, is := s.library.templated(spec)
	if !is {
		return nil, nil
	}
	if b := s.stencils[text]; b != nil {
		return b, nil
	}
	b, err := stencil.Read(text)
	if err == nil {
		s.stencils[text] = b
	}
	return b, err
}

// templateAsks are the values of checks that the template of a step asks for, as
// expressions, and whether it speaks of each target by itself.
func (s *scene) templateAsks(spec prentice.StepSpec) (texts []string, ofTarget bool, err error) {
	b, err := s.stencilOf(spec)
	if b == nil || err != nil {
		return nil, false, err
	}
	for _, a := range b.Asks() {
		switch a.Path[0] {
		case "steps":
			texts = append(texts, "${"+a.String()+"}")
		case "target":
			ofTarget = true
		}
	}
	return texts, ofTarget, nil
}

// fillTemplate puts the text of a template into its step.
func (s *scene) fillTemplate(step *prentice.PlannedStep, spec prentice.StepSpec) error {
	b, err := s.stencilOf(spec)
	if b == nil && err == nil {
		return nil
	}
	if err == nil {
		step.Body, err = b.Fill(s.valuesFor(b))
	}
	if err != nil {
		_, file, _ := s.library.templated(spec)
		if file == "" {
			file = "in the block"
		}
		return prentice.Errorf(prentice.Refused, "the template %s of step %s cannot be filled in: %w", file, step.ID, err).In(spec.At).
			Try("look at the values it is given; what not every target has is asked for with {{if index .target.facts \"NAME\"}}")
	}
	if strings.TrimSpace(step.Body) == "" {
		return prentice.Errorf(prentice.Refused, "the template of step %s comes to nothing", step.ID).In(spec.At).Try("look at the values it is given; a file that is not to be there has state=absent")
	}
	return nil
}

// valuesFor are the values that a template asks for. One that is not there is left out:
// it is missed only where the template comes to it.
func (s *scene) valuesFor(b *stencil.Stencil) map[string]any {
	values := map[string]any{}
	asks := slices.Clone(b.Asks())
	slices.SortStableFunc(asks, func(a, b stencil.Ask) int { return len(a.Path) - len(b.Path) })
	for _, a := range asks {
		put := values
		for _, name := range a.Path[:len(a.Path)-1] {
			inner, _ := put[name].(map[string]any) // a checked path goes through maps alone
			if inner == nil {
				inner = map[string]any{}
				put[name] = inner
			}
			put = inner
		}
		if v, ok := s.valueAt(a.Path); ok {
			put[a.Path[len(a.Path)-1]] = v
		}
	}
	return values
}

func (s *scene) valueAt(path []string) (any, bool) {
	var v any
	if path[0] == "target" {
		if s.aim == nil {
			return nil, false
		}
		v = s.aimValue(*s.aim)
		for _, name := range path[1:] {
			switch m := v.(type) {
			case map[string]any:
				v = m[name]
			case map[string]string:
				text, there := m[name]
				if !there {
					return nil, false
				}
				v = text
			default:
				return nil, false
			}
		}
		return addable(v), v != nil
	}
	v, err := s.eval(strings.Join(path, "."), anyTypes)
	return addable(v), err == nil
}

// addable is a value of which the maps may be added to.
func addable(v any) any {
	switch m := v.(type) {
	case map[string]any:
		return maps.Clone(m)
	case map[string]string:
		of := make(map[string]any, len(m))
		for name, text := range m {
			of[name] = text
		}
		return of
	}
	return v
}
