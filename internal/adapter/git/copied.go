package git

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
)

// Copied is the files of a folder in a working tree as they are now, without what git ignores.
type Copied struct {
	fs.FS
	Name    string // of the folder
	Commit  string // that is checked out; "" where there is none yet
	Changed int    // files of it that are not as in that commit
	Modules int    // repositories within it, which are not in it
}

// Copied looks at a folder of the working tree.
func (w *Work) Copied(ctx context.Context, dir string) (c Copied, err error) {
	tree, err := w.Tree(ctx)
	if err != nil {
		return c, err
	}
	if dir, err = filepath.Abs(dir); err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	below, bad := filepath.Rel(w.Top, dir)
	if err != nil || bad != nil || below == ".." || strings.HasPrefix(below, "../") {
		return c, prentice.Errorf(prentice.Invalid, "%q is not in the repository %s", dir, w.Top)
	}
	inside := func(path string) bool { return below == "." || strings.HasPrefix(path, below+"/") }
	was := map[string]check.File{}
	if commit, _, err := w.Named(ctx, "HEAD"); err == nil {
		c.Commit = commit
		at, err := w.At(ctx, commit)
		if err != nil {
			return c, err
		}
		for _, f := range at.Files {
			was[f.Path] = f
		}
	}
	for _, f := range tree.Files {
		before, there := was[f.Path]
		delete(was, f.Path)
		switch {
		case !inside(f.Path):
		case f.Mode == check.Submodule:
			c.Modules++
		case !there || before.ID != f.ID || before.Mode != f.Mode:
			c.Changed++
		}
	}
	for path := range was { // what is gone from the folder
		if inside(path) {
			c.Changed++
		}
	}
	c.Name = filepath.Base(dir)
	c.FS = tree.FS()
	if below != "." {
		c.FS, err = fs.Sub(c.FS, filepath.ToSlash(below))
	}
	return c, err
}
