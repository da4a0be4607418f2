package build

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/artifact"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/release"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/kit/dsse"
	"prentice/internal/op"
	"prentice/internal/team"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is a shop whose changes land, with runs that the test ends.
type world struct {
	*Desk
	now    time.Time
	landed []Landed
	checks claims.Answer
	runs   map[int64]prentice.Run
	asked  []prentice.RunRequest
	spoilt int64 // a run that cannot be read
	passed error // whether a check holds
	gone   bool  // the process ends between asking for a run and writing that down
}

const rules = "places: [test, production]\nservices:\n  shop:\n    inputs: {root: /srv}\n"

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	for name, files := range map[string]func() error{
		"artifact": func() error { return d.Migrate(t.Context(), "artifact", artifact.Schema()) },
		"release":  func() error { return d.Migrate(t.Context(), "release", release.Schema()) },
	} {
		if err := files(); err != nil {
			t.Fatal(name, err)
		}
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	said, findings := release.Load(release.TeamFile, []byte(rules))
	if said == nil {
		t.Fatal(findings)
	}
	record := func(*db.Tx, time.Time, ...prentice.Note) error { return nil }
	w := &world{now: noon, runs: map[int64]prentice.Run{}, checks: claims.May([]claims.Need{{Claim: "tests/pass", Blocks: true, Truth: prentice.Pass}})}
	chapter := New(Deps{
		Artifacts: &artifact.Store{DB: d, Content: artifact.Content{Dir: t.TempDir()}, Record: record, Attest: func(s []byte) []byte { return dsse.Sign(private, "application/vnd.in-toto+json", s).Encode() }},
		Releases:  &release.Store{DB: d, Record: record},
		Rules:     func() *release.Rules { return said },
		Catalog:   func() *team.Catalog { return &team.Catalog{Services: []team.Service{{Ref: "service/shop"}}} },
		Clock:     func() time.Time { return w.now },
		Keys:      func() []ed25519.PublicKey { return []ed25519.PublicKey{public} },
		Code: Code{
			Commit:  func(_ context.Context, _, name string) (string, error) { return name, nil },
			Landed:  func(context.Context, string) ([]Landed, error) { return w.landed, nil },
			MayLand: func(context.Context, prentice.Ref, string) (claims.Answer, string, error) { return w.checks, "", nil },
			Passed:  func(context.Context, string, string, string) error { return w.passed },
			Made: func(_ context.Context, _, commit, check, file string) (io.ReadCloser, []string, error) {
				return io.NopCloser(strings.NewReader(commit + check + file)), []string{"golang@sha256:1"}, nil
			},
			Bill: func(context.Context, string, string) ([]byte, error) { return []byte("bill"), nil },
		},
		Runs: Runs{
			Start: func(_ context.Context, r prentice.RunRequest) (prentice.Run, error) {
				w.asked = append(w.asked, r)
				n := int64(len(w.asked))
				w.runs[n] = prentice.Run{Number: n, Procedure: r.Procedure, Requester: r.Actor.Ref(), State: prentice.Running, Reason: r.Reason, Created: w.now, Started: w.now}
				if w.gone {
					return prentice.Run{}, errors.New("the process ends here")
				}
				return w.runs[n], nil
			},
			Show:   func(_ context.Context, n int64) (prentice.Run, error) { return w.runs[n], nil },
			Inputs: func(string) ([]string, error) { return []string{"service", "digest", "place", "fence", "root"}, nil },
			Find: func(_ context.Context, _, reason string, _ time.Time) (int64, error) {
				for n, r := range w.runs {
					if strings.HasPrefix(r.Reason, reason) {
						return n, nil
					}
				}
				return 0, nil
			},
			After: func(_ context.Context, procedure string, after int64) (list []prentice.Run, _ error) {
				for n := int64(len(w.runs)); n > after; n-- {
					if w.runs[n].Procedure == procedure {
						list = append(list, w.runs[n])
					}
				}
				return list, nil
			},
			Given: func(_ context.Context, n int64) (map[string]string, error) {
				if w.spoilt == n {
					return nil, errors.New("its row is spoilt")
				}
				return w.asked[n-1].Inputs, nil
			},
		},
	})
	w.Desk = chapter.Self.(*Desk)
	return w
}

func (w *world) call() op.Call {
	return op.Call{Actor: prentice.Actor{Kind: prentice.Person, Name: "ann"}, Now: w.now}
}

// lands lets a change land, and adds what was built of it as a release.
func (w *world) lands(t *testing.T, number int64, version string, edit ...func(*createIn)) {
	t.Helper()
	commit := strings.Repeat(string(rune('a'+number)), 40)
	w.landed = slices.Insert(w.landed, 0, Landed{Change: release.Change{Number: number, Title: "feat: " + version, Commit: commit, First: w.now.Add(-24 * time.Hour), Landed: w.now}})
	digest, _, err := w.Artifacts.Content.Take(strings.NewReader("program "+version), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.add(t.Context(), w.call(), addIn{File: digest, Name: "dist/shop", Service: "shop", Revision: commit}); err != nil {
		t.Fatal(err)
	}
	in := createIn{Service: "shop", Version: version, Revision: commit}
	for _, e := range edit {
		e(&in)
	}
	if _, err := w.create(t.Context(), w.call(), in); err != nil {
		t.Fatal(err)
	}
}

// goes deploys, and lets the run end so.
func (w *world) goes(t *testing.T, name, place string, state prentice.State) release.Deployment {
	t.Helper()
	d, err := w.deploy(t.Context(), w.call(), deployIn{releaseIn: releaseIn{name}, Place: place})
	if err != nil {
		t.Fatal(err)
	}
	w.ends(t, d.Run, state)
	got, err := w.Releases.Deployment(t.Context(), d.Number)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// ends lets a minute pass, and a run end so.
func (w *world) ends(t *testing.T, run int64, state prentice.State) {
	t.Helper()
	w.now = w.now.Add(time.Minute)
	r := w.runs[run]
	r.State, r.Ended = state, w.now
	w.runs[run] = r
	if _, err := w.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) missing(t *testing.T, name, place string) (claimed []string) {
	t.Helper()
	a, err := w.Desk.ask(t.Context(), name, place)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := w.may(t.Context(), a, w.call().Actor, w.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range answer.Missing {
		if n.Produce == "" && n.Resolve == "" {
			t.Errorf("%s says neither what would produce nor what would resolve it", n.Claim)
		}
		claimed = append(claimed, n.Claim)
	}
	return claimed
}

func TestAReleaseGoesFromPlaceToPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.lands(t, 1, "1")
		if got := w.missing(t, "shop@1", "production"); !slices.Equal(got, []string{ClaimBefore}) {
			t.Errorf("missing for production: %v", got)
		}
		if _, err := w.deploy(t.Context(), w.call(), deployIn{releaseIn: releaseIn{"shop@1"}, Place: "production"}); prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), ClaimBefore) {
			t.Errorf("it skips a place: %v", err)
		}
		if len(w.asked) != 0 {
			t.Error("a run was asked for all the same")
		}
		first := w.goes(t, "shop@1", "test", prentice.Verified)
		if first.Outcome != release.Deployed || len(first.Brings) != 1 {
			t.Errorf("%+v", first)
		}
		if got := w.asked[0].Inputs; got["root"] != "/srv" || got["place"] != "test" || got["fence"] != "1" || !strings.HasPrefix(got["digest"], "sha256:") || got["version"] != "" {
			t.Errorf("its inputs are %v", got)
		}
		second := w.goes(t, "shop@1", "production", prentice.Verified)
		if second.Outcome != release.Deployed {
			t.Errorf("%+v", second)
		}
		w.lands(t, 2, "2")
		w.goes(t, "shop@2", "test", prentice.Undone)
		if got := w.missing(t, "shop@2", "production"); !slices.Equal(got, []string{ClaimBefore}) {
			t.Errorf("after it was undone at test: %v", got)
		}
		w.goes(t, "shop@2", "test", prentice.Verified)
		if _, err := w.fault(t.Context(), w.call(), faultIn{deploymentIn: deploymentIn{"4"}, Reason: "totals are wrong"}); err != nil {
			t.Fatal(err)
		}
		if got := w.missing(t, "shop@2", "production"); !slices.Equal(got, []string{ClaimBefore}) {
			t.Errorf("after it failed later at test: %v", got)
		}
		where, err := w.Deployed(t.Context(), w.now)
		if err != nil || len(where) != 2 || where[0].Runs != "2" || where[1].Runs != "1" {
			t.Errorf("%+v, %v", where, err)
		}
	})
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	if got := w.missing(t, "shop@1", "test"); len(got) != 0 {
		t.Fatalf("missing: %v", got)
	}
	landed, checks := w.landed, w.checks
	w.landed = nil
	if got := w.missing(t, "shop@1", "test"); !slices.Equal(got, []string{ClaimLanded}) {
		t.Errorf("did not land: %v", got)
	}
	w.landed, w.checks = landed, claims.May([]claims.Need{{Claim: "tests/pass", Blocks: true, Truth: prentice.Fail, Resolve: "fix them"}, {Claim: "scan", Blocks: true}})
	if got := w.missing(t, "shop@1", "test"); !slices.Equal(got, []string{"tests/pass", "scan"}) {
		t.Errorf("its checks do not hold: %v", got)
	}
	w.checks = claims.May(nil)
	if got := w.missing(t, "shop@1", "test"); !slices.Equal(got, []string{"release/checks"}) {
		t.Errorf("nothing is asked: %v", got)
	}
	w.checks = checks
	r, err := w.find(t.Context(), "shop@1")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Artifacts.Content.Remove(r.Artifacts[0]); err != nil {
		t.Fatal(err)
	}
	if got := w.missing(t, "shop@1", "test"); !slices.Equal(got, []string{ClaimProven}) {
		t.Errorf("its bytes are gone: %v", got)
	}
}

func TestNoOneGoesBackBehindAMigrationThatCannotBeTakenBack(t *testing.T) {
	for migration, want := range map[string][]string{"": nil, "expand": nil, "contract": {ClaimSchema}, "irreversible": {ClaimSchema}} {
		t.Run(migration, func(t *testing.T) {
			w := newWorld(t, dbtest.SQLite(t))
			w.lands(t, 1, "1")
			w.goes(t, "shop@1", "test", prentice.Verified)
			w.lands(t, 2, "2", func(in *createIn) { in.Migration = migration })
			w.lands(t, 3, "3")
			w.goes(t, "shop@3", "test", prentice.Verified)
			if got := w.missing(t, "shop@1", "test"); !slices.Equal(got, want) {
				t.Errorf("back to 1: %v, want %v", got, want)
			}
			if got := w.missing(t, "shop@2", "test"); len(got) != 0 {
				t.Errorf("back to 2, which has the migration: %v", got)
			}
			if want != nil {
				return
			}
			if d := w.goes(t, "shop@1", "test", prentice.Verified); !d.Back || len(d.Brings) != 0 {
				t.Errorf("going back: %+v", d)
			}
		})
	}
}

func TestADeploymentIsFoundAgainWhereAProcessEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.lands(t, 1, "1")
		// The process ends after the run was asked for, and before that was written down.
		ctx, end := context.WithCancel(t.Context())
		w.gone = true
		start := w.Runs.Start
		w.Runs.Start = func(c context.Context, r prentice.RunRequest) (prentice.Run, error) { end(); return start(c, r) }
		if _, err := w.deploy(ctx, w.call(), deployIn{releaseIn: releaseIn{"shop@1"}, Place: "test"}); err == nil {
			t.Fatal("the process did not end")
		}
		if got := w.missing(t, "shop@1", "test"); !slices.Equal(got, []string{ClaimFree}) {
			t.Errorf("the place is free: %v", got)
		}
		w.now = w.now.Add(time.Minute)
		r := w.runs[1]
		r.State, r.Ended = prentice.Verified, w.now
		w.runs[1] = r
		if _, err := w.settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := w.Releases.Deployment(t.Context(), 1)
		if err != nil || got.Run != 1 || got.Outcome != release.Deployed {
			t.Errorf("%+v, %v", got, err)
		}
		// It ends before the run was asked for.
		if _, err := w.Releases.Begin(t.Context(), w.now, release.Deployment{Service: "shop", Place: "production", Version: "1", Release: 1, By: "person/ann"}); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Hour)
		if _, err := w.settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ = w.Releases.Deployment(t.Context(), 2); got.Outcome != release.Void {
			t.Errorf("%+v", got)
		}
	})
}

func TestBytesOfWhatIsReleasedAreKept(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.lands(t, 1, "1")
	lone, _, _ := w.Artifacts.Content.Take(strings.NewReader("in no release"), "")
	if _, err := w.add(t.Context(), w.call(), addIn{File: lone, Name: "lone", Service: "shop", Revision: w.landed[0].Commit}); err != nil {
		t.Fatal(err)
	}
	w.now = time.Now().Add(60 * 24 * time.Hour)
	if err := w.tidyOnce(t.Context(), w.now); err != nil {
		t.Fatal(err)
	}
	r, _ := w.find(t.Context(), "shop@1")
	if err := w.Artifacts.Content.Check(r.Artifacts[0]); err != nil {
		t.Errorf("what is released is gone: %v", err)
	}
	if err := w.Artifacts.Content.Check(lone); prentice.KindOf(err) != prentice.NotFound {
		t.Errorf("what is in no release is kept: %v", err)
	}
	a, _ := w.Artifacts.Find(t.Context(), r.Artifacts[0])
	if err := w.proven(a); err != nil {
		t.Errorf("its provenance is gone: %v", err)
	}
}
