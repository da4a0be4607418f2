// Package stopfile is the kill switch: a file whose being there stops everything
// before its next step. It works when the database does not, and a person can
// make it with nothing but a shell. When nobody can tell whether it is there,
// it counts as there.
package stopfile

import (
	"errors"
	"io/fs"
	"os"

	"prentice"
)

// Path is where the file would be.
type Path string

// Stopped says whether everything is stopped.
func (p Path) Stopped() bool {
	_, err := os.Lstat(string(p))
	return !errors.Is(err, fs.ErrNotExist)
}

// Stop makes the file. Its text is for whoever finds it.
func (p Path) Stop(reason string) error {
	if err := os.WriteFile(string(p), []byte(reason+"\n"), 0o600); err != nil && !p.Stopped() {
		return prentice.Errorf(prentice.Unavailable, "the stop file cannot be made: %w", err).Try("make %s by hand, or end the process", string(p))
	}
	return nil
}

// Resume removes the file.
func (p Path) Resume() error {
	if err := os.Remove(string(p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return prentice.Errorf(prentice.Unavailable, "the stop file cannot be removed: %w", err).Try("remove %s by hand", string(p))
	}
	return nil
}
