package app

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/nearest"
)

// shape is what an input's type promises about its values, read once from its
// tags: json, doc, enum, default, minimum, maximum, minLength, maxLength,
// minItems, maxItems, pattern.
type shape struct {
	kind   reflect.Kind
	leaf   bool // read by the type itself
	ref    bool
	raw    bool
	fields []*field
	elem   *shape // of a pointer, list or map
}

// field is one field of an object and its rules.
type field struct {
	index            []int
	name, doc        string
	required         bool
	shape            *shape
	enum             []string
	standard         reflect.Value // the default
	least, most      *float64
	shortest, longst *int
	fewest, many     *int
	pattern          *regexp.Regexp
}

var (
	refType  = reflect.TypeFor[prentice.Ref]()
	rawType  = reflect.TypeFor[json.RawMessage]()
	textType = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonType = reflect.TypeFor[json.Unmarshaler]()
)

func shapeOf(t reflect.Type) (*shape, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("input %s is not a struct", t)
	}
	return shapes{}.of(t)
}

// shapes remembers the types on the way, so that one may hold itself.
type shapes map[reflect.Type]*shape

func (known shapes) of(t reflect.Type) (_ *shape, err error) {
	if s, ok := known[t]; ok {
		return s, nil
	}
	s := &shape{kind: t.Kind(), ref: t == refType, raw: t == rawType}
	known[t] = s
	if p := reflect.PointerTo(t); t == rawType || p.Implements(textType) || p.Implements(jsonType) {
		s.leaf = true
		return s, nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		s.elem, err = known.of(t.Elem())
	case reflect.Struct:
		err = known.addFields(s, t, nil)
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		err = fmt.Errorf("a %s cannot be an input", t)
	}
	return s, err
}

func (known shapes) addFields(s *shape, t reflect.Type, index []int) error {
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
		one, err := known.field(f, name, !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero"))
		if err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
		one.index = at
		s.fields = append(s.fields, one)
	}
	return nil
}

func (known shapes) field(f reflect.StructField, name string, required bool) (_ *field, err error) {
	one := &field{name: name, doc: f.Tag.Get("doc"), required: required}
	if one.shape, err = known.of(f.Type); err != nil {
		return nil, err
	}
	if enum := f.Tag.Get("enum"); enum != "" {
		one.enum = strings.Split(enum, ",")
	}
	for _, n := range []struct {
		tag string
		to  **float64
	}{{"minimum", &one.least}, {"maximum", &one.most}} {
		if text, ok := f.Tag.Lookup(n.tag); ok {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, fmt.Errorf("%s %q is not a number", n.tag, text)
			}
			*n.to = &v
		}
	}
	for _, n := range []struct {
		tag string
		to  **int
	}{{"minLength", &one.shortest}, {"maxLength", &one.longst}, {"minItems", &one.fewest}, {"maxItems", &one.many}} {
		if text, ok := f.Tag.Lookup(n.tag); ok {
			v, err := strconv.Atoi(text)
			if err != nil {
				return nil, fmt.Errorf("%s %q is not a whole number", n.tag, text)
			}
			*n.to = &v
		}
	}
	if p := f.Tag.Get("pattern"); p != "" {
		if one.pattern, err = regexp.Compile(p); err != nil {
			return nil, err
		}
	}
	return one, one.readDefault(f)
}

// readDefault reads the default tag. A bool has none but false: no one could
// tell false from absent.
func (f *field) readDefault(from reflect.StructField) error {
	text, ok := from.Tag.Lookup("default")
	if !ok || text == "" {
		return nil
	}
	if len(f.enum) > 0 && !slices.Contains(f.enum, text) {
		return fmt.Errorf("default %q is not one of %s", text, list(f.enum))
	}
	v := reflect.New(from.Type)
	switch from.Type.Kind() {
	case reflect.Bool:
		if text == "false" {
			return nil
		}
		return fmt.Errorf("a bool cannot be %s by default; turn its meaning round", text)
	case reflect.String:
		v.Elem().SetString(text)
	default:
		if u, ok := v.Interface().(encoding.TextUnmarshaler); ok {
			if err := u.UnmarshalText([]byte(text)); err != nil {
				return fmt.Errorf("default %q: %w", text, err)
			}
		} else if err := json.Unmarshal([]byte(text), v.Interface()); err != nil {
			return fmt.Errorf("default %q: %w", text, err)
		}
	}
	f.standard = v.Elem()
	return nil
}

// top lists the names of the input's own fields; names those of all fields
// within it as well.
func (s *shape) top() []string {
	var names []string
	for _, f := range s.fields {
		names = append(names, f.name)
	}
	return names
}

func (s *shape) names() []string {
	var names []string
	seen := map[*shape]bool{}
	var walk func(*shape)
	walk = func(s *shape) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		names = append(names, s.top()...)
		walk(s.elem)
		for _, f := range s.fields {
			walk(f.shape)
		}
	}
	walk(s)
	return names
}

// check refuses a value that breaks a promise, and fills in defaults.
func (s *shape) check(path string, v reflect.Value) *prentice.Error {
	switch {
	case s.raw:
		if v.Len() > 0 && !json.Valid(v.Bytes()) {
			return wrong("give a JSON value", "%s is not JSON", path)
		}
		return nil
	case s.leaf:
		return nil
	case s.kind == reflect.String:
		return s.checkText(path, v.String())
	case s.kind == reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return s.elem.check(path, v.Elem())
	case s.kind == reflect.Slice, s.kind == reflect.Array:
		return s.checkList(path, v)
	case s.kind == reflect.Map:
		return s.checkMap(path, v)
	}
	for _, f := range s.fields {
		if err := f.check(join(path, f.name), v.FieldByIndex(f.index)); err != nil {
			return err
		}
	}
	return nil
}

func (s *shape) checkText(path, text string) *prentice.Error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return wrong("give it as UTF-8 text without NUL", "%s is not plain text", path)
	}
	if s.ref && text != "" {
		if _, err := prentice.ParseRef(text); err != nil {
			return wrong("write kind/name, such as service/checkout", "%s is %q, which is not a ref", path, clip(text))
		}
	}
	return nil
}

func (s *shape) checkList(path string, v reflect.Value) *prentice.Error {
	if s.elem.kind == reflect.Uint8 {
		return nil
	}
	for i := range v.Len() {
		if err := s.elem.check(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// checkMap looks at copies: a map's values cannot be set, and have no defaults.
func (s *shape) checkMap(path string, v reflect.Value) *prentice.Error {
	for it := v.MapRange(); it.Next(); {
		name := fmt.Sprint(it.Key())
		if err := (&shape{kind: reflect.String}).checkText("a key of "+path, name); err != nil {
			return err
		}
		value := reflect.New(it.Value().Type()).Elem()
		value.Set(it.Value())
		if err := s.elem.check(join(path, clip(name)), value); err != nil {
			return err
		}
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func list(words []string) string { return strings.Join(words, ", ") }

func wrong(hint, format string, args ...any) *prentice.Error {
	e := prentice.Errorf(prentice.Invalid, format, args...)
	e.Hint = hint
	return e
}

// oneOf is the hint for a value that is not among the known ones.
func oneOf(value string, known []string) string {
	if near := nearest.Of(value, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "use " + list(known)
}
