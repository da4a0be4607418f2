package identity_test

import (
	"fmt"
	"testing"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestSavedViewsAreTheirPersonsOwnAndEndWithThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		if _, err := w.AddPerson(ctx, "ben", prentice.Viewer); err != nil {
			t.Fatal(err)
		}
		save := func(who prentice.Ref, page, name, query string) error {
			return w.SaveView(ctx, who, identity.SavedView{Name: name, Page: page, Query: query})
		}
		for _, err := range []error{save("person/ann", "/runs", "mine", "state=failed"), save("person/ben", "/runs", "mine", "state=refused"), save("person/ann", "/runs", "mine", "state=undone"), save("person/ann", "/evidence", "mine", "kind=x")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		list := func(who prentice.Ref, page string) string {
			views, err := w.reopened().Views(ctx, who, page)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(views)
		}
		if got := list("person/ann", "/runs"); got != "[{mine /runs state=undone}]" {
			t.Errorf("ann has %s", got)
		}
		if got := list("person/ann", ""); got != "[{mine /evidence kind=x} {mine /runs state=undone}]" {
			t.Errorf("ann has %s in all", got)
		}
		if err := w.RemoveView(ctx, "person/ann", "/runs", "others"); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("what is not there is removed: %v", err)
		}
		if err := w.RemoveView(ctx, "person/ann", "/runs", "mine"); err != nil {
			t.Error(err)
		}
		if got := list("person/ben", "/runs"); got != "[{mine /runs state=refused}]" {
			t.Errorf("ann removed ben's: %s", got)
		}
		if err := w.RemovePerson(ctx, "ben"); err != nil {
			t.Fatal(err)
		}
		if got := list("person/ben", ""); got != "[]" {
			t.Errorf("who was removed has %s", got)
		}
		for i := range 60 {
			err := save("person/ann", "/runs", fmt.Sprint("view-", i), "")
			if full := i >= 49; full != (prentice.KindOf(err) == prentice.Limited) {
				t.Fatalf("view %d: %v", i, err)
			}
		}
	})
}
