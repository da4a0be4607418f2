package catalog

import (
	"slices"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
)

// The most that one key of a probe may hold.
const (
	mostValues    = 50
	mostOfAnyText = 16 << 10
)

// options reads what only some kinds read of a probe, each as a list of texts. A status
// that is one number is that number; several, or from one to another, are an option.
func (r *reader) options(f map[string]*yaml.Node) (status int, o prentice.Options) {
	o = prentice.Options{}
	for key, n := range f {
		switch {
		case key == "status" && n.Kind == yaml.ScalarNode && n.Tag != "!!str":
			status = r.whole(n, key, 0, 100, 599)
		case key == "status" || !slices.Contains(probeKeys, key):
			if values := r.values(n, key); len(values) > 0 {
				o[key] = values
			}
		}
	}
	if len(o) == 0 {
		return status, nil
	}
	return status, o
}

// values reads one text, a list of them, or a mapping as "name: value" each.
func (r *reader) values(n *yaml.Node, key string) (values []string) {
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			values = append(values, r.value(item, key)...)
		}
	case yaml.MappingNode:
		r.pairs(n, key, func(name, value *yaml.Node) {
			for _, text := range r.value(value, key) {
				values = append(values, name.Value+": "+text)
			}
		})
	default:
		values = r.value(n, key)
	}
	if len(values) > mostValues {
		r.fail(r.at(n), "keep those that tell you something", "%s has %d values: at most %d", key, len(values), mostValues)
		return nil
	}
	return values
}

// value is one text, number, or true or false, as it is written.
func (r *reader) value(n *yaml.Node, key string) []string {
	switch {
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "":
		r.fail(r.at(n), "write a text behind it", "%s has no text", key)
	case len(n.Value) > mostOfAnyText:
		r.fail(r.at(n), "write less", "%s is %q…, of %d bytes: at most %d", key, clip.Text(n.Value), len(n.Value), mostOfAnyText)
	default:
		return []string{n.Value}
	}
	return nil
}
