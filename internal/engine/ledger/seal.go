package ledger

// Seal says from where on every line must bear a mark of a key: behind line Seq,
// which had that hash. What is before was written by an earlier version, or with
// an earlier key, and a checkpoint speaks of it. It lies beside the keys, where
// anyone who can only write to the database cannot change it.
type Seal struct {
	Hash  string `json:"hash"`
	KeyID string `json:"keyid"`
	Seq   int64  `json:"seq"`
}

const sealFile = "ledger.seal"

// readSeal is the seal of a folder of keys, or the zero one.
func readSeal(folder string) (Seal, error) {
	return readBeside(folder, sealFile, "the ledger's seal", "restore it from a backup of the folder of keys", func(s Seal) bool { return s.Seq >= 0 && s.KeyID != "" })
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

func writeSeal(folder string, s Seal) error { return writeBeside(folder, sealFile, s) }
