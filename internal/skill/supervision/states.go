package supervision

import (
	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// refs are the pages of what this chapter shows.
var refs = map[string]string{"run": "/runs/{number}", "notice": "/notices/{number}"}

// states are how a run, a step, an answer, a message and a replica are shown.
func states() map[string]op.Badge {
	all := map[string]op.Badge{
		// A run that is held is refused for now; a step that is held waits for a person.
		"run/" + string(prentice.RunHeld): {Sign: "○", Word: "held", Hue: op.Quiet},
		string(run.Held):                  {Sign: "▲", Word: "action required", Hue: op.Attention},
		string(run.Intended):              {Sign: "◐", Word: "running", Hue: op.Busy},
		string(run.Done):                  {Sign: "●", Word: "done", Hue: op.Good},
		string(run.WasDone):               {Sign: "●", Word: "was done", Hue: op.Good},
		string(run.NotBegun):              {Sign: "○", Word: "not begun", Hue: op.Quiet},
		string(prentice.Waiting):          {Sign: "▲", Word: "approval required", Hue: op.Attention},
		string(prentice.Queued):           {Sign: "○", Word: "waiting", Hue: op.Quiet},
		string(prentice.Undoing):          {Sign: "◐", Word: "rolling back", Hue: op.Busy},
		string(prentice.Expired):          {Sign: "○", Word: "expired", Hue: op.Quiet},
		string(prentice.Undone):           {Sign: "↺", Word: "rolled back", Hue: op.Attention},
		// what the policy and people answered
		prentice.Allow.String():  {Sign: "●", Word: "allowed", Hue: op.Good},
		prentice.Ask.String():    {Sign: "▲", Word: "approval required", Hue: op.Attention},
		prentice.Refuse.String(): {Sign: "✕", Word: "refused", Hue: op.Bad},
		"planned":                {Sign: "○", Word: "planned", Hue: op.Quiet},
		"given":                  {Sign: "●", Word: "given", Hue: op.Good},
		"override":               {Sign: "▲", Word: "override", Hue: op.Attention},
		"reviewed":               {Sign: "●", Word: "reviewed", Hue: op.Good},
		"approved":               {Sign: "●", Word: "approved", Hue: op.Good},
		"asked":                  {Sign: "▲", Word: "asked", Hue: op.Attention},
		"started":                {Sign: "◐", Word: "started", Hue: op.Busy},
		"voided":                 {Sign: "✕", Word: "voided", Hue: op.Quiet},
		// replicas
		"lives": {Sign: "●", Word: "running", Hue: op.Good},
		"left":  {Sign: "◇", Word: "stopped", Hue: op.Quiet},
		"died":  {Sign: "■", Word: "died", Hue: op.Bad},
		// messages to people
		"notice.waiting": {Sign: "○", Word: "waiting", Hue: op.Quiet},
		"notice.sent":    {Sign: "●", Word: "delivered", Hue: op.Good},
		"notice.dead":    {Sign: "■", Word: "not delivered", Hue: op.Bad},
		"notice.dropped": {Sign: "○", Word: "dropped", Hue: op.Quiet},
		"dead":           {Sign: "■", Word: "not delivered", Hue: op.Bad},
	}
	for _, s := range append(prentice.EndStates(), prentice.Checking, prentice.Running) {
		if _, told := all[string(s)]; !told {
			all[string(s)] = op.Badge{Sign: s.Sign(), Word: string(s), Hue: hueOf(s)}
		}
	}
	return all
}

func hueOf(s prentice.State) op.Hue {
	switch s {
	case prentice.Verified:
		return op.Good
	case prentice.Checking, prentice.Running:
		return op.Busy
	case prentice.Uncertain, prentice.Unverified:
		return op.Attention
	case prentice.Failed:
		return op.Bad
	default: // cancelled, refused: nothing was done
		return op.Quiet
	}
}
