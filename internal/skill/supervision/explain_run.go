package supervision

import (
	"cmp"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// explains are how the things of this chapter are explained.
func explains() []op.Explainer {
	byNumber := func(ref prentice.Ref) which { return which{ref.Name()} }
	return []op.Explainer{
		op.Explains("run", "A run is a procedure at work once. Its plan is made first. If need be, people approve it. Then its steps are done, and it is looked whether they helped.", "run.show", byNumber, tellRun),
		op.Explains("approval", "An approval is a person's answer to one exact plan. It has the number of the run that asks for it. If the plan changes, the answer no longer counts.", "run.show", byNumber, tellApproval),
		op.Explains("decision", "A decision is what the policy says of a request: allow, ask people, or refuse. It has the number of the run that was asked for.", "policy.why",
			func(ref prentice.Ref) whyIn { return whyIn{Run: "run/" + ref.Name()} }, tellDecision),
		op.Explains("notice", "A notice is a message to people. It is tried until it is taken, dropped, or given up.", "notice.show",
			func(ref prentice.Ref) noticeIn { return noticeIn{ref.Name()} }, tellNotice),
	}
}

// wordOf is the word for the state of a run, as pages show it.
func wordOf(s prentice.State) string {
	all := states()
	if b, ok := all["run/"+string(s)]; ok {
		return b.Word
	}
	return op.WordOf(all, s)
}

// stateMeanings say what the state of a run means.
var stateMeanings = map[prentice.State]string{
	prentice.Checking:   "The checks are looking before anything is done",
	prentice.Waiting:    "It waits for a person and does nothing until then",
	prentice.Queued:     "It may begin and waits for its targets to be free",
	prentice.Running:    "It is at work, or looks whether it helped",
	prentice.Undoing:    "It puts back what it did",
	prentice.Verified:   "It was done, and the checks after it say that it helped",
	prentice.Unverified: "It was done, and nothing says whether it helped",
	prentice.Failed:     "It did not help, and nothing was put back",
	prentice.Undone:     "It did not help, and what it did was put back",
	prentice.Uncertain:  "No one can tell what happened, so a person must look",
	prentice.Expired:    "No one answered in time, and nothing was done",
	prentice.Cancelled:  "A person stopped it",
	prentice.RunRefused: "Something said no, and nothing was done",
	prentice.RunHeld:    "It was refused for now and is asked for again by itself",
}

func tellRun(_ prentice.Ref, d Detail) (op.Told, error) {
	t := op.Told{Title: string(d.Ref()) + ": " + d.Procedure}
	t.What.Add("%s executes %s", d.Ref(), strings.TrimSpace("the procedure "+d.Procedure+after(" on ", d.About())))
	t.What.Add("%s asked for it at %s%s", d.Requester, op.At(d.Created), after(": ", d.Reason))
	t.What.AddAll("Its risk is "+d.Risk.String()+", and it acts on: %s", d.Targets)
	if d.Incident != "" {
		t.What.Add("It is to end %s", d.Incident)
	}
	t.Why.Add("It is %s: %s", wordOf(d.State), d.Says)
	t.Why.Add("%s", stateMeanings[d.State])
	d.tellPolicy(&t)
	d.tellHold(&t)
	d.tellUncertain(&t)
	d.tellTodo(&t)
	return t, nil
}

// tellPolicy says what the policy said, and who answered.
func (d Detail) tellPolicy(t *op.Told) {
	t.Why.Add("The policy's answer was %s: %s", verdictText(d.Decision), strings.ReplaceAll(strings.Join(d.Decision.Reasons, "; "), ".; ", ". "))
	for _, a := range d.Approvals {
		word := "refused"
		if a.Yes {
			word = "approved"
		}
		t.Why.Add("%s %s the plan at %s: %s%s", a.Actor, word, op.At(a.Time), a.Reason, came(a))
	}
	for _, c := range d.Causes {
		if c.Person != d.Requester {
			t.Why.Add("%s caused it too: they %s it", c.Person, c.How)
		}
	}
	if d.BreakGlassBy != "" {
		t.Why.Add("%s used break-glass: it went on without the approvals that it lacked", d.BreakGlassBy)
	}
}

// tellHold says what holds a run back, and for whom it waits.
func (d Detail) tellHold(t *op.Told) {
	if h := cmp.Or(d.Hold, d.Ahead); h != nil {
		t.Why.Add("Held by %s: %s%s", h.Code, h.Says, untilText(h.Until))
		t.Why.Add("%s", h.WayOut)
	}
	if d.Answerers != nil && !d.State.Ended() {
		t.Why.Add("It needs %s: %s", asks(*d.Answerers), d.Answerers)
	}
	if d.State == prentice.Waiting {
		t.Why.Add("It waits for: %s, until %s", cmp.Or(d.Waits, "a person"), op.At(d.Expires))
	}
}

func (d Detail) tellUncertain(t *op.Told) {
	for _, s := range run.LastRounds(d.Steps) {
		if s.State == run.Unsure {
			t.Uncertain.Add("No one knows what the step %s did%s: %s", s.Step, after(" on ", string(s.Target)), s.Says)
		}
	}
	switch {
	case d.State == prentice.Unverified:
		t.Uncertain.Add("The plan has no step that verifies, so it is not known whether it helped")
	case !d.State.Ended():
		t.Uncertain.Add("How it ends is not known yet")
	}
	if d.Contact != nil {
		for _, h := range d.Contact.Lost {
			t.Uncertain.Add("%s cannot be reached now: %s", h.Host, h.Says)
		}
	}
	if d.LogTrouble != "" {
		t.Uncertain.Add("A part of what it printed cannot be read: %s", d.LogTrouble)
	}
	if d.LogRemoved != nil {
		t.Uncertain.Add("What it printed is no longer kept")
	}
	if d.Unread != "" {
		t.Uncertain.Add("A part of it cannot be read: %s", d.Unread)
	}
}

func (d Detail) tellTodo(t *op.Told) {
	ref := string(d.Ref())
	switch {
	case d.State == prentice.Waiting && (d.Waits == "" || d.Waits == "approval"):
		d.tellAnswers(t)
	case d.State == prentice.Waiting:
		t.Offer("run.confirm", ref+" --step "+d.Waits+" --reason '…'", "say that the step is done")
	}
	switch {
	case !d.State.Ended():
		t.Offer("run.cancel", ref+" --reason '…'", "stop it")
	case d.State.Harmful() || d.State == prentice.Cancelled || d.State == prentice.Expired:
		t.Offer("run.retry", ref+" --reason '…'", "ask for it again where it did not do everything")
	}
	if d.Review != nil && d.Review.Closed.IsZero() {
		t.Offer("review.close", ref+" --says '…'", "close the review of the override")
	}
	t.Offer("run.log", ref, "read what its steps printed")
	t.Offer("policy.why", ref, "see which rules decided")
}

// tellAnswers says how to answer a run that waits for an approval.
func (d Detail) tellAnswers(t *op.Told) {
	ref := string(d.Ref())
	if y := d.Yours; y != nil && !y.Approve {
		t.Why.Add("You cannot approve it: %s%s", y.Why, after(". ", y.Try))
	}
	t.Offer("run.approve", ref+" --reason '…'", "approve exactly this plan")
	t.Offer("run.refuse", ref+" --reason '…'", "refuse it")
	if o := d.Override; o != nil && o.May {
		t.Offer("run.break-glass", ref+" --reason '…'", "let it go at once in an emergency; a review follows")
	}
}

func tellApproval(_ prentice.Ref, d Detail) (op.Told, error) {
	t := op.Told{Title: "The approval of " + string(d.Ref()), Of: d.Ref()}
	t.What.Add("The question is whether %s may execute its plan, %s", d.Ref(), d.Plan)
	t.What.Add("%s asked at %s%s", d.Requester, op.At(d.Created), after(": ", d.Reason))
	d.tellPolicy(&t)
	switch {
	case d.State == prentice.Waiting:
		d.tellHold(&t)
		t.Uncertain.Add("It is not answered yet")
		d.tellAnswers(&t)
	case len(d.Approvals) == 0 && d.Decision.Verdict == prentice.Allow:
		t.Why.Add("No approval was needed")
	case len(d.Approvals) == 0:
		t.Why.Add("No one answered: the run is %s: %s", wordOf(d.State), d.Says)
	}
	if d.Void != nil {
		for _, c := range d.Void.Changes {
			t.Why.Add("An approval became void, as the plan changed: %s", c)
		}
	}
	t.Offer("run.show", string(d.Ref()), "read the plan, step by step")
	t.Offer("policy.why", string(d.Ref()), "see why it was asked")
	return t, nil
}
