package compose

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	paths "github.com/compose-spec/compose-go/v2/tree"
)

// The bounds of a document, whose aliases count each time that they are used.
const (
	mostNodes = 20_000
	mostDeep  = 60
	mostDocs  = 10 // documents of one file
)

// document is one of a file: its values, and what it takes away of the files before it.
type document struct {
	top    *yaml.Node
	values map[string]any
	takes  []paths.Path // !reset and !override
}

var atLine = regexp.MustCompile(`line (\d+)`)

// documents reads the documents of a file; an error is a finding.
func documents(name string, text []byte) ([]document, error) {
	var list []document
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml.Node
		err := decoder.Decode(&n)
		if errors.Is(err, io.EOF) && len(list) == 0 {
			return nil, Finding{Path: name, Says: "it is empty"}
		}
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, unreadable(name, err)
		}
		if len(list) == mostDocs {
			return nil, Finding{Path: name, Line: n.Line, Says: fmt.Sprintf("it has more than %d documents", mostDocs)}
		}
		d, err := one(name, &n)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
}

// unreadable is what the reader of YAML says, with the line that it says.
func unreadable(name string, err error) Finding {
	says := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
	f := Finding{Path: name, Says: "it is no YAML: " + says}
	for _, at := range atLine.FindAllStringSubmatch(says, 4) {
		f.Line, _ = strconv.Atoi(at[1])
	}
	return f
}

func one(name string, n *yaml.Node) (document, error) {
	top := n
	if n.Kind == yaml.DocumentNode && len(n.Content) > 0 {
		top = n.Content[0]
	}
	d := document{top: top}
	c := counter{name: name, sizes: map[*yaml.Node]int{}}
	if _, err := c.size(top, 0); err != nil {
		return d, err
	}
	if top.Kind != yaml.MappingNode {
		return d, Finding{Path: name, Line: top.Line, Says: "it is no mapping of keys such as services"}
	}
	// What is taken away is taken out of a copy, so that its place is still found.
	whole, err := d.without(name, top, nil)
	if err != nil {
		return d, err
	}
	var values any
	if err := whole.Decode(&values); err != nil {
		return d, unreadable(name, err)
	}
	texts, err := keysOfText(values)
	if err != nil {
		return d, Finding{Path: name, Line: top.Line, Says: err.Error()}
	}
	d.values = texts.(map[string]any)
	return d, nil
}

// counter counts what a document becomes when each alias stands for what it names.
type counter struct {
	name  string
	sizes map[*yaml.Node]int // -1 while it is counted
}

func (c *counter) size(n *yaml.Node, deep int) (int, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if size, known := c.sizes[n]; known {
		if size < 0 {
			return 0, Finding{Path: c.name, Line: n.Line, Says: "an alias stands within what it names"}
		}
		return size, nil
	}
	if deep > mostDeep {
		return 0, Finding{Path: c.name, Line: n.Line, Says: fmt.Sprintf("it is deeper than %d levels", mostDeep)}
	}
	c.sizes[n] = -1
	sum := 1
	for _, one := range n.Content {
		size, err := c.size(one, deep+1)
		if err != nil {
			return 0, err
		}
		if sum += size; sum > mostNodes {
			return 0, Finding{Path: c.name, Line: one.Line, Says: fmt.Sprintf("with its aliases it has more than %d values", mostNodes)}
		}
	}
	c.sizes[n] = sum
	return sum, nil
}

// without is a node with no !reset and no !override, which are noted.
func (d *document) without(name string, n *yaml.Node, at []string) (*yaml.Node, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Tag {
	case "!reset":
		d.takes = append(d.takes, paths.NewPath(at...))
		return nil, nil
	case "!override":
		d.takes = append(d.takes, paths.NewPath(at...))
		plain := *n
		plain.Tag, plain.Anchor = "", ""
		n = &plain
	}
	if n.Kind != yaml.MappingNode && n.Kind != yaml.SequenceNode {
		return n, nil
	}
	whole := *n
	whole.Content, whole.Anchor = nil, ""
	seen := map[string]int{}
	for i := 0; i < len(n.Content); i++ {
		one := n.Content[i]
		if n.Kind == yaml.SequenceNode {
			kept, err := d.without(name, one, append(at[:len(at):len(at)], strconv.Itoa(i)))
			if err != nil {
				return nil, err
			}
			if kept != nil {
				whole.Content = append(whole.Content, kept)
			}
			continue
		}
		key := one
		if line, twice := seen[key.Value]; twice {
			return nil, Finding{Path: name, Line: key.Line, Says: fmt.Sprintf("%q is said already in line %d", key.Value, line)}
		}
		seen[key.Value] = key.Line
		i++
		next := at
		if key.Value != "<<" {
			next = append(at[:len(at):len(at)], key.Value)
		}
		kept, err := d.without(name, n.Content[i], next)
		if err != nil {
			return nil, err
		}
		if kept != nil {
			whole.Content = append(whole.Content, key, kept)
		}
	}
	return &whole, nil
}

// keysOfText are values whose mappings have texts as keys.
func keysOfText(value any) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			with, err := keysOfText(one)
			if err != nil {
				return nil, err
			}
			v[key] = with
		}
		return v, nil
	case map[any]any:
		texts := map[string]any{}
		for key, one := range v {
			text, ok := key.(string)
			if !ok {
				return nil, fmt.Errorf("the key %v is no text: write it in quotes", key)
			}
			with, err := keysOfText(one)
			if err != nil {
				return nil, err
			}
			texts[text] = with
		}
		return texts, nil
	case []any:
		list := make([]any, 0, len(v))
		for _, one := range v {
			with, err := keysOfText(one)
			if err != nil {
				return nil, err
			}
			list = append(list, with)
		}
		return list, nil
	}
	return value, nil
}

// clear takes what is noted out of values of the files before.
func clear(takes []paths.Path, value any, at paths.Path) {
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			next := at.Next(key)
			gone := false
			for _, pattern := range takes {
				gone = gone || next.Matches(pattern)
			}
			if gone {
				delete(v, key)
				continue
			}
			clear(takes, one, next)
		}
	case []any:
		for _, one := range v {
			clear(takes, one, at.Next("[]"))
		}
	}
}
