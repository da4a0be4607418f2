// Package stopfile is the kill switch: a file whose being there stops everything
// before its next step. It works when the database does not, and a person can
// make it with nothing but a shell. When no one can tell whether it is there,
// it counts as there.
package stopfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"prentice"
)

// Path is where the file would be.
type Path string

// Stopped says whether everything is stopped.
func (p Path) Stopped() bool {
	_, err := os.Lstat(string(p))
	return !errors.Is(err, fs.ErrNotExist)
}

// mostRead is how much of the file is shown.
const mostRead = 500

// Says is the file's first line: by custom, who stopped everything and why. It is
// "" when there is no file, or nothing in it that can be read.
func (p Path) Says() string {
	f, err := os.Open(string(p))
	if err != nil {
		return ""
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, mostRead))
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(line, "")))
}

// Stop makes the file. Its text is for anyone who finds it, and is there as soon as
// the file is; on a full disk the file comes without it.
func (p Path) Stop(reason string) error {
	if p.whole(reason) == nil {
		return nil
	}
	if err := os.WriteFile(string(p), []byte(reason+"\n"), 0o600); err != nil && !p.Stopped() {
		return prentice.Errorf(prentice.Unavailable, "the stop file cannot be made: %w", err).Try("make %s by hand, or end the process", string(p))
	}
	return nil
}

// whole makes the file with its text in one step.
func (p Path) whole(reason string) error {
	f, err := os.CreateTemp(filepath.Dir(string(p)), ".stop-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(reason + "\n")
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), string(p))
	}
	if err != nil {
		os.Remove(f.Name()) //nolint:errcheck // the disk is full or gone, and an empty file tells nothing
	}
	return err
}

// Resume removes the file.
func (p Path) Resume() error {
	if err := os.Remove(string(p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return prentice.Errorf(prentice.Unavailable, "the stop file cannot be removed: %w", err).Try("remove %s by hand", string(p))
	}
	return nil
}
