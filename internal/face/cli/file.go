package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"prentice"
)

// MostFileBytes is the largest file that a flag or a word may name.
const MostFileBytes = 16 << 20

// readFile reads a file, or standard input when it is called "-".
func readFile(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return readAll("standard input", stdin)
	}
	file, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, prentice.Errorf(prentice.NotFound, "there is no file %q", name).Try("name a file that exists, or - for standard input")
	case errors.Is(err, fs.ErrPermission):
		return nil, prentice.Errorf(prentice.Denied, "you may not read the file %q", name).Try("look at its owner and mode")
	case err != nil:
		return nil, prentice.Errorf(prentice.Invalid, "%w", err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, prentice.Errorf(prentice.Invalid, "%q is a folder", name).Try("name a file, or - for standard input")
	}
	return readAll(name, file)
}

func readAll(name string, from io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, MostFileBytes+1))
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "read %s: %w", name, err)
	}
	if len(content) > MostFileBytes {
		return nil, prentice.Errorf(prentice.Limited, "%s has more than %d MiB", name, MostFileBytes>>20).Try("send less at a time")
	}
	return content, nil
}
