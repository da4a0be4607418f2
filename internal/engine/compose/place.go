package compose

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// place is where something is said.
type place struct {
	path string
	line int
}

// layer is a document of a file, as it was written.
type layer struct {
	path string
	top  *yaml.Node
}

// places finds where something of the merged model was said: in the last file that says it,
// or where what it extends does.
type places struct {
	layers []layer
	bases  map[string][]string // by service, the services that it extends
}

// at is where a key was said. What is not found is where the nearest thing around it stands.
func (p *places) at(keys ...string) place {
	best, deepest := place{}, -1
	names := []string{""}
	if len(keys) > 1 && keys[0] == "services" {
		names = append([]string{keys[1]}, p.bases[keys[1]]...)
	}
	for _, name := range names {
		if name != "" {
			keys = append([]string{keys[0], name}, keys[2:]...)
		}
		for i := len(p.layers) - 1; i >= 0; i-- {
			if line, depth := find(p.layers[i].top, keys); depth > deepest {
				best, deepest = place{p.layers[i].path, line}, depth
			}
		}
	}
	return best
}

// find goes down a document as far as the keys go. A key of a list is its index, or a text
// that one of its items has.
func find(n *yaml.Node, keys []string) (line, depth int) {
	line = n.Line
	for _, key := range keys {
		if n.Kind == yaml.AliasNode {
			n = n.Alias
		}
		at, next := child(n, key, 0)
		if next == nil {
			return line, depth
		}
		line, n, depth = at.Line, next, depth+1
	}
	return line, depth
}

// child is what a key leads to, and where it is said.
func child(n *yaml.Node, key string, deep int) (at, to *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if deep > 8 {
		return nil, nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i], n.Content[i+1]
			}
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value != "<<" {
				continue
			}
			for _, one := range merged(n.Content[i+1]) {
				if at, to := child(one, key, deep+1); to != nil {
					return at, to
				}
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(key); err == nil && i < len(n.Content) && i >= 0 {
			return n.Content[i], n.Content[i]
		}
		for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.Contains} {
			for _, one := range n.Content {
				if has(one, key, same, 0) {
					return one, one
				}
			}
		}
	}
	return nil, nil
}

// merged are the mappings that stand under <<.
func merged(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

// has says whether a text stands in an item of a list.
func has(n *yaml.Node, text string, same func(a, b string) bool, deep int) bool {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode {
		return same(n.Value, text)
	}
	for _, one := range n.Content {
		if deep < 4 && has(one, text, same, deep+1) {
			return true
		}
	}
	return false
}
