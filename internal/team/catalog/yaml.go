package catalog

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
)

// reader reads the nodes of one file strictly and reports what it meets.
type reader struct {
	*report
	file    string
	lines   []string // of the file, for places inside block scalars
	lenient bool     // what is wrong is another tool's, and advice
	kinds   Kinds
	nodes   int
}

// odd reports what is not as it should be: an error in what is prentice's, and
// advice in what Backstage owns.
func (r *reader) odd(at prentice.Pos, hint, format string, args ...any) {
	if r.lenient {
		r.advise(at, hint, format, args...)
		return
	}
	r.fail(at, hint, format, args...)
}

// strictly reads as prentice's own what stands in a file of Backstage's.
func (r *reader) strictly() *reader {
	own := *r
	own.lenient = false
	return &own
}

func (r *reader) at(n *yaml.Node) prentice.Pos {
	return prentice.Pos{File: r.file, Line: n.Line, Column: n.Column}
}

// documents splits a file into its YAML documents. Each is read by itself, so that
// one with an error in its syntax does not hide the others.
func (r *reader) documents(raw []byte) []*yaml.Node {
	var docs []*yaml.Node
	for _, part := range parts(string(raw)) {
		d := yaml.NewDecoder(strings.NewReader(part.text))
		for {
			var n yaml.Node
			err := d.Decode(&n)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				r.syntax(err, part.before)
				r.unread = append(r.unread, part.text)
				break
			}
			shift(&n, part.before, map[*yaml.Node]bool{})
			if len(n.Content) == 1 && n.Content[0].Tag != "!!null" && r.plain(n.Content[0], 0) {
				docs = append(docs, n.Content[0])
			}
		}
	}
	return docs
}

// part is some lines of a file, with how many come before them.
type part struct {
	text   string
	before int
}

// parts splits a file at the lines that begin a document.
func parts(text string) []part {
	list := []part{{}}
	var b strings.Builder
	number := 0
	for line := range strings.Lines(text) {
		if strings.TrimRight(line, " \t\r\n") == "---" && b.Len() > 0 {
			list[len(list)-1].text = b.String()
			b.Reset()
			list = append(list, part{before: number})
		}
		b.WriteString(line)
		number++
	}
	list[len(list)-1].text = b.String()
	return list
}

// shift counts the lines of a document from the beginning of its file.
func shift(n *yaml.Node, by int, seen map[*yaml.Node]bool) {
	if by == 0 || seen[n] {
		return
	}
	seen[n] = true
	n.Line += by
	for _, c := range n.Content {
		shift(c, by, seen)
	}
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// syntax reports an error of the YAML parser; before is how many lines of the
// file come before what was parsed.
func (r *reader) syntax(err error, before int) {
	at, text := prentice.Pos{File: r.file, Line: before + 1}, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1])
		at.Line, text = before+line, strings.TrimPrefix(err.Error(), m[0])
	}
	r.fail(at, "correct the YAML in this line or one beside it", "not YAML: %s", clip.Text(text))
}

// The bounds of one file with its aliases written out: a hundred bytes can stand
// for a terabyte with them.
const (
	mostNodes = 500_000
	deepest   = 60
)

// plain writes aliases out, where the file is another tool's, and refuses what
// would not come to an end. A merge key is a key like any other, as in Backstage.
func (r *reader) plain(n *yaml.Node, depth int) bool {
	if r.nodes++; r.nodes > mostNodes || depth > deepest {
		r.fail(r.at(n), "write it out, or divide the file", "there is more here than is read")
		return false
	}
	if !r.lenient && (n.Kind == yaml.AliasNode || n.Tag == "!!merge") {
		r.fail(r.at(n), "write the value out", "YAML aliases are not read")
		return false
	}
	for i, c := range n.Content {
		if c.Kind == yaml.AliasNode && r.lenient {
			n.Content[i] = c.Alias
		}
		if !r.plain(n.Content[i], depth+1) {
			return false
		}
	}
	return true
}

// fields reads a mapping whose keys must be among known, each at most once. what
// is its name for people; "" is the document itself.
func (r *reader) fields(n *yaml.Node, what string, known []string) map[string]*yaml.Node {
	found := map[string]*yaml.Node{}
	r.pairs(n, what, func(key, value *yaml.Node) {
		if !slices.Contains(known, key.Value) {
			r.odd(r.at(key), r.guess(key.Value, known, "known keys: "+strings.Join(known, ", ")), "unknown key %q%s"+r.passed(), clip.Text(key.Value), in(what))
			return
		}
		found[key.Value] = value
	})
	return found
}

// pairs hands over each key of a mapping with its value.
func (r *reader) pairs(n *yaml.Node, what string, each func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.odd(r.at(n), "write key: value lines", "%s is %s, wants a mapping", orDocument(what), sortOf(n))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		r := r
		if strings.HasPrefix(key.Value, Prefix) {
			r = r.strictly()
		}
		switch {
		case key.Kind != yaml.ScalarNode:
			r.odd(r.at(key), "use a word as key", "a key%s is %s", in(what), sortOf(key))
		case seen[key.Value]:
			r.odd(r.at(key), "keep one of them", "key %q appears twice%s", clip.Text(key.Value), in(what))
		case value.Tag == "!!null":
			r.odd(r.at(key), "give it one, or take the key out", "%q has no value%s", clip.Text(key.Value), in(what))
		default:
			seen[key.Value] = true
			each(key, value)
		}
	}
}

// text reads a string. A number or a boolean must stand in quotes, as Backstage
// asks too.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	switch {
	case n == nil:
		return "", false
	case n.Kind != yaml.ScalarNode:
		r.odd(r.at(n), "write one line of text", "%s is %s, wants text", what, sortOf(n))
		return "", false
	case n.Tag != "!!str" && n.Tag != "!!timestamp":
		r.odd(r.at(n), "put it in quotes: "+strconv.Quote(clip.Text(n.Value)), "%s is %s, wants text", what, sortOf(n))
		return n.Value, r.lenient
	}
	return n.Value, true
}

// textual reads an optional string.
func (r *reader) textual(n *yaml.Node, what string) string {
	s, _ := r.text(n, what)
	return s
}

// items gives the nodes of an optional list.
func (r *reader) items(n *yaml.Node, what string) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind != yaml.SequenceNode:
		r.odd(r.at(n), "write a list, one - per line", "%s is %s, wants a list", what, sortOf(n))
		return nil
	}
	return n.Content
}

// sortOf says what a node is, in words.
func sortOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!bool":
		return "a boolean"
	case n.Tag == "!!int" || n.Tag == "!!float":
		return "a number"
	case n.Tag == "!!null":
		return "nothing"
	default:
		return "text"
	}
}

func in(what string) string {
	if what == "" {
		return ""
	}
	return " in " + what
}

func orDocument(what string) string {
	if what == "" {
		return "the document"
	}
	return what
}

// passed says what becomes of what is not known.
func (r *reader) passed() string {
	if r.lenient {
		return ", which prentice does not use"
	}
	return ""
}
