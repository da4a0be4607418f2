package run

import (
	"testing"

	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestARunNamesTheVersionThatItCarriesOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			for plan, canonical := range map[string]string{"p1": `{"digest":"sha256:one"}`, "p2": `{"digest":"sha256:two"}`, "p3": "spoilt"} {
				if _, err := tx.Exec(`INSERT INTO run_plans (plan, canonical) VALUES (?, ?)`, plan, canonical); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		s := &Store{DB: d}
		for plan, want := range map[string]string{"p1": "sha256:one", "p2": "sha256:two", "p3": "", "none": ""} {
			if got := s.versionOf(t.Context(), plan); got != want {
				t.Errorf("plan %s is of version %q, want %q", plan, got, want)
			}
		}
		if ran, err := s.Ran(t.Context(), "none", 10); err != nil || len(ran) != 0 {
			t.Errorf("of a procedure that never ran: %v, %v", ran, err)
		}
	})
}
