package support

import (
	"prentice"
	"prentice/internal/op"
)

func tellHook(_ prentice.Ref, h HookShown) (op.Told, error) {
	t := op.Told{Title: "hook/" + h.Name}
	t.What.Add("Its sender posts to %s and is known by: %s", h.Address, h.Sender)
	if h.Secret != "" {
		t.What.Add("It signs with the secret %s, which is held by %s; they cannot approve what it causes", h.Secret, orNone(refWords(h.HeldBy)))
	}
	for _, m := range h.Maps {
		t.What.Add("Mapping: %s", m)
	}
	if len(h.Maps) == 0 {
		t.What.Add("It has no mappings, so nothing becomes an event")
	}
	switch {
	case h.Problem != "":
		t.Why.Add("It takes nothing now: %s", h.Problem)
	case h.Last.IsZero():
		t.Why.Add("Nothing has come yet")
	default:
		t.Why.Add("The last message came at %s, and its verdict is: %s", op.At(h.Last), h.Verdict)
	}
	for _, r := range h.Refused {
		t.Why.Add("Not taken %s, the last at %s: %s", op.Count(int(r.Times), "time", "times"), op.At(r.Last), r.Says)
	}
	t.Happened = []op.Happening{}
	for i := len(h.Deliveries) - 1; i >= 0 && len(t.Happened) < 20; i-- {
		d := h.Deliveries[i]
		says := "A message came: " + string(d.Verdict)
		if d.Event != "" {
			says = "A message became " + string(d.Event)
		}
		t.Happened = append(t.Happened, op.Happening{At: d.At, Says: says, By: d.Sender})
	}
	if h.Last.IsZero() {
		t.Uncertain.Add("Whether the sender is set up is not known before its first message")
	}
	t.Offer("hook.show", h.Name, "see what was delivered, and how to set it up")
	return t, nil
}
