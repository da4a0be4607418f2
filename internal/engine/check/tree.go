package check

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"prentice"
)

// Mode is what an entry of a tree is, as git has it.
type Mode uint32

// The modes. There are no others in a tree of git.
const (
	Regular    Mode = 0o100644
	Executable Mode = 0o100755
	Link       Mode = 0o120000 // its content is where it leads
	Submodule  Mode = 0o160000 // its ID is the commit; it has no content here
)

// File is an entry of a tree. Its path is as git has it: with slashes, from the root of
// the repository, any bytes but NUL.
type File struct {
	Path string
	Mode Mode
	Size int64  // in bytes
	ID   string // the digest of its content: two files with one ID are the same
}

// Commit is one that a change brings.
type Commit struct {
	ID, Author, Email, Message string
	Parents                    []string
	Time                       time.Time
	Signed                     bool // it carries a signature, which may be no good

	Signature string    // as it is in the commit
	Content   []byte    // what the signature is of
	Committer string    // the address of who made the commit, which may be another than the author
	Committed time.Time // when
}

// Tree is the content of a repository at one moment. It is read only.
type Tree struct {
	Name    string   // of the repository, for people
	Commit  string   // whose content it is, where that is known
	Digest  string   // of all paths, modes and contents
	Files   []File   // by path
	Commits []Commit // that the change brings, newest first; none where there is no change
	Base    *Tree    // what the change is made on; nil where there is no change
	Law     *Tree    // the files that say who may sign, where they are not those of Base: of the branch as it is now
	Past    *Past    // what commits brought; nil where that is not looked at

	// Top is the folder of the repository, where it is on this machine.
	Top string

	// Root is the folder in which the files are as they are here; "" where they are in no
	// folder. Keep is a folder of the repository's own that no commit holds, where kinds
	// may keep what they know, below their name; "" where there is none.
	Root, Keep string

	// OpenPGP says by which of some keys content is signed: their fingerprint. An error of
	// kind Unavailable is that it cannot be known here; nil is a tree that knows of none.
	OpenPGP func(ctx context.Context, keys, signature, content []byte) (by string, err error)

	// Protected says whether this is what a protected branch holds, so that what is made of
	// it may be given to others. Nil is no.
	Protected func(context.Context) bool

	// Secret gives a secret to what judges this by running it, or says why not. Nil gives none.
	Secret func(ctx context.Context, name string) (string, error)

	// Tell hears each line that is printed by what judges it. Nil hears none.
	Tell func(line string)

	// Content reads a file whole. It must not follow links, and may be called by
	// several at once.
	Content func(File) ([]byte, error)
}

// MostFile is the size of a file, in bytes, above which Read refuses it.
const MostFile = 16 << 20

// Read is the content of a file, at most MostFile of it.
func (t *Tree) Read(f File) ([]byte, error) {
	if f.Size > MostFile {
		return nil, prentice.Errorf(prentice.Limited, "%q has %d bytes: a check reads at most %d", f.Path, f.Size, MostFile)
	}
	return t.Content(f)
}

// By is the tree that says who may sign what is judged: for a change never the change.
func (t *Tree) By() *Tree {
	switch {
	case t.Law != nil:
		return t.Law
	case t.Base != nil:
		return t.Base
	}
	return t
}

// Only is the tree with no other files than those of some paths.
func (t *Tree) Only(paths ...string) *Tree {
	some := *t
	some.Files = slices.DeleteFunc(slices.Clone(t.Files), func(f File) bool { return !slices.Contains(paths, f.Path) })
	some.Digest = Digest(some.Files)
	return &some
}

// File is the entry at a path.
func (t *Tree) File(path string) (File, bool) {
	at, found := slices.BinarySearchFunc(t.Files, path, func(f File, path string) int { return cmp.Compare(f.Path, path) })
	if !found {
		return File{}, false
	}
	return t.Files[at], true
}

// Text is the content at a path, and fs.ErrNotExist where there is no file.
func (t *Tree) Text(path string) ([]byte, error) {
	f, found := t.File(path)
	if !found || f.Mode == Link || f.Mode == Submodule {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
	}
	return t.Read(f)
}

// Missing says whether an error of Text is that there is no such file.
func Missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
