package oncall

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestACoverIsKeptAndTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, file)
		made, err := w.rotaCover(t.Context(), w.call("ann"), CoverIn{Name: "primary", Person: "cem", From: "2026-03-02 18:00", Until: "2026-03-04 06:00", Instead: "ann"})
		if err != nil || len(made.Shifts) != 2 { // the rest of the 2nd, and the morning of the 4th
			t.Fatalf("%+v, %v", made, err)
		}
		who := func(at string) prentice.Ref {
			t.Helper()
			out, err := w.rotaWho(t.Context(), w.call("vic"), WhoIn{Name: "primary", At: at})
			if err != nil || len(out.OnCall) != 1 {
				t.Fatalf("%+v, %v", out, err)
			}
			return out.OnCall[0].Person
		}
		for at, want := range map[string]prentice.Ref{"2026-03-02 17:59": "person/ann", "2026-03-02 18:00": "person/cem", "2026-03-03 12:00": "person/ben", "2026-03-04 05:59": "person/cem", "2026-03-04 06:00": "person/ann"} {
			if got := who(at); got != want {
				t.Errorf("%s: %s, not %s", at, got, want)
			}
		}
		w.now = w.now.AddDate(0, 0, 1)
		if _, err := w.rotaUncover(t.Context(), w.call("ann"), UncoverIn{Number: string(made.Ref)}); err != nil {
			t.Fatal(err)
		}
		if who("2026-03-02 18:00") != "person/cem" || who("2026-03-04 05:59") != "person/ann" {
			t.Error("what has passed of a cover is changed, or what lies ahead is not")
		}
		if _, err := w.rotaUncover(t.Context(), w.call("ann"), UncoverIn{Number: string(made.Ref)}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("taken back twice: %v", err)
		}
		if strings.Join(w.notes, " ") != "rota.covered rota.uncovered" {
			t.Errorf("evidence: %v", w.notes)
		}
	})
}

func TestLintNamesWhoIsNotReachedAndWhenNoOneIsOnCall(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), file)
	w.Reached = func(who prentice.Ref) bool { return who != "person/ben" }
	out, err := w.rotaLint(t.Context(), w.call("vic"), struct{}{})
	if says := out.Text(); err != nil || !strings.Contains(says, "no channel of notices.yaml reaches person/ben") || !strings.Contains(says, "rota/empty: no one is on call from Mon 2026-03-02 12:00 UTC") {
		t.Errorf("%s, %v", says, err)
	}
}
