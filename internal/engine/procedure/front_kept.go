package procedure

import (
	"regexp"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
)

// maxTags is how many tags a procedure may have.
const maxTags = 20

// group reads what a procedure belongs to.
func (r *reading) group(n *yaml.Node) {
	if n == nil {
		return
	}
	if s, ok := r.scalar(n, "group"); ok && r.isTag(n, "group", s) {
		r.proc.Group = s
	}
}

// tags reads the words by which a procedure is found.
func (r *reading) tags(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) > maxTags {
		r.fail(r.place(n), "write a list of at most 20 words, such as [backup, database]", "tags is not a list of words")
		return
	}
	for _, item := range n.Content {
		s, ok := r.scalar(item, "a tag")
		switch {
		case !ok || !r.isTag(item, "tag", s):
		case oneOf(s, r.proc.Tags):
			r.fail(r.place(item), "keep one of them", "tag %q appears twice", s)
		default:
			r.proc.Tags = append(r.proc.Tags, s)
		}
	}
}

func (r *reading) isTag(n *yaml.Node, what, s string) bool {
	if isWord(s) {
		return true
	}
	r.fail(r.place(n), "use small letters, digits, dashes and underscores, and begin with a letter", "%s %q is not a word", what, clip.Text(s))
	return false
}

var isDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// origin reads from which text of the library a procedure was made.
func (r *reading) origin(n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.fail(r.place(n), originHint, "origin is not a mapping")
		return
	}
	f := r.fields(n, "origin", "library", "version", "digest")
	var o prentice.Origin
	for _, part := range []struct {
		name string
		to   *string
		good func(string) bool
	}{{"library", &o.Library, prentice.ValidName}, {"version", &o.Version, prentice.ValidName}, {"digest", &o.Digest, isDigest.MatchString}} {
		if f[part.name] == nil {
			r.fail(r.place(n), originHint, "origin has no %s", part.name)
			return
		}
		s, ok := r.scalar(f[part.name], part.name)
		if !ok {
			return
		}
		if !part.good(s) {
			r.fail(r.place(f[part.name]), originHint, "%s of origin cannot be %q", part.name, clip.Text(s))
			return
		}
		*part.to = s
	}
	r.proc.Origin = o
}

const originHint = "prentice procedure library add writes it; leave it as it is, or take it out"
