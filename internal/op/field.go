package op

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Field is one value of an operation's input, as its tags describe it. Faces
// draw their flags, forms and reference from it.
type Field struct {
	Name     string // as in JSON
	Label    string // for forms: a word or a few; the name in words unless the tag label says others
	Doc      string
	Default  string
	Example  string
	Arg      int    // 1 for the first word of a command line; 0 for none
	File     bool   // on a command line the word names a file
	Sent     bool   // on a command line the word names a file that is sent before, and its digest is the value
	Folder   bool   // on a command line a word that names a folder, such as . or ./shop, is one whose files are packed and sent before; its digest is the value
	Maybe    bool   // on a command line the word names a file when it looks like one
	Secret   bool   // what is typed here is never shown
	Of       string // what it names, such as service or host, for faces that offer those there are
	NameOf   string // the field whose file's name it is on a command line
	Ago      bool   // a moment that may be given as how long ago it is
	Optional bool   // it may be left out: omitempty, omitzero, a default, or a bool
	NotZero  bool   // a number or a length of time of which 0 counts as left out
	Rules
	*Schema
	Index []int // for reflect.Value.FieldByIndex

	required bool          // neither omitempty nor omitzero
	standard reflect.Value // the default
}

// Rules are what a value has to keep to. Those of a list hold for its texts, but for
// how many there are.
type Rules struct {
	Enum              []string
	Least, Most       *float64
	Shortest, Longest *int
	Fewest, MostItems *int
	Pattern           *regexp.Regexp
}

// NamesFolder says whether a word of a command line names a folder, and nothing that has a name here.
func NamesFolder(word string) bool {
	return word == "." || word == ".." || strings.HasPrefix(word, "./") || strings.HasPrefix(word, "../") || strings.HasPrefix(word, "/")
}

// GivenFile says whether an input brings the content of a file along.
func (o Op) GivenFile(in any) bool {
	v := reflect.ValueOf(in)
	for _, f := range o.Fields() {
		if !v.IsValid() || v.Type() != o.In {
			continue
		}
		if is := v.FieldByIndex(f.Index); f.File && !is.IsZero() || f.Maybe && strings.Contains(is.String(), "\n") {
			return true
		}
	}
	return false
}

func fieldOf(from reflect.StructField, name, options string, of *Schema) (_ Field, err error) {
	tag := from.Tag
	f := Field{
		Name: name, Label: cmp.Or(tag.Get("label"), strings.ReplaceAll(name, "_", " ")), Doc: tag.Get("doc"), Default: tag.Get("default"), Example: tag.Get("example"),
		File: tag.Get("file") == "true", Maybe: tag.Get("file") == "maybe", Sent: tag.Get("sent") == "true", Folder: tag.Get("sent") == "folder", Secret: tag.Get("secret") == "true", Of: tag.Get("of"), NameOf: tag.Get("nameof"), Ago: tag.Get("ago") == "true", Schema: of,
	}
	if arg, ok := tag.Lookup("arg"); ok {
		if f.Arg, err = strconv.Atoi(arg); err != nil || f.Arg < 1 {
			return f, fmt.Errorf("arg:%q is not the number of a word", arg)
		}
	}
	if f.Rules, err = rulesOf(tag); err != nil {
		return f, err
	}
	f.required = !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero")
	f.NotZero = !f.required && (f.Least != nil && *f.Least > 0 || of.form == length)
	f.Optional = !f.required || f.Default != "" || of.Type.Kind() == reflect.Bool
	return f, f.readDefault()
}

func rulesOf(tag reflect.StructTag) (r Rules, err error) {
	if enum := tag.Get("enum"); enum != "" {
		r.Enum = strings.Split(enum, ",")
	}
	for name, to := range map[string]**float64{"minimum": &r.Least, "maximum": &r.Most} {
		if text, ok := tag.Lookup(name); ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return r, fmt.Errorf("%s %q is not a number", name, text)
			}
			*to = &n
		}
	}
	for name, to := range map[string]**int{"minLength": &r.Shortest, "maxLength": &r.Longest, "minItems": &r.Fewest, "maxItems": &r.MostItems} {
		if text, ok := tag.Lookup(name); ok {
			n, err := strconv.Atoi(text)
			if err != nil {
				return r, fmt.Errorf("%s %q is not a whole number", name, text)
			}
			*to = &n
		}
	}
	if p := tag.Get("pattern"); p != "" {
		r.Pattern, err = regexp.Compile(p)
	}
	return r, err
}

// readDefault reads the default tag. A bool has none but false: no one could
// tell false from absent.
func (f *Field) readDefault() error {
	switch {
	case f.Default == "":
		return nil
	case len(f.Enum) > 0 && !slices.Contains(f.Enum, f.Default):
		return fmt.Errorf("default %q is not one of %s", f.Default, list(f.Enum))
	case f.Type.Kind() == reflect.Bool && f.Default != "false":
		return fmt.Errorf("a bool cannot be %s by default; turn its meaning round", f.Default)
	}
	v := reflect.New(f.Type).Elem()
	if err := f.Schema.set(v, f.Default); err != nil {
		return fmt.Errorf("default %q: %w", f.Default, err)
	}
	f.standard = v
	return nil
}

// Fill puts the field's default into a value that has none.
func (f Field) Fill(v reflect.Value) {
	if v.IsZero() && f.standard.IsValid() {
		v.Set(f.standard)
	}
}

// Set reads a text into a value of the field; a list or a map gets one more item. A
// text means the same by every face. A moment may be told as how long before now it
// was, where the field says so; and a thing by its ref, where the field wants its name.
func (f Field) Set(to reflect.Value, text string, now time.Time) error {
	if f.Ago && f.form == moment {
		if length, ok := ago(text); ok {
			to.Set(reflect.ValueOf(now.Add(-length).UTC()))
			return nil
		}
	}
	if f.Of != "" && f.Of != "ref" {
		text = strings.TrimPrefix(text, f.Of+"/")
	}
	return f.Schema.set(to, text)
}
