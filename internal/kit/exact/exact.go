// Package exact reads JSON by exactly the keys that a Go type has. Go's own reader
// takes a key in any letters for a field, and of two the last: what one reader
// checks, the next may not see. Here a key that differs in a letter is unknown,
// and one that is there twice, at any depth, is refused.
package exact

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// deepest is how deep Go's own reader goes; what is deeper is left to it to refuse.
const deepest = 10_000

// Unmarshal reads one JSON value. An unknown key is an error in the words of
// package json.
func Unmarshal(raw []byte, to any) error {
	if err := Check(raw, reflect.TypeOf(to)); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("json: more than one value")
	}
	return nil
}

// Check refuses keys that t does not have, and keys that are there twice. With
// nil it looks for the latter only. What is no JSON is left for the reader to say.
func Check(raw []byte, t reflect.Type) error {
	w := walk{json.NewDecoder(bytes.NewReader(raw))}
	w.UseNumber()
	return w.value(t, 0)
}

type walk struct{ *json.Decoder }

func (w walk) value(t reflect.Type, depth int) error {
	token, err := w.Token()
	if err != nil || depth > deepest {
		return nil
	}
	t = plain(t)
	switch token {
	case json.Delim('{'):
		return w.object(t, depth+1)
	case json.Delim('['):
		var elem reflect.Type
		if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) {
			elem = t.Elem()
		}
		for w.More() {
			if err := w.value(elem, depth+1); err != nil {
				return err
			}
			if depth > deepest {
				return nil
			}
		}
		_, _ = w.Token() // its end, or what the reader will say
	}
	return nil
}

func (w walk) object(t reflect.Type, depth int) error {
	var fields map[string]reflect.Type
	var elem reflect.Type
	if t != nil && t.Kind() == reflect.Struct {
		fields = map[string]reflect.Type{}
		gather(fields, t)
	}
	if t != nil && t.Kind() == reflect.Map {
		elem = t.Elem()
	}
	seen := map[string]bool{}
	for w.More() {
		token, err := w.Token()
		key, ok := token.(string)
		if err != nil || !ok || depth > deepest {
			return nil
		}
		if seen[key] {
			return fmt.Errorf("json: the key %q is there twice", key)
		}
		seen[key] = true
		of := elem
		if fields != nil {
			if of, ok = fields[key]; !ok {
				return fmt.Errorf("json: unknown field %q", key)
			}
		}
		if err := w.value(of, depth); err != nil {
			return err
		}
	}
	_, _ = w.Token() // its end, or what the reader will say
	return nil
}

// plain is a type behind its pointers; nil when it reads itself, so that no one
// knows its keys.
func plain(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() == reflect.Interface || reads(t) {
		return nil
	}
	return t
}

func reads(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// gather lists a struct's keys. Those of embedded structs are its own, unless it
// has them itself.
func gather(fields map[string]reflect.Type, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case name == "-" && options == "" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			within := map[string]reflect.Type{}
			gather(within, inner)
			for key, of := range within {
				if _, own := fields[key]; !own {
					fields[key] = of
				}
			}
			continue
		case name == "":
			name = f.Name
		}
		fields[name] = f.Type
	}
}
