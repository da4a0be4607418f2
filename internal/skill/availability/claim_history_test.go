package availability

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
)

func TestTheHistoryOfAClaimHasNoGapAndUnknownIsNeverAPass(t *testing.T) {
	now := start.Add(10 * time.Hour)
	verdict := func(truth prentice.Truth, from, until int) claims.Verdict {
		return claims.Verdict{Truth: truth, Reason: "seen", Time: start.Add(time.Duration(from) * time.Hour), Until: start.Add(time.Duration(until) * time.Hour)}
	}
	for _, c := range []struct {
		what    string
		history []claims.Verdict // newest first
		want    string
		lasted  string
	}{
		{"nothing", nil, "unknown 0-10", "unknown for 10 h"},
		{"one that still counts", []claims.Verdict{verdict(prentice.Pass, 4, 12)}, "unknown 0-4, pass 4-10", "pass for 6 h, unknown for 4 h"},
		{"one from before", []claims.Verdict{verdict(prentice.Pass, -3, 12)}, "pass 0-10", "pass for 10 h"},
		{"the next one ends it", []claims.Verdict{verdict(prentice.Fail, 6, 12), verdict(prentice.Pass, 0, 9)}, "pass 0-6, fail 6-10", "pass for 6 h, fail for 4 h"},
		{"no one looked in between", []claims.Verdict{verdict(prentice.Fail, 6, 8), verdict(prentice.Pass, 0, 2)}, "pass 0-2, unknown 2-6, fail 6-8, unknown 8-10", "pass for 2 h, fail for 2 h, unknown for 6 h"},
	} {
		shown := ClaimShown{Now: now, From: start, History: c.history}
		var words []string
		for _, s := range shown.Spans() {
			words = append(words, fmt.Sprintf("%s %.0f-%.0f", s.Truth, s.From.Sub(start).Hours(), s.To.Sub(start).Hours()))
		}
		if got := strings.Join(words, ", "); got != c.want || shown.Lasted() != c.lasted {
			t.Errorf("%s: %s (%s), want %s", c.what, got, shown.Lasted(), c.want)
		}
		if pieces := shown.Pieces(); pieces[0].X != 0 || pieces[len(pieces)-1].X+pieces[len(pieces)-1].Width != 1000 {
			t.Errorf("%s: the picture is not whole: %+v", c.what, pieces)
		}
	}
}
