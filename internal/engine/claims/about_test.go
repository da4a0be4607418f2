package claims_test

import (
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestClaimsAboutOneThingAreDeclaredWithoutThoseAboutOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "claims", claims.Schema()); err != nil {
			t.Fatal(err)
		}
		s, now := &claims.Store{DB: d}, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		of := func(about prentice.Ref, id string) claims.Claim {
			return claims.Claim{ID: id, Kind: "check", About: about, Says: id, Severity: claims.Block}
		}
		for about, id := range map[prentice.Ref]string{"repository/a": "check:a:x", "repository/b": "check:b:x"} {
			if err := s.DeclareAbout(t.Context(), now, "check", about, []claims.Claim{of(about, id)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.DeclareAbout(t.Context(), now, "check", "repository/a", []claims.Claim{of("repository/b", "check:b:x")}); prentice.KindOf(err) != prentice.Invalid {
			t.Errorf("a claim about another thing: %v", err)
		}
		if err := s.DeclareAbout(t.Context(), now, "check", "repository/a", nil); err != nil {
			t.Fatal(err)
		}
		list, err := s.List(t.Context(), now, claims.Filter{})
		if err != nil || len(list) != 1 || list[0].ID != "check:b:x" {
			t.Errorf("%+v, %v", list, err)
		}
		if abouts, err := s.Abouts(t.Context(), "check"); err != nil || len(abouts) != 1 || abouts[0] != "repository/b" {
			t.Errorf("%v, %v", abouts, err)
		}
	})
}

func TestAVerdictThatFollowsItsSubjectHasALineForEachChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "claims", claims.Schema()); err != nil {
			t.Fatal(err)
		}
		s, now := &claims.Store{DB: d}, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		c := claims.Claim{ID: "check:a:x", Kind: "check", About: "repository/a", Says: "x", Severity: claims.Block}
		if err := s.Declare(t.Context(), now, "check", []claims.Claim{c}); err != nil {
			t.Fatal(err)
		}
		for i, v := range []claims.Verdict{
			{Truth: prentice.Pass, Basis: claims.Basis{Subject: "one"}},
			{Truth: prentice.Pass, Basis: claims.Basis{Subject: "two"}, Time: now.Add(time.Hour)},
			{Truth: prentice.Fail, Basis: claims.Basis{Subject: "three"}, Time: now.Add(2 * time.Hour)},
			{Truth: prentice.Fail, Basis: claims.Basis{Subject: "four"}, Time: now.Add(90 * time.Minute)}, // the clock was set back
			{Truth: prentice.Fail, Basis: claims.Basis{Subject: "five"}, Time: now.Add(9 * time.Hour)},    // for hours no one looked
		} {
			if v.Time.IsZero() {
				v.Time = now
			}
			v.Claim, v.Basis.Claim, v.Environment, v.Tool, v.Reason, v.Until = c.ID, c.Digest(), "branch main", "x", "seen", v.Time.Add(3*time.Hour)
			if err := s.Follow(t.Context(), []claims.Verdict{v}); err != nil {
				t.Fatal(i, err)
			}
		}
		history, err := s.History(t.Context(), c.ID, now.Add(-time.Hour), 10)
		if err != nil || len(history) != 3 || history[2].Subject != "two" || history[1].Subject != "four" || history[0].Subject != "five" {
			t.Errorf("%+v, %v", history, err)
		}
		if !history[1].Until.Equal(now.Add(270 * time.Minute)) {
			t.Errorf("what was seen after the clock was set back counts until %s", history[1].Until)
		}
	})
}
