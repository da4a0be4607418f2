package procedure

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/span"
)

// bounds reads what a value of an input must be like beyond its type.
func (r *reading) bounds(in *prentice.Input, f map[string]*yaml.Node, what string) {
	if n := f["pattern"]; n != nil {
		in.Pattern = r.pattern(in, n, what)
	}
	in.Min, in.Max = r.bound(in, f["min"], "min of "+what), r.bound(in, f["max"], "max of "+what)
	if in.Min != "" && in.Max != "" && size(in.Type, in.Min, true) > size(in.Type, in.Max, true) {
		r.fail(r.place(f["max"]), "exchange them", "%s: min %s is more than max %s", what, in.Min, in.Max)
	}
}

func (r *reading) pattern(in *prentice.Input, n *yaml.Node, what string) string {
	s, ok := r.scalar(n, "pattern of "+what)
	if !ok {
		return ""
	}
	if in.Type != "string" && in.Type != "list" {
		r.fail(r.place(n), "use it with string or list", "%s of type %s cannot have a pattern", what, in.Type)
		return ""
	}
	if _, err := whole(s); err != nil {
		r.fail(r.place(n), "see https://github.com/google/re2/wiki/Syntax", "pattern of %s: %s", what, clip.Text(err.Error()))
		return ""
	}
	return s
}

// bound is a least or a greatest value, in the one form of its type.
func (r *reading) bound(in *prentice.Input, n *yaml.Node, what string) string {
	if n == nil {
		return ""
	}
	s, ok := r.scalar(n, what)
	if !ok {
		return ""
	}
	kind := in.Type
	switch kind {
	case "list":
		kind = "int"
	case "int", "duration", "date":
	default:
		r.fail(r.place(n), "use it with int, duration, date or list", "%s: a %s has no least and no greatest value", what, in.Type)
		return ""
	}
	plain, why := typed(kind, s)
	if why != "" {
		r.fail(r.place(n), "write another value", "%s: %q %s", what, clip.Text(s), why)
	}
	return plain
}

// whole is a pattern that all of a value must match.
func whole(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > 1000 {
		return nil, fmt.Errorf("it has %d characters; at most 1000 are read", len(pattern))
	}
	return regexp.Compile(`^(?:` + pattern + `)$`)
}

// outside says why a value, in the one form of its type, is none that an input may
// have, and what to do.
func outside(in prentice.Input, plain string) (no, hint string) {
	items := []string{plain}
	if in.Type == "list" {
		items = listed(plain)
	}
	for _, item := range items {
		if len(in.Enum) > 0 && !oneOf(item, in.Enum) {
			return fmt.Sprintf("%q is not one of %s", clip.Text(item), strings.Join(in.Enum, ", ")), meant(item, in.Enum)
		}
		if in.Pattern == "" {
			continue
		}
		if like, err := whole(in.Pattern); err != nil || !like.MatchString(item) {
			return fmt.Sprintf("%q does not match %s", clip.Text(item), in.Pattern), hintOr(in.Doc, "all of the value has to match the pattern")
		}
	}
	n := size(in.Type, plain, false)
	what := plain
	if in.Type == "list" {
		what = strconv.Itoa(len(items)) + " values"
	}
	switch {
	case in.Min != "" && n < size(in.Type, in.Min, true):
		return fmt.Sprintf("%s is less than %s", what, in.Min), "give at least " + in.Min
	case in.Max != "" && n > size(in.Type, in.Max, true):
		return fmt.Sprintf("%s is more than %s", what, in.Max), "give at most " + in.Max
	}
	return "", ""
}

// size is what the least and the greatest value of a type are compared by. The
// bound of a list is a number of values.
func size(kind, plain string, bound bool) int64 {
	switch {
	case kind == "list" && !bound:
		return int64(len(listed(plain)))
	case kind == "int" || kind == "list":
		n, _ := strconv.ParseInt(plain, 10, 64) // typed has read it
		return n
	case kind == "duration":
		d, _ := span.Parse(plain)
		return int64(d)
	case kind == "date":
		day, _ := time.Parse(time.DateOnly, plain)
		return day.Unix()
	}
	return 0
}

// itemsOf is a value of an event as the text of an input: a list has commas between
// its values.
func itemsOf(value any) (string, error) {
	list, is := value.([]any)
	if !is {
		return scalar(value)
	}
	items := make([]string, len(list))
	for i, v := range list {
		text, err := scalar(v)
		if err != nil {
			return "", err
		}
		if strings.Contains(text, ",") {
			return "", fmt.Errorf("%q has a comma, which is between two values of a list", clip.Text(text))
		}
		items[i] = text
	}
	return strings.Join(items, ","), nil
}
