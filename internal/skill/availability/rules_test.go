package availability

import (
	"fmt"
	"strings"
	"testing"
	"text/template"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/team"
)

func TestAShareIsExactAndNeverRoundedUp(t *testing.T) {
	for _, c := range []struct {
		share Share
		want  string
	}{
		{Share{Passed: 1432, Of: 1442}, "99.30 % (1,432 of 1,442)"},
		{Share{Passed: 999_999, Of: 1_000_000}, "99.99 % (999,999 of 1,000,000)"},
		{Share{Passed: 10, Of: 10}, "100.00 % (10 of 10)"},
		{Share{Passed: 0, Of: 3}, "0.00 % (0 of 3)"},
		{Share{Unseen: 5}, "unknown"},
	} {
		if got := c.share.String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestTheProbeThatFaresWorstSpeaksForTheService(t *testing.T) {
	at := func(passed, failed int) probeState {
		var d day
		for range passed {
			d = d.add(start, seen(prentice.Pass, time.Millisecond))
		}
		for range failed {
			d = d.add(start, seen(prentice.Fail, 0))
		}
		return probeState{day: d}
	}
	for _, c := range []struct {
		name   string
		probes []probeState
		want   string
	}{
		{"none", nil, "unknown"},
		{"one that was not checked", []probeState{at(0, 0)}, "unknown"},
		{"the second is worse", []probeState{at(9, 1), at(2, 2)}, "50.00 % (2 of 4)"},
		{"the first is worse", []probeState{at(0, 1), at(9, 0)}, "0.00 % (0 of 1)"},
		{"one without looks is not the worst", []probeState{at(0, 0), at(9, 0), at(0, 0)}, "100.00 % (9 of 9)"},
	} {
		if got := lineOf(start, team.Service{}, Standing{}, c.probes).Says24; got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func seen(truth prentice.Truth, latency time.Duration) prentice.Observation {
	return prentice.Observation{Truth: truth, Latency: latency}
}

func TestADayIsCountedInFiveMinutes(t *testing.T) {
	var d day
	d = d.add(start, seen(prentice.Pass, 10*time.Millisecond))
	d = d.add(start.Add(time.Minute), seen(prentice.Pass, 30*time.Millisecond))
	d = d.add(start.Add(2*time.Minute), seen(prentice.Fail, time.Second))
	d = d.add(start.Add(6*time.Minute), seen(prentice.NotSeen, 0))
	d = d.add(start.Add(3*time.Minute), seen(prentice.Fail, 0)) // the clock was set back
	want := day{{Slot: slotAt(start), Passed: 2, Failed: 2, Latency: 40 * time.Millisecond, Fastest: 10 * time.Millisecond, Slowest: 30 * time.Millisecond}, {Slot: slotAt(start) + 1, Unseen: 1}}
	if fmt.Sprint(d) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", d, want)
	}
	if d = d.add(start.Add(24*time.Hour+time.Minute), seen(prentice.Pass, 0)); len(d) != 2 || d[0].Slot != slotAt(start)+1 {
		t.Errorf("a day later: %+v", d)
	}
}

func TestAStripShowsWhatNobodySaw(t *testing.T) {
	now := start.Add(24*time.Hour - time.Minute)
	var a, b day
	a = a.add(start, seen(prentice.Pass, time.Millisecond))
	b = b.add(start, seen(prentice.Fail, 0))
	b = b.add(now, seen(prentice.Pass, time.Millisecond))
	shown := Shown{Strip: strip(now, a, b)}
	bars := shown.Strip
	if len(bars) != 288 || bars[0].Passed != 1 || bars[0].Failed != 1 || bars[287].Passed != 1 {
		t.Fatalf("%d bars, first %+v, last %+v", len(bars), bars[0], bars[len(bars)-1])
	}
	if bars[0].State != Down || bars[100].State != Unknown || bars[287].State != Well {
		t.Errorf("got %s, %s, %s", bars[0].State, bars[100].State, bars[287].State)
	}
	stretches := shown.Stretches()
	if len(stretches) != 3 || stretches[1].From != 1 || stretches[1].Width != 286 || stretches[1].Says != "12:05 to 11:55 UTC: not checked" {
		t.Errorf("got %+v", stretches)
	}
	if hours := shown.Hours(); len(hours) != 24 || hours[0].Failed != 1 || hours[0].State != Down || hours[1].State != Unknown || hours[23].State != Well {
		t.Errorf("%d hours: %+v", len(hours), hours)
	}
}

func TestOneMachinesFaultIsNotAnothers(t *testing.T) {
	far := func(host string) prentice.Probe {
		return prentice.Probe{Kind: "http", Target: "http://" + host + "/", Machine: host, Interval: 10 * time.Second}
	}
	type look struct {
		after   time.Duration
		service string
		probe   prentice.Probe
		ok      bool
		want    prentice.Truth
	}
	for _, c := range []struct {
		name  string
		looks []look
	}{
		{"three services on two far machines: cut off, until something far answers", []look{
			{0, "a", far("m1"), false, prentice.Fail}, {1, "b", far("m1"), false, prentice.Fail}, {2, "c", far("m2"), false, prentice.NotSeen},
			{3, "a", far("m1"), false, prentice.NotSeen}, {60, "d", far("m3"), false, prentice.NotSeen},
			{61, "d", far("m3"), true, prentice.Pass}, {62, "a", far("m1"), false, prentice.Fail}}},
		{"all on one machine: that machine is down", []look{
			{0, "a", far("m1"), false, prentice.Fail}, {1, "b", far("m1"), false, prentice.Fail}, {2, "c", far("m1"), false, prentice.Fail}}},
		{"something far answered in between", []look{
			{0, "a", far("m1"), false, prentice.Fail}, {1, "b", far("m2"), false, prentice.Fail}, {1, "d", far("m3"), true, prentice.Pass}, {2, "c", far("m2"), false, prentice.Fail}}},
		{"too far apart in time", []look{
			{0, "a", far("m1"), false, prentice.Fail}, {6, "b", far("m2"), false, prentice.Fail}, {12, "c", far("m3"), false, prentice.Fail}}},
		{"on this machine: no network is between", []look{
			{0, "a", far("127.0.0.1"), false, prentice.Fail}, {1, "b", far("localhost"), false, prentice.Fail}, {2, "c", far("::1"), false, prentice.Fail}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var cut cutoff
			for i, l := range c.looks {
				truth := prentice.Fail
				if l.ok {
					truth = prentice.Pass
				}
				got, _ := cut.weigh(start.Add(l.after*time.Second), l.service, l.probe, true, prentice.Observation{Truth: truth, Says: "x"})
				if got.Truth != l.want {
					t.Errorf("look %d: got %s, want %s", i, got.Truth, l.want)
				}
			}
		})
	}
}

func TestProbesAreSpreadFromTheStart(t *testing.T) {
	var tenths [10]int
	for i := range 1000 {
		k := key{prentice.NewRef("service", fmt.Sprintf("s%d", i)), "web"}
		at := offset(k, time.Second)
		if at < 0 || at >= time.Second || at != offset(k, time.Second) {
			t.Fatalf("offset %s", at)
		}
		tenths[at/(100*time.Millisecond)]++
	}
	for i, n := range tenths {
		if n < 60 || n > 140 {
			t.Errorf("%d of 1000 fall into tenth %d: %v", n, i, tenths)
		}
	}
}

func TestAMissedTurnIsNotMadeUpFor(t *testing.T) {
	for _, c := range []struct{ late, next time.Duration }{{0, 10}, {3, 10}, {10, 10}, {11, 20}, {3600, 3610}} {
		if got := after(start, 10*time.Second, start.Add(c.late*time.Second)); !got.Equal(start.Add(c.next * time.Second)) {
			t.Errorf("%ds late: next at +%s", c.late, got.Sub(start))
		}
	}
}

func TestTheExplanationIsDrawnFromWhatWasSeen(t *testing.T) {
	s := newService(t)
	w := watch(t, nil, serviceOf("checkout", probeOf("web", "http", s.URL)), serviceOf("bare"))
	w.untilStands("checkout", Well)
	facts, err := w.chapter().Facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := template.Must(template.New("explain").Parse(explain)).Execute(&text, facts); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"I check 2 services with 1 probe.", "1 is healthy, 0 down", "**service/bare** is unknown: it has no probes", "| service/checkout | 100.00 % ("} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
}

func TestAServiceInTheTerminal(t *testing.T) {
	s := newService(t)
	w := watch(t, nil, serviceOf("checkout", probeOf("web", "http", s.URL)))
	w.untilStands("checkout", Well)
	out, err := w.show(t.Context(), op.Call{}, ShowIn{Name: "checkout"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"service/checkout  ● well since ", "last 24 h    100.00 % (", "● web  http " + s.URL + ", every 20ms", "pass"} {
		if !strings.Contains(out.Text(), want) {
			t.Errorf("%q is not in\n%s", want, out.Text())
		}
	}
	if _, err := w.show(t.Context(), op.Call{}, ShowIn{Name: "chekout"}); prentice.KindOf(err) != prentice.NotFound || prentice.HintOf(err) != "did you mean checkout?" {
		t.Errorf("got %v", err)
	}
	list, err := w.list(t.Context(), op.Call{}, ListIn{State: "well"})
	if err != nil || len(list.Services) != 1 {
		t.Fatalf("got %+v %v", list, err)
	}
	if _, rows := list.Table(); rows[0][1] != "● well" {
		t.Errorf("got %q", rows)
	}
}
