package op

import (
	"cmp"
	"fmt"
	"reflect"
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
	Enum     []string
	Arg      int    // 1 for the first word of a command line; 0 for none
	File     bool   // on a command line the word names a file
	Secret   bool   // what is typed here is never shown
	Of       string // what it names, such as service or host, for faces that offer those there are
	NameOf   string // the field whose file's name it is on a command line
	Ago      bool   // a moment that may be given on a command line as how long ago it is
	Optional bool   // it may be left out: omitempty, omitzero, a default, or a bool
	NotZero  bool   // a number or a length of time of which 0 counts as left out
	Type     reflect.Type
	Index    []int // for reflect.Value.FieldByIndex
}

// Fields lists the fields of an operation's input in the order of its type.
// Fields of embedded structs stand among them.
func (o Op) Fields() []Field { return fieldsOf(o.In, nil) }

// GivenFile says whether an input brings the content of a file along.
func (o Op) GivenFile(in any) bool {
	v := reflect.ValueOf(in)
	for _, f := range o.Fields() {
		if f.File && v.IsValid() && v.Type() == o.In && !v.FieldByIndex(f.Index).IsZero() {
			return true
		}
	}
	return false
}

func fieldsOf(t reflect.Type, at []int) []Field {
	if t.Kind() != reflect.Struct {
		return nil
	}
	var fields []Field
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(at), i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			fields = append(fields, fieldsOf(f.Type, index)...)
			continue
		case name == "":
			name = f.Name
		}
		fields = append(fields, fieldOf(f, name, options, index))
	}
	return fields
}

func fieldOf(f reflect.StructField, name, options string, index []int) Field {
	tag := f.Tag
	field := Field{
		Name: name, Label: cmp.Or(tag.Get("label"), strings.ReplaceAll(name, "_", " ")), Doc: tag.Get("doc"), Default: tag.Get("default"), Example: tag.Get("example"),
		File: tag.Get("file") == "true", Secret: tag.Get("secret") == "true", Of: tag.Get("of"), NameOf: tag.Get("nameof"), Type: f.Type, Index: index,
	}
	field.Ago = tag.Get("ago") == "true"
	if enum := tag.Get("enum"); enum != "" {
		field.Enum = strings.Split(enum, ",")
	}
	if arg, ok := tag.Lookup("arg"); ok {
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 {
			panic(fmt.Sprintf("field %s: arg:%q is not the number of a word", name, arg))
		}
		field.Arg = n
	}
	omits := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
	least, err := strconv.ParseFloat(tag.Get("minimum"), 64)
	field.NotZero = omits && (err == nil && least > 0 || f.Type == reflect.TypeFor[time.Duration]())
	field.Optional = omits || field.Default != "" || f.Type.Kind() == reflect.Bool
	return field
}
