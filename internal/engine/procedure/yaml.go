package procedure

import (
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// mapping reads YAML text into its one mapping. The text's lines have the
// numbers of the file's.
func (r *reading) mapping(text string) (*yaml.Node, bool) {
	doc := strict.Reader{Near: nearest.Of}
	top := doc.Document([]byte(text))
	for _, p := range doc.Problems {
		r.fail(r.at(max(p.Line, 2), max(p.Column, 1)), p.Hint, "%s", p.Text)
	}
	if len(doc.Problems) > 0 {
		return nil, false
	}
	if top == nil || top.Kind != yaml.MappingNode {
		r.fail(r.at(2, 1), "write keys and values, such as procedure: restart-service", "the front matter is not a mapping")
		return nil, false
	}
	return top, true
}

func (r *reading) place(n *yaml.Node) prentice.Pos { return r.at(n.Line, n.Column) }

// fields reads a mapping whose keys must be among known, each at most once.
// what is its name for people; "" is the front matter itself.
func (r *reading) fields(n *yaml.Node, what string, known ...string) map[string]*yaml.Node {
	found := map[string]*yaml.Node{}
	r.pairs(n, what, func(key, value *yaml.Node) {
		if !oneOf(key.Value, known) {
			r.fail(r.place(key), meant(key.Value, known), "unknown key %q%s", clip.Text(key.Value), within(what))
			return
		}
		found[key.Value] = value
	})
	return found
}

// pairs reads a mapping in the order of the file, each key at most once.
func (r *reading) pairs(n *yaml.Node, what string, each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fail(r.place(n), "write {key: value, …}", "%s is not a mapping", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fail(r.place(key), "write a plain word before the colon", "a key%s is not a word", within(what))
		case seen[key.Value]:
			r.fail(r.place(key), "keep one of them", "key %q appears twice%s", clip.Text(key.Value), within(what))
		default:
			seen[key.Value] = true
			each(key, n.Content[i+1])
		}
	}
}

// scalar reads one value as it is written. A value that is missing is not the
// same as an empty one: it is refused.
func (r *reading) scalar(n *yaml.Node, what string) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode:
		r.fail(r.place(n), "write one value after the colon", "%s is not a single value", what)
	case n.Tag == "!!null":
		r.fail(r.place(n), "write a value after the colon, or take the key out", "%s is empty", what)
	default:
		return n.Value, true
	}
	return "", false
}

func within(what string) string {
	if what == "" {
		return ""
	}
	return " in " + what
}

// meant says which known word is nearest, or which there are.
func meant(word string, known []string) string {
	if near := nearest.Of(word, known); near != "" {
		return "did you mean " + near + "?"
	}
	if len(known) == 0 {
		return "take it out"
	}
	return "known are " + strings.Join(known, ", ")
}

func oneOf(word string, known []string) bool {
	for _, k := range known {
		if k == word {
			return true
		}
	}
	return false
}
