package ledger

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

const (
	maxData = 2 * prentice.MaxEventBytes // of one line, in bytes
	maxRefs = 100                        // of one line
)

// head is where the chain ends: the number and hash of the last line.
type head struct {
	seq  int64
	hash string
}

// Append adds notes to the chain within the caller's transaction. If the
// transaction is undone, so are they. They are checked at once, and chained and
// written right before the commit, together with those of the writes beside it:
// the chain has one end, and anyone who holds it keeps everyone waiting.
func (l *Ledger) Append(tx *db.Tx, now time.Time, notes ...prentice.Note) error {
	if now.IsZero() && len(notes) > 0 {
		return prentice.Errorf(prentice.Internal, "evidence without a time")
	}
	for _, note := range notes {
		line, err := lineOf(note)
		if err != nil {
			return err
		}
		line.Time = now
		tx.Last(l, line, l.write)
	}
	return nil
}

// write chains lines behind the head and keeps them. Where the chain ends then is
// noted once for all of them.
func (l *Ledger) write(tx *db.Tx, items []any) error {
	at, err := l.readHead(tx)
	if err != nil {
		return err
	}
	lines := make([]prentice.Evidence, len(items))
	for i, item := range items {
		line := item.(prentice.Evidence)
		line.Seq, line.Prev = at.seq+1, at.hash
		if lines[i], err = line.Sealed(); err != nil {
			return err
		}
		at = head{lines[i].Seq, lines[i].Hash}
	}
	if err := l.insert(tx, lines); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	tx.After(func() { l.raise(at) })
	return nil
}

// readHead refuses a chain whose end does not fit: a line that
// is missing, changed or not ours would be buried under what is written next.
func (l *Ledger) readHead(tx *db.Tx) (head, error) {
	s, err := l.sealed()
	if err != nil {
		return head{}, err
	}
	var h, last head
	var mark string
	err = tx.QueryRow(`SELECT h.seq, h.hash, COALESCE(l.seq, 0), COALESCE(l.hash, ''), COALESCE(l.mark, '') FROM ledger_end h
		LEFT JOIN ledger_line l ON l.seq = (SELECT MAX(seq) FROM ledger_line) WHERE h.id = 1`, nil, &h.seq, &h.hash, &last.seq, &last.hash, &mark)
	if errors.Is(err, sql.ErrNoRows) {
		return head{}, broken("the row that says where it ends is missing")
	}
	if err != nil {
		return head{}, fmt.Errorf("read the ledger's head: %w", err)
	}
	if h != last {
		return head{}, broken(endsElsewhere(h, last))
	}
	if h.seq > 0 && !l.keys.marked(s, h.seq, h.hash, mark) {
		return head{}, broken(unmarked(h.seq))
	}
	return h, l.vetted.kept(h)
}

func broken(how string) error {
	return prentice.Errorf(prentice.Unavailable, "the ledger is damaged: %s", how).
		Try("find out what happened with: prentice evidence check — then restore the database from a backup")
}

func short(hash string) string {
	const enough = len("sha256:") + 12
	if len(hash) <= enough {
		return hash
	}
	return hash[:enough] + "…"
}

// lineOf checks a note. An empty ref is about nothing and left out, as is one
// that is there already.
func lineOf(n prentice.Note) (prentice.Evidence, error) {
	line := prentice.Evidence{Kind: n.Kind, Actor: n.Actor, Refs: []prentice.Ref{}}
	if !prentice.ValidName(n.Kind) {
		return line, prentice.Errorf(prentice.Internal, "evidence of kind %q", n.Kind).Try("name what happened, such as run.planned")
	}
	if _, err := prentice.ParseRef(string(n.Actor)); err != nil {
		return line, fmt.Errorf("actor of evidence %s: %w", n.Kind, err)
	}
	if len(n.Refs) > maxRefs {
		return line, prentice.Errorf(prentice.Limited, "evidence %s is about %d things", n.Kind, len(n.Refs)).Try("name at most %d", maxRefs)
	}
	for _, ref := range n.Refs {
		if ref == "" || contains(line.Refs, ref) {
			continue
		}
		if _, err := prentice.ParseRef(string(ref)); err != nil {
			return line, fmt.Errorf("evidence %s: %w", n.Kind, err)
		}
		line.Refs = append(line.Refs, ref)
	}
	var err error
	line.Data, err = dataOf(n)
	return line, err
}

func contains(refs []prentice.Ref, ref prentice.Ref) bool {
	for _, r := range refs {
		if r == ref {
			return true
		}
	}
	return false
}

func dataOf(n prentice.Note) (json.RawMessage, error) {
	if n.Data == nil {
		return nil, nil
	}
	canonical, err := prentice.CanonicalOf(n.Data)
	if err != nil {
		return nil, fmt.Errorf("data of evidence %s: %w", n.Kind, err)
	}
	if len(canonical) > maxData {
		return nil, prentice.Errorf(prentice.Limited, "data of evidence %s has %d bytes", n.Kind, len(canonical)).Try("write at most %d; keep the rest elsewhere and write its hash", maxData)
	}
	if string(canonical) == "null" {
		return nil, nil
	}
	return canonical, nil
}

// insert writes lines, what they are about, and the new head.
func (l *Ledger) insert(tx *db.Tx, lines []prentice.Evidence) error {
	var values, refs []any
	for _, e := range lines {
		values = append(values, e.Seq, db.Micros(e.Time), e.Kind, string(e.Actor), string(prentice.AppendRefs(nil, e.Refs)), string(e.Data), e.Prev, e.Hash, l.keys.mark(e.Hash))
		for _, ref := range e.Refs {
			refs = append(refs, string(ref), e.Seq)
		}
	}
	if err := tx.Insert(`INSERT INTO ledger_line (seq, time, kind, actor, refs, data, prev, hash, mark)`, 9, values, ""); err != nil {
		return err
	}
	if err := tx.Insert(`INSERT INTO ledger_ref (ref, seq)`, 2, refs, ""); err != nil {
		return err
	}
	last := lines[len(lines)-1]
	n, err := tx.Exec(`UPDATE ledger_end SET seq = ?, hash = ? WHERE id = 1`, last.Seq, last.Hash)
	if err == nil && n != 1 {
		return broken("the row that says where it ends is missing")
	}
	return err
}
