package testreport

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// Status is how a case ended.
type Status string

// The statuses. A case that did not end is failed.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// Case is one test, and how it ended.
type Case struct {
	Name   string        `json:"name"`
	Status Status        `json:"status"`
	Took   time.Duration `json:"took"`
	Says   string        `json:"says,omitempty"` // why it failed, in its own words
	File   string        `json:"file,omitempty"`
	Line   int           `json:"line,omitempty"`

	// Retried is how many attempts failed before one passed, in the same run. Such a case
	// has passed and failed on the same content.
	Retried int `json:"retried,omitempty"`
}

// Flaky says whether it passed and failed in the same run.
func (c Case) Flaky() bool { return c.Status == Passed && c.Retried > 0 }

// bad says whether it cannot count as passed.
func (c Case) bad() bool { return c.Status == Failed || c.Flaky() }

// The bounds of what is kept of a report.
const (
	mostName   = 300
	mostSays   = 4 << 10
	mostFailed = 1000
	// MostCases is how many cases are kept; more are counted.
	MostCases = 50_000
	// MostBytes is how much of a file is read at all.
	MostBytes = 1 << 30
	mostTook  = 1000 * time.Hour
)

// Report is all cases of a run. Cases that share a name are one, and the worst counts.
type Report struct {
	Cases                   []Case // by name
	Passed, Failed, Skipped int    // cases, with those that are not kept
	More                    int    // cases that were counted and not kept
	Unnamed                 int    // failures that the report claims and names no case for
	Took                    time.Duration

	at     map[string]int
	failed int
}

// None says whether nothing was tested: no case passed and none failed.
func (r *Report) None() bool { return r.Passed+r.Failed+r.Unnamed == 0 }

// add takes a case in.
func (r *Report) add(c Case) {
	c.Name, c.Says, c.File = Name(c.Name), clip.To(text(c.Says), mostSays), clip.To(text(c.File), mostName)
	c.Took = min(max(c.Took, 0), mostTook)
	c.Line = max(c.Line, 0)
	r.Took = min(r.Took+c.Took, mostTook)
	if r.at == nil {
		r.at = map[string]int{}
	}
	at, again := r.at[c.Name]
	if again {
		was := &r.Cases[at]
		r.count(was.Status, -1)
		*was = worse(*was, c)
		r.count(was.Status, 1)
		return
	}
	r.count(c.Status, 1)
	if len(r.Cases) >= MostCases && (c.Status != Failed || r.failed >= mostFailed) {
		r.More++
		return
	}
	if c.Status == Failed {
		r.failed++
	}
	r.at[c.Name] = len(r.Cases)
	r.Cases = append(r.Cases, c)
}

func (r *Report) count(s Status, n int) {
	switch s {
	case Passed:
		r.Passed += n
	case Skipped:
		r.Skipped += n
	default:
		r.Failed += n
	}
}

// worse is one case of two that share a name: rows of a table, or attempts.
func worse(a, b Case) Case {
	rank := map[Status]int{Failed: 2, Passed: 1}
	if rank[b.Status] > rank[a.Status] {
		a, b = b, a
	}
	a.Took, a.Retried = min(a.Took+b.Took, mostTook), a.Retried+b.Retried
	return a
}

// done puts the cases in order, and takes away what only repeats: a case that failed
// because a case within it did.
func (r *Report) done() {
	slices.SortFunc(r.Cases, func(a, b Case) int { return cmp.Compare(a.Name, b.Name) })
	r.at = nil
	within := map[string]bool{}
	for _, c := range r.Cases {
		for at, b := range []byte(c.Name) {
			if b == '/' && c.bad() {
				within[c.Name[:at]] = true
			}
		}
	}
	r.Cases = slices.DeleteFunc(r.Cases, func(c Case) bool {
		repeats := c.bad() && within[c.Name]
		if repeats {
			r.count(c.Status, -1)
		}
		return repeats
	})
}

// Join is a report of several.
func Join(list ...*Report) *Report {
	all := &Report{}
	for _, r := range list {
		for _, c := range r.Cases {
			all.add(c)
		}
		all.Unnamed += r.Unnamed
		all.More += r.More
	}
	all.done()
	for _, r := range list { // what was only counted counts
		kept := Report{}
		for _, c := range r.Cases {
			kept.count(c.Status, 1)
		}
		all.Passed, all.Failed, all.Skipped = all.Passed+r.Passed-kept.Passed, all.Failed+r.Failed-kept.Failed, all.Skipped+r.Skipped-kept.Skipped
	}
	return all
}

// Name is a name of a case as it is kept: on one line, and of two long ones that begin
// in the same way not the same.
func Name(s string) string {
	s = strings.Join(strings.Fields(text(s)), " ")
	if len(s) <= mostName {
		return s
	}
	_, digest, _ := strings.Cut(prentice.Digest([]byte(s)), ":")
	return clip.To(s, mostName-12) + digest[:8]
}

// text is what is readable of a text.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
