package procedure

import (
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/variable"
)

// The types of input, and how expressions see them: a service and a host are
// their refs.
var inputTypes = map[string]expr.Type{
	"string": expr.String, "int": expr.Int, "bool": expr.Bool,
	"duration": expr.Duration, "date": expr.Time, "list": expr.ListOf(expr.String),
	"service": expr.String, "host": expr.String, "resource": expr.String,
}

var inputTypeNames = []string{"string", "int", "bool", "duration", "date", "list", "service", "host", "resource"}

// inputs reads the inputs in the order of the file: the first of type service
// is the one that the run is about.
func (r *reading) inputs(n *yaml.Node) {
	if n == nil {
		return
	}
	variables := map[string]string{}
	r.pairs(n, "inputs", func(key, value *yaml.Node) {
		name := key.Value
		if !isWord(name) {
			r.fail(r.place(key), "use small letters, digits, dashes and underscores, and begin with a letter", "%q is not the name of an input", clip.Text(name))
			return
		}
		if other, taken := variables[variable.Of(name)]; taken {
			r.fail(r.place(key), "rename one of them", "inputs %s and %s would be the same environment variable %s", other, name, variable.Of(name))
			return
		}
		variables[variable.Of(name)] = name
		// A wrong input is kept, so that expressions which name it are not blamed.
		r.proc.Inputs = append(r.proc.Inputs, r.input(name, key, value))
	})
}

func (r *reading) input(name string, key, n *yaml.Node) prentice.Input {
	before, what := len(r.findings), "input "+name
	f := r.fields(n, what, "type", "from", "default", "enum", "choices", "pattern", "min", "max", "doc")
	in := prentice.Input{Name: name, At: r.place(key)}
	if len(r.findings) > before {
		return in
	}
	r.inputType(&in, f["type"], what)
	if from := f["from"]; from != nil {
		if s, ok := r.scalar(from, "from"); ok {
			in.From = s
			want := scalarTypes
			if scalar := f["type"]; scalar != nil && scalar.Value == "list" {
				want = itemTypes
			}
			r.later(value{source: s, in: onlyEvent, want: want, what: "from of " + what, at: r.inside(from)})
		}
	}
	if doc := f["doc"]; doc != nil {
		in.Doc, _ = r.scalar(doc, "doc")
	}
	r.enum(&in, f["enum"], what)
	r.choices(&in, f["choices"], what)
	r.bounds(&in, f, what)
	r.standard(&in, f["default"], what)
	return in
}

func (r *reading) inputType(in *prentice.Input, n *yaml.Node, what string) {
	if n == nil {
		r.fail(in.At, "add type: with one of "+strings.Join(inputTypeNames, ", "), "%s has no type", what)
		return
	}
	s, ok := r.scalar(n, "type of "+what)
	if _, known := inputTypes[s]; ok && !known {
		r.fail(r.place(n), meant(s, inputTypeNames), "%s: there is no type %q", what, clip.Text(s))
		return
	}
	in.Type = s
}

func (r *reading) enum(in *prentice.Input, n *yaml.Node, what string) {
	if n == nil || in.Type == "" {
		return
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		r.fail(r.place(n), "write a list, such as [small, large]", "enum of %s is not a list of values", what)
		return
	}
	if !oneOf(in.Type, []string{"string", "int", "list"}) {
		r.fail(r.place(n), "use it with string, int or list", "%s of type %s cannot have an enum", what, in.Type)
		return
	}
	for _, item := range n.Content {
		s, ok := r.scalar(item, "enum of "+what)
		if !ok {
			continue
		}
		plain, why := typed(itemType(in.Type), s)
		if in.Type == "list" && strings.Contains(s, ",") {
			why = "has a comma, which is between two values of a list"
		}
		if why != "" {
			r.fail(r.place(item), "write another value", "enum of %s: %q %s", what, clip.Text(s), why)
			continue
		}
		in.Enum = append(in.Enum, plain)
	}
}

func (r *reading) standard(in *prentice.Input, n *yaml.Node, what string) {
	if n == nil || in.Type == "" {
		return
	}
	if plain, ok := r.plain(*in, n, "default of "+what); ok {
		in.Default = &plain
	}
}

// plain is a value that the file gives an input, in the one form of its type.
func (r *reading) plain(in prentice.Input, n *yaml.Node, what string) (string, bool) {
	s, ok := r.valueText(in, n, what)
	if !ok || in.Type == "" {
		return "", false
	}
	plain, why := typed(in.Type, s)
	no, hint := outside(in, plain)
	switch {
	case why != "":
		r.fail(r.place(n), "write another value", "%s: %q %s", what, clip.Text(s), why)
	case no != "":
		r.fail(r.place(n), hint, "%s: %s", what, no)
	default:
		return plain, true
	}
	return "", false
}

// valueText is a value as text; that of a list may be written as one.
func (r *reading) valueText(in prentice.Input, n *yaml.Node, what string) (string, bool) {
	if in.Type != "list" || n.Kind != yaml.SequenceNode {
		return r.scalar(n, what)
	}
	var items []string
	for _, item := range n.Content {
		s, ok := r.scalar(item, what)
		if !ok {
			return "", false
		}
		if strings.Contains(s, ",") {
			r.fail(r.place(item), "take the comma out", "%s: %q has a comma, which is between two values of a list", what, clip.Text(s))
			return "", false
		}
		items = append(items, s)
	}
	return strings.Join(items, ","), true
}

// field is an input's name as it stands in expressions: a dash there would be a
// minus.
func field(name string) string { return strings.ReplaceAll(name, "-", "_") }
