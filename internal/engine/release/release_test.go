package release_test

import (
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/release"
)

func TestNotesAreDraftedInGroups(t *testing.T) {
	got := release.Draft([]release.Change{{Number: 1, Title: "feat(cart): gift cards"}, {Number: 2, Title: "fix: totals round down"}, {Number: 3, Title: "skill/x: the colon is of an area"}, {Number: 4, Title: "\x1b[31mred"}})
	want := "## New\n- gift cards (change/1)\n\n## Changed\n- skill/x: the colon is of an area (change/3)\n"
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "## Fixed\n- totals round down (change/2)") || strings.Contains(got, "\x1b") {
		t.Error(got)
	}
}

func TestAVersionIsNoPath(t *testing.T) {
	for version, good := range map[string]bool{"1.4.2": true, "2026-11-30.1": true, "../x": false, ".1": false, "-rf": false, "": false, "1 2": false, "1/2": false, "a\n": false, strings.Repeat("1", 61): false} {
		if err := release.CheckVersion(version); (err == nil) != good {
			t.Errorf("%q: %v", version, err)
		}
	}
}

func TestHowADeploymentEndedIsHowItsRunDid(t *testing.T) {
	for state, want := range map[prentice.State]release.Outcome{
		prentice.Verified: release.Deployed, prentice.Undone: release.Undone, prentice.Failed: release.Failed, prentice.Uncertain: release.Uncertain,
		prentice.Unverified: release.Uncertain, prentice.Cancelled: release.Uncertain, prentice.Running: "", prentice.Undoing: "", prentice.Waiting: "",
	} {
		if got, _ := release.OutcomeOf(prentice.Run{State: state, Started: noon}); got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
	for _, state := range []prentice.State{prentice.RunRefused, prentice.Expired, prentice.Cancelled, prentice.RunHeld} {
		if got, ended := release.OutcomeOf(prentice.Run{State: state}); got != release.Void || !ended {
			t.Errorf("%s, nothing begun: %q", state, got)
		}
	}
}

func dep(n int64, o release.Outcome, began, ended time.Duration, edit ...func(*release.Deployment)) release.Deployment {
	d := release.Deployment{Number: n, Service: "shop", Place: "production", Version: "v", Outcome: o, Began: noon.Add(began), Ended: noon.Add(ended)}
	for _, e := range edit {
		e(&d)
	}
	return d
}

func TestTheFiveFigures(t *testing.T) {
	h := time.Hour
	list := []release.Deployment{
		dep(1, release.Deployed, 0, h, func(d *release.Deployment) {
			d.Brings = []release.Change{{Number: 7, First: noon.Add(-9 * h)}, {Number: 8, First: noon.Add(-19 * h)}, {Number: 9}}
		}),
		dep(2, release.Undone, 24*h, 25*h),
		dep(3, release.Failed, 30*h, 31*h),
		dep(4, release.Deployed, 33*h, 34*h, func(d *release.Deployment) { d.Fixes = "deployment/3" }),
		dep(5, release.Uncertain, 40*h, 41*h),
		dep(6, release.Void, 0, 42*h),
		dep(7, release.Deployed, 50*h, 51*h, func(d *release.Deployment) {
			d.Fault = &release.Fault{At: noon.Add(60 * h), Reason: "totals"}
		}),
	}
	f := release.Measure(list, release.Window{From: noon, To: noon.Add(96 * h)})
	for _, c := range []struct {
		got         release.Figure
		value       float64
		of, unknown int
	}{
		{f.Frequency, 0.75, 3, 0},
		{f.Lead, 15, 2, 1},
		{f.Fails, 60, 5, 1},     // 2, 3 and 7 of 1, 2, 3, 4 and 7
		{f.Recovery, 2.5, 2, 1}, // 1 h undone, 4 h by deployment/4; 7 is not well again
		{f.Rework, 100. / 6, 6, 0},
	} {
		if !c.got.Known || c.got.Value != c.value || c.got.Of != c.of || c.got.Unknown != c.unknown {
			t.Errorf("%s: %v of %d, %d unknown; want %v of %d, %d unknown", c.got.Name, c.got.Value, c.got.Of, c.got.Unknown, c.value, c.of, c.unknown)
		}
	}
	if empty := release.Measure(nil, release.Window{From: noon, To: noon.Add(h)}); empty.Lead.Known || empty.Fails.Known || empty.Recovery.Known || empty.Rework.Known {
		t.Error("something is known of nothing")
	}
}

// any deployments, some of which go wrong in each way.
func some(r *rand.Rand) (list []release.Deployment) {
	outcomes := []release.Outcome{release.Deployed, release.Deployed, release.Failed, release.Undone, release.Uncertain, release.Void}
	at := time.Duration(0)
	for n := range int64(r.Intn(30)) {
		at += time.Duration(r.Intn(72)) * time.Hour
		list = append(list, dep(n+1, outcomes[r.Intn(len(outcomes))], at, at+time.Duration(r.Intn(200))*time.Minute, func(d *release.Deployment) {
			d.Back = r.Intn(8) == 0
			if d.Outcome == release.Deployed && r.Intn(5) == 0 {
				d.Fault = &release.Fault{At: d.Ended.Add(time.Duration(r.Intn(50)) * time.Hour)}
			}
			if r.Intn(2) == 0 {
				d.Brings = []release.Change{{Number: n, First: noon.Add(at - time.Duration(r.Intn(99))*time.Hour)}}
			}
		}))
	}
	return list
}

func TestAWindowThatMovesGivesNothingToAnother(t *testing.T) {
	for seed := range int64(300) {
		r := rand.New(rand.NewSource(seed))
		list := some(r)
		from := noon.Add(time.Duration(r.Intn(400)) * time.Hour)
		cut := from.Add(time.Duration(r.Intn(300)) * time.Hour)
		to := cut.Add(time.Duration(r.Intn(300)) * time.Hour)
		whole, left, right := release.Measure(list, release.Window{From: from, To: to}), release.Measure(list, release.Window{From: from, To: cut}), release.Measure(list, release.Window{From: cut, To: to})
		for i, f := range whole.All() {
			if both := slices.Concat(left.All()[i].List, right.All()[i].List); !slices.Equal(f.List, both) {
				t.Fatalf("seed %d, %s: a window is not what its parts are\n%v\n%v", seed, f.Name, f.List, both)
			}
			known := 0
			for _, m := range f.List {
				if m.Known {
					known++
				}
			}
			if f.Of != known || f.Of+f.Unknown != len(f.List) {
				t.Fatalf("seed %d, %s: %d and %d unknown of %d", seed, f.Name, f.Of, f.Unknown, len(f.List))
			}
		}
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if again := release.Measure(list, release.Window{From: from, To: to}); !slices.Equal(again.Recovery.List, whole.Recovery.List) || again.Fails.Value != whole.Fails.Value {
			t.Fatalf("seed %d: the order of the list decides", seed)
		}
	}
}

func TestWhatIsAtAPlace(t *testing.T) {
	h := time.Hour
	v := func(s string) func(*release.Deployment) { return func(d *release.Deployment) { d.Version = s } }
	list := []release.Deployment{dep(1, release.Deployed, 0, h, v("1")), dep(2, release.Undone, 2*h, 3*h, v("2")), dep(3, release.Uncertain, 4*h, 5*h, v("3")), dep(4, release.Void, 0, 6*h, v("4")), dep(5, release.Deployed, 7*h, 8*h, v("5"))}
	for at, want := range map[time.Duration]string{h: "1", 3 * h: "1", 5 * h: "", 6 * h: "", 8 * h: "5"} {
		s := release.StandingsAt(list, noon.Add(at))
		if len(s) != 1 || s[0].Runs != want || (want == "") != (s[0].Uncertain != "") {
			t.Errorf("after %s: %+v, want %q", at, s, want)
		}
	}
	if s := release.StandingsAt(list, noon); len(s) != 0 {
		t.Error("something was there before anything was deployed")
	}
}

func TestTheTeamsFile(t *testing.T) {
	rules, findings := release.Load("releases.yaml", []byte("places: [test, stage, production]\nservices:\n  shop:\n    repository: web\n    inputs: {root: /srv}\n    places:\n      production: {procedure: deploy-slowly, inputs: {root: /opt}}\n"))
	if rules == nil {
		t.Fatal(findings)
	}
	if w := rules.Way("shop", "production"); w.Procedure != "deploy-slowly" || w.Inputs["root"] != "/opt" {
		t.Error(w)
	}
	if w := rules.Way("shop", "test"); w.Procedure != "deploy-shop" || w.Inputs["root"] != "/srv" {
		t.Error(w)
	}
	if rules.Before("stage") != "test" || rules.Before("test") != "" || rules.Last() != "production" || rules.Repository("shop") != "web" {
		t.Error(rules)
	}
	for text, want := range map[string]string{
		"services: {}":   "has no places",
		"places: [a, a]": "there twice",
		"places: [a]\nservices: {s: {places: {b: {}}}}":     `no place "b"`,
		"places: [a]\nservices: {s: {inputs: {digest: x}}}": "is given by each deployment",
		"places: [a]\nstages: [b]":                          `"stages"`,
		"places: [\"../x\"]":                                "cannot name a place",
	} {
		rules, findings := release.Load("releases.yaml", []byte(text))
		if rules != nil || len(findings) == 0 || !strings.Contains(findings[0].Text, want) {
			t.Errorf("%s: %v", text, findings)
		}
	}
}
