package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The kept end is the last line that was committed here, beside the keys and not in
// the database. It speaks of the lines behind the last checkpoint: anyone who ends
// prentice and cuts them off before the next one would not be seen otherwise. It is
// written after each commit and not forced to the disk: the end of a process leaves
// it as it is, and after a power cut it is older, or nothing, and never ahead.
const endFile = "ledger.end"

const endFormat = "%020d %s\n"

// readEnd is the kept end of a folder of keys; the zero head is none that is known
// for certain.
func readEnd(folder string) head {
	raw, err := os.ReadFile(filepath.Join(folder, endFile))
	if err != nil {
		return head{}
	}
	var h head
	if n, err := fmt.Sscanf(string(raw), endFormat, &h.seq, &h.hash); err != nil || n != 2 || h.seq < 1 || !digest.MatchString(h.hash) || string(raw) != h.file() {
		return head{}
	}
	return h
}

// file is the head as it is kept. All have one length, so that one is written over
// another.
func (h head) file() string { return fmt.Sprintf(endFormat, h.seq, h.hash) }

func writeEnd(folder string, h head) error {
	f, err := os.OpenFile(filepath.Join(folder, endFile), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	text := h.file()
	_, err = f.WriteAt([]byte(text), 0)
	return errors.Join(err, f.Truncate(int64(len(text))), f.Close())
}

// raise notes the last line that was committed here.
func (l *Ledger) raise(at head) {
	v := &l.vetted
	v.mu.Lock()
	defer v.mu.Unlock()
	if at.seq <= v.wrote.seq {
		return
	}
	v.wrote = at
	err := writeEnd(l.keys.folder, at)
	if err != nil && !v.unkept {
		l.Log.Error("where the ledger ends cannot be kept beside the keys", "error", err)
	}
	v.unkept = err != nil
}

// Disregard lets lines be written behind an end that lacks what was written here: an
// operator has accepted it. Forgive comes later, once that is in the ledger.
func (l *Ledger) Disregard() {
	v := &l.vetted
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wrote = head{}
}

// Kept is nil if the ledger ends as it should and still holds what was last written
// and last signed here, and otherwise says what is wrong. It is cheap: it looks at
// the ends only, and leaves every line to VerifyChain.
func (l *Ledger) Kept(ctx context.Context) error {
	seal, err := l.sealed()
	if err != nil {
		return err
	}
	// What was written is read before what there is: growing must not look like shrinking.
	wrote := l.vetted.last()
	signed, err := readAnchor(l.keys.folder)
	if err != nil {
		return err
	}
	var end, last head
	var first int64
	var mark, writtenHash, signedHash string
	err = l.db.QueryRow(ctx, `SELECT COALESCE(h.seq, -1), COALESCE(h.hash, ''), m.seq, COALESCE(l.hash, ''), COALESCE(l.mark, ''),
			COALESCE((SELECT hash FROM ledger_line WHERE seq = ?), ''), COALESCE((SELECT hash FROM ledger_line WHERE seq = ?), ''),
			(SELECT COALESCE(MIN(seq), 1) FROM ledger_line)
		FROM (SELECT COALESCE(MAX(seq), 0) AS seq FROM ledger_line) m LEFT JOIN ledger_end h ON h.id = 1 LEFT JOIN ledger_line l ON l.seq = m.seq`,
		[]any{wrote.seq, signed.Seq}, &end.seq, &end.hash, &last.seq, &last.hash, &mark, &writtenHash, &signedHash, &first)
	if err != nil {
		return fmt.Errorf("read the ledger's head: %w", err)
	}
	switch why := lacks(last, wrote); {
	case end.seq < 0:
		return broken("the row that says where it ends is missing")
	case why != "":
		return lacking(why)
	case wrote.seq > 0 && writtenHash != wrote.hash:
		return lacking(lacks(head{wrote.seq, writtenHash}, wrote))
	case signed.Seq > last.seq:
		return another(cutOff(signed, last.seq))
	case signed.Seq > 0 && signedHash != signed.Hash:
		return another(rewritten(signed, signedHash))
	case first < 1:
		return broken(fmt.Sprintf("line %d: %v", first, errNumber))
	case end != last:
		return broken(endsElsewhere(end, last))
	case end.seq > 0 && !l.keys.marked(seal, last.seq, last.hash, mark):
		return broken(unmarked(last.seq))
	}
	return nil
}

func endsElsewhere(end, last head) string {
	return fmt.Sprintf("it should end with line %d (%s) but ends with line %d (%s)", end.seq, short(end.hash), last.seq, short(last.hash))
}
