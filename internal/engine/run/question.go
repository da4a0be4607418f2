package run

import (
	"prentice"
)

// Question is a run that waits for people, with what they look at first.
type Question struct {
	prentice.Run
	Summary     string          `json:"summary"`
	Undoable    bool            `json:"undoable"`
	StepSays    string          `json:"step_says,omitempty"` // of the human step
	Reasons     []string        `json:"reasons"`             // why someone is asked
	Rules       []string        `json:"rules"`
	Needed      int             `json:"needed"` // approvers, of
	Role        prentice.Role   `json:"role,omitempty"`
	From        []prentice.Ref  `json:"from,omitempty"`
	Owners      []prentice.Ref  `json:"owners,omitempty"` // of From, who must each agree
	NeedsReason bool            `json:"needs_reason,omitempty"`
	Record      prentice.Record `json:"record"`
	PlanGroup   string          `json:"plan_group,omitempty"`
	Last        *Agreed         `json:"last,omitempty"`
	Yours       *Yours          `json:"yours,omitempty"` // how the reader relates to it, if it waits for an approval
}

// Questions is a page of what waits, soonest to expire first. Next is where the
// next page begins, or "".
type Questions struct {
	List []Question
	Next string
}

// Asks is whom a question is put to.
func (q Question) Asks() prentice.Asked {
	return prentice.Asked{Needed: q.Needed, Role: q.Role, From: q.From, Owners: q.Owners}
}

// UndoSays is what becomes of the plan's work if it fails.
func (q Question) UndoSays() string { return prentice.UndoSays(q.Risk, q.Undoable) }
