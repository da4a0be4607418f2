package prentice

import (
	"encoding/json"
	"time"
)

// Risk is what can go wrong with a step. The zero Risk is Danger, so that a
// step no one classified is treated as the worst.
type Risk uint8

// The risks, worst first.
const (
	Danger Risk = iota // cannot be undone
	Change             // can be undone
	Look               // reads only
)

var riskNames = []string{"danger", "change", "look"}

// String is the risk's name.
func (r Risk) String() string { return nameOf(riskNames, int(r)) }

// ParseRisk reads a risk's name.
func ParseRisk(s string) (Risk, error) {
	i, err := indexOf(riskNames, "risk", s)
	return Risk(i), err
}

// MarshalText writes the name.
func (r Risk) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the name.
func (r *Risk) UnmarshalText(b []byte) (err error) { *r, err = ParseRisk(string(b)); return err }

// Worse is the worse of two risks.
func (r Risk) Worse(other Risk) Risk { return min(r, other) }

// Verdict is what policy says. The zero Verdict is Refuse.
type Verdict uint8

// The verdicts, strictest first.
const (
	Refuse Verdict = iota
	Ask
	Allow
)

var verdictNames = []string{"refuse", "ask", "allow"}

// String is the verdict's name.
func (v Verdict) String() string { return nameOf(verdictNames, int(v)) }

// ParseVerdict reads a verdict's name.
func ParseVerdict(s string) (Verdict, error) {
	i, err := indexOf(verdictNames, "verdict", s)
	return Verdict(i), err
}

// MarshalText writes the name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the name.
func (v *Verdict) UnmarshalText(b []byte) (err error) { *v, err = ParseVerdict(string(b)); return err }

// Decision is a verdict with the rules and reasons behind it. When the verdict
// is Ask, Approvers people of Role must agree within Expires; when From names
// groups or people, they must be among those.
type Decision struct {
	Verdict     Verdict       `json:"verdict"`
	Rules       []string      `json:"rules"`
	Reasons     []string      `json:"reasons"`
	Approvers   int           `json:"approvers,omitempty"`
	Role        Role          `json:"role,omitempty"`
	From        []Ref         `json:"from,omitempty"`   // groups and people; none is everyone of the role
	Owners      []Ref         `json:"owners,omitempty"` // those of From who must each agree, as they own different parts of the plan
	NeedsReason bool          `json:"needs_reason,omitempty"`
	Expires     time.Duration `json:"expires,omitempty"`
	Policy      string        `json:"policy,omitempty"` // the digest of the policy that decided
}

// Decided is a decision that was made, with all that it was made from.
type Decided struct {
	Run      int64    `json:"run"`
	Moment   Moment   `json:"moment"`
	Decision Decision `json:"decision"`
	Unread   string   `json:"unread,omitempty"` // why it cannot be read, and then nothing else is known of it
}

// ThePlansOwner stands in a rule's From for the groups that answer for what the
// plan acts on. A decision on a plan has the groups themselves in its place.
const ThePlansOwner Ref = "owner"

// Moment is all that policy may look at. Record is what the procedure has
// earned so far; Now is given, never read.
type Moment struct {
	Now    time.Time       `json:"now"`
	Actor  Actor           `json:"actor"`
	Op     string          `json:"op"`
	Plan   *Plan           `json:"plan,omitempty"`
	In     json.RawMessage `json:"in,omitempty"`
	Record Record          `json:"record"`
}

// Record counts how the runs of a procedure have ended.
type Record struct {
	Runs      int       `json:"runs"`
	Verified  int       `json:"verified"`
	Harmful   int       `json:"harmful"` // failed, undone or uncertain
	Useless   int       `json:"useless"` // consecutive runs on this subject that did not help, newest first
	LastEnded time.Time `json:"last_ended,omitzero"`
	Budget    *Budget   `json:"budget,omitempty"` // of the service that it is about; nil is that nothing is promised
}

// Budget is how much of what a service may fail is left, when a run was decided. The worst of its
// objectives counts.
type Budget struct {
	Left    *float64 `json:"left,omitempty"` // the least share that is left; below zero when more than all is spent; nil is unknown
	Spent   []string `json:"spent,omitempty"`
	Burning []string `json:"burning,omitempty"`
	Unknown []string `json:"unknown,omitempty"` // objectives of which too little was seen
	Unread  string   `json:"unread,omitempty"`  // why it could not be read; then nothing else is known
}

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return names[0]
}

func indexOf(names []string, what, s string) (int, error) {
	for i, n := range names {
		if n == s {
			return i, nil
		}
	}
	return 0, Errorf(Invalid, "%q is not a %s", clip(s), what).Try("use one of %v", names)
}
