package standard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"

	"prentice/internal/kit/shallow"
)

// mostParsed is the longest file that is taken apart, and mostNodes how many nodes it may
// have with its aliases written out.
const (
	mostParsed = 4 << 20
	mostNodes  = 500_000
	mostDepth  = 200
)

// tomlLocks are lock files that are TOML and have another ending.
var tomlLocks = []string{"Cargo.lock", "uv.lock", "poetry.lock", "pdm.lock"}

// decoded is what a YAML, JSON or TOML file says.
type decoded struct {
	docs   []*yaml.Node // of YAML
	values []any
	line   int // where it cannot be read
	err    error
}

var errTooMuch = errors.New("it is too large or too deep to be taken apart")

func (t *Text) decode() *decoded {
	if t.decoded == nil {
		t.decoded = &decoded{}
		switch {
		case len(t.Bytes) > mostParsed:
			t.decoded.err = errTooMuch
		case t.Ext() == ".json":
			t.decoded.json(t)
		case t.Ext() == ".toml" || slices.Contains(tomlLocks, t.Base()):
			t.decoded.toml(t)
		default:
			t.decoded.yaml(t)
		}
	}
	return t.decoded
}

// Nodes are the documents of a YAML file, and Fault is where and why a file that is to
// be YAML, JSON or TOML is none; a line of 0 is nowhere in particular.
func (t *Text) Nodes() []*yaml.Node { return t.decode().docs }
func (t *Text) Fault() (line int, err error) {
	d := t.decode()
	return d.line, d.err
}

// Value is what its first document says, with maps of texts, lists and scalars; nil
// where it cannot be read.
func (t *Text) Value() any {
	if d := t.decode(); d.err == nil && len(d.values) > 0 {
		return d.values[0]
	}
	return nil
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

func (d *decoded) yaml(t *Text) {
	in := yaml.NewDecoder(bytes.NewReader(t.Bytes))
	left := mostNodes
	for {
		var doc yaml.Node
		err := in.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			d.err = errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
			if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
				d.line, _ = strconv.Atoi(m[1])
				d.err = errors.New(strings.TrimPrefix(d.err.Error(), m[0]))
			}
			return
		}
		value, err := plain(&doc, &left, 0)
		if err != nil {
			d.err = err
			if f, ok := errors.AsType[yamlFault](err); ok {
				d.line = f.line
			}
			return
		}
		d.docs, d.values = append(d.docs, &doc), append(d.values, value)
	}
}

// yamlFault is something wrong at a line.
type yamlFault struct {
	line int
	says string
}

func (f yamlFault) Error() string { return f.says }

// plain is a node as a value, so many nodes of it at most.
func plain(n *yaml.Node, left *int, depth int) (any, error) {
	if *left--; *left < 0 || depth > mostDepth {
		return nil, errTooMuch
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return nil, nil
		}
		return plain(n.Content[0], left, depth+1)
	case yaml.AliasNode:
		return plain(n.Alias, left, depth+1)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			v, err := plain(c, left, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		return plainMap(n, left, depth)
	}
	return scalar(n), nil
}

func plainMap(n *yaml.Node, left *int, depth int) (any, error) {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		v, err := plain(n.Content[i+1], left, depth+1)
		if err != nil {
			return nil, err
		}
		if key.Tag == "!!merge" {
			for k, inherited := range merged(v) {
				if _, own := m[k]; !own {
					m[k] = inherited
				}
			}
			continue
		}
		if _, twice := m[key.Value]; twice && written(n, key, i) {
			return nil, yamlFault{key.Line, fmt.Sprintf("the key %q is there twice", Shown(key.Value))}
		}
		m[key.Value] = v
	}
	return m, nil
}

// written says whether a key stands in the mapping itself before a place, and was not
// merged into it.
func written(n, key *yaml.Node, before int) bool {
	for i := 0; i < before; i += 2 {
		if n.Content[i].Value == key.Value && n.Content[i].Kind == yaml.ScalarNode {
			return true
		}
	}
	return false
}

func merged(v any) map[string]any {
	switch v := v.(type) {
	case map[string]any:
		return v
	case []any:
		all := map[string]any{}
		for i := len(v) - 1; i >= 0; i-- {
			for k, x := range merged(v[i]) {
				all[k] = x
			}
		}
		return all
	}
	return nil
}

func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		var f any
		if n.Decode(&f) == nil {
			switch f := f.(type) {
			case int:
				return int64(f)
			case int64, float64:
				return f
			}
		}
	}
	return n.Value
}

func (d *decoded) json(t *Text) {
	in := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(t.Bytes, []byte("\ufeff"))))
	var value any
	err := in.Decode(&value)
	if err == nil {
		if _, more := in.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something stands behind its end")
		}
	}
	if err != nil {
		d.err, d.line = err, t.LineAt(int(in.InputOffset()))
		if s, ok := errors.AsType[*json.SyntaxError](err); ok {
			d.line = t.LineAt(int(s.Offset))
		}
		return
	}
	d.values = []any{value}
}

func (d *decoded) toml(t *Text) {
	if d.err = shallow.TOML(t.Bytes); d.err != nil {
		return
	}
	var value map[string]any
	if _, err := toml.Decode(string(t.Bytes), &value); err != nil {
		d.err = err
		if p, ok := errors.AsType[toml.ParseError](err); ok {
			d.err, d.line = errors.New(p.Message), p.Position.Line
		}
		return
	}
	d.values = []any{value}
}
