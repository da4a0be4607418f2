package inventory

import (
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// inYAML reads one YAML inventory: groups by name, each with hosts, vars and
// children.
type inYAML struct {
	*tree
	name string
}

func readYAML(t *tree, name string, raw []byte) {
	doc := strict.Reader{Near: nearest.Of}
	top := doc.Document(raw)
	for _, p := range doc.Problems {
		t.fail(prentice.Pos{File: name, Line: p.Line, Column: p.Column}, p.Hint, "%s", p.Text)
	}
	if top == nil {
		return
	}
	r := &inYAML{t, name}
	r.pairs(top, "the inventory", func(key, value *yaml.Node) {
		if r.named(key.Value, r.at(key)) {
			r.groupOf(key, value)
		}
	})
}

func (r *inYAML) at(n *yaml.Node) prentice.Pos {
	return prentice.Pos{File: r.name, Line: n.Line, Column: n.Column}
}

var groupKeys = []string{"hosts", "vars", "children"}

// groupOf reads what is said of one group; nothing is only its name.
func (r *inYAML) groupOf(key, value *yaml.Node) *group {
	g := r.tree.group(key.Value, r.at(key))
	g.said = true
	if isNull(value) {
		return g
	}
	r.pairs(value, "group "+g.name, func(key, value *yaml.Node) {
		switch {
		case key.Value == "hosts" && !isNull(value):
			r.pairs(value, "hosts of group "+g.name, func(key, value *yaml.Node) { r.hostOf(g, key, value) })
		case key.Value == "vars" && !isNull(value):
			r.pairs(value, "vars of group "+g.name, func(key, value *yaml.Node) { r.varOf(g.vars, key, value, "group "+g.name) })
		case key.Value == "children" && !isNull(value):
			r.pairs(value, "children of group "+g.name, func(key, value *yaml.Node) {
				if r.named(key.Value, r.at(key)) && r.below(g, key.Value, r.at(key)) != nil {
					r.groupOf(key, value)
				}
			})
		case key.Value != "hosts" && key.Value != "vars" && key.Value != "children":
			hint := "known: " + strings.Join(groupKeys, ", ")
			if near := nearest.Of(key.Value, groupKeys); near != "" {
				hint = "did you mean \"" + near + "\"?"
			}
			r.fail(r.at(key), hint, "group %s has no key %q", g.name, clip(key.Value))
		}
	})
	return g
}

func (r *inYAML) hostOf(g *group, key, value *yaml.Node) {
	hosts := r.put(g, key.Value, r.at(key))
	if isNull(value) {
		return
	}
	r.pairs(value, "host "+clip(key.Value), func(key, value *yaml.Node) {
		for i, h := range hosts {
			if !r.varOf(h.vars, key, value, "host "+h.name) && i == 0 {
				return // one word on it is enough for a range
			}
		}
	})
}

// varOf reads a var. One that is not a single value can be no fact, and is
// passed over aloud.
func (r *inYAML) varOf(vars map[string]setting, key, value *yaml.Node, of string) bool {
	if value.Kind != yaml.ScalarNode {
		if strings.HasPrefix(key.Value, connection) {
			return r.mayBe(key.Value, "", r.at(value))
		}
		r.advise(r.at(value), "nothing, if no step needs it", "%s of %s is not a single value, and becomes no fact", clip(key.Value), of)
		return false
	}
	text := value.Value
	if isNull(value) {
		text = ""
	}
	return r.variable(vars, key.Value, text, r.at(value), of)
}

// pairs hands over each key of a mapping with its value.
func (r *inYAML) pairs(n *yaml.Node, what string, do func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fail(r.at(n), "write name: lines", "%s: wants a mapping", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fail(r.at(key), "write a word", "%s: a key is no word", what)
		case seen[key.Value]:
			r.fail(r.at(key), "keep one of them", "%s: %q stands twice", what, clip(key.Value))
		default:
			seen[key.Value] = true
			do(key, n.Content[i+1])
		}
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
