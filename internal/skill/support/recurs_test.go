package support

import (
	"strings"
	"testing"
	"time"
)

func TestTheSameFaultAgainSaysHowOftenAndHowLongItsFixHeld(t *testing.T) {
	at := func(hours float64) time.Time { return noon.Add(-time.Duration(hours * float64(time.Hour))) }
	for _, c := range []struct {
		fact string
		list []earlier
		want string
	}{
		{"the first", nil, ""},
		{"longer ago than its usual time", []earlier{{at(200), at(199), "restart"}}, ""},
		{"once before, by itself", []earlier{{at(3), at(2), ""}}, "the 2nd time in 7 days"},
		{"a fix that held for two hours at most", []earlier{{at(9), at(8), "restart"}, {at(6.5), at(6), "restart"}, {at(4.5), at(4.25), "restart"}, {at(2.25), at(2), ""}},
			"the 5th time in 7 days; restart did not help for longer than 2 h in any of 3 times"},
		{"two fixes", []earlier{{at(30), at(29), "clean"}, {at(20), at(19), "restart"}}, "the 3rd time in 7 days; clean did not help for longer than 9 h; restart did not help for longer than 19 h"},
	} {
		if got := recurrence(noon, c.list); got != c.want {
			t.Errorf("%s: %q, wants %q", c.fact, got, c.want)
		}
	}
	for n, want := range map[int]string{1: "1st", 11: "11th", 22: "22nd", 112: "112th", 103: "103rd"} {
		if got := ordinal(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}

func TestAFaultThatComesAgainIsSaidInItsIncidentAndItsNotice(t *testing.T) {
	each(t, func(w *world) {
		w.matches["probe.failed"] = []string{"restart"}
		for range 3 {
			w.fault("db", false)
			open := w.still()
			n, _ := numberOf("incident", strings.Fields(open[0])[0])
			e := w.moves(int64(len(w.asked)), "restart", "verified", "it answers")
			e.Data = []byte(strings.Replace(string(e.Data), "incident/1", open[0][:strings.IndexByte(open[0], ' ')], 1))
			w.hears(e)
			w.fault("db", true)
			if d := w.show(n); d.State != Closed {
				t.Fatalf("it is %s: %v", d.State, w.lines(n))
			}
			w.pass(time.Hour)
		}
		w.fault("web", false) // another thing
		d := w.show(3)
		if want := "the 3rd time in 7 days; restart did not help for longer than 60 min in any of 2 times"; d.Recurs != want || !has(w.lines(3), want) {
			t.Errorf("%q\n%v", d.Recurs, w.lines(3))
		}
		opened := w.sentOf("incident.opened")
		if len(opened) != 4 || !strings.Contains(string(opened[2].Data), "the 3rd time") || strings.Contains(string(opened[3].Data), "time in 7 days") {
			t.Errorf("told: %v", opened)
		}
		if d := w.show(4); d.Recurs != "" {
			t.Errorf("of another thing is said %q", d.Recurs)
		}
	})
}
