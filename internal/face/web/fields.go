package web

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"prentice/internal/op"
)

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

// control is the HTML control that takes a field of an operation's input.
func control(f op.Field) string {
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case f.Secret:
		return "password"
	case len(f.Enum) > 0:
		return "select"
	case f.ByJSON(), f.Many(), f.File, wordy(f):
		return "area"
	case t.Kind() == reflect.Bool:
		return "check"
	case f.Length(), f.Moment(), f.ByText():
		return "text"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "number"
	default:
		return "text"
	}
}

// manner tells in a sentence how to write a field that is no plain word.
func manner(f op.Field) string {
	switch {
	case f.Secret && f.File:
		return "One line; longer ones on the command line."
	case f.ByJSON() && !strings.Contains(f.Doc, "JSON"):
		return "As JSON."
	case f.Many() && f.Type.Kind() == reflect.Map:
		return "As name=value, one a line."
	case f.Many():
		return "One a line."
	case f.Length():
		return "Such as 10m or 1h30m."
	default:
		return ""
	}
}

// wordy says whether people write sentences here.
func wordy(f op.Field) bool {
	switch f.Name {
	case "reason", "note", "text", "body", "description", "message":
		return f.Type.Kind() == reflect.String
	}
	return false
}
