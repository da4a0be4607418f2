package op

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// check refuses a value that breaks a promise, and fills in defaults.
func (s *Schema) check(path string, v reflect.Value) *prentice.Error {
	switch {
	case s.form == raw:
		if v.Len() > 0 && !json.Valid(v.Bytes()) {
			return wrong("give a JSON value", "%s is not JSON", path)
		}
		return nil
	case s.form != plain:
		return nil
	}
	switch s.Type.Kind() {
	case reflect.String:
		return s.checkPlain(path, v.String())
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return s.Elem.check(path, v.Elem())
	case reflect.Slice, reflect.Array:
		return s.checkItems(path, v)
	case reflect.Map:
		return s.checkMap(path, v)
	}
	for _, f := range s.Fields {
		if err := f.check(join(path, f.Name), v.FieldByIndex(f.Index)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Schema) checkPlain(path, text string) *prentice.Error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return wrong("give it as UTF-8 text without NUL", "%s is not plain text", path)
	}
	if s.Type == refType && text != "" {
		if _, err := prentice.ParseRef(text); err != nil {
			return wrong("write kind/name, such as service/checkout", "%s is %q, which is not a ref", path, clip.Text(text))
		}
	}
	return nil
}

func (s *Schema) checkItems(path string, v reflect.Value) *prentice.Error {
	if s.Elem.Type.Kind() == reflect.Uint8 {
		return nil
	}
	for i := range v.Len() {
		if err := s.Elem.check(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// textSchema is that of the keys of a map.
var textSchema = &Schema{Type: reflect.TypeFor[string]()}

// checkMap looks at copies: a map's values cannot be set, and have no defaults.
func (s *Schema) checkMap(path string, v reflect.Value) *prentice.Error {
	for it := v.MapRange(); it.Next(); {
		name := fmt.Sprint(it.Key())
		if err := textSchema.checkPlain("a key of "+path, name); err != nil {
			return err
		}
		value := reflect.New(it.Value().Type()).Elem()
		value.Set(it.Value())
		if err := s.Elem.check(join(path, clip.Text(name)), value); err != nil {
			return err
		}
	}
	return nil
}

// check fills in the field's default and refuses a value that breaks a rule of
// the field. An optional field that is empty breaks none.
func (f Field) check(path string, v reflect.Value) *prentice.Error {
	f.Fill(v)
	if f.empty(v) {
		if f.required {
			return wrong(f.give(), "%s is missing", path)
		}
		return nil
	}
	inner := v
	for inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	if err := f.checkValue(path, inner); err != nil {
		return err
	}
	return f.Schema.check(path, v)
}

// empty says whether nothing was given. A number or a bool always is: zero and
// false are values.
func (f Field) empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	case reflect.Struct:
		return f.form != plain && v.IsZero()
	default:
		return !f.required && v.IsZero()
	}
}

func (f Field) give() string {
	if f.Doc == "" {
		return "give " + f.Name
	}
	return fmt.Sprintf("give %s: %s", f.Name, f.Doc)
}

func (f Field) checkValue(path string, v reflect.Value) *prentice.Error {
	switch k := v.Kind(); {
	case k == reflect.String:
		return f.checkText(path, v.String())
	case k == reflect.Slice:
		return f.checkList(path, v)
	case v.CanInt():
		return f.checkNumber(path, float64(v.Int()), fmt.Sprint(v.Int()))
	case v.CanUint():
		return f.checkNumber(path, float64(v.Uint()), fmt.Sprint(v.Uint()))
	case v.CanFloat():
		return f.checkNumber(path, v.Float(), fmt.Sprint(v.Float()))
	}
	return nil
}

func (f Field) checkText(path, text string) *prentice.Error {
	long := utf8.RuneCountInString(text)
	switch {
	case len(f.Enum) > 0 && !slices.Contains(f.Enum, text):
		return wrong(oneOf(text, f.Enum), "%s is %q", path, clip.Text(text))
	case f.Longest != nil && long > *f.Longest:
		return wrong(fmt.Sprintf("use at most %d", *f.Longest), "%s has %d characters", path, long)
	case f.Shortest != nil && long < *f.Shortest:
		return wrong(fmt.Sprintf("use at least %d", *f.Shortest), "%s has %d characters", path, long)
	case f.Pattern != nil && !f.Pattern.MatchString(text):
		return wrong(f.give(), "%s is %q, which does not match %s", path, clip.Text(text), f.Pattern)
	}
	return nil
}

func (f Field) checkNumber(path string, n float64, text string) *prentice.Error {
	switch {
	case f.form == reads:
		return nil
	case f.Least != nil && n < *f.Least:
		return wrong(fmt.Sprintf("use at least %v", *f.Least), "%s is %s", path, text)
	case f.Most != nil && n > *f.Most:
		return wrong(fmt.Sprintf("use at most %v", *f.Most), "%s is %s", path, text)
	case len(f.Enum) > 0 && !slices.Contains(f.Enum, text):
		return wrong("use "+list(f.Enum), "%s is %s", path, text)
	}
	return nil
}

// checkList counts the list; enum, length and pattern are rules of its texts.
func (f Field) checkList(path string, v reflect.Value) *prentice.Error {
	switch {
	case f.MostItems != nil && v.Len() > *f.MostItems:
		return wrong(fmt.Sprintf("give at most %d", *f.MostItems), "%s has %d entries", path, v.Len())
	case f.Fewest != nil && v.Len() < *f.Fewest:
		return wrong(fmt.Sprintf("give at least %d", *f.Fewest), "%s has %d entries", path, v.Len())
	case v.Type().Elem().Kind() != reflect.String:
		return nil
	}
	for i := range v.Len() {
		if err := f.checkText(fmt.Sprintf("%s[%d]", path, i), v.Index(i).String()); err != nil {
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
