package oncall

import (
	"strings"
	"testing"
	"time"

	"prentice/internal/engine/rota"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestACalendarKnowsThatItIsNewer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, file)
		modified := func() string {
			t.Helper()
			if err := w.mark(t.Context(), w.now); err != nil {
				t.Fatal(err)
			}
			out, err := w.export(t.Context(), w.call("vic"), ExportIn{Name: "primary"})
			if err != nil {
				t.Fatal(err)
			}
			_, rest, _ := strings.Cut(out.Calendar, "LAST-MODIFIED:")
			at, _, _ := strings.Cut(rest, "\r\n")
			return at
		}
		if got := modified(); got != "20260302T120000Z" {
			t.Error(got)
		}
		w.now = w.now.Add(time.Hour)
		w.marked = nil // as after a restart
		if got := modified(); got != "20260302T120000Z" {
			t.Errorf("nothing was changed, and it says %s", got)
		}
		if _, err := w.rotaCover(t.Context(), w.call("ann"), CoverIn{Name: "primary", Person: "cem", From: "2026-03-05 00:00", Until: "2026-03-06 00:00"}); err != nil {
			t.Fatal(err)
		}
		if got := modified(); got != "20260302T130000Z" {
			t.Errorf("after a cover: %s", got)
		}
		w.now = w.now.Add(time.Hour)
		settings, _ := rota.Load("oncall.yaml", []byte(strings.Replace(file, "people: [ann, ben]", "people: [ben, ann]", 1)))
		w.Settings = func() *rota.Settings { return settings }
		if got := modified(); got != "20260302T140000Z" {
			t.Errorf("after the file was changed: %s", got)
		}
		out, err := w.export(t.Context(), w.call("vic"), ExportIn{Who: "cem", Days: 30})
		if err != nil || out.Shifts != 1 || strings.Count(out.Calendar, "BEGIN:VEVENT") != 1 {
			t.Errorf("the shifts of cem: %+v %v", out, err)
		}
	})
}

func TestAnImportIsShownAndThenKeptOnce(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), file)
	const text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:On call: Cem\nDTSTART:20260305T000000Z\nDTEND:20260306T000000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:2\nSUMMARY:ann\nDTSTART:20260304T000000Z\nDTEND:20260305T000000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:3\nSUMMARY:Zoe\nDTSTART:20260307T000000Z\nDTEND:20260308T000000Z\nEND:VEVENT\nEND:VCALENDAR\n"
	shown, err := w.imports(t.Context(), w.call("ann"), ImportIn{File: text, Rota: "primary"})
	if says := shown.Text(); err != nil || len(shown.Shifts) != 3 || !strings.Contains(says, "person/cem  On call: Cem\n") || !strings.Contains(says, "person/ann  ann  as the rota says") || !strings.Contains(says, "?  Zoe  no one here is named in it") || !strings.Contains(says, "1 shifts are new") {
		t.Errorf("%s %v", says, err)
	}
	if len(w.notes) != 0 {
		t.Errorf("it was only shown, and evidence is %v", w.notes)
	}
	for n := range 2 {
		if _, err := w.imports(t.Context(), w.call("ann"), ImportIn{File: text, Rota: "primary", Apply: true}); err != nil || len(w.notes) != 1 {
			t.Errorf("%d: %v %v", n, w.notes, err)
		}
	}
}
