package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"prentice/internal/op"
)

// inputOf is an operation's input in the document. It is drawn from what the door
// checks, not read from the tags once more.
func inputOf(o op.Op, r huma.Registry, n namer) (*huma.Schema, error) {
	s, err := o.Schema()
	if err != nil {
		return nil, err
	}
	name := n.nameIn(n.inputs, o.In, title(o.Name)+"Input")
	ref := &huma.Schema{Ref: "#/components/schemas/" + name}
	if r.Map()[name] != nil {
		return ref, nil
	}
	drawn := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{}}
	r.Map()[name] = drawn
	for _, f := range s.Fields {
		drawn.Properties[f.Name] = fieldSchema(f, r, title(o.Name)+title(f.Name))
		if !f.Optional {
			drawn.Required = append(drawn.Required, f.Name)
		}
	}
	return ref, nil
}

// fieldSchema is a field with its rules. Those of a list but for how many there are hold
// for its texts.
func fieldSchema(f op.Field, r huma.Registry, hint string) *huma.Schema {
	s := valueSchema(f.Schema, r, hint)
	inner, of := s, f.Schema
	if s.Items != nil {
		inner, of = s.Items, f.Elem
	}
	for _, word := range f.Enum {
		inner.Enum = append(inner.Enum, example(of, word))
	}
	inner.MinLength, inner.MaxLength = f.Shortest, f.Longest
	if f.Pattern != nil {
		inner.Pattern = f.Pattern.String()
	}
	if f.Least != nil {
		s.Minimum = f.Least
	}
	if f.Most != nil {
		s.Maximum = f.Most
	}
	s.MinItems, s.MaxItems = f.Fewest, f.MostItems
	s.Description = f.Doc
	if f.Default != "" {
		s.Default = example(f.Schema, f.Default)
	}
	if f.Example != "" {
		s.Examples = []any{example(f.Schema, f.Example)}
	}
	return s
}

// valueSchema is a value without the rules of its field. What stands in components is
// shared, so it is taken as it is.
func valueSchema(s *op.Schema, r huma.Registry, hint string) *huma.Schema {
	switch {
	case s.Moment(): // a day will do, so it is no date-time
		return &huma.Schema{Type: huma.TypeString, Extensions: map[string]any{"x-moment": "2006-01-02T15:04:05Z or 2006-01-02"}}
	case s.Length():
		return &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeString, Description: "90s, 1h30m or 7d"}, {Type: huma.TypeInteger, Format: "int64", Description: "in nanoseconds"}}}
	}
	drawn := r.Schema(s.Type, true, hint)
	if drawn.Ref != "" {
		return &huma.Schema{AllOf: []*huma.Schema{drawn}}
	}
	return drawn
}

// example is a tag's text as the JSON that a caller would send: a number for a number,
// a list for a list.
func example(s *op.Schema, text string) any {
	t := s.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice:
		if s.Many() {
			return []any{example(s.Elem, text)}
		}
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		if json.Valid([]byte(text)) {
			return json.RawMessage(text)
		}
	}
	return text
}
