package inventory

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
	"prentice/internal/team"
)

// inYAML reads one YAML inventory: groups by name, each with hosts, vars and
// children.
type inYAML struct {
	*tree
	name string
}

// tags are those that Ansible gives to a var: encrypted, or never a template.
var tags = []string{"!vault", "!vault-encrypted", "!unsafe", "!!str", "!!int", "!!float", "!!bool", "!!null"}

func readYAML(t *tree, name string, raw []byte) {
	r := &inYAML{t, name}
	if plugin := pluginOf(raw); plugin != "" {
		t.dynamic(name, "is a list that the plugin "+clip.Text(plugin)+" makes")
		return
	}
	r.document(raw, "the inventory", func(key, value *yaml.Node) {
		switch {
		case value.Kind != yaml.MappingNode && !isNull(value):
			r.advise(r.at(key), "write hosts, vars or children below it, or take it out", "%q is not a group, and is passed over, as Ansible does", clip.Text(key.Value))
		case r.named(key.Value, r.at(key)):
			r.groupOf(key, value)
		}
	})
}

// pluginOf is the plugin that makes the list of hosts, when the file is not one
// but its settings.
func pluginOf(raw []byte) string {
	var top struct {
		Plugin yaml.Node `yaml:"plugin"`
	}
	if yaml.Unmarshal(raw, &top) != nil || top.Plugin.Kind != yaml.ScalarNode {
		return ""
	}
	return top.Plugin.Value
}

// document hands over each key of a file with its value.
func (r *inYAML) document(raw []byte, what string, do func(key, value *yaml.Node)) {
	doc := strict.Reader{Near: nearest.Of, Tags: tags, Anchors: true}
	top := doc.Document(raw)
	for _, f := range team.Findings(r.name, doc.Problems) {
		r.fail(f.At, f.Hint, "%s", f.Text)
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
		if value.Kind == yaml.ScalarNode && !isNull(value) && slices.Contains(groupKeys, key.Value) { // one name alone, as Ansible has it
			value = &yaml.Node{Kind: yaml.MappingNode, Line: value.Line, Column: value.Column, Content: []*yaml.Node{value, {Kind: yaml.ScalarNode, Tag: "!!null", Line: value.Line, Column: value.Column}}}
		}
		switch {
		case key.Value == "hosts" && !isNull(value):
			r.pairs(value, "hosts of group "+g.name, func(key, value *yaml.Node) { r.hostOf(g, key, value) })
		case key.Value == "vars" && !isNull(value):
			r.pairs(value, "vars of group "+g.name, func(key, value *yaml.Node) {
				r.set(g.vars, key.Value, r.settingOf(key, value), "group "+g.name)
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
			r.advise(r.at(key), hint, "group %s has no key %q, which is passed over, as Ansible does", g.name, clip.Text(key.Value))
		}
	})
	return g
}

func (r *inYAML) hostOf(g *group, key, value *yaml.Node) {
	hosts := r.put(g, key.Value, r.at(key))
	if isNull(value) {
		return
	}
	r.pairs(value, "host "+clip.Text(key.Value), func(key, value *yaml.Node) {
		s := r.settingOf(key, value)
		for _, h := range hosts {
			r.set(h.vars, key.Value, s, "host "+h.name)
		}
	})
}

// settingOf reads a var.
func (r *inYAML) settingOf(key, value *yaml.Node) setting {
	name, at, text := key.Value, r.at(value), value.Value
	if isNull(value) {
		text = ""
	}
	ours := strings.HasPrefix(name, connection) && !slices.Contains(followed, name)
	switch {
	case ours: // of Ansible's own, whatever it is
	case strings.HasPrefix(value.Tag, "!vault"):
		return r.unset(name, at, encrypted)
	case value.Kind != yaml.ScalarNode:
		return r.unset(name, at, aList)
	}
	return r.setting(name, text, at)
}

// pairs hands over each key of a mapping with its value, those that are merged in
// last. Of a key that stands twice the last counts, as Ansible has it.
func (r *inYAML) pairs(n *yaml.Node, what string, do func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.fail(r.at(n), "write name: lines", "%s: wants a mapping", what)
		return
	}
	last := map[string]int{}
	list := merged(n, 0)
	for i := 0; i+1 < len(list); i += 2 {
		key := list[i]
		if key.Kind != yaml.ScalarNode {
			r.fail(r.at(key), "write a word", "%s: a key is no word", what)
			continue
		}
		if _, twice := last[key.Value]; twice {
			r.advise(r.at(key), "keep one of them", "%s: %q appears twice, and the last counts", what, clip.Text(key.Value))
		}
		last[key.Value] = i
	}
	for i := 0; i+1 < len(list); i += 2 {
		if at, ok := last[list[i].Value]; ok && at == i && list[i].Kind == yaml.ScalarNode {
			do(list[i], list[i+1])
		}
	}
}

// merged are the keys and values of a mapping with those of << that it does not
// have itself.
func merged(n *yaml.Node, depth int) []*yaml.Node {
	own, from := []*yaml.Node{}, []*yaml.Node{}
	has := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Tag != "!!merge":
			own, has[key.Value] = append(own, key, value), true
		case value.Kind == yaml.SequenceNode:
			from = append(from, value.Content...)
		default:
			from = append(from, value)
		}
	}
	for _, m := range from {
		if m.Kind != yaml.MappingNode || depth > deepest {
			continue
		}
		below := merged(m, depth+1)
		for i := 0; i+1 < len(below); i += 2 {
			if !has[below[i].Value] {
				own, has[below[i].Value] = append(own, below[i], below[i+1]), true
			}
		}
	}
	return own
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
