package procedure

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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

// catalogEnv is for choices: the catalog and files of the team folder, before there are
// inputs.
func catalogEnv(cat *team.Catalog, files map[string]string) (*expr.Env, error) {
	file := expr.Func{Name: "file", Takes: []expr.Type{expr.String}, Gives: expr.ListOf(expr.String), Do: func(args ...any) (any, error) {
		name, _ := args[0].(string)
		text, there := files[name]
		if !there {
			return nil, &expr.Error{Text: fmt.Sprintf("file %q is not known", clip.Text(name))}
		}
		return valuesIn(name, text)
	}}
	return expr.NewEnv(expr.Vars{}, append(lookups(cat), file)...)
}

// valuesIn are the values of a file, one a line; blank lines and what begins with # are
// for people.
func valuesIn(name, text string) ([]any, error) {
	values := []any{}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) || len(line) > MaxValue {
			return nil, &expr.Error{Text: fmt.Sprintf("line %d of file %s is no value: a value is one line of text, of at most %d bytes", n, clip.Text(name), MaxValue)}
		}
		values = append(values, line)
	}
	return values, nil
}

var (
	anyFile   = regexp.MustCompile(`\bfile\s*\(`)
	namedFile = regexp.MustCompile(`\bfile\(\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\)`)
)

// attachChoices reads the files from which inputs of a procedure are chosen.
func (l *Library) attachChoices(e *entry) {
	l.attachScripts(e)
	for _, in := range e.proc.Inputs {
		named := namedFile.FindAllStringSubmatch(in.Choices, -1)
		if len(anyFile.FindAllString(in.Choices, -1)) != len(named) {
			e.fail(in.At, `write file("files/zones.txt"): those who read the procedure see which file it is`, "choices of input %s: the name of a file is written out", in.Name)
			continue
		}
		for _, m := range named {
			name := cmp.Or(m[1], m[2])
			if no, hint := l.attachNamed(name); no != "" {
				e.fail(in.At, hint, "choices of input %s: file %s: %s", in.Name, clip.Text(name), no)
			} else if _, err := valuesIn(name, l.files[name]); err != nil {
				e.fail(in.At, "write one value a line", "choices of input %s: %v", in.Name, err)
			}
		}
	}
}

// choices reads from what an input is chosen.
func (r *reading) choices(in *prentice.Input, n *yaml.Node, what string) {
	if n == nil || in.Type == "" {
		return
	}
	switch {
	case !oneOf(in.Type, chosenTypes):
		r.fail(r.place(n), "use it with "+strings.Join(chosenTypes, ", "), "%s of type %s cannot be chosen from a list", what, in.Type)
		return
	case len(in.Enum) > 0:
		r.fail(r.place(n), "keep one of them", "%s has an enum and choices", what)
		return
	case n.Kind == yaml.MappingNode:
		r.outsideSource(in, n, what)
		return
	}
	if s, ok := r.scalar(n, "choices of "+what); ok {
		in.Choices = s
		r.later(value{source: s, in: onlyCatalog, want: choiceTypes, what: "choices of " + what, at: r.inside(n)})
	}
}

// Choices are the values from which an input is chosen, as the catalog and the files have
// them now, sorted and each once. Of an input without choices there are none.
func (l *Library) Choices(cat *team.Catalog, in prentice.Input) ([]string, error) {
	if in.Choices == "" {
		return nil, nil
	}
	env, err := catalogEnv(cat, l.files)
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
	var texts []string
	for _, item := range items {
		if about, is := item.(map[string]any); is {
			item = about["name"]
		}
		if text, is := item.(string); is {
			texts = append(texts, text)
		}
	}
	list := Offered(in, texts)
	if len(list) > mostChoices {
		return nil, &expr.Error{Text: "it gives more than 1000 values"}
	}
	return list, nil
}

// chosen refuses a value that is not among the choices of its input, as the catalog has
// them at this moment.
func (c *rendering) chosen(p prentice.Procedure, in prentice.Input, plain string) error {
	if !in.Chosen() || in.Source != nil && c.answers.Believed {
		return nil
	}
	list, err := c.mayBe(p, in)
	if err != nil {
		return err
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
			return e.Try("there is nothing to choose from: %s", clip.Text(whereOf(in)))
		case near != "":
			return e.Try("did you mean %s?", near)
		}
		return e.Try("choose one of %s", clip.To(strings.Join(list, ", "), 300))
	}
	return nil
}

// mayBe is what an input may be at this moment. A source that was not asked, or did not
// answer, has nothing to say, whatever it said before.
func (c *rendering) mayBe(p prentice.Procedure, in prentice.Input) ([]string, error) {
	if in.Source == nil {
		list, err := c.library.Choices(c.catalog, in)
		if err != nil {
			return nil, prentice.Errorf(prentice.Refused, "the choices of input %s of procedure %s cannot be worked out: %w", in.Name, p.Name, err).In(in.At).
				Try("look at choices: %s; a fact that not every host has is asked for with has(…)", clip.Text(in.Choices))
		}
		return list, nil
	}
	said, asked := c.answers.Lists[in.Source.Key()]
	switch {
	case !asked:
		return nil, prentice.Errorf(prentice.Unavailable, "input %s of procedure %s is chosen from %s, which is not asked from here", in.Name, p.Name, in.Source).In(in.At).
			Try("ask a prentice that serves; in a table of cases, write choices: {%s: [VALUE]}", in.Name)
	case said.Failed != "":
		return nil, prentice.Errorf(prentice.Unavailable, "input %s of procedure %s is chosen from %s, which cannot be read now: %s", in.Name, p.Name, in.Source, said.Failed).In(in.At).
			Try("a value is planned only when its source has it; ask again when it answers")
	}
	return Offered(in, said.Values), nil
}

// whereOf is where the values of an input come from, as the file says it.
func whereOf(in prentice.Input) string {
	if in.Source != nil {
		return in.Source.String()
	}
	return in.Choices
}
