package queue_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/queue"
)

var (
	t0     = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	limits = queue.Usual(10 * time.Minute)
)

// lane is the queue of a branch with entries 1, 2, 3 …
func lane(name string, entries int) queue.Lane {
	l := queue.Lane{Name: name, Tip: "T"}
	for i := range entries {
		l.Entries = append(l.Entries, queue.Entry{ID: int64(i + 1), Since: t0.Add(time.Duration(i) * time.Second), Origin: "T"})
	}
	return l
}

// ended adds a build whose attempts ended so: p is passed, f failed, u unknown and r goes on.
func ended(l *queue.Lane, base string, how string, members ...int64) {
	b := queue.Build{Base: base, Members: members}
	for _, c := range how {
		a := queue.Attempt{Began: t0, Ended: t0.Add(time.Minute)}
		switch c {
		case 'p':
			a.Truth = prentice.Pass
		case 'f':
			a.Truth = prentice.Fail
		case 'u':
			a.Truth = prentice.NotSeen
		case 'r':
			a.Ended = time.Time{}
		}
		b.Attempts = append(b.Attempts, a)
	}
	l.Builds = append(l.Builds, b)
}

// plan is what is to be done, in words.
func plan(at time.Time, lanes ...queue.Lane) []string {
	said := []string{}
	for _, a := range queue.Plan(at, lanes, limits) {
		switch a.Do {
		case queue.Check, queue.Stop:
			said = append(said, fmt.Sprint(a.Do, " ", a.Base, a.Members))
		case queue.Land:
			text := "land"
			for _, p := range a.Parts {
				text += fmt.Sprint(" ", p.Lane, p.Members)
				if p.Flaky {
					text += " flaky"
				}
			}
			said = append(said, text)
		case queue.Eject:
			said = append(said, fmt.Sprint(a.Do, " ", a.Entry, " of ", a.Set, " on ", a.Base))
		default:
			said = append(said, fmt.Sprint(a.Do, " ", a.Entry))
		}
	}
	return said
}

func TestWhatIsDoneNext(t *testing.T) {
	later := t0.Add(time.Hour)
	cases := []struct {
		fact string
		lane func(l *queue.Lane)
		want []string
	}{
		{"all that waits is checked together", func(*queue.Lane) {}, []string{"check T[1 2 3 4]"}},
		{"what passed lands", func(l *queue.Lane) { ended(l, "T", "p", 1, 2, 3, 4) }, []string{"land L[1 2 3 4]"}},
		{"the longest that passed lands", func(l *queue.Lane) { ended(l, "T", "p", 1); ended(l, "T", "p", 1, 2, 3) }, []string{"land L[1 2 3]"}},
		{"what passed on another tip does not land", func(l *queue.Lane) { ended(l, "S", "p", 1, 2, 3, 4) }, []string{"check T[1 2 3 4]"}},
		{"what passed in another order does not land", func(l *queue.Lane) { ended(l, "T", "p", 2, 1, 3, 4) }, []string{"check T[1 2 3 4]"}},
		{"while a check goes on the next build waits until it is due", func(l *queue.Lane) {
			ended(l, "T", "r", 1, 2)
			l.Builds[0].Attempts[0].Began = later.Add(-time.Minute)
		}, []string{}},
		{"then it is built onto the first", func(l *queue.Lane) { ended(l, "T", "r", 1, 2) }, []string{"check T[1 2 3 4]"}},
		{"a build that failed is checked again, and the parts that it begins with", func(l *queue.Lane) { ended(l, "T", "f", 1, 2, 3, 4) }, []string{"check T[1 2 3 4]", "check T[1]", "check T[1 2]", "check T[1 2 3]"}},
		{"one that failed twice is not checked again", func(l *queue.Lane) { ended(l, "T", "ff", 1, 2, 3, 4); ended(l, "T", "r", 1, 2, 3) }, []string{"check T[1]", "check T[1 2]"}},
		{"one that failed and passed lands, and is called flaky", func(l *queue.Lane) { ended(l, "T", "fp", 1, 2, 3, 4) }, []string{"land L[1 2 3 4] flaky"}},
		{"the first that fails once is checked again", func(l *queue.Lane) { ended(l, "T", "f", 1) }, []string{"check T[1]"}},
		{"one that fails again is set aside and not ejected", func(l *queue.Lane) { ended(l, "T", "ff", 1) }, []string{"aside 1"}},
		{"what could not be judged is no failure", func(l *queue.Lane) { ended(l, "T", "uu", 1, 2, 3, 4) }, []string{"check T[1 2 3 4]"}},
		{"nothing lands while the branch is frozen", func(l *queue.Lane) { l.Frozen = "the sale"; ended(l, "T", "p", 1, 2, 3, 4) }, []string{}},
		{"an urgent entry comes first, and what is checked without it is stopped", func(l *queue.Lane) { l.Entries[3].Priority = 1; ended(l, "T", "r", 1, 2) }, []string{"stop T[1 2]", "check T[4 1 2 3]"}},
		{"what another needs comes before it, however urgent that is", func(l *queue.Lane) { l.Entries[3].Priority, l.Entries[3].After = 1, []int64{2} }, []string{"check T[2 4 1 3]"}},
		{"what needs a held one waits with it", func(l *queue.Lane) { l.Entries[1].Held, l.Entries[3].After = "conflict", []int64{2} }, []string{"check T[1 3]"}},
		{"two that need each other are not tried", func(l *queue.Lane) { l.Entries[1].After, l.Entries[3].After = []int64{4}, []int64{2} }, []string{"check T[1 3]"}},
	}
	for _, c := range cases {
		l := lane("L", 4)
		c.lane(&l)
		if got := plan(later, l); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.fact, got, c.want)
		}
	}
}

func TestOnlyASetThatFailsAgainAndAgainEjects(t *testing.T) {
	cases := []struct {
		fact string
		lane func(l *queue.Lane)
		want []string
	}{
		{"it holds up no other", func(*queue.Lane) {}, []string{"check T[2]", "check O[1]"}},
		{"it passed: it is in the order again", func(l *queue.Lane) { l.Builds[0].Attempts[0].Truth = prentice.Pass }, []string{"check T[2]", "back 1"}},
		{"it fails without what landed since: it is it alone", func(l *queue.Lane) { ended(l, "O", "fff", 1) }, []string{"check T[2]", "eject 1 of [1] on O"}},
		{"it passes without: what landed since is searched by halves", func(l *queue.Lane) { ended(l, "O", "p", 1) }, []string{"check T[2]", "check O[11 12 1]"}},
		{"the two are shown to fail", func(l *queue.Lane) {
			ended(l, "O", "p", 1)
			ended(l, "O", "p", 11, 12, 1)
			ended(l, "O", "f", 11, 12, 13, 1)
		}, []string{"check T[2]", "check O[13 1]"}},
		{"twice and more", func(l *queue.Lane) {
			ended(l, "O", "p", 1)
			ended(l, "O", "p", 11, 12, 1)
			ended(l, "O", "f", 11, 12, 13, 1)
			ended(l, "O", "ff", 13, 1)
		}, []string{"check T[2]", "check O[13 1]"}},
		{"a pair that failed again and again is named", func(l *queue.Lane) {
			ended(l, "O", "p", 1)
			ended(l, "O", "p", 11, 12, 1)
			ended(l, "O", "f", 11, 12, 13, 1)
			ended(l, "O", "fff", 13, 1)
		}, []string{"check T[2]", "eject 1 of [13 1] on O"}},
		{"where the two pass, more than two are needed", func(l *queue.Lane) {
			ended(l, "O", "p", 1)
			ended(l, "O", "p", 11, 12, 1)
			ended(l, "O", "f", 11, 12, 13, 1)
			ended(l, "O", "p", 13, 1)
			l.Builds = l.Builds[1:]
			ended(l, "T", "fffff", 1)
		}, []string{"check T[2]", "eject 1 of [11 12 13 1] on O"}},
	}
	for _, c := range cases {
		l := lane("L", 2)
		l.Entries[0].Aside, l.Entries[0].Origin, l.Entries[0].Landed = "T", "O", []int64{11, 12, 13, 14}
		ended(&l, "T", "ff", 1)
		c.lane(&l)
		if got := plan(t0.Add(time.Hour), l); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.fact, got, c.want)
		}
	}
}

func TestAGroupLandsInAllItsRepositoriesOrInNone(t *testing.T) {
	two := func(how string) []queue.Lane {
		a, b := lane("A", 3), lane("B", 2)
		a.Entries[1].Group, b.Entries[0].Group = "g", "g"
		ended(&a, "T", "p", 1)
		ended(&a, "T", "p", 1, 2, 3)
		ended(&b, "T", how, 1)
		return []queue.Lane{a, b}
	}
	if got := plan(t0, two("r")...); !slices.Equal(got, []string{"land A[1]"}) {
		t.Errorf("while the other is checked: %q", got)
	}
	if got := plan(t0, two("p")...); !slices.Equal(got, []string{"land A[1 2 3] B[1]"}) {
		t.Errorf("both passed: %q", got)
	}
	held := two("r")
	held[1].Entries[0].Held = "conflict"
	if got := plan(t0.Add(time.Hour), held...); slices.Contains(got, "land A[1 2 3]") || !slices.Contains(got, "land A[1]") {
		t.Errorf("the other cannot be merged: %q", got)
	}
	out := two("ff")
	out[1].Entries[0].Aside, out[1].Entries[0].Origin = "T", "T"
	out[0].Builds = nil
	ended(&out[1], "T", "ffffff", 1)
	out[1].Builds = out[1].Builds[1:]
	if got := plan(t0, out...); !slices.Contains(got, "eject 1 of [1] on T") || !slices.Contains(got, "eject 2 of [1] on ") {
		t.Errorf("one is ejected: %q", got)
	}
}

func TestWhatLandsLeavesTheBuildsThatWereMadeOnIt(t *testing.T) {
	l := lane("L", 4)
	ended(&l, "T", "p", 1, 2)
	ended(&l, "T", "r", 1, 2, 3, 4)
	ended(&l, "T", "f", 2, 3)
	l.Landed([]int64{1, 2}, "U")
	if len(l.Builds) != 1 || l.Builds[0].Base != "U" || !slices.Equal(l.Builds[0].Members, []int64{3, 4}) || len(l.Entries) != 2 {
		t.Errorf("%+v", l)
	}
	if !slices.Equal(l.Entries[0].Landed, []int64{1, 2}) {
		t.Errorf("what landed while it waited: %v", l.Entries[0].Landed)
	}
}
