package rota

import (
	"strings"
	"testing"
	"time"
)

func TestACalendarHasOneEventForEachShift(t *testing.T) {
	s := settings(t)
	r, _ := s.Rota("primary")
	from, until := at("2026-03-20T00:00:00Z"), at("2026-04-20T00:00:00Z")
	changed := at("2026-03-19T10:00:00Z")
	text := Calendar(r.Name, Part{r.Name, r.Whole(from, until, nil), changed})
	if strings.Contains(text, "RRULE") || strings.Contains(text, "TZID") || !strings.Contains(text, "\r\nDTSTART:20260330T070000Z\r\n") || !strings.Contains(text, "\r\nLAST-MODIFIED:20260319T100000Z\r\n") {
		t.Errorf("%s", text)
	}
	uids := func(text string) map[string]bool {
		all := map[string]bool{}
		for _, line := range strings.Split(text, "\r\n") {
			if strings.HasPrefix(line, "UID:") {
				if all[line] {
					t.Errorf("%s is there twice", line)
				}
				all[line] = true
			}
			if len(line) > 75 {
				t.Errorf("a line of %d bytes: %s", len(line), line)
			}
		}
		return all
	}
	before := uids(text)
	// A day later, and with a cover in one shift, the others are the same events.
	cover := []Override{{Number: 1, Rota: "primary", Person: "person/eve", From: at("2026-04-07T00:00:00Z"), Until: at("2026-04-08T00:00:00Z")}}
	later := Calendar(r.Name, Part{r.Name, r.Whole(from.AddDate(0, 0, 1), until, cover), changed.Add(time.Hour)})
	same := 0
	for uid := range uids(later) {
		if before[uid] {
			same++
		}
	}
	if same < len(before)-1 {
		t.Errorf("%d of %d events are the same", same, len(before))
	}
	if a, b := sequence(t, text), sequence(t, later); b <= a {
		t.Errorf("the sequence goes from %s to %s", a, b)
	}
}

func sequence(t *testing.T, text string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, "SEQUENCE:")
	if !found {
		t.Fatal("no sequence")
	}
	n, _, _ := strings.Cut(rest, "\r\n")
	return n
}

func TestWhatIsWrittenIsEscapedAndFolded(t *testing.T) {
	r := Rota{Name: strings.Repeat("ü", 60), Zone: time.UTC}
	text := Calendar(r.Name, Part{r.Name, []Shift{{Person: "person/a,b;c\\d\nEND:VEVENT", From: at("2026-03-20T00:00:00Z"), Until: at("2026-03-21T00:00:00Z")}}, at("2026-03-19T10:00:00Z")})
	if strings.Count(text, "END:VEVENT\r\n") != 1 || !strings.Contains(strings.ReplaceAll(text, "\r\n ", ""), `SUMMARY:a\,b\;c\\d\nEND:VEVENT is on call: üü`) {
		t.Errorf("%s", text)
	}
	for _, line := range strings.Split(text, "\r\n") {
		if len(line) > 75 {
			t.Errorf("%d bytes: %s", len(line), line)
		}
	}
}
