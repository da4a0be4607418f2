package build

import (
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/release"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
)

// byHandTo starts the procedure by hand, with what is called a version.
func (w *world) byHandTo(t *testing.T, place, version, digest, reason string) int64 {
	t.Helper()
	run, err := w.Runs.Start(t.Context(), prentice.RunRequest{Procedure: "deploy-shop", Reason: reason, Actor: prentice.Actor{Kind: prentice.Person, Name: "vic"},
		Inputs: map[string]string{"service": "shop", "version": version, "digest": digest, "place": place}})
	if err != nil {
		t.Fatal(err)
	}
	return run.Number
}

func (w *world) digestOf(t *testing.T, name string) string {
	t.Helper()
	r, err := w.find(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return r.Artifacts[0]
}

func TestARunByHandIsADeployment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.lands(t, 1, "1")
		w.goes(t, "shop@1", "test", prentice.Verified)
		w.goes(t, "shop@1", "production", prentice.Verified)
		before := w.now
		w.lands(t, 2, "2")
		w.ends(t, w.byHandTo(t, "production", "2", w.digestOf(t, "shop@2"), "it is urgent"), prentice.Verified)
		got, err := w.Releases.Deployment(t.Context(), 3)
		if err != nil || !got.ByHand || got.Outcome != release.Deployed || got.By != "person/vic" || got.Run != 3 || got.Before != "1" || len(got.Brings) != 1 || got.Brings[0].Number != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		for at, want := range map[time.Time]string{w.now: "2", before: "1"} {
			where, err := w.Deployed(t.Context(), at)
			if i := slices.IndexFunc(where, func(s release.Standing) bool { return s.Place == "production" }); err != nil || i < 0 || where[i].Runs != want {
				t.Errorf("at %s: %+v, %v, want %s", at, where, err, want)
			}
		}
		f, err := w.delivery(t.Context(), w.call(), deliveryIn{Since: noon, Until: w.now.Add(time.Second)})
		if err != nil || f.Frequency.Of != 2 || f.Frequency.List[1].Run != "run/3" || f.Lead.Of != 2 {
			t.Errorf("the figures are of %+v, %+v, %v", f.Frequency, f.Lead, err)
		}
		for range 3 { // it is looked at again, also by a process that remembers nothing
			w.byHand.until = nil
			if _, err := w.settle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if list, err := w.Releases.Deployments(t.Context(), release.Filter{}); err != nil || len(list) != 3 {
			t.Errorf("%d deployments, %v", len(list), err)
		}
		if next := w.goes(t, "shop@2", "test", prentice.Verified); next.Number != 4 {
			t.Errorf("the looks have used up numbers: %d", next.Number)
		}
	})
}

func TestARunByHandProvesNothingForTheNextPlaceAndWhatItBrokeCounts(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	w.ends(t, w.byHandTo(t, "test", "1", w.digestOf(t, "shop@1"), ""), prentice.Verified)
	if got := w.missing(t, "shop@1", "production"); !slices.Equal(got, []string{ClaimBefore}) {
		t.Errorf("by hand alone: %v", got)
	}
	w.goes(t, "shop@1", "test", prentice.Verified)
	if got := w.missing(t, "shop@1", "production"); len(got) != 0 {
		t.Errorf("deployed: %v", got)
	}
	w.ends(t, w.byHandTo(t, "test", "1", "sha256:"+strings.Repeat("0", 64), ""), prentice.Undone)
	if got := w.missing(t, "shop@1", "production"); len(got) != 0 {
		t.Errorf("what only calls itself so is held against it: %v", got)
	}
	w.ends(t, w.byHandTo(t, "test", "1", w.digestOf(t, "shop@1"), ""), prentice.Undone)
	if got := w.missing(t, "shop@1", "production"); !slices.Equal(got, []string{ClaimBefore}) {
		t.Errorf("it was undone by hand: %v", got)
	}
}

func TestWhatOnlyCallsItselfByAVersionIsNotThatRelease(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	w.ends(t, w.byHandTo(t, "test", "1", "sha256:"+strings.Repeat("0", 64), ""), prentice.Verified)
	where, err := w.Deployed(t.Context(), w.now)
	if err != nil || len(where) != 1 || where[0].Runs != "" || !strings.Contains(where[0].Uncertain, "does not say which version") {
		t.Errorf("%+v, %v", where, err)
	}
	if r, err := w.shown(t.Context(), release.Release{Service: "shop", Version: "1"}); err != nil || len(r.Places) != 0 {
		t.Errorf("it is said to run at %v, %v", r.Places, err)
	}
}

func TestNoReasonHidesARunByHand(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	w.goes(t, "shop@1", "test", prentice.Verified)
	for i, reason := range []string{"deployment/1: shop@1 to test", "deployment/99: no such", "deployment/2: itself", "1:"} {
		w.ends(t, w.byHandTo(t, "test", "1", w.digestOf(t, "shop@1"), reason), prentice.Verified)
		if list, err := w.Releases.Deployments(t.Context(), release.Filter{}); err != nil || len(list) != i+2 {
			t.Errorf("%q: %d deployments, %v", reason, len(list), err)
		}
	}
}

func TestAPlaceIsBusyWithARunByHand(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	hand := w.byHandTo(t, "test", "1", w.digestOf(t, "shop@1"), "")
	_, err := w.deploy(t.Context(), w.call(), deployIn{releaseIn: releaseIn{"shop@1"}, Place: "test"})
	if prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), "by run/1") {
		t.Errorf("%v", err)
	}
	w.ends(t, hand, prentice.Verified)
	first, err := w.deploy(t.Context(), w.call(), deployIn{releaseIn: releaseIn{"shop@1"}, Place: "test"})
	if err != nil {
		t.Fatal(err)
	}
	hand = w.byHandTo(t, "test", "1", w.digestOf(t, "shop@1"), "while another goes on")
	if _, err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if going, err := w.Releases.Going(t.Context()); err != nil || len(going) != 1 || going[0].Number != first.Number {
		t.Errorf("two go on: %+v, %v", going, err)
	}
	w.ends(t, hand, prentice.Failed)
	w.ends(t, first.Run, prentice.Verified)
	list, err := w.Releases.Deployments(t.Context(), release.Filter{})
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	if s := release.StandingsAt(list, w.now); len(s) != 1 || s[0].Runs != "1" || s[0].Last.Number != first.Number {
		t.Errorf("what ended last does not decide: %+v", s)
	}
}

func TestWhatNeverActsIsNoDeployment(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	refused := w.byHandTo(t, "test", "1", "", "")
	r := w.runs[refused]
	r.Started = time.Time{}
	w.runs[refused] = r
	elsewhere := w.byHandTo(t, "nowhere", "1", "", "")
	w.ends(t, refused, prentice.RunRefused)
	w.ends(t, elsewhere, prentice.Verified)
	if list, err := w.Releases.Deployments(t.Context(), release.Filter{}); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestWhatFailedHasLeftItsData(t *testing.T) {
	for state, want := range map[prentice.State][]string{prentice.Failed: {ClaimSchema}, prentice.Uncertain: {ClaimSchema}, prentice.Undone: nil} {
		w := newWorld(t, dbtest.SQLite(t))
		w.lands(t, 1, "1")
		w.goes(t, "shop@1", "test", prentice.Verified)
		w.lands(t, 2, "2", func(in *createIn) { in.Migration = "irreversible" })
		w.goes(t, "shop@2", "test", state)
		if got := w.missing(t, "shop@1", "test"); !slices.Equal(got, want) {
			t.Errorf("after 2 was %s, back to 1: %v, want %v", state, got, want)
		}
	}
}

func TestFiguresAreOfAServiceOrATeamAndOpenIntoRuns(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	w.goes(t, "shop@1", "test", prentice.Verified)
	w.goes(t, "shop@1", "production", prentice.Verified)
	w.Deps.Catalog = func() *team.Catalog {
		return &team.Catalog{Services: []team.Service{{Ref: "service/shop"}, {Ref: "service/till"}}, Entities: []team.Entity{{Ref: "service/shop", Owner: "group/sellers"}, {Ref: "service/till", Owner: "group/payers"}}}
	}
	for _, c := range []struct {
		in   deliveryIn
		runs []prentice.Ref
	}{
		{deliveryIn{}, []prentice.Ref{"run/2"}}, // at the last place
		{deliveryIn{Place: "test"}, []prentice.Ref{"run/1"}},
		{deliveryIn{Service: "shop"}, []prentice.Ref{"run/2"}},
		{deliveryIn{Service: "till"}, nil},
		{deliveryIn{Team: "group/sellers"}, []prentice.Ref{"run/2"}},
		{deliveryIn{Team: "sellers"}, []prentice.Ref{"run/2"}},
		{deliveryIn{Team: "payers"}, nil},
	} {
		c.in.Since, c.in.Until = noon, w.now.Add(time.Second)
		got, err := w.delivery(t.Context(), w.call(), c.in)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []release.Figure{got.Frequency, got.Lead, got.Fails, got.Rework} {
			var runs []prentice.Ref
			for _, m := range f.List {
				runs = append(runs, m.Run)
			}
			if !slices.Equal(runs, c.runs) {
				t.Errorf("%+v: %s is made of %v, want %v", c.in, f.Name, runs, c.runs)
			}
		}
	}
}

func TestARunThatCannotBeReadHoldsUpNoOther(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	w.spoilt = w.byHandTo(t, "test", "1", w.digestOf(t, "shop@1"), "")
	w.ends(t, w.spoilt, prentice.Verified)
	w.ends(t, w.byHandTo(t, "production", "1", w.digestOf(t, "shop@1"), ""), prentice.Verified)
	w.goes(t, "shop@1", "test", prentice.Verified)
	list, err := w.Releases.Deployments(t.Context(), release.Filter{})
	if err != nil || len(list) != 2 || list[0].Run != 3 || list[1].Run != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	w.spoilt = 0
	if _, err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, err = w.Releases.Deployments(t.Context(), release.Filter{}); err != nil || len(list) != 3 {
		t.Errorf("it is forgotten: %+v, %v", list, err)
	}
}
