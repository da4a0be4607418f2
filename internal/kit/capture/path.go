package capture

import (
	"fmt"
	"strconv"

	"prentice/internal/kit/pattern"
)

// A path is $ and then .name, ["name"] or [number], as in $.items[0].status.
var (
	pathForm = pattern.Of(`^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,6}\]|\["[^"\\]{1,200}"\])*$`)
	pathPart = pattern.Of(`\.([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,6})\]|\["([^"\\]{1,200})"\]`)
)

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
