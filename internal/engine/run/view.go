package run

import (
	"slices"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/rollout"
)

// Batches says how far a run is that verifies batch by batch: the batches that
// were begun, and then those that are to come if all goes well. It follows from
// the plan and the journal alone, so that anyone who takes the run up after a crash
// goes on with the same batch. Targets that no batch may begin with any more are
// one last batch that was not begun.
func (d View) Batches() []Batch {
	part := rollout.Of(d.ThePlan)
	if !part.PerBatch() {
		return nil
	}
	j := journalOf(d)
	left, bad := j.unfailed()
	next := Batch{Number: 1, Good: min(bad, 1), Bad: bad, State: NotBegun} // the canary was another one
	var list []Batch
	for ahead := false; len(left) > 0; {
		b := next
		size, name := part.Next(left, b.Good, b.Bad)
		b.Name = name
		if b.Barred = b.Barred || size == 0; b.Barred {
			b.Targets = left
			return append(list, b)
		}
		b.Targets, left = left[:size], left[size:]
		if !ahead {
			j.stand(&b)
		}
		list = append(list, b)
		next = Batch{Number: b.Number + 1, Good: b.Good + len(b.Verified), Bad: b.Bad + len(b.Failed), State: NotBegun, Barred: b.Broken}
		if ahead = ahead || !b.Over; ahead {
			next.Good, next.Bad = b.Good+size, b.Bad // if all goes well
		}
	}
	return list
}

// Rollout tells how the run goes over its targets; "" when there is nothing to say.
func (d View) Rollout() string { return rollout.Says(d.ThePlan) }

// View is a run with all that belongs to it.
type View struct {
	prentice.Run
	ThePlan   prentice.Plan      `json:"the_plan"`
	Decision  prentice.Decision  `json:"decision"`
	Causes    []prentice.Cause   `json:"causes,omitempty"` // the people by whose doing it is asked for; none of them approves it
	Approvals []Approval         `json:"approvals"`
	Steps     []StepRecord       `json:"steps"`
	Record    prentice.Record    `json:"record"`             // of the procedure, before this run
	Contact   *gate.Contact      `json:"contact,omitempty"`  // whether its hosts can be reached, if it waits for an approval
	Ahead     *prentice.HoldBack `json:"ahead,omitempty"`    // what would hold it back if it were approved now, if it waits for an approval
	Yours     *Yours             `json:"yours,omitempty"`    // how the reader relates to it, if it waits for an approval
	Override  *MayOverride       `json:"override,omitempty"` // whether they may let it go without, if that is possible

	PlanGroup    string       `json:"plan_group,omitempty"`     // equal for plans that are equal but for subject and targets
	Window       bool         `json:"window,omitempty"`         // once it has leave it waits for the calendar
	Review       *Review      `json:"review,omitempty"`         // of the glass that was broken for it
	BreakGlassBy prentice.Ref `json:"break_glass_by,omitempty"` // who let it go without the approvals it lacked
	Void         *Void        `json:"void,omitempty"`           // why the leave it had was void
	Last         *Agreed      `json:"last,omitempty"`           // what people agreed to before, for the same procedure and subject
}

// Diagnosis is what a procedure's Check section said of a fault.
type Diagnosis struct {
	Procedure string       `json:"procedure"`
	Fits      bool         `json:"fits"`
	Says      string       `json:"says"`
	Steps     []StepRecord `json:"steps"`
}

// ByTarget says how each target stands, in the plan's order. A target is done
// when all that acts on it is.
func (d View) ByTarget() []TargetStanding {
	wanted := 0
	for _, s := range d.ThePlan.In(prentice.Act) {
		if s.Where == "target" {
			wanted++
		}
	}
	acted, undone := map[prentice.Ref][]StepRecord{}, map[prentice.Ref][]StepRecord{}
	for _, s := range d.Steps {
		switch s.Section {
		case prentice.Verify:
			if s.State == NotDone { // in a run that goes on without it
				acted[s.Target] = append(acted[s.Target], s)
			}
		case prentice.Act:
			acted[s.Target] = append(acted[s.Target], s)
		case prentice.Undo:
			undone[s.Target] = append(undone[s.Target], s)
		}
	}
	list := make([]TargetStanding, len(d.ThePlan.Targets))
	for i, t := range d.ThePlan.Targets {
		a, u := acted[t.Ref], undone[t.Ref]
		list[i] = TargetStanding{Ref: t.Ref, State: standing(states(a), states(u), wanted)}
		for _, rec := range slices.Concat(a, u) {
			if rec.Says != "" && (rec.State == list[i].State || !list[i].Bad()) {
				list[i].Says = rec.Says
			}
		}
	}
	return list
}

// ByState groups the run's targets by how they stand, the worst first.
func (d View) ByState() []TargetGroup {
	groups := map[StepState][]prentice.Ref{}
	for _, t := range d.ByTarget() {
		groups[t.State] = append(groups[t.State], t.Ref)
	}
	var list []TargetGroup
	for _, state := range targetOrder {
		if len(groups[state]) > 0 {
			list = append(list, TargetGroup{state, groups[state]})
		}
	}
	return list
}
