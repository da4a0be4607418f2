package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill/support"
)

// storyFollowups are one of each state.
var storyFollowups = []support.Followup{
	{Number: 3, Ref: "followup/3", Incident: "incident/17", Subject: "service/checkout", Says: "Alert on the age of the newest backup", Owner: "person/ann", Due: noon.Add(72 * time.Hour), State: "open"},
	{Number: 2, Ref: "followup/2", Incident: "incident/16", Subject: "service/checkout", Says: "Give the pool of connections a bound that the database can keep, and say in the runbook where it stands", Owner: "group/platform-and-reliability-engineering", Due: ago(49 * time.Hour), State: "overdue"},
	{Number: 1, Ref: "followup/1", Incident: "incident/16", Subject: "service/checkout", Says: "Restart by procedure", Owner: "person/vera", Due: ago(9 * time.Hour), Done: ago(20 * time.Hour), DoneBy: "person/vera", How: "change/41 has landed", State: "done"},
}

var storyChanges = []support.Change{
	{At: ago(3 * time.Minute), Before: 2 * time.Minute, What: "a run began", Says: "acting on 1 host", By: "person/olga", About: []prentice.Ref{"run/40", "procedure/deploy-release", "service/payments"}, Reach: "service/checkout depends on it", Near: 0.75, Evidence: "evidence/1201"},
	{At: ago(4 * time.Hour), Before: 4 * time.Hour, What: "the files of the team were changed", By: "self/prentice", About: []prentice.Ref{"repository/team"}, Reach: "it may concern everything", Near: 0.04, Evidence: "evidence/1100"},
}

func incidentOps(full bool) []op.Op {
	return []op.Op{
		op.New("incident.changes", prentice.Look, prentice.Viewer, "List what was changed before.", func(_ context.Context, _ op.Call, in struct {
			Number string `json:"number"`
		}) (support.Changes, error) {
			c := support.Changes{Incident: prentice.Ref(in.Number), Subject: "service/checkout", First: noon, From: ago(24 * time.Hour), Looked: []prentice.Ref{"service/checkout", "service/payments"}}
			if in.Number == "incident/17" {
				c.Changes = storyChanges
			}
			return c, nil
		}),
		op.New("incident.report", prentice.Look, prentice.Viewer, "Draft a report.", func(_ context.Context, _ op.Call, in numberIn) (support.Report, error) {
			d, err := someFault(in.Number)
			return support.Report{Incident: d, Followups: storyFollowups[:2], Changes: support.Changes{Changes: storyChanges}, Affected: []string{"service/checkout", "service/web"}, Found: "by an alert or a probe",
				Answered: "42s", Spent: []string{"checkout-works: 12 of 40 looks were bad, 3.1 % of the budget of its period; 61.0 % of it is left now"}, Alone: support.Alone{Faults: 9, Untouched: 6, Recovered: 4, Median: 3 * time.Minute},
				Unknown: []string{"How many people were hit, and how: prentice does not see them."}}, err
		}),
		op.New("followup.list", prentice.Look, prentice.Viewer, "List follow-ups.", func(_ context.Context, _ op.Call, _ struct {
			Open    bool `json:"open,omitempty"`
			Overdue bool `json:"overdue,omitempty"`
		}) (support.Followups, error) {
			if !full {
				return support.Followups{}, nil
			}
			return support.Followups{Followups: storyFollowups}, nil
		}),
		op.New("incident.handover", prentice.Look, prentice.Viewer, "Sum up.", func(context.Context, op.Call, struct{}) (support.Handover, error) {
			h := support.Handover{Now: noon}
			if !full {
				return h, nil
			}
			for _, f := range someFaults()[:3] {
				one := support.HandoverFault{Incident: f}
				if f.Number == 17 {
					one.Recurs = "the 4th time in 7 days; restart-service did not help for longer than 2 h in any of 3 times"
					one.Runs = []support.IncidentRun{{Run: "run/41", Procedure: "restart-service", State: prentice.Waiting, Says: "changes need one approver"}}
					one.Ruled, one.Word = []string{"clear-stale-lock: there is no lock"}, "the supplier confirms nothing on their side"
				}
				h.Open = append(h.Open, one)
			}
			h.Ended, h.Followups = someFaults()[3:], storyFollowups[:2]
			h.OnCall = []support.OnDuty{{Rota: "primary", Person: "person/ann", Until: noon.Add(20 * time.Hour), Next: "person/ben"}, {Rota: "nights"}}
			return h, nil
		}),
	}
}

var incidentStories = []story{
	{name: "incident-report", path: "/incidents/17/report", who: "ann"},
	{name: "followups", path: "/followups", who: "ann", lists: true},
	{name: "handover", path: "/handover", who: "ann"},
}
