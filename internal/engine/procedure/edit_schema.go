package procedure

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// shape is what the JSON Schema says of one value, as far as editors ask.
type shape struct {
	Description string           `json:"description"`
	Properties  map[string]shape `json:"properties"`
	Additional  json.RawMessage  `json:"additionalProperties"`
	Items       *shape           `json:"items"`
	OneOf       []shape          `json:"oneOf"`
	AnyOf       []shape          `json:"anyOf"`
	Enum        []any            `json:"enum"`
	Examples    []any            `json:"examples"`
}

var frontShape = sync.OnceValue(func() shape {
	var s shape
	if err := json.Unmarshal(schema, &s); err != nil {
		panic("the schema in the program cannot be read: " + err.Error())
	}
	return s
})

// keyDoc is a key of the front matter and what it is for.
type keyDoc struct{ name, about string }

// schemaAt is what the schema says behind a path of keys; there may be several ways to
// write it.
func schemaAt(path []string) []shape {
	at := []shape{frontShape()}
	for _, key := range path {
		var next []shape
		for _, s := range alternatives(at) {
			if p, ok := s.Properties[key]; ok {
				next = append(next, p)
				continue
			}
			var any shape
			if len(s.Additional) > 0 && s.Additional[0] == '{' && json.Unmarshal(s.Additional, &any) == nil {
				next = append(next, any)
			}
		}
		at = next
	}
	return alternatives(at)
}

// alternatives are shapes with the ways to write them, and the items of lists.
func alternatives(of []shape) (list []shape) {
	for _, s := range of {
		list = append(list, s)
		list = append(list, alternatives(s.OneOf)...)
		list = append(list, alternatives(s.AnyOf)...)
		if s.Items != nil {
			list = append(list, alternatives([]shape{*s.Items})...)
		}
	}
	return list
}

// schemaKeys are the keys that may stand below a path, sorted.
func schemaKeys(path []string) (keys []keyDoc) {
	for _, s := range schemaAt(path) {
		for _, name := range sortedKeys(s.Properties) {
			if !slices.ContainsFunc(keys, func(k keyDoc) bool { return k.name == name }) {
				keys = append(keys, keyDoc{name, s.Properties[name].Description})
			}
		}
	}
	slices.SortFunc(keys, func(a, b keyDoc) int { return strings.Compare(a.name, b.name) })
	return keys
}

// schemaValues are the values that may be counted.
func schemaValues(path []string) (values []string) {
	for _, s := range schemaAt(path) {
		for _, v := range s.Enum {
			values = append(values, fmt.Sprint(v))
		}
	}
	return values
}

// schemaAbout is what a key is for, with an example.
func schemaAbout(path []string) string {
	for _, s := range schemaAt(path) {
		if s.Description == "" {
			continue
		}
		if len(s.Examples) > 0 {
			return s.Description + " Such as `" + fmt.Sprint(s.Examples[0]) + "`."
		}
		return s.Description
	}
	return ""
}
