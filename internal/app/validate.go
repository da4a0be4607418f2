package app

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/op"
)

var unknownKey = regexp.MustCompile(`unknown field "(.*)"`)

// input is the operation's input, decoded, with its defaults, and checked
// against what its fields' tags promise.
func (a *App) input(o op.Op, from any) (any, error) {
	s := a.shapes[o.Name]
	in, err := o.Input(from)
	if err != nil {
		return nil, a.misread(o, s, err)
	}
	v := reflect.New(o.In).Elem()
	v.Set(reflect.ValueOf(in))
	if err := s.check("", v); err != nil {
		err.Text = "input of " + o.Name + ": " + err.Text
		return nil, err
	}
	return v.Interface(), nil
}

// misread says in plain words why JSON is not the operation's input.
func (a *App) misread(o op.Op, s *shape, err error) error {
	told := a.explain(o.Name, err)
	if told.Kind != prentice.Invalid {
		return told
	}
	told.Text = strings.Replace(told.Text, "json: ", "", 1)
	if m := unknownKey.FindStringSubmatch(told.Text); m != nil {
		e := prentice.Errorf(prentice.Invalid, "input of %s: there is no key %q", o.Name, clip(m[1]))
		if near := nearest.Of(m[1], s.names()); near != "" {
			return e.Try("did you mean %q?", near)
		}
		return e.Try("use %s", list(s.top()))
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
		return prentice.Errorf(prentice.Invalid, "input of %s: %s is a %s", o.Name, t.Field, t.Value).Try("give it as %s", plainType(t.Type))
	}
	if _, broken := errors.AsType[*json.SyntaxError](err); broken || errors.Is(err, io.ErrUnexpectedEOF) {
		return prentice.Errorf(prentice.Invalid, "input of %s is not JSON: %w", o.Name, errors.Unwrap(told)).Try("send one JSON object")
	}
	return told
}

func plainType(t reflect.Type) string {
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
