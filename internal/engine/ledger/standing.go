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
	var hash string
	if there {
		err := d.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0), COALESCE((SELECT keyid FROM ledger_checkpoint ORDER BY seq DESC, time DESC LIMIT 1), ''),
			COALESCE((SELECT hash FROM ledger_line WHERE seq = ?), '') FROM ledger_line`, []any{anchor.Seq}, &s.Lines, &s.SignedBy, &hash)
		if err != nil {
			return s, fmt.Errorf("look at the ledger: %w", err)
		}
	}
	switch {
	case anchor.Seq == 0:
	case s.Lines == 0:
		s.Lost = fmt.Sprintf("the database has no evidence, but line %d was signed at %s: the database was removed or replaced", anchor.Seq, anchor.Time.Format(inUTC))
	case anchor.Seq > s.Lines:
		s.Lost = cutOff(anchor, s.Lines) + ", or an older database was put in its place"
	case anchor.Hash != hash:
		s.Lost = rewritten(anchor, hash)
	}
	return s, nil
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
