package procedure

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/span"
	"prentice/internal/kit/variable"
	"prentice/internal/team"
)

// scene is one procedure with its inputs: what its expressions see and what its
// scripts find in their environment.
type scene struct {
	*rendering
	proc    prentice.Procedure
	inputs  map[string]string
	service *team.Service // the first service input, if there is one
	values  map[string]any
	environ map[string]string
	depth   int // of the calls that lead to it
	round   int // of the step that is being planned, from 1; 0 for a step that has none
	each    string
	aim     *prentice.Target // the one that a step is being planned for by itself; nil is all

	choosing bool // whether a target is acted on is being worked out
}

func (c *rendering) scene(p prentice.Procedure, given map[string]string) (*scene, error) {
	inputs, err := c.resolve(p, given)
	if err != nil {
		return nil, err
	}
	s := &scene{rendering: c, proc: p, inputs: inputs}
	s.values = map[string]any{"event": c.eventValue, "inputs": inputValues(p.Inputs, inputs)}
	s.environ = eventEnviron(c.event)
	for name, value := range inputs {
		s.environ["INPUT_"+variable.Of(name)] = value
	}
	if in, ok := firstService(p.Inputs); ok {
		found, err := c.catalog.Service(inputs[in.Name])
		if err != nil {
			return nil, err
		}
		s.service = &found
		s.values["service"] = serviceValue(s.catalog, found)
		maps.Copy(s.environ, serviceEnviron(found))
	}
	return s, s.own()
}

// step fills in one step, and the question whether it is done.
func (s *scene) step(spec prentice.StepSpec, prefix string) (prentice.PlannedStep, error) {
	step := prentice.PlannedStep{
		ID: prefix + spec.ID + s.suffix(), Section: spec.Section, Each: s.each, Kind: spec.Kind, Risk: spec.Risk, Where: spec.Where, Expect: spec.Expect,
		Idempotent: spec.Idempotent, Retry: spec.Retry, Out: slices.Clone(spec.Out), Attrs: map[string]string{}, Env: maps.Clone(s.environ), Path: slices.Clone(s.proc.Path), Body: spec.Body,
	}
	if err := s.factsFor(spec); err != nil {
		return step, err
	}
	for _, name := range sortedKeys(spec.Attrs) {
		value, err := s.filledIn(spec, name)
		if err != nil {
			return step, s.wrong(spec, name, err)
		}
		step.Attrs[name] = lengthIn(name, value)
	}
	if err := s.timeFor(&step, spec); err != nil {
		return step, err
	}
	kind, ok := s.library.kinds.named(spec.Kind)
	if !ok {
		return step, prentice.Errorf(prentice.Refused, "there is no kind of step %q", clip.Text(spec.Kind)).In(spec.At).Try("see prentice procedure lint")
	}
	if s.library.kinds.data(spec) {
		var err error
		if step.Body, err = s.fillData(spec); err != nil {
			return step, err
		}
	}
	filled := spec
	filled.Attrs, filled.Body = maps.Clone(step.Attrs), step.Body
	if f, bad := firstError(kind.Lint(filled)); bad {
		return step, prentice.Errorf(prentice.Refused, "step %s: %s", step.ID, f.Text).In(spec.At).Try("%s", hintOr(f.Hint, "look at the values it is given"))
	}
	if err := s.fillTemplate(&step, spec); err != nil {
		return step, err
	}
	s.withFile(&step)
	step.Says = says(kind, step, spec.Prose)
	if s.proc.Name == prentice.AdhocName {
		step.Says = kind.Says(step)
	}
	return step, s.question(&step, spec, prefix)
}

// timeFor fills in how long a step may take by itself.
func (s *scene) timeFor(step *prentice.PlannedStep, spec prentice.StepSpec) error {
	if spec.Timeout == "" {
		return nil
	}
	text, err := s.fill(spec.Timeout)
	if err != nil {
		return s.wrong(spec, "timeout", err)
	}
	d, why := timeOf(text)
	if why != "" {
		return prentice.Errorf(prentice.Refused, "step %s: %s", step.ID, why).In(spec.At).Try("look at the values it is given")
	}
	step.Timeout = d.String()
	return nil
}

// question fills in the block that asks whether the step is done.
func (s *scene) question(step *prentice.PlannedStep, spec prentice.StepSpec, prefix string) error {
	i := slices.IndexFunc(s.proc.Steps, func(o prentice.StepSpec) bool { return o.Of == spec.ID })
	if i < 0 || spec.Of != "" {
		return nil
	}
	done, err := s.step(s.proc.Steps[i], prefix)
	step.Done = &done
	return err
}

// factsFor refuses a step that reads a fact of the service which the catalog
// does not have: a shell would take it for nothing. A script that says itself what
// is done without it, as ${SERVICE_URL:-} does, is not refused.
func (s *scene) factsFor(spec prentice.StepSpec) error {
	if spec.Script == "" || s.service == nil {
		return nil
	}
	for _, m := range mentioned.FindAllStringSubmatch(spec.Body, -1) {
		if _, set := s.environ[m[1]]; !set && oneOf(m[1], serviceFacts) && !otherwise(spec.Body, m[1]) {
			fact := strings.ToLower(strings.TrimPrefix(m[1], "SERVICE_"))
			return prentice.Errorf(prentice.Refused, "step %s needs $%s, and the catalog has no %s for %s", spec.ID, m[1], fact, s.service.Ref).
				In(spec.At).Try("add it to the service's catalog-info.yaml")
		}
	}
	return nil
}

// otherwise says whether a script has something else for a variable that is not set.
func otherwise(script, name string) bool {
	for _, sign := range []string{":-", "-", ":+", "+"} {
		if strings.Contains(script, "${"+name+sign) {
			return true
		}
	}
	return false
}

// fill works out the expressions in an attribute's value.
func (s *scene) fill(text string) (string, error) {
	list, ok := parts(text)
	if !ok {
		return "", fmt.Errorf("${ has no end in %q", clip.Text(text))
	}
	var b strings.Builder
	for _, part := range list {
		if !part.isExpr {
			b.WriteString(part.text)
			continue
		}
		value, err := s.eval(part.text, scalarTypes)
		if err != nil {
			return "", err
		}
		plain, err := scalar(value)
		if err != nil {
			return "", err
		}
		b.WriteString(plain)
	}
	if plain, why := typed("string", b.String()); why == "" {
		return plain, nil
	}
	return "", fmt.Errorf("the value has more than %d bytes or holds a NUL byte", MaxValue)
}

func (s *scene) eval(source string, want []expr.Type) (any, error) {
	program, err := s.compile(source, want)
	if err != nil {
		return nil, err
	}
	return program.Eval(context.Background(), s.values)
}

func (s *scene) wrong(spec prentice.StepSpec, attribute string, err error) error {
	return prentice.Errorf(prentice.Refused, "attribute %s of step %s cannot be worked out: %w", attribute, spec.ID, err).
		In(spec.At).Try("look at the inputs and the event that it is made from")
}

// scalar is a single value as text.
func scalar(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case time.Duration:
		return v.String(), nil
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	}
	return "", fmt.Errorf("the value is a %T, wanted a single one", value)
}

// inputValues are the inputs as expressions see them.
func inputValues(declared []prentice.Input, inputs map[string]string) map[string]any {
	values := map[string]any{}
	for _, in := range declared {
		text := inputs[in.Name]
		switch in.Type {
		case "int":
			n, _ := strconv.ParseInt(text, 10, 64) // resolve has read it already
			values[field(in.Name)] = n
		case "bool":
			values[field(in.Name)] = text == "true"
		case "duration":
			d, _ := span.Parse(text)
			values[field(in.Name)] = d
		case "date":
			day, _ := time.Parse(time.DateOnly, text)
			values[field(in.Name)] = day
		case "list":
			values[field(in.Name)] = listed(text)
		default:
			values[field(in.Name)] = text
		}
	}
	return values
}
