// Package push says what a push would move, and whether it may.
//
// Its words: a push is a list of commands, each to move one ref from one commit to another;
// a door is the way by which it came (HTTP or SSH). While it is judged, what it brought lies
// in quarantine and is no part of the repository. An answer is given for each ref: it is
// moved as asked, taken under another name (a change), or refused with a rule, a place and a
// remedy.
//
// It refuses to be clever about names: a ref is a full name of a few plain kinds, or it is
// refused. A push of which one part is refused moves nothing.
package push

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
)

// Command moves a ref. Old or New is all zeros where there is none.
type Command struct {
	Old, New, Ref string
}

// Creates says whether the ref is not there yet.
func (c Command) Creates() bool { return zero(c.Old) }

// Deletes says whether the ref is to go.
func (c Command) Deletes() bool { return zero(c.New) }

func zero(id string) bool { return strings.Trim(id, "0") == "" }

// Branch is the name of the branch that a command moves, or "".
func (c Command) Branch() string {
	name, found := strings.CutPrefix(c.Ref, heads)
	if !found {
		return ""
	}
	return name
}

// For is the branch that a change is proposed for, with what was written behind a %, where
// the command proposes one.
func (c Command) For() (branch string, with []string, ok bool) {
	rest, found := strings.CutPrefix(c.Ref, changes)
	if !found {
		return "", nil, false
	}
	branch, options, found := strings.Cut(rest, "%")
	if found {
		with = strings.Split(options, ",")
	}
	return branch, with, true
}

const (
	heads   = "refs/heads/"
	tags    = "refs/tags/"
	changes = "refs/for/"
)

// Push is what came.
type Push struct {
	Repository string // its name
	By         prentice.Actor
	Door       string   // http or ssh
	Options    []string // as the client gave them
	Commands   []Command
	Objects    Objects // what it brought
}

// Option is the value of a push option, such as topic in "-o topic=login".
func (p Push) Option(name string) (value string, there bool) {
	for _, o := range p.Options {
		key, v, _ := strings.Cut(o, "=")
		if key == name {
			value, there = v, true
		}
	}
	return value, there
}

// Objects are what a push brought and the repository does not have yet.
type Objects interface {
	// News are the new commits that the heads reach, of which more than most are an error, the
	// new blobs that have more than a number of bytes, and what came beside all that.
	News(ctx context.Context, heads []string, most int, than int64) (News, error)
	// Named says of what kind an object is: where it is a tag, that which it is of in the end.
	// It tells what the tags say.
	Named(ctx context.Context, id string, tell func(check.Added)) (kind string, err error)
	// Look tells what each of the commits added to its files, as check.Past does, and says
	// which files they changed.
	Look(ctx context.Context, n News, wanted func(commit, path string) bool, tell func(check.Added)) ([]Change, error)
	// Alike are the pairs of paths of a commit of which one is among those that are given,
	// and that are the same, or one in the other, where the case of letters does not count.
	Alike(ctx context.Context, commit string, paths []string) ([][2]string, error)
	// Whole are commits as git keeps them, with their signatures.
	Whole(ctx context.Context, commits []string) ([]check.Commit, error)
	// Reaches says whether a commit is, or has as an ancestor, another.
	Reaches(ctx context.Context, commit, ancestor string) (bool, error)
}

// News is what is new.
type News struct {
	Commits []string // newest first
	Merges  []string // those of them that have more than one parent
	Large   []Blob
	Unnamed []string // objects that came, and that nothing of what the heads name needs
}

// Blob is the content of a file that is new.
type Blob struct {
	ID, Path string
	Size     int64
}

// Change is a file that a commit changed.
type Change struct {
	Commit, Path string
	Mode         string // as git writes it: 100644, 120000 for a link, 160000 for a submodule; 000000 for one that is gone
	New          bool   // the path was not there before
}

// Store is how the objects of a repository lie on disk.
type Store struct {
	Packs   int   `json:"packs"`
	Loose   int   `json:"loose"` // objects that are in no pack
	Bytes   int64 `json:"bytes"`
	Index   bool  `json:"index"`   // one index of all packs
	Bitmaps bool  `json:"bitmaps"` // of what commits reach: clones count nothing
	Graph   bool  `json:"graph"`   // of commits
}

// Answer is what becomes of one command.
type Answer struct {
	Ref     string
	Refused *Refusal // nil: it is taken
	As      []Moved  // under which names it was taken; none is as it was asked
	Says    string   // what else the one who pushes is told, such as where to see it
}

// Moved is a ref that was moved in the place of another.
type Moved struct {
	Ref, Old, New string
}

// Refusal says why something is not taken.
type Refusal struct {
	Rule   string    // such as secrets/none
	Says   string    // what is wrong, with the value
	Place  string    // file:line@commit, or a ref
	Remedy string    // what to do
	Key    string    // by which a false alarm is named; "" where there can be none
	More   []Refusal // what else was found
}

// Text is the refusal as it is printed in a terminal: plain lines, no control characters.
func (r Refusal) Text(repository string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Rule, Plain(r.Says))
	if r.Place != "" {
		fmt.Fprintf(&b, "  at  %s\n", Plain(r.Place))
	}
	if r.Remedy != "" {
		fmt.Fprintf(&b, "  do  %s\n", Plain(r.Remedy))
	}
	if r.Key != "" {
		fmt.Fprintf(&b, "  a false alarm? prentice push allow %s %s --reason 'WHY' (a second person says the same)\n", repository, r.Key)
	}
	for _, more := range r.More {
		b.WriteString(more.Text(repository))
	}
	return b.String()
}

// Plain is a text in which nothing steers a terminal.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffd {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// digest is a short name for a text.
func digest(s string) string {
	_, sum, _ := strings.Cut(prentice.Digest([]byte(s)), ":")
	return sum[:16]
}
