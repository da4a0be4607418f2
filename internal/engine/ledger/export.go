package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/kit/dsse"
)

// The bounds of one exported file.
const (
	maxExport      = 20_000   // lines
	maxExportBytes = 11 << 20 // of what is signed; base64 makes it a third larger, and it must still be easy to send and to read
)

// Export signs the thread of a ref, or a range of lines, into a file that can
// be verified with the public key and nothing else. It signs the head first if
// no checkpoint speaks of the last line yet, and refuses to export a line that
// is not true.
func (l *Ledger) Export(ctx context.Context, now time.Time, r Range) (dsse.Envelope, error) {
	p, err := l.choose(ctx, r)
	if err != nil {
		return dsse.Envelope{}, err
	}
	for i, e := range p.Lines {
		if err := fits(e); err != nil {
			return dsse.Envelope{}, broken(fmt.Sprintf("line %d: %v", e.Seq, err))
		}
		if i > 0 && p.Lines[i-1].Seq+1 == e.Seq && p.Lines[i-1].Hash != e.Prev {
			return dsse.Envelope{}, broken(fmt.Sprintf("line %d does not follow line %d", e.Seq, p.Lines[i-1].Seq))
		}
	}
	if p.Checkpoint, err = l.cover(ctx, p.Lines[len(p.Lines)-1].Seq, now); err != nil {
		return dsse.Envelope{}, err
	}
	payload, err := payloadOf(p)
	if err != nil {
		return dsse.Envelope{}, err
	}
	return dsse.Sign(l.keys.private, PayloadType, payload), nil
}

func payloadOf(p Predicate) ([]byte, error) {
	raw, err := json.Marshal(statementOf(p))
	if err != nil {
		return nil, fmt.Errorf("export evidence: %w", err)
	}
	if len(raw) > maxExportBytes {
		return nil, prentice.Errorf(prentice.Limited, "the evidence has %d bytes", len(raw)).Try("export it in parts with --from and --to")
	}
	return prentice.CanonicalJSON(raw)
}

func (l *Ledger) choose(ctx context.Context, r Range) (Predicate, error) {
	switch {
	case r.Ref != "" && (r.From != 0 || r.To != 0):
		return Predicate{}, prentice.Errorf(prentice.Invalid, "both a ref and a range of lines").Try("name %s, or lines with --from and --to", r.Ref)
	case r.Ref != "":
		return l.chooseThread(ctx, r.Ref)
	default:
		return l.chooseRange(ctx, r.From, r.To)
	}
}

func (l *Ledger) chooseThread(ctx context.Context, ref prentice.Ref) (Predicate, error) {
	lines, cut, err := l.thread(ctx, ref)
	if err != nil {
		return Predicate{}, err
	}
	if len(lines) == 0 {
		return Predicate{}, prentice.Errorf(prentice.NotFound, "no evidence about %s", ref).Try("list what there is with: prentice evidence list")
	}
	return Predicate{Format: predicateFormat, Ref: ref, Cut: cut, From: lines[0].Seq, To: lines[len(lines)-1].Seq, Lines: lines}, nil
}

func (l *Ledger) chooseRange(ctx context.Context, from, to int64) (Predicate, error) {
	end, _, err := l.ends(ctx)
	if err != nil {
		return Predicate{}, err
	}
	if from == 0 {
		from = 1
	}
	if to == 0 {
		to = end.seq
	}
	switch {
	case end.seq <= 0:
		return Predicate{}, prentice.Errorf(prentice.NotFound, "the ledger is empty").Try("do something first; asking for a run writes evidence")
	case from < 1 || to < from || to > end.seq:
		return Predicate{}, prentice.Errorf(prentice.Invalid, "lines %d to %d of a ledger with lines 1 to %d", from, to, end.seq).Try("choose lines that there are")
	case to-from >= maxExport:
		return Predicate{}, prentice.Errorf(prentice.Limited, "%d lines", to-from+1).Try("export at most %d at a time, with --from and --to", maxExport)
	}
	lines, err := l.lines(ctx, lineColumns+`WHERE l.seq BETWEEN ? AND ? ORDER BY l.seq`, from, to)
	if err != nil {
		return Predicate{}, err
	}
	if int64(len(lines)) != to-from+1 {
		return Predicate{}, broken(fmt.Sprintf("of lines %d to %d only %d are there", from, to, len(lines)))
	}
	return Predicate{Format: predicateFormat, From: from, To: to, Lines: lines}, nil
}
