package cli

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"prentice"
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
		field.Fill(v.to)
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
	if v.field.Many() && v.field.Arg == 0 {
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
	case !v.field.File && !v.field.Maybe && !v.field.Sent:
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
	case v.field.File, v.field.Sent:
		return "file"
	case v.field.Ago:
		return "2h|time"
	case v.field.Length():
		return "duration"
	case v.field.Moment():
		return "time"
	case v.field.ByJSON():
		return "json"
	case v.field.ByText():
		return "string"
	case t.Kind() == reflect.Map:
		return "name=value"
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
	many := v.field.Many()
	if v.given && !many {
		return prentice.Errorf(prentice.Invalid, "given twice").Try("give it once")
	}
	if !v.given {
		v.to.SetZero() // the default gives way
	}
	v.given = true
	if v.field.Sent {
		v.file = text
	}
	if v.field.File || v.field.Maybe && namesFile(text) {
		content, err := readFile(text, v.stdin)
		if err != nil {
			return err
		}
		v.file = text
		return v.read(string(content))
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

// namesFile says whether a word that may name a file does.
func namesFile(word string) bool {
	return strings.HasSuffix(word, ".md") || strings.HasPrefix(word, ".") || strings.HasPrefix(word, "/") || word == "-"
}

// assign takes a text. JSON may stand in a file, whose name then follows an @.
func (v *value) assign(text string) error {
	if name, ok := strings.CutPrefix(text, "@"); ok && v.field.ByJSON() {
		content, err := readFile(name, v.stdin)
		if err != nil {
			return err
		}
		text = string(content)
	}
	return v.read(text)
}

func (v *value) read(text string) error {
	err := v.field.Set(v.to, text, v.now())
	if e, ok := errors.AsType[*prentice.Error](err); ok && v.field.ByJSON() {
		return e.Try("write JSON, or @FILE to read it from a file")
	}
	return err
}
