package supervision

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/run"
)

// paper is a log of numbered lines, ten bytes each.
type paper struct {
	lines int64
	away  bool // what is before the end cannot be read
}

func (p *paper) line(n int64) log.Line {
	return log.Line{Line: n, Offset: 10 * n, Text: fmt.Sprint(n)}
}

func (p *paper) Page(_ context.Context, q log.Query) (log.Page, error) {
	if p.away {
		return log.Page{}, errors.New("away")
	}
	page := log.Page{Total: p.lines, Next: 10 * p.lines, End: true}
	for n := q.Offset/10 + 1; q.Tail == 0 && n <= p.lines && len(page.Lines) < q.Limit; n++ {
		page.Lines = append(page.Lines, p.line(n))
		page.Next, page.End = 10*n, n == p.lines
	}
	return page, nil
}

func TestWhoDoesNotKeepUpHearsEveryLineOnce(t *testing.T) {
	log := &paper{lines: 3}
	var heard []string
	l := &listener{logs: log, run: 1, emit: func(m Moment) error {
		text := string(m.State)
		if m.Log != nil {
			text = m.Log.Text
		}
		heard = append(heard, text)
		return nil
	}}
	l.begin(t.Context())
	say := func(n int64) {
		line := log.line(n)
		if err := l.hear(t.Context(), run.Moment{Run: 1, State: prentice.Running, Log: &line}); err != nil {
			t.Fatal(err)
		}
	}
	log.lines = 5
	say(4)
	log.lines = 9 // 5 to 7 were passed over
	say(8)
	say(9)
	log.lines = 12
	if err := l.hear(t.Context(), run.Moment{Run: 1, State: prentice.Verified}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(heard, " "); got != "4 5 6 7 8 9 10 11 12 verified" {
		t.Errorf("heard %s", got)
	}
}

func TestWhoMissesLinesIsToldWhichAndWhereTheyWillBe(t *testing.T) {
	log := &paper{lines: 3}
	var heard []string
	l := &listener{logs: log, run: 7, emit: func(m Moment) error {
		heard = append(heard, m.Text())
		return nil
	}}
	l.begin(t.Context())
	log.lines, log.away = 9, true
	line := log.line(9)
	if err := l.hear(t.Context(), run.Moment{Run: 7, State: prentice.Running, Log: &line}); err != nil {
		t.Fatal(err)
	}
	if len(heard) != 2 || !strings.Contains(heard[0], "lines from 4 on cannot be read now: away; later: prentice run log run/7 --line 4") || !strings.Contains(heard[1], "│ 9") {
		t.Errorf("heard %q", heard)
	}
}

func TestReasonsOfTheTeamStandAsSentences(t *testing.T) {
	d := Detail{}
	d.Decision.Reasons = []string{"It writes.", "It is night", "Ask."}
	if text := d.Text(); !strings.Contains(text, ": It writes. It is night; Ask.\n") {
		t.Errorf("%s", text)
	}
}
