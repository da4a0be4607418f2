package capture

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"prentice/internal/kit/span"
)

// Bounds on a value.
const (
	MaxText  = 4 << 10  // bytes of a value that is no JSON
	MaxJSON  = 64 << 10 // bytes of one that is
	MaxItems = 100      // values of a list
	MaxDepth = 32       // of JSON
)

// Kinds are the types that a value can have.
func Kinds() []string { return []string{"string", "int", "bool", "duration", "list", "json"} }

// Value is a text as a value of a kind, in its one form; why says what is wrong with
// the text.
func Value(kind, text string) (plain, why string) {
	text = strings.TrimSpace(text)
	if why := unfit(kind, text); why != "" {
		return "", why
	}
	switch kind {
	case "int":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return "", "it is not a whole number"
		}
		return strconv.FormatInt(n, 10), ""
	case "bool":
		if text != "true" && text != "false" {
			return "", "it is not true or false"
		}
	case "duration":
		d, err := span.Parse(text)
		if err != nil {
			return "", "it is not a duration such as 90s, 10m or 7d"
		}
		return d.String(), ""
	case "list":
		return list(text)
	case "json":
		return document(text)
	}
	return text, ""
}

// unfit says why a text is no value of any kind.
func unfit(kind, text string) string {
	most := MaxText
	if kind == "json" {
		most = MaxJSON
	}
	control := func(r rune) bool { return unicode.IsControl(r) && (kind != "json" || !unicode.IsSpace(r)) }
	switch {
	case len(text) > most:
		return fmt.Sprintf("it has more than %d bytes", most)
	case !utf8.ValidString(text):
		return "it is not UTF-8"
	case strings.ContainsFunc(text, control):
		r := []rune(text)[slices.IndexFunc([]rune(text), control)]
		return fmt.Sprintf("it holds the control character %U", r)
	case text == "" && kind != "string" && kind != "list":
		return "there is none"
	}
	return ""
}

// list reads values between commas, or a JSON array of single values.
func list(text string) (plain, why string) {
	var items []string
	if strings.HasPrefix(text, "[") {
		var values []any
		if err := decode(text, &values); err != nil {
			return "", "it is not a JSON array"
		}
		for _, v := range values {
			item, ok := Text(v)
			if !ok || strings.ContainsFunc(item, unicode.IsControl) {
				return "", "a value of the list is not a single text, number, true or false"
			}
			if strings.Contains(item, ",") {
				return "", "a value of the list holds a comma"
			}
			items = append(items, item)
		}
	} else {
		items = Items(text)
	}
	if len(items) > MaxItems {
		return "", fmt.Sprintf("it has more than %d values", MaxItems)
	}
	return strings.Join(items, ","), ""
}

// Items are the values of a list in its plain form.
func Items(plain string) []string {
	items := []string{}
	for item := range strings.SplitSeq(plain, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// document is JSON with its keys in order and no white space. Numbers stay as they
// were written.
func document(text string) (plain, why string) {
	var v any
	if err := decode(text, &v); err != nil {
		return "", "it is not JSON"
	}
	if depth(v) > MaxDepth {
		return "", fmt.Sprintf("it is more than %d deep", MaxDepth)
	}
	plain = encode(v)
	if len(plain) > MaxJSON { // what is escaped is longer
		return "", fmt.Sprintf("it has more than %d bytes", MaxJSON)
	}
	return plain, ""
}

// encode is what was read from JSON as JSON again, with no more escapes than it needs.
func encode(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(v) //nolint:errcheck // it was JSON
	return strings.TrimSuffix(b.String(), "\n")
}

// decode reads one JSON value and nothing behind it.
func decode(text string, to any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("more than one JSON value")
	}
	return nil
}

func depth(v any) int {
	deepest := 0
	switch v := v.(type) {
	case map[string]any:
		for _, item := range v {
			deepest = max(deepest, depth(item))
		}
	case []any:
		for _, item := range v {
			deepest = max(deepest, depth(item))
		}
	default:
		return 0
	}
	return deepest + 1
}

// Text is a single value of JSON as a text. ok is false for null, an array and an
// object.
func Text(v any) (text string, ok bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// Typed is a plain form as a value of Go: string, int64, bool, time.Duration, a list of
// strings, or what JSON is read into, with whole numbers as int64 and others as float64.
func Typed(kind, plain string) any {
	switch kind {
	case "int":
		n, _ := strconv.ParseInt(plain, 10, 64) // Value has read it already
		return n
	case "bool":
		return plain == "true"
	case "duration":
		d, _ := span.Parse(plain)
		return d
	case "list":
		return Items(plain)
	case "json":
		var v any
		if decode(plain, &v) != nil {
			return nil
		}
		return numbered(v)
	}
	return plain
}

func numbered(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = numbered(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = numbered(v[key])
		}
	}
	return v
}
