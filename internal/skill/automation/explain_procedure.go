package automation

import (
	"cmp"
	"strings"

	"prentice"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// explains are how the things of this chapter are explained.
func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("procedure", "A procedure is a runbook that the team has agreed on. Its steps can be run as they are written.", "procedure.show",
			func(ref prentice.Ref) ShowIn { return ShowIn{ref.Name()} }, tellProcedure),
		op.Explains("library", "The library is a part of the program: ready runbooks. One that you add is your own from then on.", "procedure.library.show",
			func(ref prentice.Ref) LibraryShowIn { return LibraryShowIn{ref.Name()} }, tellReady),
		op.Explains("schedule", "A schedule proposes a procedure at certain times. It has the name of its procedure.", "schedule.list",
			func(ref prentice.Ref) schedulesIn { return schedulesIn{ref.Name()} }, tellSchedule),
	}
}

// sectionMeanings say what the steps of a section are for.
var sectionMeanings = map[prentice.Section]string{
	prentice.Check:  "look whether it fits, and change nothing",
	prentice.Act:    "do the work",
	prentice.Verify: "look whether it helped",
	prentice.Undo:   "put back what was done",
}

func tellProcedure(_ prentice.Ref, s Shown) (op.Told, error) {
	p := s.Procedure
	t := op.Told{Title: p.Name + ": " + p.Summary}
	t.What.Add("The procedure %s: %s", p.Name, p.Summary)
	t.What.Add("Its owner is %s, and it stands in %s", cmp.Or(string(p.Owner), "no one"), p.File)
	t.What.Add("It is started by: %s", startsOf(s.Starts))
	for _, part := range s.Parts() {
		var ids []string
		for _, step := range part.Steps {
			ids = append(ids, step.ID)
		}
		t.What.Add("Its section %s is to %s: %s", capital(string(part.Section)), sectionMeanings[part.Section], strings.Join(ids, ", "))
	}
	if s.Usable {
		t.Why.Add("It can be used: it has no errors")
	} else {
		t.Why.Add("It cannot be used until its errors are fixed")
	}
	for _, f := range s.Findings {
		t.Why.Add("%s", strings.TrimSpace(op.Found([]prentice.Finding{f}).Lines("")))
	}
	t.Why.Add("Its record: %s", recordOf(s.Record))
	t.Why.Add("It acts on at most %s, %d at a time, and rests %s before it touches the same target again", op.Count(p.Limits.MaxTargets, "host", "hosts"), p.Limits.Parallel, render.Span(p.Limits.Cooldown))
	if p.ReviewBy != "" {
		t.Why.Add("It is to be read again by %s", p.ReviewBy)
	}
	s.tellGaps(&t)
	t.Offer("procedure.plan", p.Name, "see what exactly it would do, and do nothing")
	t.Offer("procedure.lint", "", "look all procedures over for mistakes")
	if s.Usable {
		t.Offer("run.start", p.Name+" --reason '…'", "ask for a run of it")
	}
	return t, nil
}

// tellGaps says what is not known of a procedure by how it is written.
func (s Shown) tellGaps(t *op.Told) {
	have := map[prentice.Section]bool{}
	for _, step := range s.Procedure.Steps {
		have[step.Section] = true
	}
	if have[prentice.Act] && !have[prentice.Verify] {
		t.Uncertain.Add("It has no Verify section, so after a run no one knows whether it helped")
	}
	if have[prentice.Act] && !have[prentice.Undo] {
		t.Uncertain.Add("It has no Undo section, so what it does is not put back by itself")
	}
	if s.Record.Runs == 0 {
		t.Uncertain.Add("It has never run here, so how well it works is not known")
	}
}

func tellSchedule(ref prentice.Ref, s Schedules) (op.Told, error) {
	if len(s.Schedules) == 0 {
		return op.Told{}, prentice.Errorf(prentice.NotFound, "the procedure %s has no schedule", ref.Name()).Try("list them with: prentice schedule list")
	}
	t := op.Told{Title: "The schedule of " + ref.Name(), Happened: []op.Happening{}}
	for _, one := range s.Schedules {
		t.What.Add("%s is proposed at %s in the zone %s: %s", one.Procedure, one.When(), one.Zone, one.Summary)
		if one.Next.IsZero() {
			t.Why.Add("It is never due again")
		} else {
			t.Why.Add("It is due next at %s", op.At(one.Next))
		}
		if why := one.why(); why != "" {
			t.Why.Add("%s", why)
		}
		if !one.Fired.IsZero() {
			t.Happened = append(t.Happened, op.Happening{At: one.Fired, Says: strings.TrimSpace("It was due and was proposed. " + string(one.Run) + " " + string(one.State))})
		}
		if !one.Missed.IsZero() {
			t.Happened = append(t.Happened, op.Happening{At: one.Missed, Says: op.Count(one.Times, "time was", "times were") + " missed, as was noticed then"})
		}
		if one.Run != "" {
			t.Offer("explain", string(one.Run), "have its last run explained")
		}
	}
	t.Uncertain.Add("Whether it may begin is decided when it is due: by the policy, the limits and the calendar of that moment")
	t.Offer("procedure.show", ref.Name(), "read the procedure")
	t.Offer("calendar.show", "", "see which freezes and windows come")
	return t, nil
}
