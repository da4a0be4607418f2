package procedure

import (
	"context"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// mostChoices is how many values an input can be chosen from.
const mostChoices = 1000

// choiceTypes are what choices may give: texts, hosts or resources.
var choiceTypes = []expr.Type{expr.ListOf(expr.String), expr.ListOf(hostType), expr.ListOf(resourceType)}

// chosenTypes are the inputs that can be chosen from the catalog.
var chosenTypes = []string{"string", "list", "service", "host", "resource"}

// catalogEnv is for choices: the catalog alone, before there are inputs.
func catalogEnv(cat *team.Catalog) (*expr.Env, error) {
	return expr.NewEnv(expr.Vars{}, lookups(cat)...)
}

// choices reads from what an input is chosen.
func (r *reading) choices(in *prentice.Input, n *yaml.Node, what string) {
	if n == nil || in.Type == "" {
		return
	}
	s, ok := r.scalar(n, "choices of "+what)
	switch {
	case !ok:
	case !oneOf(in.Type, chosenTypes):
		r.fail(r.place(n), "use it with "+strings.Join(chosenTypes, ", "), "%s of type %s cannot be chosen from the catalog", what, in.Type)
	case len(in.Enum) > 0:
		r.fail(r.place(n), "keep one of them", "%s has an enum and choices", what)
	default:
		in.Choices = s
		r.later(value{source: s, in: onlyCatalog, want: choiceTypes, what: "choices of " + what, at: r.inside(n)})
	}
}

// Choices are the values from which an input is chosen, as the catalog has them now,
// sorted and each once. Of an input without choices there are none.
func Choices(cat *team.Catalog, in prentice.Input) ([]string, error) {
	if in.Choices == "" {
		return nil, nil
	}
	env, err := catalogEnv(cat)
	if err != nil {
		return nil, err
	}
	program, err := env.Compile(in.Choices, choiceTypes...)
	if err != nil {
		return nil, err
	}
	value, err := program.Eval(context.Background(), map[string]any{})
	if err != nil {
		return nil, err
	}
	items, _ := value.([]any)
	var list []string
	for _, item := range items {
		if about, is := item.(map[string]any); is {
			item = about["name"]
		}
		text, is := item.(string)
		if !is || text == "" {
			continue
		}
		if plain, why := typed(itemType(in.Type), text); why == "" && (in.Type != "list" || !strings.Contains(plain, ",")) {
			list = append(list, plain)
		}
	}
	slices.Sort(list)
	if list = slices.Compact(list); len(list) > mostChoices {
		return nil, &expr.Error{Text: "it gives more than 1000 values"}
	}
	return list, nil
}

// chosen refuses a value that is not among the choices of its input, as the catalog has
// them at this moment.
func (c *rendering) chosen(p prentice.Procedure, in prentice.Input, plain string) error {
	if in.Choices == "" {
		return nil
	}
	list, err := Choices(c.catalog, in)
	if err != nil {
		return prentice.Errorf(prentice.Refused, "the choices of input %s of procedure %s cannot be worked out: %w", in.Name, p.Name, err).In(in.At).
			Try("look at choices: %s; a fact that not every host has is asked for with has(…)", clip.Text(in.Choices))
	}
	values := []string{plain}
	if in.Type == "list" {
		values = strings.Split(plain, ",")
	}
	for _, value := range values {
		if slices.Contains(list, value) {
			continue
		}
		e := prentice.Errorf(prentice.Invalid, "input %s of procedure %s: %q is not one of its choices", in.Name, p.Name, clip.Text(value))
		switch near := nearest.Of(value, list); {
		case len(list) == 0:
			return e.Try("there is nothing to choose from: %s", clip.Text(in.Choices))
		case near != "":
			return e.Try("did you mean %s?", near)
		}
		return e.Try("choose one of %s", clip.To(strings.Join(list, ", "), 300))
	}
	return nil
}
