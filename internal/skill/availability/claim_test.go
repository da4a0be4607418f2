package availability

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/db"
	"prentice/internal/kit/db/dbtest"
	"prentice/internal/team"
)

func TestAProbeIsAClaimAboutItsService(t *testing.T) {
	s := serviceOf("shop")
	for says, p := range map[string]prentice.Probe{
		"http://ann:xxxxx@shop/ answers 2xx within 2s":                   {Kind: "http", Says: "answers 2xx", Target: "http://ann:pw@shop/"},
		`http://shop/ answers 204 with the text "all is well" within 2s`: {Kind: "http", Says: "answers 204", Target: "http://shop/", Status: 204, Contains: "all is well"},
		"shop:443 takes connections within 2s":                           {Kind: "tcp", Says: "takes connections", Target: "shop:443"},
		"test -f /run/shop succeeds within 2s":                           {Kind: "command", Says: "succeeds", Target: "test -f /run/shop"},
	} {
		p.Name, p.Timeout = "web", 2*time.Second
		c := claimOf(s, p, "catalog-info.yaml:7")
		if c.Check() != nil || c.Says != says || c.ID != "probe:shop:web" || c.About != s.Ref || c.Owner != s.Owner || strings.Contains(c.Asks, "pw@") {
			t.Errorf("want %s, got %+v (%v)", says, c, c.Check())
		}
	}
	long := serviceOf(strings.Repeat("a", 60))
	c := claimOf(long, prentice.Probe{Name: strings.Repeat("b", 60), Kind: "tcp", Target: "x:1"}, "")
	if c.Check() != nil || c.ID == claimOf(long, prentice.Probe{Name: strings.Repeat("c", 60), Kind: "tcp", Target: "x:1"}, "").ID {
		t.Errorf("long names: %s, %v", c.ID, c.Check())
	}
}

func TestWhatAStateSaysOfItsClaim(t *testing.T) {
	rules, b := rulesOf(prentice.Probe{Interval: 10 * time.Second}), claims.Basis{Claim: "c"}
	seen := []Seen{{Time: start, Truth: prentice.Pass, Latency: 12 * time.Millisecond, Says: "answered"}}
	for _, c := range []struct {
		what   string
		state  State
		after  time.Duration
		truth  prentice.Truth
		reason string
	}{
		{"healthy", State{Word: Well, Reason: "answered", Last: seen}, 0, prentice.Pass, "answered"},
		{"down", State{Word: Down, Reason: "status 500", Last: seen}, 0, prentice.Fail, "status 500"},
		{"flapping", State{Word: Flapping, Reason: "it changed", Last: seen}, 0, prentice.Fail, "it changed"},
		{"unknown", State{Word: Unknown, Unseen: 1, Reason: "the prober may be cut off", Last: seen}, 0, prentice.NotSeen, "the prober may be cut off"},
		{"healthy, and no one has looked since", State{Word: Well, Reason: "answered", Last: seen}, time.Hour, prentice.NotSeen, "not checked since"},
		{"unreadable", State{Reason: unreadable}, 0, prentice.NotSeen, unreadable},
		{"too few checks yet", State{Word: Unknown, Reason: "too few checks yet", Fails: 1, Last: seen}, 0, "", ""},
		{"too few checks, and none for long", State{Word: Unknown, Reason: "too few checks yet", Fails: 1, Last: seen}, time.Hour, prentice.NotSeen, "not checked since"},
		{"not checked yet", State{}, 0, "", ""},
	} {
		v, judged := c.state.verdict(start.Add(c.after), rules, "probe:shop:web", b)
		if judged != (c.truth != "") || v.Truth != c.truth || !strings.HasPrefix(v.Reason, c.reason) || judged && !v.Until.After(start.Add(c.after+extendEvery)) {
			t.Errorf("%s: %+v", c.what, v)
		}
		if judged && len(c.state.Last) > 0 && !strings.Contains(v.Witness, "pass after 12 ms: answered") {
			t.Errorf("%s: its witness says %q", c.what, v.Witness)
		}
	}
}

// history is the truths of a claim's verdicts, newest first.
func (w *world) history(id string) string {
	w.t.Helper()
	list, err := w.Claims.History(w.t.Context(), id, time.Now().Add(-time.Hour), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	var words []string
	for _, v := range list {
		words = append(words, string(v.Truth))
	}
	return strings.Join(words, " ")
}

func (w *world) untilHistory(id, want string) {
	w.t.Helper()
	w.until(id+" has "+want, func() bool { return w.history(id) == want })
}

func TestEachJudgementOfAProbeIsAVerdictOnItsClaimAndARestartAddsNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrate(t, d)
		s := newService(t)
		shop := serviceOf("shop", probeOf("web", "http", s.URL))
		w := watch(t, d, shop)
		w.untilHistory("probe:shop:web", "pass")
		s.sick.Store(true)
		w.untilHistory("probe:shop:web", "fail pass")
		w.stop()
		w = watch(t, d, shop)
		w.until("its verdict is taken over", func() bool { return w.says("shop", "web").truth == prentice.Fail })
		if got := w.history("probe:shop:web"); got != "fail pass" {
			t.Errorf("a restart made it %s", got)
		}
		list, err := w.Claims.List(t.Context(), time.Now(), claims.Filter{About: shop.Ref})
		if err != nil || len(list) != 1 || list[0].Verdict.Truth != prentice.Fail || !strings.Contains(list[0].Verdict.Witness, "status 500") {
			t.Errorf("%+v %v", list, err)
		}
		other := shop
		other.Hosts = []team.Host{{Ref: "host/other", Local: true}}
		w.change(other)
		w.untilHistory("probe:shop:web", "fail fail pass") // on another host it is another subject
		w.change()
		w.until("the claim is removed", func() bool {
			c, err := w.Claims.Find(t.Context(), time.Now(), "probe:shop:web")
			return err == nil && !c.Removed.IsZero()
		})
	})
}

// says is what is known of the verdict that is kept on a probe's claim.
func (w *world) says(service, probe string) claimed {
	w.Lookout.mu.Lock()
	defer w.Lookout.mu.Unlock()
	if p := w.all[key{prentice.NewRef("service", service), probe}]; p != nil {
		return p.says
	}
	return claimed{}
}

func TestTwoProbesOfOneNameAreOneClaim(t *testing.T) {
	first, last := prentice.Probe{Name: "web", Kind: "tcp", Target: "a:1"}, prentice.Probe{Name: "web", Kind: "tcp", Target: "b:1"}
	list := claimsOf(&team.Catalog{Services: []team.Service{serviceOf("shop", first, last), serviceOf("till", first)}})
	if len(list) != 2 || !strings.HasPrefix(list[0].Says, "b:1 ") || list[1].About != "service/till" {
		t.Errorf("got %+v", list)
	}
}
