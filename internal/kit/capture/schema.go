package capture

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// schema is the part of JSON Schema that says what a value is like. What it does not
// have, such as $ref and anyOf, is refused and not passed over.
type schema struct {
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Type        string             `json:"type"`
	Enum        []any              `json:"enum"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
	Additional  *bool              `json:"additionalProperties"`
	Items       *schema            `json:"items"`
	MinItems    *int               `json:"minItems"`
	MaxItems    *int               `json:"maxItems"`
	Minimum     *float64           `json:"minimum"`
	Maximum     *float64           `json:"maximum"`
	MinLength   *int               `json:"minLength"`
	MaxLength   *int               `json:"maxLength"`
	Pattern     string             `json:"pattern"`
	form        *regexp.Regexp
}

var schemaTypes = []string{"object", "array", "string", "integer", "number", "boolean", "null"}

func readSchema(text string) (*schema, error) {
	var s schema
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return nil, err
	}
	return &s, s.prepare(0)
}

// prepare looks whether it can be used.
func (s *schema) prepare(deep int) (err error) {
	switch {
	case s == nil:
		return nil
	case deep > MaxDepth:
		return fmt.Errorf("it is more than %d deep", MaxDepth)
	case s.Type != "" && !slices.Contains(schemaTypes, s.Type):
		return fmt.Errorf("type %q is not one of %s", s.Type, strings.Join(schemaTypes, ", "))
	}
	if s.form, err = regexp.Compile(s.Pattern); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if err := s.Properties[name].prepare(deep + 1); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return s.Items.prepare(deep + 1)
}

// SchemaFault says why a text is no schema that can be used, or "".
func SchemaFault(text string) string {
	if _, err := readSchema(text); err != nil {
		return strings.TrimPrefix(err.Error(), "json: ")
	}
	return ""
}

// Breaks says where a JSON text is not as a schema says, or "".
func Breaks(text, by string) string {
	s, err := readSchema(by)
	if err != nil {
		return "its schema cannot be read: " + err.Error()
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return "it is not JSON"
	}
	return s.breaks("$", v)
}

func (s *schema) breaks(at string, v any) string {
	if s == nil {
		return ""
	}
	if s.Type != "" && !isOf(s.Type, v) {
		return fmt.Sprintf("%s is not of type %s", at, s.Type)
	}
	if s.Enum != nil && !slices.ContainsFunc(s.Enum, func(one any) bool { return reflect.DeepEqual(one, v) }) {
		return at + " is none of the values that are allowed"
	}
	switch v := v.(type) {
	case map[string]any:
		return s.object(at, v)
	case []any:
		return s.array(at, v)
	case string:
		n := utf8.RuneCountInString(v)
		if !within(n, s.MinLength, s.MaxLength) {
			return fmt.Sprintf("%s has %d characters", at, n)
		}
		if !s.form.MatchString(v) {
			return fmt.Sprintf("%s does not match %s", at, s.Pattern)
		}
	case float64:
		if !within(v, s.Minimum, s.Maximum) {
			return fmt.Sprintf("%s is %v, which is out of range", at, v)
		}
	}
	return ""
}

func (s *schema) object(at string, v map[string]any) string {
	for _, name := range s.Required {
		if _, there := v[name]; !there {
			return fmt.Sprintf("%s has no %s", at, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		of, known := s.Properties[name]
		if !known && s.Additional != nil && !*s.Additional {
			return fmt.Sprintf("%s has %q, which is not allowed", at, name)
		}
		if says := of.breaks(at+"."+name, v[name]); says != "" {
			return says
		}
	}
	return ""
}

func (s *schema) array(at string, v []any) string {
	if !within(len(v), s.MinItems, s.MaxItems) {
		return fmt.Sprintf("%s has %d values", at, len(v))
	}
	for i, item := range v {
		if says := s.Items.breaks(fmt.Sprintf("%s[%d]", at, i), item); says != "" {
			return says
		}
	}
	return ""
}

func within[N int | float64](n N, least, most *N) bool {
	return (least == nil || n >= *least) && (most == nil || n <= *most)
}

func isOf(kind string, v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return kind == "object"
	case []any:
		return kind == "array"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case float64:
		return kind == "number" || kind == "integer" && v == float64(int64(v))
	}
	return kind == "null"
}
