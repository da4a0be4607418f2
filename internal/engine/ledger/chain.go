package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"prentice"
	"prentice/internal/kit/db"
)

// page is how many lines are looked at together. Memory is bounded by it.
const page = 500

const inUTC = "2006-01-02 15:04:05Z"

const restore = "compare with a backup or an exported file, find out who could write to the database, and restore it"

// VerifyChain looks at every line and every checkpoint that there was when it
// began. What it finds is in the report; an error means that it could not look.
func (l *Ledger) VerifyChain(ctx context.Context) (Report, error) {
	// The last checkpoint and what this process wrote are read before the head: the
	// ledger may grow between the two, and growing must not look like shrinking.
	wrote := l.vetted.last()
	last, err := l.lastCheckpoint(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Report{}, err
	}
	w := walk{ledger: l, wrote: wrote, report: Report{
		OK: true, About: "the whole ledger", KeyID: l.keys.id, Contiguous: true, Faults: []Fault{},
	}}
	w.anchor, err = readAnchor(l.keys.folder)
	if err != nil {
		w.report.Fault(0, err.Error(), prentice.HintOf(err))
	}
	if w.seal, err = readSeal(l.keys.folder); err != nil {
		w.report.Fault(0, err.Error(), prentice.HintOf(err))
	}
	if w.end, w.last, err = l.ends(ctx); err != nil {
		return Report{}, err
	}
	if err := w.lines(ctx); err != nil {
		return Report{}, err
	}
	w.closing(last)
	return w.report, w.counted(ctx)
}

// ends is the head row and the number of the last line, both at one moment.
func (l *Ledger) ends(ctx context.Context) (end head, last int64, err error) {
	err = l.db.QueryRow(ctx, `SELECT COALESCE(h.seq, -1), COALESCE(h.hash, ''), m.seq
		FROM (SELECT COALESCE(MAX(seq), 0) AS seq FROM ledger_line) m LEFT JOIN ledger_end h ON h.id = 1`, nil, &end.seq, &end.hash, &last)
	if err != nil {
		return end, 0, fmt.Errorf("read the ledger's head: %w", err)
	}
	return end, last, nil
}

// walk goes along the chain once, lines and checkpoints side by side.
type walk struct {
	ledger *Ledger
	end    head       // where the head row says that the chain ends; seq -1 if there is no such row
	last   int64      // the last line that there was then; younger ones are not looked at
	wrote  head       // the last line that this process had written
	anchor Checkpoint // the last one in the folder of keys, or zero
	seal   Seal       // from where on lines bear marks
	at     head       // the last line that was looked at
	refs   int64      // how often a line is about something
	report Report
}

func (w *walk) lines(ctx context.Context) error {
	for {
		rows, err := w.ledger.stored(ctx, lineColumns+`WHERE l.seq > ? ORDER BY l.seq LIMIT ?`, w.at.seq, page)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(rows, func(s stored) bool { return s.seq > w.last }); i >= 0 {
			rows = rows[:i]
		}
		if len(rows) == 0 {
			return nil
		}
		if err := w.page(ctx, rows); err != nil {
			return err
		}
	}
}

func (w *walk) page(ctx context.Context, rows []stored) error {
	from, to := w.at.seq, rows[len(rows)-1].seq
	signed, err := w.ledger.checkpoints(ctx, `WHERE seq > ? AND seq <= ? ORDER BY seq, keyid LIMIT ?`, from, to, 4*page)
	if err != nil {
		return err
	}
	if len(signed) == 4*page {
		w.report.Fault(from+1, fmt.Sprintf("there are more checkpoints at lines %d to %d than could have been signed", from+1, to), restore)
	}
	var sound []prentice.Evidence
	for _, row := range rows {
		if e, ok := w.line(row); ok {
			sound = append(sound, e)
		}
		for len(signed) > 0 && signed[0].Seq <= row.seq {
			w.report.Checkpoints++
			w.checkpoint(signed[0], row)
			signed = signed[1:]
		}
		if w.anchor.Seq == row.seq {
			w.checkpoint(w.anchor, row)
		}
	}
	return w.findable(ctx, sound)
}

// line looks at one line and at how it follows the one before.
func (w *walk) line(row stored) (prentice.Evidence, bool) {
	if missing := row.seq - w.at.seq - 1; missing > 0 {
		w.report.Contiguous = false
		w.report.Fault(w.at.seq+1, fmt.Sprintf("%d line(s) are missing before line %d", missing, row.seq), restore)
	} else if row.prev != w.at.hash {
		w.report.Fault(row.seq, fmt.Sprintf("line %d does not follow line %d: it names %s as the line before, which is %s; a line was replaced, moved or written anew",
			row.seq, w.at.seq, short(row.prev), short(w.at.hash)), restore)
	}
	w.at = head{row.seq, row.hash}
	if !w.ledger.keys.marked(w.seal, row.seq, row.hash, row.mark) {
		w.report.Fault(row.seq, unmarked(row.seq), restore)
	}
	if w.seal.Seq == row.seq && w.seal.Hash != row.hash {
		w.report.Fault(row.seq, fmt.Sprintf("line %d had the hash %s when what came before marks was sealed and now has %s", row.seq, short(w.seal.Hash), short(row.hash)), restore)
	}
	e, err := row.evidence()
	w.refs += int64(len(e.Refs))
	if err == nil {
		err = fits(e)
	}
	w.count(row)
	if err != nil {
		w.report.Fault(row.seq, fmt.Sprintf("line %d was changed: %v", row.seq, err), restore)
		return e, false
	}
	return e, true
}

func (w *walk) count(row stored) {
	if w.report.Lines == 0 {
		w.report.First, w.report.From = row.seq, db.Time(row.time)
	}
	w.report.Lines++
	w.report.Last, w.report.Until = row.seq, db.Time(row.time)
}

// checkpoint compares what was signed with the line as it is now.
func (w *walk) checkpoint(c Checkpoint, row stored) {
	pub, known := w.ledger.keys.known[c.KeyID]
	switch {
	case !known:
		w.report.Fault(c.Seq, fmt.Sprintf("the checkpoint at line %d is signed with an unknown key, %s", c.Seq, short(c.KeyID)),
			"if that key was yours, put its public half beside ledger.pub as ledger-old.pub; if not, another person wrote to the database")
	case !c.Signed(pub):
		w.report.Fault(c.Seq, fmt.Sprintf("the signature of the checkpoint at line %d does not fit", c.Seq), restore)
	case c.Seq == row.seq && c.Hash != row.hash:
		w.report.Fault(c.Seq, rewritten(c, row.hash), restore)
	case c.Seq == row.seq:
		w.report.SignedSeq, w.report.SignedAt = c.Seq, c.Time
	}
}

func rewritten(c Checkpoint, hash string) string {
	return fmt.Sprintf("line %d had the hash %s when it was signed at %s and now has %s: the chain was written anew from here or before",
		c.Seq, short(c.Hash), c.Time.Format(inUTC), short(hash))
}

func cutOff(c Checkpoint, last int64) string {
	return fmt.Sprintf("line %d was signed at %s, but the ledger ends with line %d: its end was cut off", c.Seq, c.Time.Format(inUTC), last)
}

// closing looks at the end: nothing may be missing behind the last line.
func (w *walk) closing(last Checkpoint) {
	switch {
	case w.end.seq < 0:
		w.report.Fault(0, "the row that says where the ledger ends is missing", restore)
	case w.at != w.end:
		w.report.Fault(w.at.seq, fmt.Sprintf("the ledger should end with line %d (%s), but its last line is %d (%s)",
			w.end.seq, short(w.end.hash), w.at.seq, short(w.at.hash)), restore)
	}
	switch {
	case last.Seq > w.at.seq:
		w.report.Fault(w.at.seq+1, cutOff(last, w.at.seq), restore)
	case w.anchor.Seq > w.at.seq:
		w.report.Fault(w.at.seq+1, cutOff(w.anchor, w.at.seq), restore+"; if there is none any more, start once with: prentice up --accept rollback")
	default:
		if why := lacks(w.at, w.wrote); why != "" {
			w.report.Fault(w.at.seq, "the ledger is damaged: "+why, restore)
		}
	}
}
