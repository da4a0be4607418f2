package approval

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// waiting is a run of bob's that waits for the approval of one approver until one.
func waiting() *run.Detail {
	d := &run.Detail{}
	d.Number, d.Plan, d.Procedure, d.State, d.Waits, d.Expires = 7, "sha256:a", "restart", prentice.Waiting, run.WaitsApproval, noon.Add(time.Hour)
	d.Requester, d.Causes = "person/bob", []prentice.Cause{{Person: "person/bob", How: "asked for"}}
	d.Decision = prentice.Decision{Verdict: prentice.Ask, Approvers: 2, Role: prentice.Approver, Rules: []string{"two"}}
	return d
}

func approver(name string, behind ...prentice.Ref) prentice.Actor {
	return prentice.Actor{Kind: prentice.Person, Name: name, Role: prentice.Approver, Behind: behind}
}

func TestWhoMayAnswerARun(t *testing.T) {
	ann := approver("ann")
	for _, c := range []struct {
		name   string
		change func(*run.Detail)
		reply  run.Reply
		at     Moment
		says   string // "" is that they may
	}{
		{"an approver", nil, run.Reply{Actor: ann, Yes: true}, Moment{Now: noon}, ""},
		{"who caused it", nil, run.Reply{Actor: approver("bob"), Yes: true}, Moment{Now: noon}, "person/bob asked for run/7 and cannot approve it"},
		{"who caused it may take it back", nil, run.Reply{Actor: approver("bob")}, Moment{Now: noon}, ""},
		{"behind whom stands who caused it", nil, run.Reply{Actor: approver("ann", "person/bob"), Yes: true}, Moment{Now: noon}, "is behind person/ann as well"},
		{"a program", nil, run.Reply{Actor: prentice.Actor{Kind: prentice.Self, Name: "prentice", Role: prentice.Owner}, Yes: true}, Moment{Now: noon}, "is not a person"},
		{"without the role", nil, run.Reply{Actor: prentice.Actor{Kind: prentice.Person, Name: "eve", Role: prentice.Operator}, Yes: true}, Moment{Now: noon}, "run/7 asks for approver"},
		{"who has answered", func(d *run.Detail) { d.Approvals = []run.Approval{{Actor: "person/ann", Yes: true}} }, run.Reply{Actor: ann, Yes: true}, Moment{Now: noon}, "has answered already"},
		{"behind whom stands who has answered", func(d *run.Detail) {
			d.Approvals = []run.Approval{{Actor: "person/dan", Yes: true, People: []prentice.Ref{"person/ann"}}}
		},
			run.Reply{Actor: ann, Yes: true}, Moment{Now: noon}, "they count as one"},
		{"for another plan", nil, run.Reply{Actor: ann, Yes: true, Plan: "sha256:b"}, Moment{Now: noon}, "is for plan sha256:a, not sha256:b"},
		{"without the reason that is asked for", func(d *run.Detail) { d.Decision.NeedsReason = true }, run.Reply{Actor: ann, Yes: true, Reason: " "}, Moment{Now: noon}, "wants a reason"},
		{"too late", nil, run.Reply{Actor: ann, Yes: true}, Moment{Now: noon.Add(time.Hour)}, "expired"},
		{"while everything is stopped", nil, run.Reply{Actor: ann, Yes: true}, Moment{Now: noon, Stopped: true}, "everything is stopped"},
		{"a run that is over", func(d *run.Detail) { d.State = prentice.Verified }, run.Reply{Actor: ann, Yes: true}, Moment{Now: noon}, "does not wait for an approval"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := waiting()
			if c.change != nil {
				c.change(d)
			}
			_, _, err := MayAnswer(d, c.reply, Question{Asks: d.Decision}, c.at)
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("got %v", err)
			}
		})
	}
}
