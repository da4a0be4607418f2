package codecontrol

import (
	"context"
	"errors"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/op"
)

// folder is a host that keeps names.
type folder struct {
	Host
	made map[string]bool
	full bool
}

func (f *folder) Create(_ context.Context, name, _ string) error {
	if f.full {
		return errors.New("the disk is full")
	}
	f.made[name] = true
	return nil
}

func desk(t *testing.T, d *db.DB, h Host) *Desk {
	t.Helper()
	if err := d.Migrate(context.Background(), "codecontrol", db.Under(files, "schema")); err != nil {
		t.Fatal(err)
	}
	return New(Deps{DB: d, Host: h}).Self.(*Desk)
}

func by(person string) op.Call {
	return op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: person, Role: prentice.Owner}, Now: time.Unix(1e9, 0).UTC()}
}

func TestARepositoryIsThereOnceItIsMade(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := &folder{made: map[string]bool{}, full: true}
		k := desk(t, d, f)
		ctx := context.Background()
		if _, err := k.create(ctx, by("ann"), CreateIn{Name: "shop", Branch: "main"}); err == nil {
			t.Error("it was made on a full disk")
		}
		if _, err := k.Repository(ctx, "shop"); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("what could not be made is there: %v", err)
		}
		f.full = false
		if _, err := k.create(ctx, by("ann"), CreateIn{Name: "shop", Branch: "main", Title: "The shop"}); err != nil {
			t.Fatal(err)
		}
		h, err := k.Repository(ctx, "shop")
		if err != nil || h.State != Active || h.MadeBy != "person/ann" || h.Title != "The shop" {
			t.Errorf("%+v, %v", h, err)
		}
		if _, err := k.create(ctx, by("ann"), CreateIn{Name: "shop", Branch: "main"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("a second one: %v", err)
		}
		kept, err := k.Kept(ctx)
		if err != nil || len(kept) != 1 || kept[0].Git != "shop.git" {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}
