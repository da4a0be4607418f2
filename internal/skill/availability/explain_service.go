package availability

import (
	"cmp"

	"prentice"
	"prentice/internal/op"
)

// explains are how the things of this chapter are explained.
func explains() []op.Explainer {
	return []op.Explainer{
		op.Explains("service", "A service is something that users need and that runs somewhere. Probes look at it and say how it is.", "service.show",
			func(ref prentice.Ref) ShowIn { return ShowIn{ref.Name()} }, tellService),
		op.Explains("claim", "A claim is a statement that can be checked. The verdict on it counts for a time, and then it is unknown again.", "claim.show",
			func(ref prentice.Ref) ClaimShowIn { return ClaimShowIn{Claim: ref.Name()} }, tellClaim),
		op.Explains("probe", "A probe is a check from the outside that is done again and again. What it asks is a claim about its service.", "claim.show",
			func(ref prentice.Ref) ClaimShowIn { return ClaimShowIn{Claim: claimKind + ":" + ref.Name()} }, tellClaim),
	}
}

// meanings say what a judgement means.
var meanings = map[Word]string{
	Well:     "Every probe says that it answers as it should",
	Down:     "A probe failed often enough in a row that it counts",
	Flapping: "It changes between good and bad too often to say which it is",
	Unknown:  "Nothing that counts was seen lately, so no one can say",
}

func tellService(_ prentice.Ref, s Shown) (op.Told, error) {
	t := op.Told{Title: string(s.Ref) + " is " + op.WordOf(states, s.State)}
	t.What.Add("%s belongs to %s", s.Ref, cmp.Or(string(s.Owner), "no one: the catalog names no owner"))
	if len(s.Hosts) > 0 {
		t.What.Add("It runs on: %s", hosts(s.Hosts))
	}
	t.What.AddAll("It needs: %s", s.DependsOn)
	t.What.AddAll("What needs it, and may break with it: %s", s.Dependants)
	since := ""
	if !s.Since.IsZero() {
		since = " since " + op.At(s.Since)
	}
	t.Why.Add("It is %s%s: %s", op.WordOf(states, s.State), since, s.Says)
	t.Why.Add("%s", meanings[s.State])
	t.Why.Add("In the last 24 hours: %s%s", s.Says24, unseenToo(s.Availability))
	for _, p := range s.Looks {
		t.Why.Add("The probe %s is %s: %s. It looks at %s: %s", p.Name, op.WordOf(states, p.State), p.Says, p.Target, p.Wants)
		if p.State == Unknown {
			t.Uncertain.Add("What the probe %s would see now is not known", p.Name)
		}
	}
	if len(s.Looks) == 0 {
		t.Uncertain.Add("No probe looks at it, so no one can say how it is")
	}
	if s.Availability.Unseen > 0 {
		t.Uncertain.Add("%s checks could not be made in the last 24 hours, and count neither way", thousands(s.Availability.Unseen))
	}
	t.Offer("service.history", s.Ref.Name(), "see how it was in the last days")
	t.Offer("incident.list", "--subject "+string(s.Ref), "see its incidents")
	t.Offer("run.list", "--subject "+string(s.Ref), "see what was done to it")
	t.Offer("catalog.show", string(s.Ref), "see what breaks if it breaks")
	return t, nil
}

func tellClaim(ref prentice.Ref, c ClaimShown) (op.Told, error) {
	t := op.Told{Title: string(ref) + ": " + c.Says}
	t.What.Add("%s says of %s: %s", c.Ref(), c.About, c.Says)
	t.What.Add("Exactly that is checked: %s", c.Asks)
	t.What.Add("It comes from %s, and its owner is %s", cmp.Or(c.Source, "no known place"), cmp.Or(string(c.Owner), "no one"))
	t.Why.Add("The verdict is %s: %s", c.Verdict.Truth, c.Verdict.Reason)
	if c.Verdict.Witness != "" {
		t.Why.Add("What was seen: %s", c.Verdict.Witness)
	}
	t.Why.Add("In the last %d days: %s", c.Days, c.Lasted())
	t.Happened = []op.Happening{}
	for i := len(c.History) - 1; i >= 0; i-- {
		v := c.History[i]
		t.Happened = append(t.Happened, op.Happening{At: v.Time, Says: "The verdict was " + string(v.Truth) + ": " + cmp.Or(v.Witness, v.Reason)})
	}
	t.Cut = c.More
	if c.Verdict.Truth == prentice.NotSeen {
		t.Uncertain.Add("Whether it holds is not known now")
	} else if !c.Verdict.Until.IsZero() {
		t.Uncertain.Add("The verdict counts up to %s; after that it is unknown until it is checked again", op.At(c.Verdict.Until))
	}
	t.Offer("claim.show", c.ID, "read it with its history")
	if c.About.Kind() == "service" {
		t.Offer("service.show", c.About.Name(), "see how the service is")
	}
	return t, nil
}
