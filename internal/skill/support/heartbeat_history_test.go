package support

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestTheHistoryOfAHeartbeatIsWhatWasToldOfIt(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	told := func(kind string, ago time.Duration) prentice.EventRecord {
		return prentice.EventRecord{Number: int64(ago / time.Hour), Event: prentice.Event{Type: "heartbeat." + kind, Time: noon.Add(-ago), Data: json.RawMessage(`{"says":"nothing was heard"}`)}}
	}
	for name, c := range map[string]struct {
		first  time.Duration // before noon; 0 is never
		events []prentice.EventRecord
		want   string
	}{
		"never heard, never missed":              {0, nil, "unknown 0+1000"},
		"heard all the time":                     {100 * time.Hour, nil, "well 0+1000"},
		"heard first in the middle":              {5 * time.Hour, nil, "unknown 0+500, well 500+500"},
		"missing for a while":                    {100 * time.Hour, []prentice.EventRecord{told("passed", 4*time.Hour), told("failed", 6*time.Hour)}, "well 0+400, down 400+200, well 600+400"},
		"missing still":                          {100 * time.Hour, []prentice.EventRecord{told("failed", 2*time.Hour)}, "well 0+800, down 800+200"},
		"missing before it was heard":            {1 * time.Hour, []prentice.EventRecord{told("failed", 3*time.Hour), told("passed", 1*time.Hour)}, "unknown 0+700, down 700+200, well 900+100"},
		"what ended before is not shown":         {100 * time.Hour, []prentice.EventRecord{told("failed", 30*time.Hour), told("passed", 20*time.Hour)}, "well 0+1000"},
		"what began before is cut":               {100 * time.Hour, []prentice.EventRecord{told("failed", 30*time.Hour), told("passed", 5*time.Hour)}, "down 0+500, well 500+500"},
		"told twice is one":                      {100 * time.Hour, []prentice.EventRecord{told("failed", 6*time.Hour), told("failed", 5*time.Hour), told("passed", 4*time.Hour)}, "well 0+400, down 400+200, well 600+400"},
		"an end of which the beginning was lost": {100 * time.Hour, []prentice.EventRecord{told("passed", 4*time.Hour)}, "well 0+1000"},
		"and a blink can be seen":                {100 * time.Hour, []prentice.EventRecord{told("failed", 5*time.Hour), told("passed", 5*time.Hour-time.Second)}, "well 0+500, down 500+2, well 500+500"},
	} {
		first := time.Time{}
		if c.first > 0 {
			first = noon.Add(-c.first)
		}
		var got []string
		for _, s := range stretchesOf(noon.Add(-10*time.Hour), noon, first, gapsIn(c.events)) {
			got = append(got, fmt.Sprintf("%s %d+%d", s.State, s.X, s.Width))
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}
