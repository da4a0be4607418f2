package ledger

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"

	"prentice/internal/kit/db"
)

// A mark is a MAC over a line's hash. Its key comes from the private key, so that
// anyone who can write to the database but not read the folder of keys can make no
// line that is taken for ours. Through the hash it speaks of the whole line and
// of its place in the chain.

const markBytes = 16

// markKey is the key of marks that belongs to a private key.
func markKey(private ed25519.PrivateKey) []byte {
	h := hmac.New(sha256.New, private.Seed())
	h.Write([]byte("prentice: marks of evidence, 1"))
	return h.Sum(nil)
}

func (k keys) mark(hash string) string {
	h := hmac.New(sha256.New, k.marks)
	h.Write([]byte(hash))
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil)[:markBytes])
}

// marked says whether a line was written with our key, as far as lines at its
// place must be.
func (k keys) marked(s Seal, seq int64, hash, mark string) bool {
	return s.KeyID != k.id || seq <= s.Seq || hmac.Equal([]byte(mark), []byte(k.mark(hash)))
}

func unmarked(seq int64) string {
	return fmt.Sprintf("line %d was not written by this installation: it does not bear the mark of its key", seq)
}

// vetted is how far this process has seen that every line is ours, and the last
// line that was written here, by this process or the one before.
type vetted struct {
	mu     sync.Mutex // guards the rest
	to     head
	wrote  head
	unkept bool // the last line could not be kept beside the keys
}

// kept refuses an end of the chain that lacks what was written to it here.
func (v *vetted) kept(at head) error {
	if why := lacks(at, v.last()); why != "" {
		return lacking(why)
	}
	return nil
}

// last is the last line that was committed here.
func (v *vetted) last() head {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.wrote
}

// lacks says what an end of the chain lacks of what was written before it was
// read, or "".
func lacks(at, wrote head) string {
	switch {
	case at.seq < wrote.seq:
		return fmt.Sprintf("it ends with line %d, but line %d was written here: its end was cut off", at.seq, wrote.seq)
	case at.seq == wrote.seq && at.hash != wrote.hash:
		return fmt.Sprintf("line %d is not the one that was written here: it was written anew", at.seq)
	}
	return ""
}

func (v *vetted) at() head {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.to
}

func (v *vetted) reach(to head) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if to.seq > v.to.seq {
		v.to = to
	}
}

// ask is how a transaction, or the database outside of one, is asked for rows.
type ask func(query string, args ...any) (*sql.Rows, error)

// vet looks whether all lines from one on follow each other and are ours, up to a
// head. It looks at what chains and marks them; whether their content fits is
// VerifyChain's question.
func (l *Ledger) vet(from, to head, s Seal, rows ask) error {
	for from.seq < to.seq {
		before := from.seq
		if err := l.vetPage(&from, to.seq, s, rows); err != nil {
			return err
		}
		if from.seq == before {
			return broken(fmt.Sprintf("line %d is missing", from.seq+1))
		}
	}
	if from != to {
		return broken(fmt.Sprintf("it should end with line %d (%s) but ends with line %d (%s)", to.seq, short(to.hash), from.seq, short(from.hash)))
	}
	l.vetted.reach(to)
	return nil
}

func (l *Ledger) vetPage(at *head, to int64, s Seal, ask ask) (err error) {
	rows, err := ask(`SELECT seq, prev, hash, mark FROM ledger_line WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`, at.seq, to, 8*page)
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var seq int64
		var prev, hash, mark string
		if err := rows.Scan(&seq, &prev, &hash, &mark); err != nil {
			return fmt.Errorf("read the ledger: %w", err)
		}
		switch {
		case seq != at.seq+1:
			return broken(fmt.Sprintf("%d line(s) are missing before line %d", seq-at.seq-1, seq))
		case prev != at.hash:
			return broken(fmt.Sprintf("line %d does not follow line %d", seq, at.seq))
		case !l.keys.marked(s, seq, hash, mark):
			return broken(unmarked(seq))
		}
		*at = head{seq, hash}
	}
	return rows.Err()
}

// since is the line from which on lines have not been vetted yet: the last one that
// was signed here, or that this process has looked at. What was signed was vetted
// before.
func (l *Ledger) since(before Checkpoint, s Seal) head {
	from := l.vetted.at()
	if before.Seq > from.seq && before.KeyID == l.keys.id && before.Seq >= s.Seq {
		from = head{before.Seq, before.Hash}
	}
	if s.Seq > from.seq {
		from = head{s.Seq, s.Hash}
	}
	return from
}

var _ ask = (*db.Tx)(nil).Query
