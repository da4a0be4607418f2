package codecontrol

import (
	"testing"
	"time"
)

func TestThePictureOfAQueueSpansWhatWaitedUntilWhatWillLand(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	q := QueueShown{Now: now, Entries: []EntryLine{
		{Since: now.Add(-10 * time.Minute), Likely: now.Add(5 * time.Minute)},
		{Since: now.Add(-5 * time.Minute), Likely: now.Add(10 * time.Minute)},
		{Since: now},
		{Since: now.Add(-time.Minute), Likely: now.Add(-time.Second)},
	}}
	rows := q.Rows()
	for i, want := range []struct {
		from, until int
		known       bool
	}{{0, 750, true}, {250, 1000, true}, {500, 0, false}, {450, 0, false}} {
		if r := rows[i]; r.From != want.from || r.Now != 500 || r.Until != want.until || r.Known() != want.known || r.Waited() < 4 {
			t.Errorf("row %d is %+v, wants %+v", i, r, want)
		}
	}
	if rows := (QueueShown{Now: now, Entries: []EntryLine{{Since: now}}}).Rows(); rows[0].Now != 0 || rows[0].Known() {
		t.Errorf("what was queued just now is %+v", rows[0])
	}
}
