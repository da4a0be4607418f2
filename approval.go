package prentice

import "time"

// Agreed is the last plan of a procedure and subject that people approved and
// that was performed, and how a newer plan differs from it.
type Agreed struct {
	Run     int64        `json:"run"`
	Plan    string       `json:"plan"`
	Time    time.Time    `json:"time"`
	Changes []Difference `json:"changes,omitempty"` // none: the plan is the same
}

// Question is a run that waits for people, with what they look at first.
type Question struct {
	Run
	Summary     string   `json:"summary"`
	Undoable    bool     `json:"undoable"`
	StepSays    string   `json:"step_says,omitempty"` // of the human step
	Reasons     []string `json:"reasons"`             // why someone is asked
	Rules       []string `json:"rules"`
	Needed      int      `json:"needed"` // approvers, of
	Role        Role     `json:"role,omitempty"`
	From        []Ref    `json:"from,omitempty"`
	Owners      []Ref    `json:"owners,omitempty"` // of From, who must each agree
	NeedsReason bool     `json:"needs_reason,omitempty"`
	Record      Record   `json:"record"`
	PlanGroup   string   `json:"plan_group,omitempty"`
	Last        *Agreed  `json:"last,omitempty"`
	Yours       *Yours   `json:"yours,omitempty"` // how the reader relates to it, if it waits for an approval
}

// Questions is a page of what waits, soonest to expire first. Next is where the
// next page begins, or "".
type Questions struct {
	List []Question
	Next string
}

// Review is what someone must answer for after they let a run go without the
// approvals it lacked. Another person closes it.
type Review struct {
	Run       int64     `json:"run"`
	Procedure string    `json:"procedure"`
	Subject   Ref       `json:"subject,omitempty"`
	State     State     `json:"state"` // of the run
	By        Ref       `json:"by"`
	People    []Ref     `json:"people,omitempty"` // behind By, themselves included
	Reason    string    `json:"reason"`
	Opened    time.Time `json:"opened"`
	Closed    time.Time `json:"closed,omitzero"`
	Closer    Ref       `json:"closer,omitempty"`
	Says      string    `json:"says,omitempty"`  // what the closer found
	Yours     *Yours    `json:"yours,omitempty"` // how the reader relates to it, if it is open: to approve is to close it
}

// Absence is a person who is away, and who counts for them in the groups that
// are asked, until they are back.
type Absence struct {
	Person  Ref       `json:"person"`
	StandIn Ref       `json:"stand_in"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
	By      Ref       `json:"by"`               // who said so
	People  []Ref     `json:"people,omitempty"` // behind By, themselves included: they are behind the stand-in's answers
}
