// Package secretfile gives secrets by name from a folder of files, one secret a
// file, readable by their owner alone. It refuses files that others can read,
// and never prints a value.
package secretfile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/kit/mask"
)

// Folder is where the secrets are.
type Folder string

// Value reads a secret. A line end after it does not count.
func (f Folder) Value(_ context.Context, name string) (string, error) {
	if !prentice.ValidName(name) {
		return "", prentice.Errorf(prentice.Invalid, "%q is not the name of a secret", name).Try("use letters, digits, dots and dashes")
	}
	path := filepath.Join(string(f), name)
	about, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", prentice.Errorf(prentice.NotFound, "secret %s is not set", name).Try("write it to %s with mode 0600", path)
	case err != nil:
		return "", prentice.Errorf(prentice.Unavailable, "secret %s: %w", name, err)
	case !about.Mode().IsRegular() || about.Mode().Perm()&0o077 != 0:
		return "", prentice.Errorf(prentice.Refused, "secret %s is %s; others can read it", name, about.Mode()).Try("chmod 600 %s", path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "secret %s: %w", name, err)
	}
	value := strings.TrimRight(string(raw), "\r\n")
	if len(value) < mask.MinLen {
		return "", prentice.Errorf(prentice.Invalid, "secret %s has %d bytes, too few to be hidden in logs", name, len(value)).Try("use at least %d", mask.MinLen)
	}
	return value, nil
}
