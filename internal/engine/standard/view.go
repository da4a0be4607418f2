package standard

import (
	"path"
	"strings"
	"sync"
	"time"

	"prentice/internal/engine/check"
)

// View is a tree while it is looked at.
type View struct {
	*check.Tree
	Now    time.Time              // the day of judging
	Covers func(path string) bool // the files that the rule looks at

	shared *shared
}

// shared is what is worked out once for all rules of a tree.
type shared struct {
	names   func() map[string]bool // files and folders
	changed func() Change
}

func viewOf(t *check.Tree, now time.Time) *View {
	v := &View{Tree: t, Now: now, Covers: func(string) bool { return true }}
	v.shared = &shared{
		names:   sync.OnceValue(func() map[string]bool { return namesOf(t) }),
		changed: sync.OnceValue(func() Change { return changeOf(t) }),
	}
	return v
}

func namesOf(t *check.Tree) map[string]bool {
	names := make(map[string]bool, 2*len(t.Files))
	for _, f := range t.Files {
		names[f.Path] = true
		for dir := path.Dir(f.Path); dir != "." && dir != "/" && !names[dir]; dir = path.Dir(dir) {
			names[dir] = true
		}
	}
	return names
}

// Has says whether there is a file or a folder with the name.
func (v *View) Has(name string) bool { return v.shared.names()[name] }

// First is the first of several files that is there.
func (v *View) First(names ...string) (check.File, bool) {
	for _, name := range names {
		if f, found := v.File(name); found {
			return f, true
		}
	}
	return check.File{}, false
}

// Named are the files that are covered and satisfy a question about their path.
func (v *View) Named(is func(path string) bool) []check.File {
	var list []check.File
	for _, f := range v.Files {
		if is(f.Path) && v.Covers(f.Path) {
			list = append(list, f)
		}
	}
	return list
}

// Open reads a file.
func (v *View) Open(f check.File) (*Text, error) {
	raw, err := v.Read(f)
	if err != nil {
		return nil, err
	}
	return &Text{File: f, Bytes: raw, View: v}, nil
}

// Change is what differs from what the tree is made on.
type Change struct{ Added, Changed, Removed []string }

// Change is empty where there is no change.
func (v *View) Change() Change { return v.shared.changed() }

func changeOf(t *check.Tree) Change {
	var c Change
	if t.Base == nil {
		return c
	}
	old := make(map[string]check.File, len(t.Base.Files))
	for _, f := range t.Base.Files {
		old[f.Path] = f
	}
	for _, f := range t.Files {
		was, found := old[f.Path]
		switch {
		case !found:
			c.Added = append(c.Added, f.Path)
		case was.ID != f.ID || was.Mode != f.Mode:
			c.Changed = append(c.Changed, f.Path)
		}
		delete(old, f.Path)
	}
	for _, f := range t.Base.Files {
		if _, gone := old[f.Path]; gone {
			c.Removed = append(c.Removed, f.Path)
		}
	}
	return c
}

// Below says whether a path lies below one of the folders with a name, at any depth.
func Below(p string, names ...string) bool {
	for _, name := range names {
		if strings.HasPrefix(p, name+"/") || strings.Contains(p, "/"+name+"/") {
			return true
		}
	}
	return false
}
