package app

import (
	"fmt"
	"reflect"
	"slices"
	"unicode/utf8"

	"prentice"
)

// check fills in the field's default and refuses a value that breaks a rule of
// the field. An optional field that is empty breaks none.
func (f *field) check(path string, v reflect.Value) *prentice.Error {
	if v.IsZero() && f.standard.IsValid() {
		v.Set(f.standard)
	}
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
	return f.shape.check(path, v)
}

// empty says whether nothing was given. A number or a bool always is: zero and
// false are values.
func (f *field) empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	case reflect.Struct:
		return f.shape.leaf && v.IsZero()
	default:
		return !f.required && v.IsZero()
	}
}

func (f *field) give() string {
	if f.doc == "" {
		return "give " + f.name
	}
	return fmt.Sprintf("give %s: %s", f.name, f.doc)
}

func (f *field) checkValue(path string, v reflect.Value) *prentice.Error {
	switch v.Kind() {
	case reflect.String:
		return f.checkText(path, v.String())
	case reflect.Slice:
		return f.checkList(path, v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return f.checkNumber(path, float64(v.Int()), fmt.Sprint(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return f.checkNumber(path, float64(v.Uint()), fmt.Sprint(v.Uint()))
	case reflect.Float32, reflect.Float64:
		return f.checkNumber(path, v.Float(), fmt.Sprint(v.Float()))
	}
	return nil
}

func (f *field) checkText(path, text string) *prentice.Error {
	length := utf8.RuneCountInString(text)
	switch {
	case len(f.enum) > 0 && !slices.Contains(f.enum, text):
		return wrong(oneOf(text, f.enum), "%s is %q", path, clip(text))
	case f.longst != nil && length > *f.longst:
		return wrong(fmt.Sprintf("use at most %d", *f.longst), "%s has %d characters", path, length)
	case f.shortest != nil && length < *f.shortest:
		return wrong(fmt.Sprintf("use at least %d", *f.shortest), "%s has %d characters", path, length)
	case f.pattern != nil && !f.pattern.MatchString(text):
		return wrong(f.give(), "%s is %q, which does not match %s", path, clip(text), f.pattern)
	}
	return nil
}

func (f *field) checkNumber(path string, n float64, text string) *prentice.Error {
	switch {
	case f.shape.leaf:
		return nil
	case f.least != nil && n < *f.least:
		return wrong(fmt.Sprintf("use at least %v", *f.least), "%s is %s", path, text)
	case f.most != nil && n > *f.most:
		return wrong(fmt.Sprintf("use at most %v", *f.most), "%s is %s", path, text)
	case len(f.enum) > 0 && !slices.Contains(f.enum, text):
		return wrong("use "+list(f.enum), "%s is %s", path, text)
	}
	return nil
}

// checkList counts the list; enum, length and pattern are rules of its texts.
func (f *field) checkList(path string, v reflect.Value) *prentice.Error {
	switch {
	case f.many != nil && v.Len() > *f.many:
		return wrong(fmt.Sprintf("give at most %d", *f.many), "%s has %d entries", path, v.Len())
	case f.fewest != nil && v.Len() < *f.fewest:
		return wrong(fmt.Sprintf("give at least %d", *f.fewest), "%s has %d entries", path, v.Len())
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
