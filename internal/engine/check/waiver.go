package check

import (
	"fmt"
	"path"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/strict"
)

// WaiverFile is where a repository says which findings it lives with, and until when.
const WaiverFile = ".prentice/waivers.yaml"

// Waiver lets a rule be broken somewhere, for a reason, until a day.
type Waiver struct {
	Rule    string       `json:"rule"`
	Where   string       `json:"where,omitempty"` // a path or a pattern; "" is the whole repository
	Reason  string       `json:"reason"`
	Owner   prentice.Ref `json:"owner"`
	Expires time.Time    `json:"expires"` // the first moment at which it holds no more
	Line    int          `json:"line,omitempty"`
}

// Over says whether the waiver holds no more.
func (w Waiver) Over(now time.Time) bool { return !now.Before(w.Expires) }

// Covers says whether a finding is one that the waiver is about, whenever that is: with
// all its places.
func (w Waiver) Covers(f Finding) bool {
	if w.Rule != f.Rule || w.Where == "" {
		return w.Rule == f.Rule
	}
	for _, p := range f.Places {
		if p.Path == "" || !Within(w.Where, p.Path) {
			return false
		}
	}
	return f.Path != "" && Within(w.Where, f.Path)
}

// Text is the waiver as it stands in the file.
func (w Waiver) Text() string {
	where := ""
	if w.Where != "" {
		where = fmt.Sprintf("    where: %s\n", quoted(w.Where))
	}
	return fmt.Sprintf("  - rule: %s\n%s    reason: %s\n    owner: %s\n    expires: %s\n", w.Rule, where, quoted(w.Reason), w.Owner, w.Last())
}

// LongestWaiver is how far away the end of a waiver may be.
const LongestWaiver = 366 * 24 * time.Hour

// Check says what is wrong with a waiver that someone wants to write.
func (w Waiver) Check(now time.Time) error {
	switch {
	case strings.TrimSpace(w.Reason) == "":
		return prentice.Errorf(prentice.Invalid, "the waiver has no reason").Try("say why the rule may be broken here: --reason TEXT")
	case w.Owner.Kind() == "" || w.Owner.Name() == "":
		return prentice.Errorf(prentice.Invalid, "%q cannot own a waiver", clip.Text(string(w.Owner))).Try("name a group or a person: --owner group/platform")
	case w.Over(now):
		return prentice.Errorf(prentice.Invalid, "the waiver would end at %s, which is over", w.Expires.UTC().Format(time.DateOnly)).Try("name a day to come: --expires 2027-01-31")
	case w.Expires.After(now.Add(LongestWaiver)):
		return prentice.Errorf(prentice.Invalid, "the waiver would hold until %s: a year is the most", w.Expires.UTC().Format(time.DateOnly)).Try("name a nearer day, and look at it again then")
	}
	return nil
}

// ReadWaivers reads the file.
func ReadWaivers(text []byte) ([]Waiver, []strict.Problem) {
	r := &strict.Reader{Near: nearest.Of}
	v := r.Mapping(r.Document(text), "file of waivers", "waivers")
	var list []Waiver
	if v["waivers"] != nil && !none(v["waivers"]) {
		for _, n := range r.List(v["waivers"], "waivers") {
			list = append(list, waiver(r, n))
		}
	}
	if len(r.Problems) > 0 {
		return nil, r.Problems
	}
	return list, nil
}

func waiver(r *strict.Reader, n *strict.Node) Waiver {
	v := r.Mapping(n, "waiver", "rule", "where", "reason", "owner", "expires")
	w := Waiver{
		Rule: r.Needed(v["rule"], n, "waiver", "rule", "name the rule"), Reason: r.Needed(v["reason"], n, "waiver", "reason", "say why the rule may be broken here"),
		Owner: prentice.Ref(r.Needed(v["owner"], n, "waiver", "owner", "name who answers for it: group/platform")), Line: n.Line,
	}
	if v["where"] != nil {
		w.Where = r.Text(v["where"], "where")
		if _, err := path.Match(w.Where, ""); err != nil {
			r.Wrong(v["where"], "write a path, or one with * and **", "%q is no pattern", clip.Text(w.Where))
		}
	}
	owned(r, v["owner"], w.Owner)
	w.Expires = until(r, v["expires"], r.Needed(v["expires"], n, "waiver", "expires", "say until when: 2027-01-31"))
	return w
}

// owned refuses an owner that is none.
func owned(r *strict.Reader, at *strict.Node, owner prentice.Ref) {
	if owner != "" && (owner.Kind() == "" || owner.Name() == "") {
		r.Wrong(at, "write group/NAME or person/NAME", "%q is no owner", clip.Text(string(owner)))
	}
}

// until is the moment after a day, which itself still counts.
func until(r *strict.Reader, at *strict.Node, day string) time.Time {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil && day != "" {
		r.Wrong(at, "write it as 2027-01-31", "%q is no day", clip.Text(day))
	}
	return from.AddDate(0, 0, 1)
}

// Last is the last day on which it holds.
func (w Waiver) Last() string { return w.Expires.Add(-time.Nanosecond).UTC().Format(time.DateOnly) }
