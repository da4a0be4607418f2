package procedure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/strict"
)

// A body that is data is YAML or JSON in which each ${…} is a value: in the place of a
// whole text it keeps its type, so that ${inputs.replicas} is a number, and within a
// text it is a part of that text. No value can become a key, a list or the end of
// its text: the plan has the data as JSON, written when everything is filled in.

// dataTypes is what may stand in the place of a whole text.
var dataTypes = append(slices.Clone(scalarTypes), expr.ListOf(expr.Any), expr.MapOf(expr.Any))

// data finds what is wrong with a body that is data. step is its place among the steps.
func (p *page) data(s prentice.StepSpec, step int) {
	node, problems := readData(s.Body)
	for _, w := range problems {
		p.fail(p.at(s.At.Line+max(w.Line, 1), max(w.Column, 1)), w.Hint, "%s", w.Text)
	}
	if node == nil {
		return
	}
	eachText(node, func(n *yaml.Node) {
		at := p.at(s.At.Line+n.Line, n.Column)
		list, ok := parts(n.Value)
		if !ok {
			p.fail(at, "end it with }", "${ has no end in the data")
		}
		for _, part := range list {
			if part.isExpr {
				p.later(value{source: part.text, in: wholeCase, want: wanted(list), what: "the data", at: func(int, int) prentice.Pos { return at },
					rounds: func() bool { return loops(p.proc.Steps, p.proc.Steps[step]) }, of: p.stepAt(step)})
			}
		}
	})
}

// wanted is what the expressions of a text may give.
func wanted(list []part) []expr.Type {
	if len(list) == 1 {
		return dataTypes
	}
	return scalarTypes
}

// readData is the top of the data, or what is wrong with it.
func readData(body string) (*yaml.Node, []strict.Problem) {
	r := strict.Reader{}
	n := r.Document([]byte(body))
	if n == nil && len(r.Problems) == 0 {
		return nil, nil
	}
	if len(r.Problems) == 0 && n.Kind != yaml.MappingNode {
		r.Wrong(n, "write fields and their values, such as spec: {replicas: 3}", "the data has no fields")
	}
	if len(r.Problems) == 0 {
		plainData(&r, n)
	}
	if len(r.Problems) > 0 {
		return nil, r.Problems
	}
	return n, nil
}

// eachText visits every value that is text. Keys are never worked out.
func eachText(n *yaml.Node, visit func(*yaml.Node)) {
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			eachText(child, visit)
		}
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		visit(n)
	}
}

var (
	wholeNumber = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,17})$`)
	jsonNumber  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	oldBools    = []string{"yes", "no", "on", "off", "y", "n"}
)

// plainData refuses what readers of YAML take for different values.
func plainData(r *strict.Reader, n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		keys := map[string]bool{}
		for i := 0; i < len(n.Content); i += 2 {
			switch key := n.Content[i]; {
			case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
				r.Wrong(key, "write a name", "a key is not a name")
			case keys[key.Value]:
				r.Wrong(key, "keep one of them", "%s appears twice", clip.Text(key.Value))
			case strings.Contains(key.Value, "${"):
				r.Wrong(key, "write the name out", "a key is worked out, and only values are")
			default:
				keys[key.Value] = true
			}
		}
	}
	if n.Kind == yaml.ScalarNode {
		plainScalar(r, n)
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			plainData(r, child)
		}
	}
}

func plainScalar(r *strict.Reader, n *yaml.Node) {
	switch {
	case n.Tag == "!!int" && !wholeNumber.MatchString(n.Value), n.Tag == "!!float" && !jsonNumber.MatchString(n.Value):
		r.Wrong(n, "write a plain number, or put it between quotes", "%s is a number to some readers and a text to others", clip.Text(n.Value))
	case n.Tag == "!!timestamp":
		r.Wrong(n, "put it between quotes", "%s is a time to some readers and a text to others", clip.Text(n.Value))
	case n.Tag == "!!str" && n.Style == 0 && slices.Contains(oldBools, strings.ToLower(n.Value)):
		r.Wrong(n, "write true or false, or put it between quotes", "%s is a truth to some readers and a text to others", clip.Text(n.Value))
	}
}

// fillData is a body as it is planned: JSON, with every value in its place.
func (s *scene) fillData(spec prentice.StepSpec) (string, error) {
	node, problems := readData(spec.Body)
	switch {
	case len(problems) > 0:
		return "", prentice.Errorf(prentice.Refused, "step %s: %s", spec.ID, problems[0].Text).In(spec.At).Try("%s", problems[0].Hint)
	case node == nil:
		return "", nil
	}
	filled, err := s.datum(node)
	if err != nil {
		return "", prentice.Errorf(prentice.Refused, "the data of step %s cannot be worked out: %w", spec.ID, err).
			In(spec.At).Try("look at the inputs and the event that it is made from")
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(filled); err != nil {
		return "", err
	}
	return b.String(), nil
}

// datum is one value of the data.
func (s *scene) datum(n *yaml.Node) (any, error) {
	switch {
	case n.Kind == yaml.MappingNode:
		fields := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			v, err := s.datum(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			fields[n.Content[i].Value] = v
		}
		return fields, nil
	case n.Kind == yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, child := range n.Content {
			v, err := s.datum(child)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	case n.Tag == "!!int" || n.Tag == "!!float":
		return json.Number(n.Value), nil
	case n.Tag != "!!str":
		var v any
		return v, n.Decode(&v)
	}
	return s.textual(n.Value)
}

// textual is a text with its expressions worked out, or the value of the one that it is.
func (s *scene) textual(text string) (any, error) {
	list, _ := parts(text)
	switch {
	case !strings.Contains(text, "${"):
		return text, nil // what the file says has no bound of its own
	case len(list) != 1 || !list[0].isExpr:
		return s.fill(text)
	}
	v, err := s.eval(list[0].text, dataTypes)
	if err != nil {
		return nil, err
	}
	return asData(v)
}

// asData is the result of an expression as JSON has it.
func asData(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, uint64, float64:
		return v, nil
	case string:
		if _, why := typed("string", v); why != "" {
			return nil, fmt.Errorf("the value %s", why)
		}
		return v, nil
	case time.Time, time.Duration:
		return scalar(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			var err error
			if list[i], err = asData(v[i]); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		fields := map[string]any{}
		for name := range v {
			var err error
			if fields[name], err = asData(v[name]); err != nil {
				return nil, err
			}
		}
		return fields, nil
	}
	return nil, fmt.Errorf("the value is a %T", v)
}
