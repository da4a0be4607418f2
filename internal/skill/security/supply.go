package security

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/advisory"
	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
)

// Supply is what is needed to judge what a repository is built from. The zero Supply knows
// of no advisories, which makes all of it unknown.
type Supply struct {
	Shelf Shelf // nil has no book
	// Tree is the content of the repository of a folder, until end is called.
	Tree func(ctx context.Context, dir string) (t *check.Tree, end func() error, err error)
	// Module is what this machine keeps of a module of Go: the texts of its licence, and
	// when the version was made. Nil, and zero, are unknown.
	Module func(name, version string) (licences [][]byte, made time.Time)
	Clock  func() time.Time
	// System is what says which packages the root of a system holds, or an image in a file.
	System func(ctx context.Context, name string) (*check.Tree, error)
	// Reach is what govulncheck prints of the module in a folder of a tree, with advisories by
	// their names. Nil can not look.
	Reach func(ctx context.Context, t *check.Tree, folder string, advisories map[string][]byte) ([]byte, error)
	// Team is what the team asks of the dependencies of a tree: nil, without an error, where
	// that is not known. Nil is that no team asks anything.
	Team func(*check.Tree) (*dependency.Policy, error)
}

// Shelf keeps books of advisories.
type Shelf interface {
	List() ([]advisory.Shelved, error)
	Open() (advisory.Library, func(), error)
	Import(context.Context, advisory.Import) (advisory.About, error)
	Remove(source string) error
	Digest() string
}

func (s Supply) now() time.Time {
	if s.Clock != nil {
		return s.Clock()
	}
	return time.Now()
}

// books opens the shelf. Where there is none, there is no book.
func (s Supply) books() (advisory.Library, func(), error) {
	if s.Shelf == nil {
		return nil, func() {}, nil
	}
	return s.Shelf.Open()
}

func notFromHere(what string) error {
	return prentice.Errorf(prentice.Unavailable, "%s cannot be read from here", what).Try("run it on the command line, in the folder of the repository")
}
