package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"prentice"
)

// readBeside reads what lies beside the keys as one line of JSON; without the file it
// is the zero one. What is not exactly as it was written, or is not whole, is damaged.
func readBeside[T any](folder, name, what, hint string, whole func(T) bool) (is T, err error) {
	path := filepath.Join(folder, name)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return is, nil
	}
	if err != nil {
		return is, unreadable(what, err)
	}
	if err := json.Unmarshal(raw, &is); err == nil && whole(is) && bytes.Equal(raw, written(is)) {
		return is, nil
	}
	return *new(T), prentice.Errorf(prentice.Unavailable, "%s is damaged", path).Try("%s", hint)
}

func writeBeside(folder, name string, is any) error {
	if err := replaceFile(filepath.Join(folder, name), written(is), 0o600); err != nil {
		return unwritable(err)
	}
	return nil
}

// written is nothing for what JSON cannot write, such as a distant year: no file is
// equal to it.
func written(is any) []byte {
	raw, err := json.Marshal(is)
	if err != nil {
		return nil
	}
	return append(raw, '\n')
}
