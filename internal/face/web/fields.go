package web

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"prentice/internal/op"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	timeType     = reflect.TypeFor[time.Time]()
	dayType      = reflect.TypeFor[op.Time]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
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
	case t == rawType, t.Kind() == reflect.Map, t.Kind() == reflect.Slice, f.File, wordy(f):
		return "area"
	case t.Kind() == reflect.Bool:
		return "check"
	case t != durationType && t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 && !reflect.PointerTo(t).Implements(textType):
		return "number"
	default:
		return "text"
	}
}

// manner tells in a sentence how to write a field that is no plain word.
func manner(f op.Field) string {
	switch t := f.Type; {
	case f.Secret && f.File:
		return "One line; longer ones on the command line."
	case t == rawType && !strings.Contains(f.Doc, "JSON"):
		return "As JSON."
	case t.Kind() == reflect.Map:
		return "As name=value, one a line."
	case t.Kind() == reflect.Slice && t != rawType:
		return "One a line."
	case t == durationType:
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
