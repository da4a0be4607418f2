package standard

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"prentice/internal/engine/check"
)

// compileSchema makes a JSON Schema ready that each covered file has to meet. A file that
// cannot be read as YAML, JSON or TOML is for the rules about that.
func (q question) compileSchema(covers func(string) bool) (judge, error) {
	if len(q.Paths) == 0 {
		return judge{}, hinted{errors.New("a schema is of no file"), "add paths: [FILE]"}
	}
	schema, err := SchemaOf(q.Schema)
	if err != nil {
		return judge{}, hinted{err, "see https://json-schema.org; a schema may lead to no other file"}
	}
	return judge{covers: covers, each: func(t *Text) ([]check.Finding, error) { return Against(schema, t), nil }}, nil
}

// SchemaOf makes a schema ready, from what its file says. It may not lead to another.
func SchemaOf(value any) (*jsonschema.Schema, error) {
	raw, err := json.Marshal(value) // numbers as jsonschema wants them
	if err != nil {
		return nil, fmt.Errorf("the schema has no JSON form: %w", err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(jsonschema.SchemeURLLoader{})
	if err := c.AddResource("schema.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("schema.json")
}

// Against is where a file does not meet a schema.
func Against(schema *jsonschema.Schema, t *Text) []check.Finding {
	var list []check.Finding
	for _, value := range t.decode().values {
		raw, err := json.Marshal(value)
		if err != nil {
			continue
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
		if err != nil {
			continue
		}
		if bad, ok := errors.AsType[*jsonschema.ValidationError](schema.Validate(doc)); ok {
			list = append(list, violations(bad, t)...)
		}
	}
	return list
}

func violations(e *jsonschema.ValidationError, t *Text) []check.Finding {
	var list []check.Finding
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 && len(list) < mostFindings {
			at := "/" + strings.Join(e.InstanceLocation, "/")
			says := Shown(at + ": " + inWords(e))
			list = append(list, check.Finding{Path: t.Path, Line: lineOf(t, e.InstanceLocation), Says: says, Key: says})
		}
		for _, c := range e.Causes {
			walk(c)
		}
	}
	walk(e)
	return list
}

func inWords(e *jsonschema.ValidationError) string {
	text := e.Error()
	if at := strings.LastIndex(text, "': "); at >= 0 {
		return text[at+3:]
	}
	return text
}

// lineOf is where a place of a YAML document stands.
func lineOf(t *Text, at []string) int {
	docs := t.decode().docs
	if len(docs) == 0 || len(docs[0].Content) == 0 {
		return 0
	}
	n := docs[0].Content[0]
	line := n.Line
	for _, key := range at {
		next := Get(n, key)
		if next == nil {
			break
		}
		n, line = next, next.Line
	}
	return line
}
