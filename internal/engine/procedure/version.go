package procedure

import (
	"fmt"
	"strings"
	"time"

	"prentice"
)

// Commit is one of the team folder's git in which a procedure changed.
type Commit struct {
	ID      string    `json:"id"`
	Author  string    `json:"author"`
	Time    time.Time `json:"time"`
	Subject string    `json:"subject"`
}

// Short is the beginning of its id, as git shows it.
func (c Commit) Short() string { return c.ID[:min(10, len(c.ID))] }

// FileAt is a file of the team folder as it was at a commit.
type FileAt struct{ Commit, File string }

// Files are the files of a procedure and of all that it uses, its own first.
func (l *Library) Files(name string) []string {
	var files []string
	var visit func(name string)
	visit = func(name string) {
		e, ok := l.byName[name]
		if !ok || oneOf(e.proc.File, files) {
			return
		}
		files = append(files, e.proc.File)
		for _, called := range l.called(e) {
			visit(called.proc.Name)
		}
	}
	visit(strings.TrimPrefix(name, "procedure/"))
	return files
}

// VersionOf is the digest that a plan of a procedure has when its files are these, its
// own first, as Plan.Digest says it. A file that is not there has no text.
func VersionOf(files []File) string {
	var own string
	digests := map[string]string{}
	for i, f := range files {
		if f.Text == nil {
			continue
		}
		name, digest := identity(f)
		if digests[name] = digest; i == 0 {
			own = digest
		}
	}
	return together(own, digests)
}

// identity is what a plan says of a file: the procedure's name, and the digest of its
// text. Nothing else of the file is read.
func identity(f File) (name, digest string) {
	p := prentice.Procedure{File: f.Name, Name: bareName(f.Name)}
	r := &reading{proc: &p}
	if text, ok := r.legible(f.Text); ok {
		p.Digest, r.lines = prentice.Digest(text), strings.Split(string(text), "\n")
		if front, _, ok := r.halves(); ok {
			r.front(front)
		}
	}
	return p.Name, p.Digest
}

// together names the procedure's file, or all files that a plan was made from.
func together(own string, digests map[string]string) string {
	if len(digests) == 1 {
		return own
	}
	var b strings.Builder
	for _, name := range sortedKeys(digests) {
		fmt.Fprintf(&b, "%s %s\n", name, digests[name])
	}
	return prentice.Digest([]byte(b.String()))
}
