// Package strict reads YAML that people keep in git, and passes over nothing.
//
// Its words: a reader walks the nodes of one document and collects what is
// wrong, each problem with its line and with what was probably meant.
//
// It refuses what makes a file mean something other than it shows: unknown and
// repeated keys, anchors, aliases, tags, a second document, empty lists and
// empty texts. A reader that has a problem has read nothing that may be used.
package strict

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Node is a place in a document.
type Node = yaml.Node

// MaxBytes is the longest file that is read.
const MaxBytes = 1 << 20

// mostNodes is how many nodes a document may have, and deepest how deep they
// may stand in each other.
const (
	mostNodes = 100_000
	deepest   = 50
)

// Problem is something wrong at a place. Line 0 is the file as a whole.
type Problem struct {
	Line, Column int
	Text, Hint   string
}

// Reader collects what is wrong with one file. Near finds the known word that
// someone probably meant, or "". Tags are those that anyone who reads the nodes
// knows what to do with; no other is let through. Anchors lets aliases through,
// each in the place of what it stands for, in files that another tool owns.
type Reader struct {
	Near     func(word string, known []string) string
	Tags     []string
	Anchors  bool
	Problems []Problem
	nodes    int
}

// Document is the top of the file's only document, or nil when there is none
// that can be read.
func (r *Reader) Document(text []byte) *Node {
	if len(text) > MaxBytes {
		r.Wrong(nil, "split it, or leave out what is not needed", "the file has %d bytes, at most %d are read", len(text), MaxBytes)
		return nil
	}
	d := yaml.NewDecoder(strings.NewReader(string(text)))
	var doc, more yaml.Node
	if err := d.Decode(&doc); err != nil {
		r.unreadable(err)
		return nil
	}
	switch err := d.Decode(&more); {
	case err == nil:
		r.Wrong(&more, "keep everything in one document", "a second YAML document begins here")
		return nil
	case !errors.Is(err, io.EOF):
		r.unreadable(err)
		return nil
	case len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" || !r.plain(doc.Content[0], 0):
		return nil
	}
	return doc.Content[0]
}

// written puts what an alias stands for in its place.
func (r *Reader) written(n *Node) {
	for i, child := range n.Content {
		if child.Kind == yaml.AliasNode {
			n.Content[i] = child.Alias
		}
	}
}

var lineOf = regexp.MustCompile(`^line (\d+): `)

func (r *Reader) unreadable(err error) {
	if errors.Is(err, io.EOF) {
		return // an empty file says nothing, and nothing wrong
	}
	says := strings.TrimPrefix(err.Error(), "yaml: ")
	p := Problem{Hint: "look at the indentation and the quotes around this place"}
	if m := lineOf.FindStringSubmatch(says); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		says = strings.TrimPrefix(says, m[0])
	}
	p.Text = "not YAML: " + clip(says)
	r.Problems = append(r.Problems, p)
}

func (r *Reader) plain(n *Node, depth int) bool {
	r.nodes++
	switch {
	case r.nodes > mostNodes || depth > deepest:
		r.Wrong(n, "split the file", "there is more here than is read")
		return false
	case (n.Kind == yaml.AliasNode || n.Anchor != "") && !r.Anchors:
		r.Wrong(n, "write the value out", "anchors and aliases are not read here")
		return false
	case n.Style&yaml.TaggedStyle != 0 && !slices.Contains(r.Tags, n.Tag):
		r.Wrong(n, "leave the tag out", "the tag %s is not read here", clip(n.Tag))
		return false
	}
	r.written(n)
	for _, child := range n.Content {
		if !r.plain(child, depth+1) {
			return false
		}
	}
	return true
}

// Wrong notes a problem at a node, or of the file when there is none.
func (r *Reader) Wrong(n *Node, hint, format string, args ...any) {
	p := Problem{Text: fmt.Sprintf(format, args...), Hint: hint}
	if n != nil {
		p.Line, p.Column = n.Line, n.Column
	}
	r.Problems = append(r.Problems, p)
}

// indefinite is a thing with its article, as a sentence begins with it.
func indefinite(what string) string {
	switch {
	case strings.HasPrefix(what, "a "), strings.HasPrefix(what, "an "):
		return what
	case what != "" && strings.ContainsRune("aeiou", rune(what[0])):
		return "an " + what
	}
	return "a " + what
}

// Mapping reads a mapping whose keys must be among known. Its values are never
// nil: a key that is not there is not in the map.
func (r *Reader) Mapping(n *Node, what string, known ...string) map[string]*Node {
	values := map[string]*Node{}
	if n == nil || n.Kind != yaml.MappingNode {
		r.Wrong(n, "write key: value lines", "%s is a mapping", indefinite(what))
		return values
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case !slices.Contains(known, key.Value):
			r.Wrong(key, r.instead(key.Value, known), "%s has no key %q", indefinite(what), clip(key.Value))
		case values[key.Value] != nil:
			r.Wrong(key, "keep one of them", "key %q is there twice", key.Value)
		default:
			values[key.Value] = value
		}
	}
	return values
}

// List reads a list that has at least one member. No list at all is no problem.
func (r *Reader) List(n *Node, what string) []*Node {
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		r.Wrong(n, "begin each with a dash, or leave the key out", "%s is not a list with something in it", what)
		return nil
	}
	return n.Content
}

// Words reads a list of texts, each of which is there once.
func (r *Reader) Words(n *Node, what string) []string {
	var words []string
	for _, m := range r.List(n, what) {
		word := r.Text(m, what)
		if slices.Contains(words, word) {
			r.Wrong(m, "keep one of them", "%q is there twice", clip(word))
		}
		words = append(words, word)
	}
	return words
}

// Text reads a text that is not empty.
func (r *Reader) Text(n *Node, what string) string {
	if n == nil || n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" || n.Tag == "!!null" {
		r.Wrong(n, "write it out", "%s is not a text", what)
		return ""
	}
	return strings.TrimSpace(n.Value)
}

// Needed reads a text that a mapping must have.
func (r *Reader) Needed(n, of *Node, what, key, hint string) string {
	if n == nil {
		r.Wrong(of, hint, "the %s has no %s", what, key)
		return ""
	}
	return r.Text(n, key)
}

// Choice reads a word that must be among known.
func (r *Reader) Choice(n *Node, what string, known []string) string {
	word := r.Text(n, what)
	if word != "" && !slices.Contains(known, word) {
		r.Wrong(n, r.instead(word, known), "%q is not a %s", clip(word), what)
		return ""
	}
	return word
}

// Choices reads a list of words that must be among known.
func (r *Reader) Choices(n *Node, what string, known []string) []string {
	words := r.Words(n, what)
	for i, word := range words {
		if word != "" && !slices.Contains(known, word) {
			r.Wrong(n.Content[i], r.instead(word, known), "%s has no %q", what, clip(word))
		}
	}
	return words
}

// instead is the hint for a word that is not known.
func (r *Reader) instead(word string, known []string) string {
	if r.Near != nil {
		if near := r.Near(word, known); near != "" {
			return fmt.Sprintf("did you mean %q?", near)
		}
	}
	return "use " + strings.Join(known, ", ")
}

// clip keeps a hostile value from filling a message.
func clip(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}
