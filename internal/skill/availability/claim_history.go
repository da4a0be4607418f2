package availability

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// ClaimSpan is a time in which the verdict on a claim was the same.
type ClaimSpan struct {
	From, To time.Time
	Truth    prentice.Truth
	Says     string
}

// claimSpans are the verdicts, which are newest first, as times without a gap between
// from and now. A verdict counts until the next, or until it is no longer valid; what
// lies in between is unknown.
func claimSpans(from, now time.Time, history []claims.Verdict) []ClaimSpan {
	var list []ClaimSpan
	at := from
	add := func(to time.Time, truth prentice.Truth, says string) {
		if to.After(now) {
			to = now
		}
		if to.After(at) {
			list = append(list, ClaimSpan{at, to, truth, says})
			at = to
		}
	}
	for i := len(history) - 1; i >= 0; i-- {
		v := history[i]
		add(v.Time, prentice.NotSeen, "not checked")
		until := v.Until
		if i > 0 && history[i-1].Time.Before(until) {
			until = history[i-1].Time
		}
		add(until, v.Truth, v.Reason)
	}
	add(now, prentice.NotSeen, "not checked")
	return list
}

// Spans are the history of the claim as times without a gap, oldest first.
func (s ClaimShown) Spans() []ClaimSpan { return claimSpans(s.From, s.Now, s.History) }

// ClaimPiece is a span in a picture that is 1000 wide.
type ClaimPiece struct {
	X, Width int
	Truth    prentice.Truth
	Says     string
}

// Pieces are the spans as they are drawn. A short one is still seen.
func (s ClaimShown) Pieces() []ClaimPiece {
	whole := s.Now.Sub(s.From)
	if whole <= 0 {
		return nil
	}
	var list []ClaimPiece
	for _, one := range s.Spans() {
		x := int(1000 * one.From.Sub(s.From) / whole)
		width := int(1000*one.To.Sub(s.From)/whole) - x
		says := fmt.Sprintf("%s from %s to %s: %s", one.Truth, op.At(one.From), op.At(one.To), one.Says)
		list = append(list, ClaimPiece{x, max(width, 1), one.Truth, says})
	}
	return list
}

// Lasted says how long the claim was kept, not kept and unknown, in words.
func (s ClaimShown) Lasted() string {
	lasted := map[prentice.Truth]time.Duration{}
	for _, one := range s.Spans() {
		lasted[one.Truth] += one.To.Sub(one.From)
	}
	var words []string
	for _, truth := range []prentice.Truth{prentice.Pass, prentice.Fail, prentice.NotSeen} {
		if d := lasted[truth]; d > 0 {
			words = append(words, fmt.Sprintf("%s for %s", truth, render.Span(d)))
		}
	}
	return strings.Join(words, ", ")
}
