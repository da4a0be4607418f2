package statuspage

import (
	"context"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/statuspage"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestWhatWasPostedIsKeptAndWithdrawn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "statuspage", db.Under(files, "schema")); err != nil {
			t.Fatal(err)
		}
		s, ctx := store{d}, context.Background()
		noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
		say := func(name, title, state string, at time.Time, components ...string) error {
			_, err := s.post(ctx, draft{name: name, title: title, components: components, id: newID(), update: statuspage.Update{ID: newID(), State: state, Says: state, At: at}})
			return err
		}
		if err := say("incident/7", "", "investigating", noon); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("the first update needs no title: %v", err)
		}
		if err := say("incident/7", "Dark", "investigating", noon, "light"); err != nil {
			t.Fatal(err)
		}
		if err := say("incident/7", "", "resolved", noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		list, names, err := s.posted(ctx, noon)
		if err != nil || len(list) != 1 || names[0] != "incident/7" {
			t.Fatalf("%+v %v %v", list, names, err)
		}
		i := list[0]
		if i.Open() || i.Title != "Dark" || i.Impact != statuspage.Minor || i.State != "resolved" || len(i.Updates) != 2 || i.Updates[0].State != "resolved" || len(i.Components) != 1 {
			t.Errorf("%+v", i)
		}
		if list, _, err := s.posted(ctx, noon.Add(2*time.Hour)); err != nil || len(list) != 0 {
			t.Errorf("what is long over is shown: %+v %v", list, err)
		}
		if err := say("incident/7", "", "investigating", noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if list, _, err := s.posted(ctx, noon); err != nil || !list[0].Open() || list[0].ID != i.ID {
			t.Errorf("what came back is not the same incident, open: %+v %v", list, err)
		}
		if err := s.withdraw(ctx, "incident/7"); err != nil {
			t.Fatal(err)
		}
		if list, _, err := s.posted(ctx, noon); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
		if err := s.withdraw(ctx, "incident/7"); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("%v", err)
		}
	})
}
