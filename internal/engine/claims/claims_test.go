package claims

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is a store with claims on two services.
type world struct {
	*Store
	t *testing.T
}

func each(t *testing.T, test func(*world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := d.Migrate(t.Context(), "claims", Schema()); err != nil {
			t.Fatal(err)
		}
		w := &world{&Store{d}, t}
		w.declare(noon, answers("shop"), answers("till"))
		test(w)
	})
}

func answers(service string) Claim {
	return Claim{ID: "probe:" + service + ":http", Kind: "probe", About: prentice.NewRef("service", service), Says: service + " answers 200 within 2s", Owner: "group/platform", Severity: Warn}
}

func (w *world) declare(now time.Time, list ...Claim) {
	w.t.Helper()
	w.ok(w.Declare(w.t.Context(), now, "probe", list))
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func seen(c Claim, truth prentice.Truth, at, until time.Duration) Verdict {
	return Verdict{Claim: c.ID, Basis: Basis{Claim: c.Digest(), Subject: "sha256:s", Environment: "live", Tool: "probe@1"},
		Truth: truth, Reason: "it was " + string(truth), Witness: "answered", Time: noon.Add(at), Until: noon.Add(until)}
}

func (w *world) add(list ...Verdict) { w.t.Helper(); w.ok(w.Add(w.t.Context(), list)) }

// stands is the truths of all claims at a moment, by ID.
func (w *world) stands(at time.Duration, f Filter) string {
	w.t.Helper()
	list, err := w.List(w.t.Context(), noon.Add(at), f)
	w.ok(err)
	var words []string
	for _, s := range list {
		words = append(words, fmt.Sprintf("%s %s", s.About.Name(), s.Verdict.Truth))
	}
	return strings.Join(words, ", ")
}

func (w *world) history(id string) string {
	w.t.Helper()
	list, err := w.History(w.t.Context(), id, noon.Add(-time.Hour), 100)
	w.ok(err)
	var words []string
	for _, v := range list {
		words = append(words, fmt.Sprintf("%s %s-%s", v.Truth, v.Time.Sub(noon), v.Until.Sub(noon)))
	}
	return strings.Join(words, ", ")
}

func TestAVerdictThatComesOutTheSameMakesTheOldOneValidForLonger(t *testing.T) {
	each(t, func(w *world) {
		shop := answers("shop")
		w.add(seen(shop, prentice.Pass, 0, time.Minute))
		w.add(seen(shop, prentice.Pass, 30*time.Second, 90*time.Second))
		w.add(seen(shop, prentice.Fail, time.Minute, 3*time.Minute), seen(answers("till"), prentice.Pass, time.Minute, time.Hour))
		w.add(seen(shop, prentice.Fail, 5*time.Minute, 6*time.Minute)) // no one had looked meanwhile
		if got, want := w.history(shop.ID), "fail 5m0s-6m0s, fail 1m0s-3m0s, pass 0s-1m30s"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		other := seen(shop, prentice.Fail, 330*time.Second, 7*time.Minute)
		other.Subject = "sha256:t"
		w.add(other)
		if got := w.history(shop.ID); !strings.HasPrefix(got, "fail 5m30s-7m0s, fail 5m0s-6m0s") {
			t.Errorf("another subject has no verdict of its own: %s", got)
		}
	})
}

func TestAClaimStandsAsItsLastVerdictWhileThatIsValid(t *testing.T) {
	each(t, func(w *world) {
		w.add(seen(answers("shop"), prentice.Pass, 0, time.Minute), seen(answers("till"), prentice.Fail, 0, time.Hour))
		for at, want := range map[time.Duration]string{0: "shop pass, till fail", time.Minute: "shop unknown, till fail", 2 * time.Hour: "shop unknown, till unknown"} {
			if got := w.stands(at, Filter{}); got != want {
				t.Errorf("after %s: %s, want %s", at, got, want)
			}
		}
		for want, f := range map[string]Filter{"till fail": {Truth: prentice.Fail}, "shop pass": {Limit: 1}, "": {About: "service/none"}} {
			if got := w.stands(0, f); got != want {
				t.Errorf("%+v: %s, want %s", f, got, want)
			}
		}
		if got := w.stands(0, Filter{After: "probe:shop:http", About: "service/till"}); got != "till fail" {
			t.Errorf("behind the cursor: %s", got)
		}
		if _, err := w.Find(t.Context(), noon, "nothing"); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("what is not claimed was found: %v", err)
		}
	})
}

func TestAVerdictIsReusedOnTheSameBasisOnly(t *testing.T) {
	each(t, func(w *world) {
		shop := seen(answers("shop"), prentice.Pass, 0, time.Minute)
		w.add(shop, seen(answers("till"), prentice.NotSeen, 0, time.Minute))
		reused := func(at time.Duration, b Basis) bool {
			v, found, err := w.Reuse(t.Context(), noon.Add(at), b)
			w.ok(err)
			return found && v.Witness == "answered"
		}
		if !reused(0, shop.Basis) || reused(time.Minute, shop.Basis) {
			t.Error("it is not reused exactly while it is valid")
		}
		for what, change := range map[string]func(*Basis){
			"claim": func(b *Basis) { b.Claim = "x" }, "subject": func(b *Basis) { b.Subject = "x" },
			"environment": func(b *Basis) { b.Environment = "x" }, "tool": func(b *Basis) { b.Tool = "x" },
		} {
			other := shop.Basis
			if change(&other); reused(0, other) {
				t.Errorf("it is reused for another %s", what)
			}
		}
		if till := seen(answers("till"), prentice.NotSeen, 0, time.Minute); reused(0, till.Basis) {
			t.Error("unknown is reused as an answer")
		}
		if w.add(seen(answers("shop"), prentice.NotSeen, time.Second, time.Minute)); reused(2*time.Second, shop.Basis) {
			t.Error("a verdict is reused on which the claim does not stand any more")
		}
	})
}

func TestAClaimThatIsNoLongerMadeIsKeptAsRemoved(t *testing.T) {
	each(t, func(w *world) {
		w.add(seen(answers("shop"), prentice.Pass, 0, time.Hour))
		w.declare(noon.Add(time.Minute), answers("till"))
		if got := w.stands(time.Minute, Filter{}); got != "till unknown" {
			t.Errorf("got %s", got)
		}
		s, err := w.Find(t.Context(), noon.Add(time.Minute), "probe:shop:http")
		if err != nil || s.Verdict.Truth != prentice.NotSeen || !strings.Contains(s.Verdict.Reason, "no longer claimed") {
			t.Errorf("%+v %v", s, err)
		}
		w.declare(noon.Add(2*time.Minute), answers("till"), answers("shop"))
		if got := w.stands(2*time.Minute, Filter{}); got != "shop pass, till unknown" {
			t.Errorf("what comes back: %s", got)
		}
	})
}

func TestVerdictsThatAreRefused(t *testing.T) {
	each(t, func(w *world) {
		for what, change := range map[string]func(*Verdict){
			"no truth":          func(v *Verdict) { v.Truth = "" },
			"no reason":         func(v *Verdict) { v.Reason = "" },
			"no time":           func(v *Verdict) { v.Until = v.Time },
			"an unknown claim":  func(v *Verdict) { v.Claim = "other" },
			"a made-up verdict": func(v *Verdict) { v.Truth = "green" },
		} {
			bad := seen(answers("shop"), prentice.Pass, 0, time.Minute)
			if change(&bad); w.Add(t.Context(), []Verdict{bad, seen(answers("till"), prentice.Pass, 0, time.Minute)}) == nil {
				t.Errorf("%s was accepted", what)
			}
		}
		if got := w.stands(0, Filter{}); got != "shop unknown, till unknown" {
			t.Errorf("half of what was refused is kept: %s", got)
		}
	})
}

func TestOldVerdictsGoAndTheLastOfAClaimStays(t *testing.T) {
	each(t, func(w *world) {
		const day = 24 * time.Hour
		shop, till := answers("shop"), answers("till")
		w.add(seen(shop, prentice.Pass, -100*day, -99*day), seen(till, prentice.Pass, -100*day, -99*day))
		w.add(seen(shop, prentice.Fail, -98*day, -97*day))
		w.declare(noon.Add(-96*day), shop)
		sweep := db.Sweep{Before: noon.Add(-90 * day), Most: 10}
		out, err := w.Forget(t.Context(), sweep)
		w.ok(err)
		stock, err := w.Stock(t.Context())
		w.ok(err)
		if out.Removed != 2 || stock.Rows != 1 {
			t.Errorf("%d went, %d stay", out.Removed, stock.Rows)
		}
		if _, err := w.Find(context.Background(), noon, till.ID); prentice.KindOf(err) != prentice.NotFound {
			t.Errorf("a claim that was removed stays without a verdict: %v", err)
		}
	})
}
