package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"prentice"
)

// The bounds of a thread, beside MaxThread.
const (
	maxLinked      = 50  // refs that are followed
	maxLinkedLines = 300 // of each of them
)

// followed are the kinds of ref that belong to one case. Others, such as a
// service, a host or a person, would bring in everything that ever happened.
var followed = []string{"run", "incident", "event", "plan", "change"}

// Thread is the lines about ref, and the lines about the runs, incidents,
// events, plans and changes that those lines name, in order. Of a thread longer
// than MaxThread it is the newest lines.
func (l *Ledger) Thread(ctx context.Context, ref prentice.Ref) ([]prentice.Evidence, error) {
	lines, _, err := l.thread(ctx, ref)
	return lines, err
}

// thread also says whether anything was left out.
func (l *Ledger) thread(ctx context.Context, ref prentice.Ref) (lines []prentice.Evidence, cut bool, err error) {
	if _, err := prentice.ParseRef(string(ref)); err != nil {
		return nil, false, err
	}
	own, err := l.newest(ctx, ref, MaxThread+1)
	if err != nil {
		return nil, false, err
	}
	bySeq := map[int64]prentice.Evidence{}
	keep(bySeq, own)
	linked := linkedBy(own, ref)
	if len(linked) > maxLinked {
		linked, cut = linked[:maxLinked], true
	}
	for _, other := range linked {
		more, err := l.newest(ctx, other, maxLinkedLines+1)
		if err != nil {
			return nil, false, err
		}
		if len(more) > maxLinkedLines {
			more, cut = more[:maxLinkedLines], true
		}
		keep(bySeq, more)
	}
	seqs := slices.Sorted(maps.Keys(bySeq))
	if over := len(seqs) - MaxThread; over > 0 {
		seqs, cut = seqs[over:], true
	}
	for _, seq := range seqs {
		lines = append(lines, bySeq[seq])
	}
	return lines, cut, nil
}

// newest is the last lines about one ref, newest first.
func (l *Ledger) newest(ctx context.Context, ref prentice.Ref, n int) ([]prentice.Evidence, error) {
	lines, err := l.lines(ctx, lineColumns+`JOIN ledger_ref r ON r.seq = l.seq WHERE r.ref = ? ORDER BY r.seq DESC LIMIT ?`, string(ref), n)
	for _, e := range lines {
		if !contains(e.Refs, ref) {
			return nil, broken(fmt.Sprintf("the index of threads has line %d under %s, but the line is not about it", e.Seq, ref))
		}
	}
	return lines, err
}

func keep(bySeq map[int64]prentice.Evidence, lines []prentice.Evidence) {
	for _, e := range lines {
		bySeq[e.Seq] = e
	}
}

// linkedBy lists the refs to follow, those of the newest lines first.
func linkedBy(lines []prentice.Evidence, from prentice.Ref) []prentice.Ref {
	var linked []prentice.Ref
	for _, e := range lines {
		for _, ref := range e.Refs {
			if ref != from && slices.Contains(followed, ref.Kind()) && !slices.Contains(linked, ref) {
				linked = append(linked, ref)
			}
		}
	}
	return linked
}
