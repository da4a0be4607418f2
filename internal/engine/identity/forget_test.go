package identity_test

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/identity"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestTokensThatExpiredLongAgoGoAndThoseThatHoldStay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d)
		make := func(name string, lasts time.Duration) {
			if _, _, err := w.CreateToken(ctx, identity.TokenRequest{Kind: prentice.Agent, Name: name, Person: "ann", Role: prentice.Viewer, Lasts: lasts}); err != nil {
				t.Fatal(err)
			}
		}
		make("old-bot", time.Hour)
		make("new-bot", 300*24*time.Hour)
		before, err := w.Tokens(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		w.time.Store(noon.Add(200 * 24 * time.Hour).UnixMicro())
		out, err := w.Forget(ctx, db.Sweep{Before: noon.Add(24 * time.Hour), Most: 10})
		if err != nil || out.Removed < 1 || !out.Over {
			t.Fatalf("%+v %v", out, err)
		}
		after, err := w.Tokens(ctx, "")
		if err != nil || len(after) != len(before)-1 {
			t.Errorf("%d tokens of %d are left: %v", len(after), len(before), err)
		}
		for _, token := range after {
			if token.Name == "old-bot" {
				t.Error("one that expired long ago is there")
			}
		}
		if _, _, err := w.CreateToken(ctx, identity.TokenRequest{Kind: prentice.Agent, Name: "old-bot", Person: "ann", Role: prentice.Viewer, Lasts: time.Hour}); err != nil {
			t.Errorf("its person cannot make it again: %v", err)
		}
	})
}
