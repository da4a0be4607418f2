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

// The anchor is the last checkpoint, kept beside the keys and not in the
// database: whoever can only write to the database can remove checkpoints
// together with the lines that they speak of, but not this one.
const anchorFile = "ledger.head"

// readAnchor is the last checkpoint that was signed here, or the zero one.
func readAnchor(folder string) (Checkpoint, error) {
	path := filepath.Join(folder, anchorFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Checkpoint{}, nil
	}
	if err != nil {
		return Checkpoint{}, unreadable("the ledger's last checkpoint", err)
	}
	var c Checkpoint
	if err := json.Unmarshal(raw, &c); err == nil && c.Seq > 0 && bytes.Equal(raw, c.file()) {
		return c, nil
	}
	return Checkpoint{}, prentice.Errorf(prentice.Unavailable, "%s is damaged", path).
		Try("look at the ledger with: prentice evidence check — and when it is sound, move the file away; the next checkpoint writes it anew")
}

func writeAnchor(folder string, c Checkpoint) error {
	if there, err := readAnchor(folder); err == nil && there.Seq > c.Seq {
		return nil // another process signed a later line meanwhile
	}
	if err := replaceFile(filepath.Join(folder, anchorFile), c.file(), 0o600); err != nil {
		return unwritable(err)
	}
	return nil
}

func (c Checkpoint) file() []byte {
	raw, err := json.Marshal(c)
	if err != nil {
		return nil // a year that JSON cannot write: no file is equal to it
	}
	return append(raw, '\n')
}
