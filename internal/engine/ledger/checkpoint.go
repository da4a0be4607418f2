package ledger

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/dsse"
)

// CheckpointType is the payload type of a checkpoint. What is signed is the
// DSSE encoding of this type and of the canonical JSON of {format, hash, seq,
// time}.
const CheckpointType = "application/vnd.prentice.checkpoint+json"

const (
	checkpointFormat = 1
	between          = time.Minute // how often Run signs
)

// Checkpoint says, signed, that at Time the ledger's last line was number Seq
// with this hash. Through the chain it speaks of every line before it too.
type Checkpoint struct {
	Format int       `json:"format"`
	Hash   string    `json:"hash"`
	KeyID  string    `json:"keyid"`
	Seq    int64     `json:"seq"`
	Sig    []byte    `json:"sig"`
	Time   time.Time `json:"time"`
}

// Signed reports whether the checkpoint's signature was made with pub.
func (c Checkpoint) Signed(pub ed25519.PublicKey) bool {
	return len(pub) == ed25519.PublicKeySize && c.Format == checkpointFormat && ed25519.Verify(pub, c.said(), c.Sig)
}

// said is what is signed.
func (c Checkpoint) said() []byte {
	raw, err := json.Marshal(struct {
		Format int       `json:"format"`
		Hash   string    `json:"hash"`
		Seq    int64     `json:"seq"`
		Time   time.Time `json:"time"`
	}{c.Format, c.Hash, c.Seq, c.Time.UTC()})
	if err != nil {
		return nil // a year that JSON cannot write: no signature fits it
	}
	return dsse.PAE(CheckpointType, raw)
}

// Checkpoint signs the head if it has moved since the last time. It refuses a
// ledger that does not contain what was signed before, and one with a line that was
// not written with our key. The first one seals what came before lines bore marks.
func (l *Ledger) Checkpoint(ctx context.Context, now time.Time) error {
	before, err := readAnchor(l.keys.folder)
	if err != nil {
		return err
	}
	seal, err := l.sealed()
	if err != nil {
		return err
	}
	first := seal.KeyID != l.keys.id
	if !first {
		if err := l.vetMost(ctx, before, seal); err != nil {
			return err
		}
	}
	var c Checkpoint
	var end head
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		c, end = Checkpoint{}, head{}
		at, err := l.readHead(tx)
		if err != nil || at.seq == 0 {
			return err
		}
		if err := holds(tx, at, before); err != nil {
			return err
		}
		if !first {
			if err := l.vet(l.since(before, seal), at, seal, tx.Query); err != nil {
				return err
			}
		}
		end = at
		there, err := l.signed(tx, at)
		if err != nil || there && at == (head{before.Seq, before.Hash}) {
			return err
		}
		c = l.sign(at, now)
		_, err = tx.Exec(`INSERT INTO ledger_checkpoint (seq, keyid, format, hash, time, sig) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (seq, keyid) DO NOTHING`,
			c.Seq, c.KeyID, c.Format, c.Hash, db.Micros(c.Time), base64.StdEncoding.EncodeToString(c.Sig))
		return err
	})
	if err == nil && c.Seq > 0 {
		err = writeAnchor(l.keys.folder, c)
	}
	if err == nil && first {
		err = writeSeal(l.keys.folder, Seal{Hash: end.hash, KeyID: l.keys.id, Seq: end.seq})
	}
	return err
}

// Seal sees to it that from now on every line must bear a mark: what is there
// before the first one is sealed by a checkpoint.
func (l *Ledger) Seal(ctx context.Context, now time.Time) error {
	s, err := l.sealed()
	if err != nil || s.KeyID == l.keys.id {
		return err
	}
	return l.Checkpoint(ctx, now)
}

// vetMost vets what there is before the chain is locked, which keeps everyone
// waiting: only what is written meanwhile is left to be looked at then.
func (l *Ledger) vetMost(ctx context.Context, before Checkpoint, s Seal) error {
	end, _, err := l.ends(ctx)
	if err != nil || end.seq < 1 {
		return err
	}
	from := l.since(before, s)
	if end.seq <= from.seq {
		return nil
	}
	return l.vet(from, end, s, func(query string, args ...any) (*sql.Rows, error) { return l.db.Query(ctx, query, args...) })
}

// signed says whether our key has signed this head already.
func (l *Ledger) signed(tx *db.Tx, at head) (bool, error) {
	var n int64
	if err := tx.QueryRow(`SELECT COUNT(*) FROM ledger_checkpoint WHERE seq = ? AND keyid = ?`, []any{at.seq, l.keys.id}, &n); err != nil {
		return false, fmt.Errorf("read the checkpoint at line %d: %w", at.seq, err)
	}
	return n > 0, nil
}

func (l *Ledger) sign(at head, now time.Time) Checkpoint {
	c := Checkpoint{Format: checkpointFormat, Hash: at.hash, KeyID: l.keys.id, Seq: at.seq, Time: now.UTC().Truncate(time.Microsecond)}
	c.Sig = ed25519.Sign(l.keys.private, c.said())
	return c
}

// holds refuses a chain that lacks what was signed before: signing it would
// make a forgery look true.
func holds(tx *db.Tx, at head, before Checkpoint) error {
	var signed int64
	if err := tx.QueryRow(`SELECT COALESCE(MAX(seq), 0) FROM ledger_checkpoint`, nil, &signed); err != nil {
		return fmt.Errorf("read the last checkpoint: %w", err)
	}
	if signed > at.seq {
		return broken(fmt.Sprintf("it ends with line %d, but line %d was signed", at.seq, signed))
	}
	if before.Seq > at.seq {
		return another(cutOff(before, at.seq))
	}
	if before.Seq == 0 {
		return nil
	}
	var hash string
	if err := tx.QueryRow(`SELECT hash FROM ledger_line WHERE seq = ?`, []any{before.Seq}, &hash); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read line %d of the ledger: %w", before.Seq, err)
	}
	if hash != before.Hash {
		return another(rewritten(before, hash))
	}
	return nil
}

// another is the error of a database that is not the one which was signed.
func another(how string) error {
	return prentice.Errorf(prentice.Unavailable, "the ledger is not the one that was signed here: %s", how).Try(belongs)
}

// lacking is the error of a database that lacks what was written here.
func lacking(how string) error {
	return prentice.Errorf(prentice.Unavailable, "the ledger is damaged: %s", how).Try(belongs)
}

const belongs = "look with: prentice evidence check — then restore the database that belongs to these keys; if there is none any more, start once with: prentice up --accept rollback"

// Run signs every minute what has come in, and once more when ctx ends. A
// failure is logged, and tried again while there is time.
func (l *Ledger) Run(ctx context.Context) error {
	tick := time.NewTicker(between)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_ = l.tryCheckpoint(ctx) // logged; the next minute tries again
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			return l.tryCheckpoint(last)
		}
	}
}

func (l *Ledger) tryCheckpoint(ctx context.Context) error {
	err := l.Checkpoint(ctx, l.Clock())
	if err != nil && ctx.Err() == nil {
		l.Log.Error("the ledger could not be signed", "error", err)
	}
	return err
}

const checkpointColumns = `SELECT seq, keyid, format, hash, time, sig FROM ledger_checkpoint `

// lastCheckpoint is the newest one, by whichever key.
func (l *Ledger) lastCheckpoint(ctx context.Context) (Checkpoint, error) {
	return l.oneCheckpoint(ctx, `ORDER BY seq DESC, keyid LIMIT 1`)
}

// covering is the first checkpoint of our own key that speaks of line seq.
func (l *Ledger) covering(ctx context.Context, seq int64) (Checkpoint, error) {
	return l.oneCheckpoint(ctx, `WHERE seq >= ? AND keyid = ? ORDER BY seq LIMIT 1`, seq, l.keys.id)
}

func (l *Ledger) oneCheckpoint(ctx context.Context, where string, args ...any) (Checkpoint, error) {
	found, err := l.checkpoints(ctx, where, args...)
	if err == nil && len(found) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return Checkpoint{}, err
	}
	return found[0], nil
}

func (l *Ledger) checkpoints(ctx context.Context, where string, args ...any) (_ []Checkpoint, err error) {
	rows, err := l.db.Query(ctx, checkpointColumns+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var found []Checkpoint
	for rows.Next() {
		var c Checkpoint
		var at int64
		var sig string
		if err := rows.Scan(&c.Seq, &c.KeyID, &c.Format, &c.Hash, &at, &sig); err != nil {
			return nil, fmt.Errorf("read checkpoints: %w", err)
		}
		c.Time = db.Time(at)
		// A signature that is not base64 is no signature; it will not fit.
		c.Sig, _ = base64.StdEncoding.Strict().DecodeString(sig)
		found = append(found, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	return found, nil
}

// cover makes sure that some checkpoint speaks of line seq, and returns it.
func (l *Ledger) cover(ctx context.Context, seq int64, now time.Time) (Checkpoint, error) {
	c, err := l.covering(ctx, seq)
	if !errors.Is(err, sql.ErrNoRows) {
		return c, err
	}
	if err := l.Checkpoint(ctx, now); err != nil {
		return Checkpoint{}, err
	}
	c, err = l.covering(ctx, seq)
	if errors.Is(err, sql.ErrNoRows) {
		return c, prentice.Errorf(prentice.Internal, "no checkpoint speaks of line %d though one was just signed", seq)
	}
	return c, err
}
