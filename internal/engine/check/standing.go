package check

import (
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
)

// Agreed is what a repository has agreed on beside its rules: what was wrong before, and
// what it lives with. For a change it is read from what the change is made on.
type Agreed struct {
	Old         Baseline
	Waivers     []Waiver
	Quarantined []Quarantine
}

// ReadAgreed reads the files of it. What cannot be read is an error, and the agreement is
// none: nothing is excused by a file that no one can read.
func ReadAgreed(t *Tree) (a Agreed, err error) {
	if text, readErr := t.Text(WaiverFile); readErr == nil {
		list, problems := ReadWaivers(text)
		if len(problems) > 0 {
			return Agreed{}, wrongFile(WaiverFile, problems)
		}
		a.Waivers = list
	} else if !Missing(readErr) {
		return Agreed{}, readErr
	}
	if text, readErr := t.Text(QuarantineFile); readErr == nil {
		list, problems := ReadQuarantine(text)
		if len(problems) > 0 {
			return Agreed{}, wrongFile(QuarantineFile, problems)
		}
		a.Quarantined = list
	} else if !Missing(readErr) {
		return Agreed{}, readErr
	}
	if text, readErr := t.Text(BaselineFile); readErr == nil {
		b, problems := ReadBaseline(text)
		if len(problems) > 0 {
			return Agreed{}, wrongFile(BaselineFile, problems)
		}
		a.Old = b
	} else if !Missing(readErr) {
		return Agreed{}, readErr
	}
	return a, nil
}

// Excuse is why a finding does not count.
type Excuse string

// The excuses.
const (
	None        Excuse = ""
	Before      Excuse = "baseline" // it was there before
	Waived      Excuse = "waived"
	Quarantined Excuse = "quarantined" // it is of a test case that may fail
)

// Standing is how a rule stands, by what is agreed.
type Standing struct {
	Judged
	Excuses []Excuse // of each finding
	Waiver  []*Waiver
	Case    []*Quarantine
	New     int // findings without an excuse
	Blocks  bool
}

// Unproven says whether the rule was not seen to fail where it must.
func (s Standing) Unproven() bool { return !s.Plain && len(s.Wrong) > 0 }

// Truth is that of the rule once what is excused is taken away.
func (s Standing) Truth() prentice.Truth {
	if s.Outcome.Truth == prentice.Fail && len(s.Outcome.Findings) > 0 && s.New == 0 {
		if s.Outcome.Unclear != "" {
			return prentice.NotSeen
		}
		return prentice.Pass
	}
	return s.Outcome.Truth
}

// Stand says how rules stand by what is agreed, and how many old findings are gone. A
// waiver that is over is a failure that names itself.
func (a Agreed) Stand(now time.Time, list []Judged, t *Tree) (all []Standing, gone int) {
	list = slices.Concat(list, a.covered(list))
	var findings []Finding
	judged := map[string]bool{}
	for _, j := range list {
		findings = append(findings, j.Outcome.Findings...)
		judged[j.Rule.ID] = j.Outcome.Truth != prentice.NotSeen
	}
	known, _ := a.Old.Part(judged)
	old, gone := known.Ages(findings, t)
	for _, j := range list {
		s := Standing{Judged: j, Excuses: make([]Excuse, len(j.Outcome.Findings)), Waiver: make([]*Waiver, len(j.Outcome.Findings)), Case: make([]*Quarantine, len(j.Outcome.Findings))}
		for i, f := range j.Outcome.Findings {
			w, q := a.waiver(now, f), a.InQuarantine(now, f.Case)
			if w == nil && f.Waiver != nil && !f.Waiver.Over(now) {
				w = f.Waiver
			}
			switch {
			case q != nil:
				s.Excuses[i], s.Case[i] = Quarantined, q
			case w != nil:
				s.Excuses[i], s.Waiver[i] = Waived, w
			case old[0]:
				s.Excuses[i] = Before
			default:
				s.New++
			}
			old = old[1:]
		}
		s.Blocks = j.Rule.Severity == claims.Block && !s.Unproven()
		all = append(all, s)
	}
	return slices.Concat(all, a.over(now), a.ended(now)), gone
}

// waiver is the one that lets a finding be.
func (a Agreed) waiver(now time.Time, f Finding) *Waiver {
	for i := range a.Waivers {
		if w := &a.Waivers[i]; !w.Over(now) && w.Covers(f) {
			return w
		}
	}
	return nil
}

// over is a failed rule of the waivers that are over.
func (a Agreed) over(now time.Time) []Standing {
	r := Rule{
		ID: "waivers/in-force", Kind: "waivers", Says: "no waiver is over", Severity: claims.Block, Source: "built in",
		Why:    "A waiver is lent until a day. One that is forgotten is a rule that no one keeps.",
		Remedy: "Fix what it was for and remove it, or agree on another day.",
	}
	s := Standing{Judged: Judged{Rule: r, Outcome: Outcome{Rule: r.ID, Truth: prentice.Pass}, Plain: true}, Blocks: true}
	for _, w := range a.Waivers {
		if w.Over(now) {
			s.Outcome.Truth = prentice.Fail
			s.Outcome.Findings = append(s.Outcome.Findings, Finding{Rule: r.ID, Path: WaiverFile, Line: w.Line, Says: fmt.Sprintf("the waiver of %s ended on %s; it is of %s: %s", w.Rule, w.Last(), w.Owner, w.Reason), Remedy: r.Remedy})
			s.Excuses, s.Waiver, s.New = append(s.Excuses, None), append(s.Waiver, nil), s.New+1
			s.Case = append(s.Case, nil)
		}
	}
	if len(a.Waivers) == 0 {
		return nil
	}
	return []Standing{s}
}
