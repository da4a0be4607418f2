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

// Seal says from where on every line must bear a mark of a key: behind line Seq,
// which had that hash. What is before was written by an earlier version, or with
// an earlier key, and a checkpoint speaks of it. It lies beside the keys, where
// whoever can only write to the database cannot change it.
type Seal struct {
	Hash  string `json:"hash"`
	KeyID string `json:"keyid"`
	Seq   int64  `json:"seq"`
}

const sealFile = "ledger.seal"

// readSeal is the seal of a folder of keys, or the zero one.
func readSeal(folder string) (Seal, error) {
	path := filepath.Join(folder, sealFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Seal{}, nil
	}
	if err != nil {
		return Seal{}, unreadable("the ledger's seal", err)
	}
	var s Seal
	if err := json.Unmarshal(raw, &s); err == nil && s.Seq >= 0 && s.KeyID != "" && bytes.Equal(raw, s.file()) {
		return s, nil
	}
	return Seal{}, prentice.Errorf(prentice.Unavailable, "%s is damaged", path).Try("restore it from a backup of the folder of keys")
}

// sealed is the seal as it stands. One of our key stays as it is while this process
// lives.
func (l *Ledger) sealed() (Seal, error) {
	if s := l.seal.Load(); s != nil {
		return *s, nil
	}
	s, err := readSeal(l.keys.folder)
	if err == nil && s.KeyID == l.keys.id {
		l.seal.Store(&s)
	}
	return s, err
}

func (s Seal) file() []byte {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil // it cannot happen: strings and a number
	}
	return append(raw, '\n')
}

func writeSeal(folder string, s Seal) error {
	if err := replaceFile(filepath.Join(folder, sealFile), s.file(), 0o600); err != nil {
		return unwritable(err)
	}
	return nil
}
