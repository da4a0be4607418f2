package cli

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice"
	"prentice/internal/kit/span"
	"prentice/internal/op"
)

// value is one field of an input on the command line: a flag, and perhaps a
// word. It is a pflag.Value.
type value struct {
	field op.Field
	flag  string
	to    reflect.Value
	given bool
	file  string // the name of the file that it was read from
	stdin io.Reader
	now   func() time.Time
}

func (f *face) values(o op.Op, in reflect.Value) []*value {
	var values []*value
	for _, field := range o.Fields() {
		v := &value{field: field, to: in.FieldByIndex(field.Index), stdin: f.Stdin, now: f.Now}
		if field.Default != "" {
			if err := v.assign(field.Default); err != nil {
				panic(fmt.Sprintf("operation %s: default of %s: %v", o.Name, field.Name, err))
			}
		}
		values = append(values, v)
	}
	return values
}

// isWord marks the flag of a field that is also a word, with the word's name.
const isWord = "prentice-word"

// add makes the flag. The flag of a field that is also a word works but is not
// shown: help shows the word.
func (v *value) add(cmd *cobra.Command) {
	about := strings.TrimSuffix(v.field.Doc, ".")
	if len(v.field.Enum) > 0 {
		about += " (" + strings.Join(v.field.Enum, ", ") + ")"
	}
	if v.many() && v.field.Arg == 0 {
		about += "; may be repeated"
	}
	short := ""
	if v.field.Name == "limit" {
		short = "n"
	}
	flag := cmd.Flags().VarPF(v, v.flag, short, strings.TrimSpace(about))
	flag.DefValue = v.field.Default
	if v.field.Arg > 0 {
		flag.Hidden = true
		flag.Annotations = map[string][]string{isWord: {v.name()}}
	}
	flag.Hidden = flag.Hidden || v.field.NameOf != ""
	if v.to.Kind() == reflect.Bool {
		flag.NoOptDefVal = "true"
	}
	switch {
	case len(v.field.Enum) > 0:
		must(cmd.RegisterFlagCompletionFunc(v.flag, cobra.FixedCompletions(v.field.Enum, cobra.ShellCompDirectiveNoFileComp)))
	case !v.field.File:
		must(cmd.RegisterFlagCompletionFunc(v.flag, cobra.NoFileCompletions))
	}
}

// String is the value as given; help shows the default by itself.
func (v *value) String() string {
	if v == nil || !v.to.IsValid() || v.to.IsZero() {
		return ""
	}
	return fmt.Sprint(v.to.Interface())
}

// Type is the word that help shows behind the flag.
func (v *value) Type() string {
	t := v.field.Type
	switch {
	case v.field.File:
		return "file"
	case v.field.Ago:
		return "2h|time"
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t == reflect.TypeFor[time.Time]():
		return "time"
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.String:
		return "name=value"
	case reads(t):
		return "string"
	case structured(t):
		return "json"
	}
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "bool"
	case reflect.String, reflect.Uint8:
		return "string"
	default:
		return "number"
	}
}

// Set reads what was given. A value that is no list is given once: which of two
// was meant cannot be known.
func (v *value) Set(text string) error {
	many := v.many()
	if v.given && !many {
		return prentice.Errorf(prentice.Invalid, "given twice").Try("give it once")
	}
	if !v.given {
		v.to.SetZero() // the default gives way
	}
	v.given = true
	if v.field.File {
		content, err := readFile(text, v.stdin)
		if err != nil {
			return err
		}
		v.file = text
		return v.assignBytes(content)
	}
	if err := v.assign(text); err != nil {
		return err
	}
	switch {
	case v.field.NotZero && v.to.IsZero():
		return prentice.Errorf(prentice.Invalid, "%q counts as not given", text).Try("leave it out, or give more")
	case v.field.Optional && v.to.Kind() == reflect.String && v.to.IsZero(): // --subject "$NOBODY" would be everyone
		return prentice.Errorf(prentice.Invalid, "an empty text counts as not given").Try("leave it out, or write one")
	}
	return nil
}

func (v *value) many() bool {
	t := v.field.Type
	return !structured(t) && !reads(t) && (t.Kind() == reflect.Map || t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8)
}

// assignBytes takes the content of a file.
func (v *value) assignBytes(content []byte) error {
	switch {
	case v.field.Type == rawJSON || structured(v.field.Type):
		return decode(v.to, content)
	case v.to.Kind() == reflect.Slice && v.to.Type().Elem().Kind() == reflect.Uint8:
		v.to.SetBytes(content)
		return nil
	default:
		return set(v.to, string(content))
	}
}

func (v *value) assign(text string) error {
	if v.field.Ago {
		if length, ok := lengthOf(text); ok {
			text = v.now().Add(-length).UTC().Format(time.RFC3339Nano)
		}
	}
	if !structured(v.field.Type) {
		return set(v.to, text)
	}
	content := []byte(text)
	if name, ok := strings.CutPrefix(text, "@"); ok {
		var err error
		if content, err = readFile(name, v.stdin); err != nil {
			return err
		}
	}
	return decode(v.to, content)
}

// lengthOf reads 90s, 2h, 1h30m or 30d.
func lengthOf(text string) (time.Duration, bool) {
	length, err := span.Parse(text)
	return length, err == nil && length > 0
}

var rawJSON = reflect.TypeFor[json.RawMessage]()

// structured says whether a type is given as JSON.
func structured(t reflect.Type) bool {
	if t == rawJSON {
		return true
	}
	if reads(t) || t == reflect.TypeFor[time.Time]() {
		return false
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Interface, reflect.Array:
		return true
	case reflect.Pointer:
		return structured(t.Elem())
	case reflect.Slice:
		return t.Elem().Kind() == reflect.Slice || t.Elem().Kind() == reflect.Map || structured(t.Elem())
	case reflect.Map:
		return t.Elem().Kind() != reflect.String || t.Key().Kind() != reflect.String
	}
	return false
}

// reads says whether a type reads itself from text.
func reads(t reflect.Type) bool {
	return t != rawJSON && reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func decode(to reflect.Value, content []byte) error {
	if to.Type() == rawJSON {
		if !json.Valid(content) {
			return prentice.Errorf(prentice.Invalid, "this is not JSON").Try("write JSON, or @FILE to read it from a file")
		}
		to.SetBytes(content)
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	err := d.Decode(to.Addr().Interface())
	if _, more := d.Token(); err == nil && more != io.EOF {
		err = errors.New("more than one JSON value")
	}
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "%s", strings.TrimPrefix(err.Error(), "json: ")).Try("write JSON, or @FILE to read it from a file")
	}
	return nil
}
