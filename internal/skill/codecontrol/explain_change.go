package codecontrol

import (
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/engine/push"
	"prentice/internal/op"
)

// states are how the words for changes, votes and threads are shown.
var states = map[string]op.Badge{
	"change open":      {Sign: "○", Word: "open", Hue: op.Busy},
	"change queued":    {Sign: "◐", Word: "in the queue", Hue: op.Busy},
	"change landed":    {Sign: "●", Word: "landed", Hue: op.Good},
	"change abandoned": {Sign: "◇", Word: "given up", Hue: op.Quiet},
	"vote yes":         {Sign: "●", Word: "yes", Hue: op.Good},
	"vote no":          {Sign: "✕", Word: "no", Hue: op.Bad},
	"thread open":      {Sign: "▲", Word: "open", Hue: op.Attention},
	"thread resolved":  {Sign: "●", Word: "resolved", Hue: op.Quiet},
}

func explainChange() op.Explainer {
	return op.Explains("change", "A change is one commit that someone proposes for a branch. It has patch sets, which never change, and lands by the queue once nothing is missing.", "change.show",
		func(ref prentice.Ref) ChangeIn { return ChangeIn{ref.Name()} }, tellChange)
}

func tellChange(_ prentice.Ref, s ChangeShown) (op.Told, error) {
	t := op.Told{Title: push.Plain(s.Title)}
	t.What.Add("%s proposes it for the branch %s of %s; patch set %d is the newest", s.Owner, s.Branch, s.Repository, s.PatchSet)
	switch s.State {
	case change.Landed:
		t.Why.Add("It has landed as %.12s", s.Landed)
	case change.Abandoned:
		t.Why.Add("It was given up: %s", push.Plain(s.Why))
	case change.Queued:
		t.Why.Add("It waits in the queue to land")
	}
	for _, n := range s.Landing.Missing {
		if n.Truth == prentice.Fail {
			t.Why.Add("It may not land yet: %s", push.Plain(n.Reason))
		}
	}
	var unknown []string
	for _, n := range s.Landing.Missing {
		if n.Truth != prentice.Fail {
			unknown = append(unknown, n.Claim)
		}
	}
	if len(unknown) > 0 {
		t.Uncertain.Add("Of %s it is not known whether it holds: %s", op.Count(len(unknown), "claim", "claims"), strings.Join(unknown[:min(len(unknown), 5)], ", "))
	}
	name := s.Ref.Name()
	t.Offer("change.diff", name, "read its lines")
	if s.Going() {
		t.Offer("change.approve", name, "say yes to it as it is now")
		t.Offer("change.land", name, "put it into the queue")
	}
	return t, nil
}
