package op

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"prentice"
)

// Schema is what the type of an input promises about its values. It is read once
// from the type's tags; whatever a face shows, reads or refuses comes from it.
type Schema struct {
	Type   reflect.Type
	Fields []Field // of an object; those of embedded structs stand among them
	Elem   *Schema // of a pointer, list or map
	form   form
}

// form is how a value is written.
type form uint8

const (
	plain  form = iota // as its kind is
	reads              // as text that the type reads itself
	raw                // as any JSON
	moment             // as a moment or a day
	length             // as a length of time
)

var (
	refType    = reflect.TypeFor[prentice.Ref]()
	rawType    = reflect.TypeFor[json.RawMessage]()
	momentType = reflect.TypeFor[time.Time]()
	lengthType = reflect.TypeFor[time.Duration]()
	textType   = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonType   = reflect.TypeFor[json.Unmarshaler]()
)

// Schema is what the operation's input promises. An error is a fault of the
// program: a tag that says nothing, a type that cannot be an input.
func (o Op) Schema() (*Schema, error) {
	if o.schema == nil {
		return schemaOf(o.In)
	}
	return o.schema()
}

// Fields lists the fields of an operation's input in the order of its type. They
// are shared: read them only.
func (o Op) Fields() []Field { return o.promised().Fields }

// promised is the schema of an operation that was declared rightly.
func (o Op) promised() *Schema {
	s, err := o.Schema()
	if err != nil {
		panic(fmt.Sprintf("operation %s: %v", o.Name, err))
	}
	return s
}

func schemaOf(t reflect.Type) (*Schema, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("input %s is not a struct", t)
	}
	return schemas{}.of(t)
}

// schemas remembers the types on the way, so that one may hold itself.
type schemas map[reflect.Type]*Schema

func (known schemas) of(t reflect.Type) (_ *Schema, err error) {
	if s, ok := known[t]; ok {
		return s, nil
	}
	s := &Schema{Type: t, form: formOf(t)}
	known[t] = s
	if s.form != plain {
		return s, nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		s.Elem, err = known.of(t.Elem())
	case reflect.Struct:
		err = known.addFields(s, t, nil)
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		err = fmt.Errorf("a %s cannot be an input", t)
	}
	return s, err
}

func formOf(t reflect.Type) form {
	p := reflect.PointerTo(t)
	switch {
	case t == rawType:
		return raw
	case t == momentType:
		return moment
	case t == lengthType:
		return length
	case p.Implements(textType), p.Implements(jsonType):
		return reads
	}
	return plain
}

func (known schemas) addFields(s *Schema, t reflect.Type, index []int) error {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		at := append(slices.Clone(index), i)
		switch {
		case name == "-" && options == "" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			if err := known.addFields(s, f.Type, at); err != nil {
				return err
			}
			continue
		case name == "":
			name = f.Name
		}
		of, err := known.of(f.Type)
		if err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
		one, err := fieldOf(f, name, options, of)
		if err != nil {
			return fmt.Errorf("field %s: %w", name, err)
		}
		one.Index = at
		s.Fields = append(s.Fields, one)
	}
	return nil
}

// field finds a field of the input by its name.
func (s *Schema) field(name string) (Field, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// top lists the names of the input's own fields; names those of all fields
// within it as well.
func (s *Schema) top() []string {
	var names []string
	for _, f := range s.Fields {
		names = append(names, f.Name)
	}
	return names
}

func (s *Schema) names() []string {
	var names []string
	seen := map[*Schema]bool{}
	var walk func(*Schema)
	walk = func(s *Schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		names = append(names, s.top()...)
		walk(s.Elem)
		for _, f := range s.Fields {
			walk(f.Schema)
		}
	}
	walk(s)
	return names
}

// Moment says whether a value is a moment, or a day, and Length whether it is a
// length of time: both are given as text, in JSON as well.
func (s *Schema) Moment() bool { return s.form == moment }

// Length says whether a value is a length of time.
func (s *Schema) Length() bool { return s.form == length }

// ByJSON says whether a value is given as JSON even where all else is text.
func (s *Schema) ByJSON() bool {
	switch {
	case s.form == raw:
		return true
	case s.form == reads:
		return !reflect.PointerTo(s.Type).Implements(textType)
	case s.form != plain:
		return false
	}
	switch s.Type.Kind() {
	case reflect.Struct, reflect.Interface, reflect.Array:
		return true
	case reflect.Pointer:
		return s.Elem.ByJSON()
	case reflect.Slice:
		of := s.Elem.Type.Kind()
		return s.Elem.form == plain && (of == reflect.Slice || of == reflect.Map) || s.Elem.ByJSON()
	case reflect.Map:
		return s.Elem.Type.Kind() != reflect.String || s.Type.Key().Kind() != reflect.String
	}
	return false
}

// ByText says whether a value's type reads itself from text.
func (s *Schema) ByText() bool { return s.form == reads && !s.ByJSON() }

// Many says whether a value is a list or a map whose items are given one by one.
func (s *Schema) Many() bool {
	kind := s.Type.Kind()
	return s.form == plain && !s.ByJSON() && (kind == reflect.Map || kind == reflect.Slice && s.Elem.Type.Kind() != reflect.Uint8)
}
