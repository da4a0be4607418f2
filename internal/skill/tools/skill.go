package tools

import (
	"context"
	"embed"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/tool"
	"prentice/internal/op"
	"prentice/internal/skill"
	"prentice/internal/team"
)

//go:embed pages/*.html
var files embed.FS

//go:embed explain.md
var explain string

// Machine finds the tools of this machine.
type Machine interface {
	On() string // the platform
	Find(name string, wish tool.Wish) (tool.Found, bool)
	Verify(tool.Found) (tool.Found, error)
	FromArchive(f tool.Found, archive, sums string) (tool.Found, error)
}

// Repository is one in a folder of this machine.
type Repository interface {
	Tree(context.Context) (*check.Tree, error)
	Write([]check.Edit) error
	Close() error
}

// Shelf keeps the ends of life that someone brought to this machine.
type Shelf interface {
	Ends(now time.Time) (tool.Ends, error) // the newest that are known here
	Import(file string, now time.Time) (tool.Ends, error)
}

// Deps is what the chapter uses. Without Open and Machine it knows of no folder, without
// Catalog of no repository.
type Deps struct {
	Open    func(ctx context.Context, dir string) (Repository, error)
	Machine Machine
	Shelf   Shelf
	Clock   func() time.Time
	Catalog func() *team.Catalog
	// At is the content of the branch that counts of a repository; known says that it is
	// the commit of before, and there is no tree.
	At func(ctx context.Context, r team.Repository, before string) (t *check.Tree, commit string, end func() error, err error)
}

// Desk is the chapter at work.
type Desk struct {
	Deps
	mu   sync.Mutex // guards read
	read map[prentice.Ref]reading
}

// New is the chapter's one registration.
func New(d Deps) skill.Skill {
	k := &Desk{Deps: d, read: map[prentice.Ref]reading{}}
	return skill.Skill{
		Name:     "tools",
		Sentence: "manage tools and testing environments",
		Of:       "environments",
		Ops:      nouns.Of(k.ops()),
		Checks:   []check.Kind{k.kind()},
		Pages: []op.Page{
			{Path: "/tools", Op: "tool.survey", Template: "tools.html", Title: "Tools", Nav: "Tools", Order: 36, Group: op.Delivery},
		},
		Files:   files,
		Explain: explain,
		Facts:   k.facts,
		Self:    k,
	}
}

func (k *Desk) now() time.Time {
	if k.Clock == nil {
		return time.Now()
	}
	return k.Clock()
}

// ends are the newest that are known here.
func (k *Desk) ends() (tool.Ends, error) {
	if k.Shelf == nil {
		return tool.BuiltIn, nil
	}
	return k.Shelf.Ends(k.now())
}
