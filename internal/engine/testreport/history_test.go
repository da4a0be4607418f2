package testreport

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// ran is a history of one case, by one letter for each run: p passed, f failed, s skipped,
// r failed before it passed. A space is another content.
func ran(runs string) Past {
	var h History
	on := 0
	for i, c := range runs {
		status := map[rune]Status{'p': Passed, 'f': Failed, 's': Skipped, 'r': Passed}[c]
		if c == ' ' {
			on++
			continue
		}
		r := &Report{}
		one := Case{Name: "t", Status: status, Took: time.Duration(i) * time.Second}
		if c == 'r' {
			one.Retried = 1
		}
		r.add(one)
		h.Add(noon.Add(time.Duration(i)*time.Minute), Run{Check: "unit", On: fmt.Sprint("digest", on)}, r)
	}
	p, _ := h.Of("unit", "t")
	return p
}

func TestACaseIsFlakyThatPassedAndFailedOnOneContent(t *testing.T) {
	for runs, want := range map[string]bool{"p": false, "f": false, "p f p": false, "pf": true, "fp": true, "r": true, "fs": false, "pf p p p": true, "p fp pppppppppp": true} {
		if _, flaky := ran(runs).Flaky(); flaky != want {
			t.Errorf("%q: flaky %t", runs, flaky)
		}
	}
}

func TestACaseIsNewlyFailingThatPassedBefore(t *testing.T) {
	for runs, want := range map[string]string{"p": "never", "f": "12:00", "p f": "12:02 newly", "p f f": "12:02 newly", "f p": "never", "p f s": "12:02 newly", "f f": "12:00"} {
		since, newly := ran(runs).Failing()
		got := "never"
		if !since.IsZero() {
			got = since.Format("15:04")
		}
		if newly {
			got += " newly"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", runs, got, want)
		}
	}
}

func TestHowLongACaseTakesIsTheMiddleOfWhatItTook(t *testing.T) {
	if took := ran("p p p").Took(); took != 2*time.Second {
		t.Error(took)
	}
}

func TestAHistoryIsBounded(t *testing.T) {
	var h History
	for round := range 3 {
		r := &Report{}
		for n := range 15_000 {
			r.add(Case{Name: fmt.Sprint("round", round, "t", n), Status: Passed})
		}
		h.Add(noon.Add(time.Duration(round)*time.Hour), Run{Check: "unit", On: "d"}, r)
	}
	if len(h.Cases) != mostPast {
		t.Errorf("%d cases", len(h.Cases))
	}
	if _, found := h.Of("unit", "round2t7"); !found {
		t.Error("the newest is gone")
	}
	if _, found := h.Of("unit", "round0t7"); found {
		t.Error("the oldest is there")
	}
	if n := len(ran("ppppppppppppppppppppppppppppppppppp").Attempts); n != mostAttempts {
		t.Errorf("%d attempts", n)
	}
}
