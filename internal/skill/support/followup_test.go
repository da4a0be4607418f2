package support

import (
	"strings"
	"testing"
	"time"
)

func TestAnOverdueFollowupIsToldOnceAndADoneOneNever(t *testing.T) {
	each(t, func(w *world) {
		w.must("incident.open", `{"subject":"service/checkout","summary":"slow"}`)
		w.must("followup.add", `{"number":"1","text":"one","within":3600000000000}`)
		w.must("followup.add", `{"number":"1","text":"two","within":3600000000000}`)
		w.must("followup.done", `{"followup":"followup/2","how":"seen"}`)
		w.settle()
		if n := w.told("followup.overdue"); n != 0 {
			t.Errorf("told %d times before it is due", n)
		}
		for range 3 {
			w.pass(2 * time.Hour)
			w.restart()
			w.settle()
		}
		if n, lines := w.told("followup.overdue"), strings.Count(strings.Join(w.lines(1), "\n"), "is overdue since"); n != 1 || lines != 1 || len(w.evidence("followup.overdue")) != 1 {
			t.Errorf("told %d times, %d lines", n, lines)
		}
		if _, err := w.do("followup.done", `{"followup":"2","how":"again"}`); err == nil {
			t.Error("it is done twice")
		}
	})
}

func TestWhatASenderWroteDrawsNothingInMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                      "plain",
		"[a](http://x)":              `\[a\]\(http://x\)`,
		"<script>":                   `\<script\>`,
		"`rm` | *b* #1\n## new head": "\\`rm\\` \\| \\*b\\* \\#1 \\#\\# new head",
		"\x1b[31mred\u202e":          `\[31mred`,
	} {
		if got := md(text); got != want {
			t.Errorf("%q is written %q, wants %q", text, got, want)
		}
	}
}

func TestOfFewFaultsNothingIsSaidOfWhatTheyDoByThemselves(t *testing.T) {
	var list []Incident
	acted := map[int64]bool{}
	for n := range int64(7) {
		list = append(list, Incident{Number: n, How: byItself, FirstSymptom: noon, WellSince: noon.Add(time.Duration(n) * time.Minute)})
	}
	acted[0], acted[1], acted[2] = true, true, true
	if a := aloneOf(list, acted); a.Untouched != 4 || !strings.Contains(a.String(), "is not known") {
		t.Errorf("%+v: %s", a, a)
	}
	list[6].How = byPerson
	delete(acted, 0)
	a := aloneOf(list, acted)
	if a.Untouched != 5 || a.Recovered != 4 || a.Median != 4*time.Minute || !strings.Contains(a.String(), "Of 5 earlier faults") {
		t.Errorf("%+v: %s", a, a)
	}
}
