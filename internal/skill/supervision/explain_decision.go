package supervision

import (
	"prentice"
	"prentice/internal/engine/notice"
	"prentice/internal/op"
)

func tellDecision(ref prentice.Ref, w Why) (op.Told, error) {
	run := "run/" + ref.Name()
	t := op.Told{Title: "The policy's decision on " + run, Of: prentice.Ref(run)}
	t.What.Add("The policy answers %s, asked for by %s: %s", run, w.Actor.Ref(), verdictText(w.Decision))
	for _, r := range w.Rules {
		switch {
		case r.Decided:
			t.Why.Add("The rule %s decides: %s", r.Name, r.Reason)
		case r.Matched:
			t.Why.Add("The rule %s matches too: %s", r.Name, r.Reason)
		}
	}
	for _, c := range w.Changes {
		t.Why.Add("It would be %s by the rule %s, if %s", w.Verdict(c.Verdict, c.Approvers), c.Rule, factsText(c.Facts))
	}
	if w.Was != nil {
		t.Uncertain.Add("Another policy decided then: %s", verdictText(*w.Was))
	}
	t.Offer("policy.why", run, "see every rule that was looked at")
	t.Offer("policy.show", "", "read the policy in force")
	t.Offer("run.show", run, "see what became of the run")
	return t, nil
}

func tellNotice(_ prentice.Ref, n NoticeOut) (op.Told, error) {
	t := op.Told{Title: string(n.Ref()) + ": " + n.Title}
	t.What.Add("%s tells the channel %s about %s: %s", n.Ref(), n.Channel, orNothing(string(n.About)), n.Title)
	t.Why.Add("It is %s after %s%s", n.State, op.Count(n.Attempts, "try", "tries"), after(": ", n.Says))
	t.Happened = []op.Happening{{At: n.Created, Says: "It was kept to be sent"}}
	if !n.Ended.IsZero() {
		t.Happened = append(t.Happened, op.Happening{At: n.Ended, Says: "It is over: " + string(n.State)})
	}
	if n.State == notice.Waiting {
		t.Uncertain.Add("No one knows whether it reaches anyone; the next try is at %s", op.At(n.Due))
	}
	if n.State == notice.Sent {
		t.Uncertain.Add("It was taken. Whether anyone has read it is not known")
	}
	if n.State == notice.Waiting || n.State == notice.Dead {
		t.Offer("notice.retry", string(n.Ref()), "try it again at once")
		t.Offer("notice.drop", string(n.Ref())+" --reason '…'", "end it: no one need be told any more")
		t.Offer("notice.test", n.Channel, "see whether the channel takes a message")
	}
	t.Offer("notice.show", string(n.Ref()), "read the message")
	return t, nil
}
