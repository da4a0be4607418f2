package capture

import (
	"fmt"
	"strconv"
	"strings"

	"prentice/internal/kit/pattern"
)

// A path is $ and then .name, ["name"] or [number], as in $.items[0].status.
var (
	pathForm = pattern.Of(`^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,6}\]|\["[^"\\]{1,200}"\])*$`)
	pathPart = pattern.Of(`\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,6})\]|\["([^"\\]{1,200})"\]`)
)

// IsPathOfMany says whether a text is a path in which [*] may stand for every value of an
// array.
func IsPathOfMany(path string) bool { return IsPath(strings.ReplaceAll(path, "[*]", "[0]")) }

// PickMany are the single values at a path of a JSON text; an array at its end is each of
// its values.
func PickMany(text, path string) (found []string, why string) {
	var top any
	if err := decode(text, &top); err != nil {
		return nil, "it is not JSON"
	}
	at := []any{top}
	parts := strings.Split(path, "[*]")
	for i, part := range parts {
		single := i > 0 && i == len(parts)-1
		if at, why = down(at, part, path, single); why != "" {
			return nil, why
		}
	}
	for _, v := range at {
		one, ok := Text(v)
		if !ok {
			return nil, fmt.Sprintf("what stands at %s is no single value", path)
		}
		found = append(found, one)
	}
	return found, ""
}

// down goes a part of a path down in each of many; an array that is there is its values.
// One that is single may stand there itself.
func down(many []any, part, path string, single bool) (next []any, why string) {
	for _, v := range many {
		for _, m := range pathPart.FindAllStringSubmatch(part, -1) {
			var ok bool
			if v, ok = step(v, m[1]+m[3], m[2]); !ok {
				return nil, fmt.Sprintf("it has no %s in %s", m[0], path)
			}
		}
		list, is := v.([]any)
		switch {
		case is:
		case single:
			list = []any{v}
		default:
			return nil, fmt.Sprintf("it has no list in %s", path)
		}
		next = append(next, list...)
	}
	return next, ""
}

// IsPath says whether a text is a path.
func IsPath(path string) bool { return len(path) <= 500 && pathForm.MatchString(path) }

// Pick is what stands at a path of a JSON text, as a text: a single value without
// quotation marks, an array or an object as JSON.
func Pick(text, path string) (found, why string) {
	var v any
	if err := decode(text, &v); err != nil {
		return "", "it is not JSON"
	}
	for _, m := range pathPart.FindAllStringSubmatch(path, -1) {
		var ok bool
		if v, ok = step(v, m[1]+m[3], m[2]); !ok {
			return "", fmt.Sprintf("it has no %s in %s", m[0], path)
		}
	}
	if text, ok := Text(v); ok {
		return text, ""
	}
	return encode(v), ""
}

// step goes one part of a path down.
func step(v any, key, index string) (any, bool) {
	if index == "" {
		object, _ := v.(map[string]any)
		found, ok := object[key]
		return found, ok
	}
	list, _ := v.([]any)
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(list) {
		return nil, false
	}
	return list[i], true
}
