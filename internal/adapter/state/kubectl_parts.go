package state

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// parts are the places of an object that a step may change. They are compared, kept and
// put back, and nothing else of the object is: its status moves by itself.
func parts(do, body string) [][]string {
	switch do {
	case "restart", "rollback":
		return [][]string{{"spec", "template"}}
	case "scale":
		return [][]string{{"spec", "replicas"}}
	case "cordon", "uncordon":
		return [][]string{{"spec", "unschedulable"}}
	case "secret":
		return [][]string{{"data"}}
	case "delete":
		return [][]string{{"spec"}, {"data"}}
	}
	var patch map[string]any
	if json.Unmarshal([]byte(body), &patch) != nil {
		return nil
	}
	return partsOf(patch)
}

// plainKey is a field that a path can name.
var plainKey = regexp.MustCompile(`^[A-Za-z0-9._/-]+$`)

// partsOf are the smallest places that hold all that a patch changes, and of which
// kubectl prints the value as JSON: a number, a truth, a list, or the fields around a
// text.
func partsOf(patch map[string]any) [][]string {
	fields := maps.Clone(patch)
	for _, name := range []string{"apiVersion", "kind"} {
		delete(fields, name)
	}
	if meta, ok := fields["metadata"].(map[string]any); ok {
		meta = maps.Clone(meta)
		delete(meta, "name")
		delete(meta, "namespace")
		fields["metadata"] = meta
		if len(meta) == 0 {
			delete(fields, "metadata")
		}
	}
	return within(nil, fields)
}

func within(at []string, fields map[string]any) [][]string {
	var found [][]string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		below := append(slices.Clone(at), name)
		switch v := fields[name].(type) {
		case map[string]any:
			if !plainKey.MatchString(name) || len(v) == 0 {
				return [][]string{at}
			}
			found = append(found, within(below, v)...)
		case float64, bool, []any:
			found = append(found, below)
		default: // a text, or a field that goes
			if len(at) == 0 {
				found = append(found, below)
				continue
			}
			return [][]string{at}
		}
	}
	return found
}

// pathsOf is the places as a JSON patch names them, a line each, and as one template that
// prints the value of each in a line.
func pathsOf(places [][]string) (pointers, template string) {
	var lines, prints strings.Builder
	for _, place := range places {
		for _, name := range place {
			lines.WriteString("/" + strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1"))
		}
		lines.WriteString("\n")
		prints.WriteString("{")
		for _, name := range place {
			prints.WriteString("." + strings.ReplaceAll(name, ".", `\.`))
		}
		prints.WriteString(`}{"\n"}`)
	}
	return lines.String(), prints.String()
}

// partsShown is parts as the script printed them, for people: each line of JSON in lines
// of its own, without the name of the object before them.
func partsShown(encoded string) string {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return ""
	}
	_, values, _ := strings.Cut(string(raw), "\n")
	var b bytes.Buffer
	for line := range strings.Lines(values) {
		if json.Indent(&b, []byte(strings.TrimSpace(line)), "", "  ") != nil {
			b.WriteString(strings.TrimSpace(line))
		}
		b.WriteString("\n")
	}
	return b.String()
}
