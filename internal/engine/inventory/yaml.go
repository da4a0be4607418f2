package inventory

import (
	"slices"
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

// tags are those that Ansible gives to a var: encrypted, or never a template.
var tags = []string{"!vault", "!vault-encrypted", "!unsafe"}

func readYAML(t *tree, name string, raw []byte) {
	r := &inYAML{t, name}
	r.document(raw, "the inventory", func(key, value *yaml.Node) {
		if r.named(key.Value, r.at(key)) {
			r.groupOf(key, value)
		}
	})
}

// document hands over each key of a file with its value.
func (r *inYAML) document(raw []byte, what string, do func(key, value *yaml.Node)) {
	doc := strict.Reader{Near: nearest.Of, Tags: tags}
	top := doc.Document(raw)
	for _, p := range doc.Problems {
		r.fail(prentice.Pos{File: r.name, Line: p.Line, Column: p.Column}, p.Hint, "%s", p.Text)
	}
	if top != nil {
		r.pairs(top, what, do)
	}
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
			r.pairs(value, "vars of group "+g.name, func(key, value *yaml.Node) {
				if s, ok := r.settingOf(key, value); ok {
					r.set(g.vars, key.Value, s, "group "+g.name)
				}
			})
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
		s, ok := r.settingOf(key, value)
		for _, h := range hosts {
			if ok {
				r.set(h.vars, key.Value, s, "host "+h.name)
			}
		}
	})
}

// settingOf reads a var. One that is encrypted is needed when it says how a host
// is reached.
func (r *inYAML) settingOf(key, value *yaml.Node) (setting, bool) {
	name, at, text := key.Value, r.at(value), value.Value
	if isNull(value) {
		text = ""
	}
	ours, vault := strings.HasPrefix(name, connection), strings.HasPrefix(value.Tag, "!vault")
	switch {
	case vault && slices.Contains(known, name):
		r.fail(at, "write it in plain text: it is no secret", "%s is encrypted with ansible-vault, and says how the host is reached", name)
		return setting{}, false
	case vault && !ours:
		return r.unset(name, at, encrypted), true
	case value.Kind != yaml.ScalarNode && !ours:
		return r.unset(name, at, aList), true
	}
	return r.setting(name, text, at)
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
