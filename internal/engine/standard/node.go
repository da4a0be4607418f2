package standard

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// Get is the value of a key of a mapping, or the member of a list; nil where there is none.
func Get(n *yaml.Node, key string) *yaml.Node {
	if n = Real(n); n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return Real(n.Content[i+1])
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.Content) {
			return Real(n.Content[i])
		}
	}
	return nil
}

// Real is what a node stands for: the content of a document, what an alias names.
func Real(n *yaml.Node) *yaml.Node {
	for range 10 {
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		case n.Kind == yaml.DocumentNode && len(n.Content) > 0:
			n = n.Content[0]
		default:
			return n
		}
	}
	return nil
}

// Pairs are the keys and values of a mapping.
func Pairs(n *yaml.Node, each func(key, value *yaml.Node)) {
	if n = Real(n); n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		each(n.Content[i], Real(n.Content[i+1]))
	}
}

// Members are those of a list, or of a lone value.
func Members(n *yaml.Node) []*yaml.Node {
	switch n = Real(n); {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	}
	return []*yaml.Node{n}
}

// Word is a scalar's text.
func Word(n *yaml.Node) string {
	if n = Real(n); n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}
