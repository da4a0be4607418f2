package release_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/release"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, d *db.DB) *release.Store {
	t.Helper()
	if err := d.Migrate(context.Background(), "release", release.Schema()); err != nil {
		t.Fatal(err)
	}
	return &release.Store{DB: d, Record: func(*db.Tx, time.Time, ...prentice.Note) error { return nil }}
}

func created(t *testing.T, s *release.Store, version string) release.Release {
	t.Helper()
	r, err := s.Create(t.Context(), noon, release.Release{Service: "shop", Version: version, Artifacts: []string{"sha256:" + version}, By: "person/ann"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOfTwoDeploymentsAtOneMomentOneGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		r := created(t, s, "1")
		began := 0
		for _, err := range dbtest.Together(8, func(i int) error {
			_, err := s.Begin(context.Background(), noon, release.Deployment{Service: "shop", Place: "stage", Version: "1", Release: r.Number, By: prentice.Ref(fmt.Sprint("person/p", i))})
			return err
		}) {
			switch {
			case err == nil:
				began++
			case prentice.KindOf(err) != prentice.Conflict:
				t.Errorf("refused with %v", err)
			}
		}
		if began != 1 {
			t.Errorf("%d deployments go on at one place", began)
		}
		going, err := s.Going(t.Context())
		if err != nil || len(going) != 1 {
			t.Fatal(going, err)
		}
		if _, err := s.Begin(t.Context(), noon, release.Deployment{Service: "shop", Place: "production", Version: "1", Release: r.Number}); err != nil {
			t.Errorf("another place is held up: %v", err)
		}
		ended, err := s.End(t.Context(), noon.Add(time.Minute), going[0].Number, release.Deployed, noon, "verified")
		if err != nil || ended.Outcome != release.Deployed {
			t.Fatal(ended, err)
		}
		again, err := s.End(t.Context(), noon.Add(time.Hour), going[0].Number, release.Failed, noon, "late")
		if err != nil || again.Outcome != release.Deployed || !again.Ended.Equal(noon.Add(time.Minute)) {
			t.Errorf("it ended twice: %+v, %v", again, err)
		}
		next, err := s.Begin(t.Context(), noon.Add(2*time.Minute), release.Deployment{Service: "shop", Place: "stage", Version: "1", Release: r.Number})
		if err != nil || next.Number <= going[0].Number {
			t.Errorf("the fence does not grow: %d after %d, %v", next.Number, going[0].Number, err)
		}
	})
}

func TestAReleaseThatWasDeployedDoesNotChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		r := created(t, s, "1")
		edit := func() error {
			_, err := s.Edit(t.Context(), noon, "shop", "1", "person/ann", func(r *release.Release) { r.Notes = "other" })
			return err
		}
		if err := edit(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Begin(t.Context(), noon, release.Deployment{Service: "shop", Place: "stage", Version: "1", Release: r.Number}); err != nil {
			t.Fatal(err)
		}
		if err := edit(); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("it was changed: %v", err)
		}
		if _, err := s.Create(t.Context(), noon, release.Release{Service: "shop", Version: "1"}); prentice.KindOf(err) != prentice.Conflict {
			t.Errorf("a version is there twice: %v", err)
		}
	})
}

func TestWhichRunPerformsADeploymentIsSaidOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		r := created(t, s, "1")
		made, err := s.Begin(t.Context(), noon, release.Deployment{Service: "shop", Place: "stage", Version: "1", Release: r.Number})
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range []int64{4, 5} {
			got, err := s.Performs(t.Context(), noon, made.Number, run)
			if err != nil || got.Run != 4 {
				t.Errorf("run %d, %v", got.Run, err)
			}
		}
	})
}
