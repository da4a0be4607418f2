package git

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// Below opens the repository at a path below a folder, with or without a working tree,
// and no other: neither one outside to which a link leads, nor one in which the folder
// stands. What is read of it are its commits.
func Below(ctx context.Context, root, path string) (*Work, error) {
	if !filepath.IsLocal(path) {
		return nil, prentice.Errorf(prentice.Refused, "%q is no path below the folder of repositories", clip.Text(path)).Try("name one such as checkout.git")
	}
	gone := prentice.Errorf(prentice.NotFound, "there is no repository %q in %s", clip.Text(path), root).Try("put it there: git clone --mirror ADDRESS %s", quotedWord(filepath.Join(root, path)))
	top, err := filepath.EvalSymlinks(root)
	if err != nil {
		return nil, gone
	}
	dir, err := filepath.EvalSymlinks(filepath.Join(top, path))
	if err != nil {
		return nil, gone
	}
	if !within(top, dir) {
		return nil, outside(path, root)
	}
	if about, err := os.Stat(dir); err != nil || !about.IsDir() {
		return nil, gone
	}
	none := prentice.Errorf(prentice.NotFound, "%q in %s is no repository", clip.Text(path), root).Try("look with: git -C %s rev-parse --git-dir", quotedWord(dir))
	w, err := Open(ctx, dir)
	if prentice.KindOf(err) == prentice.NotFound || prentice.KindOf(err) == prentice.Invalid {
		return nil, none
	}
	if err != nil {
		return nil, err
	}
	common, err := filepath.EvalSymlinks(w.Common)
	switch {
	case err != nil || w.Top != dir && common != dir:
		err = none
	case !within(top, common):
		err = outside(path, root)
	}
	if err != nil {
		w.Close() //nolint:errcheck // the first error says it all
		return nil, err
	}
	return w, nil
}

func outside(path, root string) error {
	return prentice.Errorf(prentice.Refused, "the repository %q lies outside of %s", clip.Text(path), root).Try("put the repository itself there, and no link to another place")
}

// within says whether a path is below a folder.
func within(top, dir string) bool {
	rel, err := filepath.Rel(top, dir)
	return err == nil && rel != "." && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
