package testreport

import (
	"cmp"
	"slices"
	"time"
)

// Attempt is one time that a case ran.
type Attempt struct {
	On     string        `json:"on"`               // the digest of all that the run depended on
	Commit string        `json:"commit,omitempty"` // whose content it was, where that is known
	Status Status        `json:"status"`
	Took   time.Duration `json:"took,omitempty"`
	At     time.Time     `json:"at"`
}

// Past is what is known of one case of a check.
type Past struct {
	Check    string    `json:"check"`
	Name     string    `json:"name"`
	Attempts []Attempt `json:"attempts"` // the newest last
}

// History is what is known of all cases of a repository, and of its coverage.
type History struct {
	Cases    []Past     `json:"cases"`              // by check and name
	Coverage []Measured `json:"coverage,omitempty"` // by check
}

// Run is one time that a check was performed.
type Run struct {
	Check  string
	On     string // the digest of all that it depended on
	Commit string // whose content it was, where that is known
}

// The bounds of a history.
const (
	mostAttempts = 10
	mostPast     = 20_000
)

// Add adds the cases of a run to what is known. An attempt that failed before one passed
// is an attempt too.
func (h *History) Add(now time.Time, run Run, r *Report) {
	at := map[string]int{}
	for i, p := range h.Cases {
		if p.Check == run.Check {
			at[p.Name] = i
		}
	}
	now = now.UTC().Truncate(time.Second)
	for _, c := range r.Cases {
		i, known := at[c.Name]
		if !known {
			i = len(h.Cases)
			h.Cases = append(h.Cases, Past{Check: run.Check, Name: c.Name})
		}
		p := &h.Cases[i]
		if c.Flaky() {
			p.add(Attempt{On: run.On, Commit: run.Commit, Status: Failed, At: now})
		}
		p.add(Attempt{On: run.On, Commit: run.Commit, Status: c.Status, Took: c.Took, At: now})
	}
	h.keep(mostPast)
}

// add adds an attempt. What shows that a case is flaky is kept longer than what does not.
func (p *Past) add(a Attempt) {
	p.Attempts = append(p.Attempts, a)
	if len(p.Attempts) <= mostAttempts {
		return
	}
	drop := 0
	for i, old := range p.Attempts[:len(p.Attempts)/2] {
		if passed, failed := p.On(old.On); passed == 0 || failed == 0 {
			drop = i
			break
		}
	}
	p.Attempts = slices.Delete(p.Attempts, drop, drop+1)
}

// keep takes away the cases that were not seen for the longest time, beyond so many.
func (h *History) keep(most int) {
	if len(h.Cases) > most {
		slices.SortStableFunc(h.Cases, func(a, b Past) int { return b.Last().At.Compare(a.Last().At) })
		h.Cases = h.Cases[:most]
	}
	slices.SortFunc(h.Cases, func(a, b Past) int { return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Name, b.Name)) })
}

// Of is what is known of a case of a check.
func (h *History) Of(check, name string) (Past, bool) {
	i, found := slices.BinarySearchFunc(h.Cases, Past{Check: check, Name: name}, func(a, b Past) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Name, b.Name))
	})
	if !found {
		return Past{}, false
	}
	return h.Cases[i], true
}

// Last is the newest attempt.
func (p Past) Last() Attempt {
	if len(p.Attempts) == 0 {
		return Attempt{}
	}
	return p.Attempts[len(p.Attempts)-1]
}

// On is how often the case passed and failed on one digest.
func (p Past) On(digest string) (passed, failed int) {
	for _, a := range p.Attempts {
		switch {
		case a.On != digest:
		case a.Status == Passed:
			passed++
		case a.Status == Failed:
			failed++
		}
	}
	return passed, failed
}

// Flaky says whether the case passed and failed on one content, and when it did last.
func (p Past) Flaky() (time.Time, bool) {
	for _, a := range slices.Backward(p.Attempts) {
		if passed, failed := p.On(a.On); passed > 0 && failed > 0 {
			return a.At, true
		}
	}
	return time.Time{}, false
}

// Failing says since when the case fails, and whether it passed before that: then it is
// newly failing. The time is zero where it does not fail.
func (p Past) Failing() (since time.Time, newly bool) {
	for _, a := range slices.Backward(p.Attempts) {
		switch a.Status {
		case Failed:
			since = a.At
		case Passed:
			return since, !since.IsZero()
		}
	}
	return since, false
}

// Took is how long the case takes: the middle of the times that it passed.
func (p Past) Took() time.Duration {
	var took []time.Duration
	for _, a := range p.Attempts {
		if a.Status == Passed {
			took = append(took, a.Took)
		}
	}
	if len(took) == 0 {
		return p.Last().Took
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// Halve takes away the half of the cases that was not seen for the longest time.
func (h *History) Halve() { h.keep(len(h.Cases) / 2) }
