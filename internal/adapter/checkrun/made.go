package checkrun

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// Made opens an artifact that a check wrote when it passed on a tree, with the run that did.
// What another tree gave is never taken for it, and neither is a report.
func Made(keep, name, tree, file string) (io.ReadCloser, Ended, error) {
	last, err := lastOf(keep, name, func(Ended) bool { return true })
	if err != nil {
		return nil, last, err
	}
	runs := Runs(keep, last.Check.Name)
	i := slices.IndexFunc(runs, func(e Ended) bool {
		return tree != "" && e.Tree == tree && e.Result.Passed && len(e.Result.Findings) == 0
	})
	if i < 0 {
		return nil, last, prentice.Errorf(prentice.NotFound, "no run of check %s that passed on this content is kept: it was checked long ago, or as part of another tree", last.Check.Name).Try("build it elsewhere and add it: prentice artifact add FILE")
	}
	made := runs[i]
	if !fs.ValidPath(file) || !slices.ContainsFunc(made.Check.Artifacts, func(p string) bool { return check.Within(p, file) }) {
		return nil, made, prentice.Errorf(prentice.Invalid, "check %s does not say that it makes %q", made.Check.Name, clip.Text(file)).Try("name it in its artifacts: as it is, they are %q", made.Check.Artifacts)
	}
	root, err := os.OpenRoot(filepath.Join(made.Dir, reportsDir))
	if err != nil {
		return nil, made, prentice.Errorf(prentice.NotFound, "what check %s brought back is not kept any more: %w", made.Check.Name, err).Try("perform it again")
	}
	f, err := root.Open(filepath.FromSlash(file))
	err = errors.Join(err, root.Close())
	if err != nil {
		return nil, made, prentice.Errorf(prentice.NotFound, "check %s made no %q: %w", made.Check.Name, clip.Text(file), err).Try("look at what it brought back")
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close() //nolint:errcheck // nothing was read
		return nil, made, prentice.Errorf(prentice.Invalid, "%q is no file", clip.Text(file)).Try("name one file of what check %s made", made.Check.Name)
	}
	return f, made, nil
}
