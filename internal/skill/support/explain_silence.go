package support

import (
	"strings"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/op"
)

func tellSilence(_ prentice.Ref, s SilenceOut) (op.Told, error) {
	t := op.Told{Title: string(s.Ref()) + ": " + strings.Join(s.Matchers, " ")}
	t.What.Add("%s keeps what matches %s silent, from %s to %s", s.Ref(), strings.Join(s.Matchers, " "), op.At(s.Starts), op.At(s.Ends))
	t.Why.Add("It is %s. %s added it: %s", s.State, s.By, s.Reason)
	for i, m := range s.Matches {
		if i == 20 {
			t.Why.Add("It matches %d more", len(s.Matches)-i)
			break
		}
		t.Why.Add("It keeps silent now: %s on %s", m.What, m.Subject)
	}
	if len(s.Matches) == 0 {
		t.Why.Add("It matches nothing that fires now")
	}
	t.Happened = []op.Happening{{At: s.Created, Says: "It was added", By: s.By}}
	if !s.Ended.IsZero() {
		t.Happened = append(t.Happened, op.Happening{At: s.Ended, Says: "It was ended before its time", By: s.EndedBy})
	}
	if s.Elsewhere != "" {
		t.Uncertain.Add("In Alertmanager: %s", s.Elsewhere)
	}
	if s.State == silence.Active {
		t.Uncertain.Add("What else it will match until it ends is not known")
		t.Offer("silence.end", string(s.Ref()), "end it now")
	}
	t.Offer("silence.show", string(s.Ref()), "see what it keeps silent")
	return t, nil
}

func tellHeartbeat(_ prentice.Ref, h HeartbeatShown) (op.Told, error) {
	if h.Job != nil {
		return tellPinging(*h.Job), nil
	}
	t := op.Told{Title: string(h.Ref())}
	t.What.Add("%s has to be heard at least every %s", h.Ref(), h.Every())
	if h.Owner != "" {
		t.What.Add("Its owner is %s", h.Owner)
	}
	t.Why.Add("It is %s, %s", h.State, h.says())
	if h.Incident != "" {
		t.Why.Add("%s is open about it", h.Incident)
	}
	t.Happened = []op.Happening{}
	for _, g := range h.Gaps {
		says := "It was missing and still is"
		if !g.Until.IsZero() {
			says = "It was missing for " + h.Lasted(g)
		}
		t.Happened = append([]op.Happening{{At: g.From, Says: says}}, t.Happened...)
	}
	if h.State != "heard" {
		t.Uncertain.Add("While it is not heard, no one knows whether other alerts arrive")
	}
	t.Offer("heartbeat.show", h.Name, "see when it was missing")
	t.Offer("event.list", "", "see what arrives at all")
	return t, nil
}
