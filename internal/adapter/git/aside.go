package git

import (
	"os"
	"path/filepath"
	"slices"

	"prentice"
)

// aside is the same repository, where what is written goes into a folder that is removed.
// What git writes there has no author but this one.
func (w *Work) aside() (*Work, func(), error) {
	dir, err := os.MkdirTemp("", "prentice-objects-")
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err).Try("free space under %s", os.TempDir())
	}
	o := &Work{Top: w.Top, Common: w.Common, own: w.own, hash: w.hash, part: w.part}
	o.env = append(slices.Clone(w.env), "GIT_OBJECT_DIRECTORY="+dir, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+filepath.Join(w.Common, "objects"),
		"GIT_AUTHOR_NAME=prentice", "GIT_AUTHOR_EMAIL=prentice@localhost", "GIT_AUTHOR_DATE=@0 +0000", "GIT_COMMITTER_NAME=prentice", "GIT_COMMITTER_EMAIL=prentice@localhost", "GIT_COMMITTER_DATE=@0 +0000")
	return o, func() { os.RemoveAll(dir) }, nil //nolint:errcheck // it is below the temporary folder
}
