package monitor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/span"
	"prentice/internal/kit/strict"
)

// MaxBytes is the longest file that is read.
const MaxBytes = strict.MaxBytes

const (
	deepest   = 50
	mostNodes = 100_000
)

// parse reads YAML, or JSON when it begins as JSON does.
func parse(text []byte, what string) (*yaml.Node, error) {
	if len(text) > MaxBytes {
		return nil, prentice.Errorf(prentice.Invalid, "%s has %d bytes, and at most %d are read", what, len(text), MaxBytes).Try("split it")
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return parseJSON(text, what)
	}
	s := strict.Reader{Anchors: true}
	top := s.Document(text)
	if len(s.Problems) > 0 {
		p := s.Problems[0]
		return nil, prentice.Errorf(prentice.Invalid, "%s, line %d: %s", what, p.Line, p.Text).Try("%s", p.Hint)
	}
	if top == nil || top.Kind != yaml.MappingNode {
		return nil, prentice.Errorf(prentice.Invalid, "%s holds no mapping", what).Try("give the file that the monitor itself reads or writes")
	}
	return top, nil
}

// parseJSON reads JSON with its lines.
func parseJSON(text []byte, what string) (*yaml.Node, error) {
	j := &jsonReader{d: json.NewDecoder(bytes.NewReader(text)), text: text, line: 1}
	j.d.UseNumber()
	n, err := j.value(0)
	if err == nil && j.d.More() {
		err = fmt.Errorf("something follows its end")
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "%s, line %d: not JSON: %v", what, j.at(), err).Try("give the whole file as the monitor wrote it")
	}
	return n, nil
}

type jsonReader struct {
	d     *json.Decoder
	text  []byte
	upto  int
	line  int
	nodes int
}

// at is the line of what was read last.
func (j *jsonReader) at() int {
	end := min(int(j.d.InputOffset()), len(j.text))
	j.line += bytes.Count(j.text[j.upto:end], []byte("\n"))
	j.upto = end
	return j.line
}

func (j *jsonReader) value(depth int) (*yaml.Node, error) {
	if j.nodes++; depth > deepest || j.nodes > mostNodes {
		return nil, fmt.Errorf("there is more here than is read")
	}
	t, err := j.d.Token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: j.at()}
	switch v := t.(type) {
	case json.Delim:
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		if v == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		}
		for j.d.More() {
			child, err := j.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, child)
		}
		_, err := j.d.Token()
		return n, err
	case string:
		n.Tag, n.Value = "!!str", v
	case json.Number:
		n.Tag, n.Value = "!!float", v.String()
		if _, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			n.Tag = "!!int"
		}
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(v)
	default:
		n.Tag, n.Value = "!!null", "null"
	}
	return n, nil
}

// object is a mapping of the file, and which of its keys were read.
type object struct {
	n    *yaml.Node
	at   string
	keys map[string]*yaml.Node
	read map[string]bool
}

// object reads a mapping; what is none is an empty one. Keys that a merge (<<) brings stand
// behind its own.
func (r *reader) object(n *yaml.Node, at string) *object {
	o := &object{n: n, at: at, keys: map[string]*yaml.Node{}, read: map[string]bool{}}
	o.take(n, 0)
	return o
}

func (o *object) take(n *yaml.Node, depth int) {
	if n == nil || n.Kind != yaml.MappingNode || depth > deepest {
		return
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Value == "<<" && key.Tag != "!!str" {
			merged = append(merged, value)
			continue
		}
		if o.keys[key.Value] == nil {
			o.keys[key.Value] = value
		}
	}
	for _, m := range merged {
		if m.Kind == yaml.SequenceNode {
			for _, one := range m.Content {
				o.take(one, depth+1)
			}
			continue
		}
		o.take(m, depth+1)
	}
}

// node is the value of a key, or nil, and counts as read.
func (o *object) node(key string) *yaml.Node {
	o.read[key] = true
	return o.keys[key]
}

// has says whether a key says something.
func (o *object) has(key string) bool { return !empty(o.keys[key]) }

// text is the value of a key as it is written, or "".
func (o *object) text(key string) string {
	n := o.node(key)
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

func (o *object) truth(key string) bool {
	v := strings.ToLower(o.text(key))
	return v == "true" || v == "1" || v == "yes" || v == "on"
}

// length is a time, of seconds when it has no unit.
func (o *object) length(key string) time.Duration {
	text := o.text(key)
	if s, err := strconv.ParseFloat(text, 64); err == nil && s >= 0 && s < 1e6 {
		return time.Duration(s * float64(time.Second))
	}
	d, err := span.Parse(text)
	if err != nil {
		return 0
	}
	return d
}

// list are the items of a key, or the one.
func (o *object) list(key string) []*yaml.Node {
	n := o.node(key)
	switch {
	case empty(n):
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	}
	return []*yaml.Node{n}
}

// whole is a number, or otherwise.
func (o *object) whole(key string, otherwise int) int {
	if i, err := strconv.Atoi(o.text(key)); err == nil {
		return i
	}
	return otherwise
}

// pairs are the keys and values of a mapping, in the order of the file.
func pairs(n *yaml.Node) (names []string, values []*yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		names, values = append(names, n.Content[i].Value), append(values, n.Content[i+1])
	}
	return names, values
}

// empty says whether a value says nothing.
func empty(n *yaml.Node) bool {
	switch {
	case n == nil || n.Tag == "!!null":
		return true
	case n.Kind == yaml.ScalarNode:
		return n.Value == "" || n.Value == "false" || n.Value == "0" && n.Tag == "!!int" || n.Value == "[]" || n.Value == "{}"
	}
	return len(n.Content) == 0
}

// rest notes what of an object no one has read. Why has reasons for keys that are known.
func (r *reader) rest(o *object, why map[string]string) {
	names := make([]string, 0, len(o.keys))
	for key, n := range o.keys {
		if !o.read[key] && !empty(n) {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	for _, key := range names {
		reason, known := why[key]
		switch {
		case known && reason == "":
			continue
		case !known:
			reason = "there is nothing like it here"
		}
		r.gap(o.keys[key], within(o.at, key), "%s", reason)
	}
}

func within(at, key string) string {
	if at == "" {
		return key
	}
	return at + ": " + key
}
