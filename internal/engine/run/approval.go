package run

import (
	"time"

	"prentice"
)

// Agreed is the last plan of a procedure and subject that people approved and
// that was performed, and how a newer plan differs from it.
type Agreed struct {
	Run     int64        `json:"run"`
	Plan    string       `json:"plan"`
	Time    time.Time    `json:"time"`
	Changes []Difference `json:"changes,omitempty"` // none: the plan is the same
}

// Absence is a person who is away, and who counts for them in the groups that
// are asked, until they are back.
type Absence struct {
	Person  prentice.Ref   `json:"person"`
	StandIn prentice.Ref   `json:"stand_in"`
	Since   time.Time      `json:"since"`
	Until   time.Time      `json:"until"`
	By      prentice.Ref   `json:"by"`               // who said so
	People  []prentice.Ref `json:"people,omitempty"` // behind By, themselves included: they are behind the stand-in's answers
}

// Yours is how someone relates to a run that waits for an approval, before they
// answer: what they would be told if they tried.
type Yours struct {
	Approve bool   `json:"approve"`       // they may
	Refuse  bool   `json:"refuse"`        // they may; what they asked for or caused they take back
	Caused  bool   `json:"caused"`        // they asked for it or caused it
	Why     string `json:"why,omitempty"` // they may not approve
	Try     string `json:"try,omitempty"` // what to do instead
}

// MayOverride says whether someone may let a run go without the approvals that it
// lacks, and why not, before they try.
type MayOverride struct {
	May bool   `json:"may"`
	Why string `json:"why,omitempty"`
	Try string `json:"try,omitempty"`
}

// Approval is a person's answer to one plan hash.
type Approval struct {
	Run    int64          `json:"run"`
	Plan   string         `json:"plan"`
	Actor  prentice.Ref   `json:"actor"`
	For    prentice.Ref   `json:"for,omitempty"` // who is away, and for whom the actor stood in
	Door   string         `json:"door"`
	Token  int64          `json:"token,omitempty"`  // that the actor came by; 0 is by signing in
	People []prentice.Ref `json:"people,omitempty"` // behind the answer: the actor, and anyone who is behind them
	Yes    bool           `json:"yes"`
	Reason string         `json:"reason"`
	Time   time.Time      `json:"time"`
}

// Reply is what a person says to a run that waits for people. Plan is the hash
// that was looked at, or "" for the run's own; Step is the human step that was
// done, or "" for the one that waits.
type Reply struct {
	Run    int64
	Actor  prentice.Actor
	Plan   string
	Step   string
	Yes    bool
	Reason string
	Window bool // with Yes: not now, but when the calendar lets it begin
}
