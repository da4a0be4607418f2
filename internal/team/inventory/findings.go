package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"prentice"
)

// mostFindings bounds what is reported, of errors and of advice: anyone who has a
// hundred errors has one mistake, and needs to see its first lines.
const mostFindings = 100

// found is what is to be said of what was read.
type found struct {
	findings  []prentice.Finding
	errors    int
	advice    int
	unmade    []*unmade
	unreached []unreached
}

// unmade are the vars of one file that become no facts, for one reason. They are
// reported together: there may be hundreds.
type unmade struct {
	at    prentice.Pos // of the first
	why   reason
	names []string // each once
	seen  map[string]bool
}

func (f *found) fail(at prentice.Pos, hint, format string, args ...any) {
	f.add(&f.errors, prentice.Finding{At: at, Error: true, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (f *found) advise(at prentice.Pos, hint, format string, args ...any) {
	f.add(&f.advice, prentice.Finding{At: at, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (f *found) add(count *int, one prentice.Finding) {
	switch *count++; {
	case *count <= mostFindings:
		f.findings = append(f.findings, one)
	case *count == mostFindings+1:
		f.findings = append(f.findings, prentice.Finding{At: prentice.Pos{File: "~"}, Error: one.Error, Text: "there are more findings, which are not shown", Hint: "correct these first"})
	}
}

// noFact notes a var that becomes no fact.
func (f *found) noFact(name string, at prentice.Pos, why reason) {
	u := f.unmadeIn(at, why)
	if !u.seen[name] {
		u.seen[name] = true
		u.names = append(u.names, name)
	}
}

// unmadeIn finds what is noted of the file that is being read, which is last.
func (f *found) unmadeIn(at prentice.Pos, why reason) *unmade {
	for i := len(f.unmade) - 1; i >= 0 && f.unmade[i].at.File == at.File; i-- {
		if f.unmade[i].why == why {
			return f.unmade[i]
		}
	}
	u := &unmade{at: at, why: why, seen: map[string]bool{}}
	f.unmade = append(f.unmade, u)
	return u
}

// inOrder is what was found, in the order of its places.
func (f *found) inOrder() []prentice.Finding {
	for _, u := range f.unmade {
		if strings.HasPrefix(string(u.why), "not used") {
			f.advise(u.at, u.why.hint(), "%s: %s", someOf(u.names), u.why)
			continue
		}
		f.advise(u.at, u.why.hint(), "no fact is made of %s: %s", someOf(u.names), u.why)
	}
	f.unmade = nil
	slices.SortStableFunc(f.findings, func(a, b prentice.Finding) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return f.findings
}
