package ledger

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"prentice/internal/kit/db"
	"prentice/internal/kit/dsse"
)

// Standing is how a folder of keys and a database stand to each other, before
// either is opened for writing.
type Standing struct {
	KeyID    string   // of the key that signs; "" if there is none
	Known    []string // of older keys whose public halves are there
	Lines    int64    // the number of the last line in the database
	SignedBy string   // the id of the key of the last checkpoint in the database; "" if there is none
	Lost     string   // what was signed with these keys and is not in the database; "" if nothing is missing
}

// Look says how a folder of keys and a database stand to each other. It can be asked
// before there are tables or keys, also of an earlier version's, and changes nothing.
func Look(ctx context.Context, d *db.DB, folder string) (s Standing, err error) {
	if err := s.keys(folder); err != nil {
		return s, err
	}
	there, err := d.HasTable(ctx, "ledger_line")
	if err != nil {
		return s, fmt.Errorf("look for the ledger: %w", err)
	}
	anchor, lost := readAnchor(folder)
	if lost != nil {
		s.Lost = lost.Error()
	}
	wrote := readEnd(folder)
	var hash, written string
	if there {
		err := d.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0), COALESCE((SELECT keyid FROM ledger_checkpoint ORDER BY seq DESC, time DESC LIMIT 1), ''),
			COALESCE((SELECT hash FROM ledger_line WHERE seq = ?), ''), COALESCE((SELECT hash FROM ledger_line WHERE seq = ?), '') FROM ledger_line`,
			[]any{anchor.Seq, wrote.seq}, &s.Lines, &s.SignedBy, &hash, &written)
		if err != nil {
			return s, fmt.Errorf("look at the ledger: %w", err)
		}
	}
	if s.Lost == "" {
		s.Lost = missing(s.Lines, anchor, hash, wrote, written)
	}
	return s, nil
}

// missing says what a database with so many lines lacks of what was signed and
// written here, where it has other hashes at those lines, or "".
func missing(lines int64, signed Checkpoint, signedHash string, wrote head, writtenHash string) string {
	switch {
	case signed.Seq > 0 && lines == 0:
		return fmt.Sprintf("the database has no evidence, but line %d was signed at %s: the database was removed or replaced", signed.Seq, signed.Time.Format(inUTC))
	case signed.Seq > lines:
		return cutOff(signed, lines) + ", or an older database was put in its place"
	case signed.Seq > 0 && signed.Hash != signedHash:
		return rewritten(signed, signedHash)
	case wrote.seq > lines:
		return "the ledger is shorter than it was: " + lacks(head{seq: lines}, wrote) + ", or an older database was put in its place"
	case wrote.seq > 0 && wrote.hash != writtenHash:
		return "the ledger is not the one that was written here: " + lacks(head{wrote.seq, writtenHash}, wrote)
	}
	return ""
}

// keys reads which keys are in a folder, without making any.
func (s *Standing) keys(folder string) error {
	key, err := readPrivate(filepath.Join(folder, "ledger.key"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	known := map[string]ed25519.PublicKey{}
	if err := older(folder, known); err != nil {
		return err
	}
	s.Known = slices.Sorted(maps.Keys(known))
	if key != nil {
		s.KeyID = dsse.KeyID(key.Public().(ed25519.PublicKey))
	}
	return nil
}

// Forgive lets go of what was signed here and is not in the database: it is put
// aside, and what there is now is what will be signed next.
func (l *Ledger) Forgive(now time.Time) error {
	for _, name := range []string{anchorFile, sealFile} {
		path := filepath.Join(l.keys.folder, name)
		err := os.Rename(path, fmt.Sprintf("%s.before-%s", path, now.UTC().Format("20060102T150405Z")))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(err)
		}
	}
	l.seal.Store(nil)
	return nil
}

// KeyID is the id of the key that signs.
func (l *Ledger) KeyID() string { return l.keys.id }

// Attest signs a statement that goes out, such as what is attested of a branch. It signs
// no evidence: that is for Export, which reads it from the ledger.
func (l *Ledger) Attest(statement []byte) []byte {
	return dsse.Sign(l.keys.private, PayloadType, statement).Encode()
}

// Believed are the public keys whose signatures are believed: the one that signs, and those
// that were replaced and lie in the folder of keys.
func (l *Ledger) Believed() []ed25519.PublicKey {
	return slices.Collect(maps.Values(l.keys.known))
}
