package learning

import (
	"io/fs"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestWhichLessonsWereDoneIsEachPersonsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		schema, err := fs.Sub(files, "schema")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Migrate(t.Context(), "learning", schema); err != nil {
			t.Fatal(err)
		}
		s := Store{d}
		var all sync.WaitGroup
		for range 2 { // at once
			all.Go(func() {
				if err := s.Keep(t.Context(), "person/ann", Done{"support", noon}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, err := range []error{
			s.Keep(t.Context(), "person/ann", Done{"support", noon.Add(time.Hour)}), // again
			s.Keep(t.Context(), "person/ann", Done{"design", noon.Add(-time.Hour)}), // with the clock put back
			s.Keep(t.Context(), "person/ben", Done{"support", noon}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		of := func(who prentice.Ref) []Done {
			list, err := s.Of(t.Context(), who)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if got := of("person/ann"); len(got) != 2 || got[0].Topic != "design" || !got[1].At.Equal(noon) {
			t.Errorf("of ann: %v", got)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return s.Forget(tx, "ann") }); err != nil {
			t.Fatal(err)
		}
		if got := of("person/ann"); len(got) != 0 {
			t.Errorf("of ann, who is gone: %v", got)
		}
		if got := of("person/ben"); len(got) != 1 {
			t.Errorf("of ben: %v", got)
		}
	})
}
