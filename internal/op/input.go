package op

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/exact"
	"prentice/internal/kit/nearest"
)

// Input makes the operation's input from what a face has: the type itself, a pointer
// to it, or JSON. Its defaults are filled in, and it is held to what its fields promise.
func (o Op) Input(from any, now time.Time) (any, error) {
	typed, err := o.Typed(from, now)
	if err != nil {
		return nil, err
	}
	v := reflect.New(o.In).Elem()
	v.Set(reflect.ValueOf(typed))
	if err := o.promised().check("", v); err != nil {
		return nil, o.wrong(err)
	}
	return v.Interface(), nil
}

// Typed is Input without a look at what the fields promise, for a caller behind whom
// another will look.
func (o Op) Typed(from any, now time.Time) (any, error) {
	v := reflect.ValueOf(from)
	switch {
	case from == nil:
		return reflect.Zero(o.In).Interface(), nil
	case v.Type() == o.In:
		return from, nil
	case v.Kind() == reflect.Pointer && v.Type().Elem() == o.In && !v.IsNil():
		return v.Elem().Interface(), nil
	}
	text, ok := from.(json.RawMessage)
	if !ok {
		return nil, prentice.Errorf(prentice.Internal, "operation %s got a %T, wants %s", o.Name, from, o.In)
	}
	to := reflect.New(o.In)
	if len(bytes.TrimSpace(text)) == 0 {
		return to.Elem().Interface(), nil
	}
	if err := o.promised().decode(text, to.Elem(), now); err != nil {
		return nil, o.misread(err)
	}
	return to.Elem().Interface(), nil
}

// decode reads JSON, in which a key that the input lacks is an error. What JSON has no
// type for, moments and lengths of time, may be given as the text that any face takes.
func (s *Schema) decode(text []byte, to reflect.Value, now time.Time) error {
	if err := exact.Check(text, s.Type); err != nil {
		return err
	}
	rest, texts := s.apart(text)
	d := json.NewDecoder(bytes.NewReader(rest))
	d.DisallowUnknownFields()
	if err := d.Decode(to.Addr().Interface()); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return prentice.Errorf(prentice.Invalid, "more than one JSON value").Try("send one object")
	}
	for _, f := range s.Fields {
		text, given := texts[f.Name]
		if !given {
			continue
		}
		if err := f.Set(to.FieldByIndex(f.Index), text, now); err != nil {
			return within(f.Name, err)
		}
	}
	return nil
}

// apart takes out of an object what is text there and more than text here. JSON that
// is no object is left for the reader to say so.
func (s *Schema) apart(text []byte) (rest []byte, texts map[string]string) {
	var all map[string]json.RawMessage
	for _, f := range s.Fields {
		if f.form != moment && f.form != length {
			continue
		}
		if all == nil && json.Unmarshal(text, &all) != nil {
			return text, nil
		}
		var given string
		if value, ok := all[f.Name]; ok && value[0] == '"' && json.Unmarshal(value, &given) == nil {
			if texts == nil {
				texts = map[string]string{}
			}
			texts[f.Name] = given
			delete(all, f.Name)
		}
	}
	if len(texts) == 0 {
		return text, nil
	}
	rest, err := json.Marshal(all)
	if err != nil {
		return text, nil
	}
	return rest, texts
}

func within(name string, err error) error {
	if e, ok := errors.AsType[*prentice.Error](err); ok {
		return &prentice.Error{Kind: e.Kind, Text: name + ": " + e.Text, Hint: e.Hint, Err: e.Err}
	}
	return prentice.Errorf(prentice.Invalid, "%s: %w", name, err)
}

var unknownKey = regexp.MustCompile(`unknown field "(.*)"`)

// misread says in plain words why JSON is not the operation's input.
func (o Op) misread(err error) error {
	s, says := o.promised(), strings.TrimPrefix(err.Error(), "json: ")
	if e, ok := errors.AsType[*prentice.Error](err); ok {
		return o.wrong(&prentice.Error{Kind: prentice.Invalid, Text: e.Text, Hint: e.Hint, Err: err})
	}
	if m := unknownKey.FindStringSubmatch(says); m != nil {
		e := prentice.Errorf(prentice.Invalid, "there is no key %q", clip.Text(m[1]))
		if near := nearest.Of(m[1], s.names()); near != "" {
			return o.wrong(e.Try("did you mean %q?", near))
		}
		return o.wrong(e.Try("use %s", list(s.top())))
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
		return o.wrong(prentice.Errorf(prentice.Invalid, "%s is a %s", t.Field, t.Value).Try("give it as %s", plainType(t.Type)))
	}
	if _, broken := errors.AsType[*json.SyntaxError](err); broken || errors.Is(err, io.ErrUnexpectedEOF) {
		return prentice.Errorf(prentice.Invalid, "input of %s is not JSON: %w", o.Name, err).Try("send one JSON object")
	}
	return o.wrong(&prentice.Error{Kind: prentice.Invalid, Text: says, Hint: fmt.Sprintf("write each key once, as it is spelt in: prentice %s --help", command(o.Name)), Err: err})
}

// wrong puts in front of what is wrong with an input whose it is.
func (o Op) wrong(e *prentice.Error) error {
	e.Text = "input of " + o.Name + ": " + e.Text
	return e
}

func plainType(t reflect.Type) string {
	switch {
	case t == lengthType:
		return "a duration, such as \"90s\""
	case t == momentType:
		return "a time, such as \"2006-01-02\""
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "a whole number"
	}
}

// command is an operation's name as it is typed: run.start is run start.
func command(name string) string { return strings.ReplaceAll(name, ".", " ") }
