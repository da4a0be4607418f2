package availability

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
)

var start = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

// story judges a row of looks, one letter each: p passes, f fails, ? could not be
// made. The result is, for every look, the first letter of the judgement (w, d, F
// for flapping, ?) and the signals, such as f3 for the third failure, p for a
// recovery and ~ for flapping.
func story(t *testing.T, looks string, every time.Duration) (words, signals string, last State) {
	t.Helper()
	rules := rulesOf(prentice.Probe{Interval: every, Timeout: time.Second, FailAfter: 3, PassAfter: 2})
	var told []string
	now := start
	for _, look := range looks {
		now = now.Add(every)
		if look == '_' { // no one looks
			continue
		}
		truth := map[rune]prentice.Truth{'p': prentice.Pass, 'f': prentice.Fail, '?': prentice.NotSeen}[look]
		var new []Signal
		last, new = Judge(now, rules, last, prentice.Observation{Time: now, Truth: truth, Says: "saw " + string(look)})
		words += map[Word]string{Well: "w", Down: "d", Flapping: "F", Unknown: "?"}[last.Word]
		for _, s := range new {
			switch s.Type {
			case "probe.failed":
				told = append(told, fmt.Sprintf("f%d", s.Consecutive))
			case "probe.passed":
				told = append(told, "p"+s.DownFor.String())
			case "probe.flapping":
				told = append(told, "~")
			}
		}
	}
	return words, strings.Join(told, " "), last
}

func TestWhatARowOfLooksMeans(t *testing.T) {
	for _, c := range []struct{ name, looks, words, signals string }{
		{"two passes make it well", "pp", "?w", ""},
		{"three failures make it down", "fff", "??d", "f1 f2 f3"},
		{"one failure does not", "ppfpp", "?wwww", "f1 p20s"},
		{"two failures do not", "ppffpp", "?wwwww", "f1 f2 p30s"},
		{"and it takes two passes to come back", "ppfffpp", "?wwwddw", "f1 f2 f3 p40s"},
		{"one pass in between is not enough", "ppfffpfpp", "?wwwddddw", "f1 f2 f3 p1m0s"},
		{"later failures are told when they have doubled", "ppffffffffffffffffffffffff", "?wwwdddddddddddddddddddddd", "f1 f2 f3 f6 f12 f24"},
		{"a repeated failure within the episode is told once", "ppfpf", "?wwww", "f1"},
		{"checks that could not be made change nothing at first", "pp??pp", "?wwwww", ""},
		{"and then no one knows", "pp???", "?www?", ""},
		{"until someone sees again", "pp????p", "?www??w", ""},
		{"they neither begin nor end a row of failures", "ppf?f?f", "?wwwwwd", "f1 f2 f3"},
		{"what could never be seen is unknown", "???", "???", ""},
		{"a time without checks is not a time in which it was well", "pp____ff", "?w??", "f1 f2"},
		{"and the count of failures outlives it", "ppff____f", "?wwwd", "f1 f2 f3"},
		{"up and down again and again is told once", "ppfffppfffppfffppfffppfffpp", "?wwwddwwwddwwwFFFFFFFFFFFFF", "f1 f2 f3 p40s f1 f2 f3 p40s f1 f2 ~"},
		{"short failures again and again are told once", "ppfppfppfppfppfppfpp", "?wwwwwwwwwwwwwwwFFFF", "f1 p20s f1 p20s f1 p20s f1 p20s f1 ~"},
		{"neither well nor down for long is flapping", "ppfpfpfpfpfpfpfp", "?wwwwwwwwwwwFFFF", "f1 ~"},
	} {
		t.Run(c.name, func(t *testing.T) {
			words, signals, _ := story(t, c.looks, 10*time.Second)
			if words != c.words || signals != c.signals {
				t.Errorf("%s\n got %s %q\nwant %s %q", c.looks, words, signals, c.words, c.signals)
			}
		})
	}
}

func TestFlappingEndsWhenItHasBeenCalm(t *testing.T) {
	flaps := strings.Repeat("fffpp", 3)
	for _, c := range []struct{ name, looks, ends, signals string }{
		{"calm for five minutes and well", flaps + strings.Repeat("p", 40), "w", "~ p"},
		{"calm for five minutes and down", flaps + strings.Repeat("f", 40), "d", "~ f"},
		{"not yet calm", flaps + strings.Repeat("p", 20), "F", "~"},
		{"never calm", flaps + strings.Repeat("fpp", 40), "F", "~"},
	} {
		t.Run(c.name, func(t *testing.T) {
			words, signals, last := story(t, "pp"+c.looks, 10*time.Second)
			_, after, _ := strings.Cut(signals, "~")
			got := strings.TrimSpace("~ " + strings.TrimLeft(strings.TrimSpace(after), " "))
			if !strings.HasSuffix(words, c.ends) || !strings.HasPrefix(got, c.signals) || len(strings.Fields(got)) != len(strings.Fields(c.signals)) {
				t.Errorf("ends %s with %q: %s", words[len(words)-1:], signals, last.Reason)
			}
		})
	}
}

func TestAnUnknownSaysWhy(t *testing.T) {
	rules := rulesOf(prentice.Probe{Interval: 10 * time.Second, Timeout: time.Second, FailAfter: 3, PassAfter: 2})
	if s := (State{}).At(start, rules); s.Word != Unknown || s.Reason != "not checked yet" {
		t.Errorf("never looked: %s, %q", s.Word, s.Reason)
	}
	_, _, s := story(t, "ppp", 10*time.Second)
	if at := s.At(start.Add(40*time.Second), rules); at.Word != Well {
		t.Errorf("just looked: %s", at.Word)
	}
	if at := s.At(start.Add(time.Hour), rules); at.Word != Unknown || at.Reason != "not checked since 2027-03-01 12:00:30 UTC" {
		t.Errorf("looked an hour ago: %s, %q", at.Word, at.Reason)
	}
	if _, _, s := story(t, "p", time.Second); s.Word != Unknown || s.Reason != "too few checks yet: 1 of 2 passed, 0 of 3 failed in a row" {
		t.Errorf("looked once: %s, %q", s.Word, s.Reason)
	}
	if _, _, s := story(t, "pp???", time.Second); s.Word != Unknown || s.Reason != "saw ?" {
		t.Errorf("could not look: %s, %q", s.Word, s.Reason)
	}
}

func TestJudgingLeavesTheOldStateAlone(t *testing.T) {
	_, _, before := story(t, "ppfffppfff", time.Second)
	kept := fmt.Sprintf("%+v", before)
	for _, truth := range []prentice.Truth{prentice.Pass, prentice.Fail} {
		Judge(start.Add(time.Minute), Rules{1, 1, time.Minute}, before, prentice.Observation{Time: start.Add(time.Minute), Truth: truth})
	}
	if fmt.Sprintf("%+v", before) != kept {
		t.Error("the old state has changed")
	}
}

func TestAClockThatIsSetBackMakesNobodyFlap(t *testing.T) {
	_, _, s := story(t, "ppfffppfffpp", time.Second)
	past := start.Add(-time.Hour)
	s, signals := Judge(past, Rules{3, 2, time.Minute}, s, prentice.Observation{Time: past, Truth: prentice.Pass})
	if s.Word != Well || len(signals) != 0 || len(s.Flips) != 0 {
		t.Errorf("got %s %v %v", s.Word, signals, s.Flips)
	}
}
