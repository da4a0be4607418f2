package check

import (
	"fmt"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// QuarantineFile is where a repository names the test cases whose failures it knows.
const QuarantineFile = ".prentice/quarantine.yaml"

// Quarantine lets a test case fail, for a reason, until a day. The case is run as ever,
// and how it ended is shown.
type Quarantine struct {
	Name   string       `json:"name"` // of the case; cases within it are meant too
	Owner  prentice.Ref `json:"owner"`
	Reason string       `json:"reason"`
	Ends   time.Time    `json:"ends"` // the first moment at which it holds no more
	Line   int          `json:"line,omitempty"`
}

// Over says whether the quarantine holds no more.
func (q Quarantine) Over(now time.Time) bool { return !now.Before(q.Ends) }

// Last is the last day on which it holds.
func (q Quarantine) Last() string { return Waiver{Expires: q.Ends}.Last() }

// Covers says whether a case is meant.
func (q Quarantine) Covers(name string) bool {
	return name == q.Name || strings.HasPrefix(name, q.Name+"/")
}

// ReadQuarantine reads the file.
func ReadQuarantine(text []byte) ([]Quarantine, []strict.Problem) {
	r := &strict.Reader{Near: nearest.Of}
	v := r.Mapping(r.Document(text), "file of quarantined test cases", "quarantine")
	var list []Quarantine
	if v["quarantine"] != nil && !none(v["quarantine"]) {
		seen := map[string]bool{}
		for _, n := range r.List(v["quarantine"], "quarantine") {
			q := quarantine(r, n)
			if seen[q.Name] && q.Name != "" {
				r.Wrong(n, "keep one of them", "%q is there twice", clip.Text(q.Name))
			}
			seen[q.Name] = true
			list = append(list, q)
		}
	}
	if len(r.Problems) > 0 {
		return nil, r.Problems
	}
	return list, nil
}

func quarantine(r *strict.Reader, n *strict.Node) Quarantine {
	v := r.Mapping(n, "quarantined test case", "name", "owner", "reason", "ends")
	q := Quarantine{
		Name: r.Needed(v["name"], n, "quarantined test case", "name", "write the name of the case, as prentice check tests shows it"), Line: n.Line,
		Reason: r.Needed(v["reason"], n, "quarantined test case", "reason", "say why it may fail"),
		Owner:  prentice.Ref(r.Needed(v["owner"], n, "quarantined test case", "owner", "name who answers for it: group/platform")),
	}
	owned(r, v["owner"], q.Owner)
	q.Ends = until(r, v["ends"], r.Needed(v["ends"], n, "quarantined test case", "ends", "say until when: 2027-01-31"))
	return q
}

// InQuarantine is the quarantine of a test case, and nil where it has none.
func (a Agreed) InQuarantine(now time.Time, name string) *Quarantine {
	for i := range a.Quarantined {
		if q := &a.Quarantined[i]; name != "" && !q.Over(now) && q.Covers(name) {
			return q
		}
	}
	return nil
}

// ended is a failed rule of the quarantines that are over, or that last for too long.
func (a Agreed) ended(now time.Time) []Standing {
	r := Rule{
		ID: "tests/quarantine-in-force", Kind: "waivers", Says: "no quarantine of a test case is over", Severity: claims.Block, Source: "built in",
		Why:    "A test in quarantine tells of nothing. Each has an end, or it is a test that no one has.",
		Remedy: "Fix the test or delete it, and take it out of the quarantine, or agree on another day, at most a year away.",
	}
	s := Standing{Judged: Judged{Rule: r, Outcome: Outcome{Rule: r.ID, Truth: prentice.Pass}, Plain: true}, Blocks: true}
	for _, q := range a.Quarantined {
		says := ""
		switch {
		case q.Over(now):
			says = fmt.Sprintf("the quarantine of %s ended on %s; it is of %s: %s", clip.Text(q.Name), q.Last(), q.Owner, q.Reason)
		case q.Ends.After(now.Add(LongestWaiver)):
			says = fmt.Sprintf("the quarantine of %s would hold until %s: a year is the most", clip.Text(q.Name), q.Last())
		default:
			continue
		}
		s.Outcome.Truth = prentice.Fail
		s.Outcome.Findings = append(s.Outcome.Findings, Finding{Rule: r.ID, Path: QuarantineFile, Line: q.Line, Says: says, Remedy: r.Remedy})
		s.Excuses, s.Waiver, s.New = append(s.Excuses, None), append(s.Waiver, nil), s.New+1
		s.Case = append(s.Case, nil)
	}
	if len(a.Quarantined) == 0 {
		return nil
	}
	return []Standing{s}
}
