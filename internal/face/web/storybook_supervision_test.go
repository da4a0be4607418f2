package web

import (
	"context"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/log"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/retention"
	"prentice/internal/engine/run"
	"prentice/internal/op"
	"prentice/internal/skill/supervision"
	"prentice/internal/team/calendar"
)

// The stories of what supervises: what is asked, the rules, the limits, the
// calendar and the logs.

func supervisionOps(full bool) []op.Op {
	return []op.Op{
		op.New("inbox.list", prentice.Look, prentice.Viewer, "Show what is there.", func(_ context.Context, c op.Call, in struct {
			All bool `json:"all,omitempty"`
		}) (out supervision.Inbox, err error) {
			if full {
				out = someInbox()
			}
			if out.All = in.All; full && !in.All && !c.Actor.Role.Includes(prentice.Operator) {
				return supervision.Inbox{Others: 6}, nil
			}
			for _, g := range out.Groups {
				for i := range g.Questions {
					g.Questions[i].Yours = yoursOf(g.Questions[i].Run, c.Actor)
				}
			}
			for i := range out.Reviews {
				out.Reviews[i].Yours = &run.Yours{Approve: c.Actor.Role.Includes(prentice.Approver), Why: "you are viewer, and to close a review needs approver"}
			}
			return out, nil
		}),
		canned("limit.show", full, someLimits),
		canned("policy.show", full, somePolicy),
		op.New("policy.why", prentice.Look, prentice.Viewer, "Say why.", func(context.Context, op.Call, struct {
			Run string `json:"run,omitempty"`
		}) (supervision.Why, error) {
			return someWhy(), nil
		}),
		canned("calendar.show", full, someCalendar),
		op.New("retention.show", prentice.Look, prentice.Viewer, "Show what is kept.", func(_ context.Context, c op.Call, _ struct{}) (supervision.Retention, error) {
			return someRetention(full, c.Actor.Name == "olga"), nil
		}),
		op.New("retention.resume", prentice.Change, prentice.Owner, "Believe the clock.", func(context.Context, op.Call, struct {
			Reason string `json:"reason"`
		}) (supervision.Said, error) {
			return supervision.Said{}, nil
		}),
		canned("schedule.list", full, someSchedules),
		op.New("notice.list", prentice.Look, prentice.Viewer, "List notices.", func(_ context.Context, _ op.Call, in struct {
			Dead   bool  `json:"dead,omitempty"`
			Before int64 `json:"before,omitempty"`
		}) (out supervision.NoticeList, err error) {
			if full {
				out.Notices, out.Next_ = someNotices(), "12"
			}
			return out, nil
		}),
		canned("lock.list", full, func() supervision.Locks {
			return supervision.Locks{Locks: []run.TargetLock{{Target: "resource/orders-db", Via: "host/web-1", Run: 43, Procedure: "vacuum", State: prentice.Running, Since: ago(4 * time.Minute)}}}
		}),
		op.New("notice.show", prentice.Look, prentice.Viewer, "Show a notice.", func(_ context.Context, _ op.Call, in struct {
			Number int64 `json:"number"`
		}) (supervision.NoticeOut, error) {
			n := someNotices()[min(in.Number, 1)]
			n.Number, n.Text = in.Number, "run/41 waits for an approver\n\n<script>alert(1)</script>\nhttps://prentice.example/runs/41\n"+strings.Repeat("a-word-that-never-ends", 20)
			return supervision.NoticeOut{Notice: n}, nil
		}),
		op.New("run.log", prentice.Look, prentice.Viewer, "Show a log.", func(_ context.Context, _ op.Call, in struct {
			Number int64  `json:"number"`
			Find   string `json:"find,omitempty"`
			Target string `json:"target,omitempty"`
			Offset int64  `json:"offset,omitempty"`
			Limit  int    `json:"limit,omitempty"`
		}) (out supervision.Log, err error) {
			out.Find, out.End, out.Total, out.Targets = in.Find, true, 5000, []prentice.Ref{"host/web-1", "host/web-2"}
			if in.Offset > 0 {
				out.Lines = []log.Line{{Offset: 5000, Line: 5000, Time: noon, Step: "restart", Text: "the last\x1b[31m line"}}
				return out, nil
			}
			if full && in.Number == 43 && in.Find == "" {
				out.Lines, out.Next, out.End = oneHost(runStates[43]).Log, 4096, false
			}
			if in.Number == 44 {
				out.Total = 0
				out.Removed = &log.Removed{Run: 44, Time: ago(24 * time.Hour), Bytes: 73_400_320, Lines: 812_004, Why: "logs are kept for 90 days"}
			}
			return out, nil
		}),
	}
}

// canned is an operation that puts out one thing, or the zero of its kind.
func canned[T any](name string, full bool, out func() T) op.Op {
	return op.New(name, prentice.Look, prentice.Viewer, "Show what is there.", func(context.Context, op.Call, struct{}) (T, error) {
		if !full {
			return *new(T), nil
		}
		return out(), nil
	})
}

const script = "set -eu\nfor unit in nginx checkout checkout-worker; do\n  systemctl is-active --quiet \"$unit\" || systemctl restart \"$unit\"\ndone\njournalctl --since -2min --unit checkout-worker --no-pager --output short-iso | tail -n 20"

func question(r prentice.Run) supervision.Asks {
	r.Waits = "approval"
	return supervision.Asks{Question: run.Question{
		Run: r, Summary: "Bring back a service that has stopped answering", Undoable: r.Risk != prentice.Danger,
		Reasons: []string{"it changes something, so one approver is asked"}, Rules: []string{"change-asks-one"}, Needed: 1, Role: prentice.Approver,
		Record: prentice.Record{Runs: 32, Verified: 31, Harmful: 1}, Last: &run.Agreed{Run: 38, Time: ago(26 * time.Hour)},
	}}
}

func someInbox() supervision.Inbox {
	ordinary := question(runStates[41])
	ordinary.Needs = []prentice.Ref{"service/basket", "service/web"}
	kin := question(someRun(52, prentice.Waiting, "changes need one approver"))
	kin.Subject, kin.Targets = "service/payments", []prentice.Ref{"host/web-2", "host/web-3"}
	soon := question(someRun(53, prentice.Waiting, "changes need one approver"))
	soon.Procedure, soon.Expires, soon.Created = "renew-certificate", noon.Add(4*time.Minute), ago(56*time.Minute)
	soon.Last.Changes = []run.Difference{{What: "target host/web-1", New: "host/web-1"}, {What: "step renew: body", Old: "certbot renew", New: "certbot renew --deploy-hook 'systemctl reload nginx'"}}
	adhoc := question(someRun(54, prentice.Waiting, "no one has approved this command"))
	adhoc.Procedure, adhoc.Subject, adhoc.Incident, adhoc.Command, adhoc.Requester = prentice.AdhocName, "host/web-1", "", script, "person/otto"
	adhoc.Last, adhoc.Record, adhoc.Undoable = nil, prentice.Record{}, false
	for range 13 {
		adhoc.Targets = append(adhoc.Targets, "host/web-2.fleet.example")
	}
	danger := question(runStates[48])
	danger.Needed, danger.From, danger.Approvers = 2, []prentice.Ref{"group/platform-and-reliability-engineering"}, []prentice.Ref{"person/olga"}
	mine := question(someRun(55, prentice.Waiting, "changes need one approver"))
	mine.Requester = "person/ann"
	step := question(someRun(56, prentice.Waiting, "waits for a person"))
	step.Waits, step.StepSays = "look-at-the-lamp", "look whether the lamp at the front of the machine is green"
	return supervision.Inbox{
		Groups: []supervision.Group{
			{Questions: []supervision.Asks{soon}}, {Questions: []supervision.Asks{ordinary, kin}}, {Questions: []supervision.Asks{adhoc}},
			{Questions: []supervision.Asks{danger}}, {Questions: []supervision.Asks{mine}}, {Questions: []supervision.Asks{step}},
		},
		Reviews: []run.Review{{Run: 39, Procedure: "restart-service", Subject: "service/checkout", State: prentice.Verified, By: "person/olga", Reason: "checkout was down and no one else was awake", Opened: ago(7 * time.Hour)}},
		Next_:   "later",
	}
}

func someLimits() supervision.LimitState {
	return supervision.LimitState{LimitState: run.LimitState{
		Stopped: true, Why: "the load balancer is being replaced (person/olga)",
		Pause: &run.Pause{Since: ago(11 * time.Minute), Says: "prentice did not end in order", Held: []prentice.Run{runStates[42]}},
		Uses: []gate.LimitUse{
			{Layer: "installation", Per: "hour", Used: 7, Most: 60}, {Layer: "installation", Per: "moment", Used: 1, Most: 10},
			{Layer: "service", Name: "service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1", Per: "hour", Used: 4, Most: 4},
			{Layer: "procedure", Name: "restart-service", Per: "hour", Used: 4, Most: 12},
		},
		InForce: []gate.Block{
			{Name: "host/web-1", Run: 43, HoldBack: prentice.HoldBack{Code: prentice.HoldCooldown, Says: "restart-service touched host/web-1 40 s ago, and rests for 10 min after it", WayOut: "wait, or ask an owner to override it", Until: noon.Add(9 * time.Minute)}},
			{Name: "service/checkout", HoldBack: prentice.HoldBack{Code: prentice.HoldUseless, Says: "two fixes in a row did not help service/checkout", WayOut: "find out why, and start the next run by hand"}},
		},
		Locks: []run.TargetLock{{Target: "host/web-1", Run: 42, Procedure: "restart-service", State: prentice.Running, Since: ago(32 * time.Second)}},
	}}
}

var rules = []policy.RuleView{
	{Name: "danger-asks-two", Priority: 90, When: `plan.risk == "danger"`, Verdict: prentice.Ask, Asks: "2 of group/platform, for 1 h", Reason: "What cannot be undone is looked at by two people."},
	{Name: "nothing-on-friday-evenings-in-production-unless-something-is-down", Priority: 80, When: `now.weekday == "friday" && now.hour >= 16 && plan.environment == "production" && !plan.incident.open`, Verdict: prentice.Refuse, Reason: "No one is here to see what follows."},
	{Name: "change-asks-one", BuiltIn: true, When: `plan.risk == "change"`, Verdict: prentice.Ask, Asks: "1 approver", Reason: "Changes need one approver."},
	{Name: "look-is-allowed", BuiltIn: true, When: `plan.risk == "look"`, Verdict: prentice.Allow, Reason: "Who only reads breaks nothing."},
}

func somePolicy() supervision.PolicyShown {
	digest := "sha256:" + strings.Repeat("4be1907a", 8)
	return supervision.PolicyShown{
		State: policy.State{
			InForce: policy.Adopted{Digest: digest, Since: ago(12 * 24 * time.Hour), By: []prentice.Ref{"person/olga", "person/ann"}, Reason: "two eyes for what cannot be undone", Rules: rules, Zone: "Europe/London"},
			Pending: &policy.Pending{
				Digest: "sha256:" + strings.Repeat("77c0a2de", 8), Needs: 2, Rules: []string{"policy-asks-owners"},
				Diff:     "--- in force\n+++ policy.yaml\n@@ -4,3 +4,3 @@\n   - name: danger-asks-two\n-    approvers: 2\n+    approvers: 1\n",
				Votes:    []policy.Vote{{Actor: "person/olga", Reason: "one of the two is away until Monday", Time: ago(20 * time.Minute), Expires: noon.Add(time.Hour)}},
				Findings: []prentice.Finding{{At: prentice.Pos{File: "policy.yaml", Line: 5, Column: 5}, Text: "danger asks one person only", Hint: "two see more than one"}},
			},
		},
		Table: supervision.TableSummary{
			Cells: 336, Refused: 24, Asked: 250, Allowed: 62,
			Holes:          []policy.Hole{{Kind: "looser-at-night", Procedures: []string{"restart-service", "renew-certificate"}, Risk: "change", Places: []string{"production"}, Actors: []string{"self/prentice"}, Times: "22:00 to 06:00", Cells: 16, Verdict: prentice.Allow, Rule: "nights-are-free", Says: "at night it is allowed what by day is asked"}},
			Contradictions: []policy.Contradiction{{Rules: [2]string{"danger-asks-two", "platform-may"}, Cells: 3, Where: "rotate-certificates in production by person/ann"}},
			Silent:         []policy.SilentRule{{Rule: "old-hosts-are-read-only", Behind: "danger-asks-two"}},
			Heat: supervision.Heat{Places: []string{"production", "staging", "the-other-machine-room-with-a-long-name"}, Left: 3, Rows: []supervision.HeatRow{
				{Procedure: "restart-service", Risk: "change", Cells: []supervision.HeatCell{{Known: true, Verdict: prentice.Ask, Varies: true, Says: []string{"ask: an agent, always (r)", "allow: an operator, always (s)"}}, {Known: true, Verdict: prentice.Allow}, {}}},
				{Procedure: longName, Risk: "danger", Cells: []supervision.HeatCell{{Known: true, Verdict: prentice.Refuse}, {Known: true, Verdict: prentice.Ask}, {Known: true, Verdict: prentice.Ask}}},
			}},
		},
	}
}

func someWhy() supervision.Why {
	heard := make([]policy.RuleHeard, len(rules))
	for i, r := range rules {
		heard[i] = policy.RuleHeard{RuleView: r, Matched: i >= 2, Decided: i == 2}
	}
	return supervision.Why{Why: policy.Why{
		Run: "run/41", Time: noon, Zone: "Europe/London", Actor: prentice.Actor{Kind: prentice.Self, Name: "prentice", Role: prentice.Operator, Door: "event"}, Op: "run.start", Procedure: "restart-service", Subject: "service/checkout", Risk: "change", Targets: 1,
		Decision: prentice.Decision{Verdict: prentice.Ask, Rules: []string{"change-asks-one"}, Reasons: []string{"Changes need one approver."}, Approvers: 1, Role: prentice.Approver},
		Rules:    heard,
		Near:     []policy.NearMiss{{Rule: "danger-asks-two", Verdict: prentice.Ask, Fact: policy.FactChange{Fact: "plan.risk", Is: "change", Were: "danger"}}},
		Changes:  []policy.WhatIf{{Verdict: prentice.Allow, Rule: "look-is-allowed", Facts: []policy.FactChange{{Fact: "plan.risk", Is: "change", Were: "look"}}}},
	}}
}

func someCalendar() supervision.Calendar {
	midnight := noon.Truncate(24 * time.Hour)
	at := func(day, hour int) time.Time { return midnight.Add(time.Duration(24*day+hour) * time.Hour) }
	var nights []calendar.Span
	for day := range 14 {
		nights = append(nights, calendar.Span{From: at(day, 1), To: at(day, 5)})
	}
	return supervision.Calendar{
		Days: calendar.Days{Zone: "Europe/London", Now: noon, From: midnight, To: at(14, 0), Entries: []calendar.Listed{
			{Name: "quarter-end", Kind: "freeze", Reason: "The books are closed.", Applies: "everything in system/payments", InForce: true, Spans: []calendar.Span{{From: at(0, 0), To: at(2, 12)}}},
			{Name: "nights", Kind: "window", Reason: "Few people buy at night.", Applies: "restart-database", Spans: nights},
			{Name: upkeep.Name, Kind: upkeep.Kind, Reason: upkeep.Reason, Applies: upkeep.Applies, InForce: true, Spans: []calendar.Span{{From: at(0, 10), To: at(0, 14)}}},
			{Name: "christmas", Kind: "freeze", Reason: "No one is here.", Applies: "everything"},
		}},
		Findings: []prentice.Finding{{Text: `freeze "quarter-end" applies to system/paymnts, which no one has`, Hint: "did you mean system/payments?"}},
	}
}

func someNotices() []notice.Notice {
	return []notice.Notice{
		{Number: 31, Channel: "team-chat", Topic: "asks", Title: "restart-service on service/checkout wants an approval", About: "run/41", State: notice.Sent, Attempts: 1, Created: ago(40 * time.Second), Ended: ago(39 * time.Second)},
		{Number: 30, Channel: "pager-of-the-platform-and-reliability-engineers", Topic: "incident", Title: "payment-gateway-with-an-unreasonably-long-name-in-eu-west-1 is down: " + strings.Repeat("aVeryLongWord", 9), About: "incident/17", State: notice.Dead, Attempts: 8, Says: "the receiver answered 503 Service Unavailable", Created: ago(3 * time.Hour), Ended: ago(time.Hour)},
		{Number: 29, Channel: "mail", Topic: "ended", Title: "renew-certificate ended verified", About: "run/38", State: notice.Waiting, Attempts: 2, Says: "connection refused", Created: ago(4 * time.Hour), Due: noon.Add(4 * time.Minute)},
	}
}

// scheduled is a schedule as another skill tells it.
type scheduled struct {
	Procedure, Cron, Zone string
	Next, Fired, Missed   time.Time
	Run                   prentice.Ref
	State                 prentice.State
	Says, Broken          string
	Times                 int
	With                  map[string]string
}

func someRetention(full, held bool) (r supervision.Retention) {
	r.Now, r.Database, r.Room = noon, 300<<10, 41<<30
	r.Kept = []retention.Kept{{Name: "evidence", Holds: "what was seen and done, by whom", Keep: "ever"}, {Name: "runs", Holds: "with their steps and answers", Keep: "400d", Setting: "history-keep"}}
	if !full {
		return r
	}
	r.Database, r.Free, r.Daily, r.Full = 3<<30, 210<<20, 5<<30, noon.Add(8*24*time.Hour)
	r.Kept = []retention.Kept{
		{Name: "evidence", Holds: "what was seen and done, by whom", Keep: "ever", Count: 4_812_331, Oldest: ago(900 * 24 * time.Hour)},
		{Name: "logs", Holds: "what the steps of runs printed", Keep: "90d", Setting: "logs-keep", Count: -1, Bytes: 7 << 30, Swept: ago(time.Hour), Removed: 120_012},
		{Name: "runs", Holds: "with their steps and answers", Keep: "400d", Setting: "history-keep", Count: 310_004, Oldest: ago(410 * 24 * time.Hour), Next: ago(10 * 24 * time.Hour), Removed: 98_110},
		{Name: "incidents", Holds: "with their timelines", Keep: "400d", Setting: "history-keep", Count: 1200, Oldest: ago(399 * 24 * time.Hour), Next: noon.Add(24 * time.Hour)},
	}
	if held {
		r.Held = "the clock is 365 days ahead of the last time that it was believed, 2025-03-02 12:00 UTC"
	}
	return r
}

type schedulesOut struct{ Schedules []scheduled }

func someSchedules() schedulesOut {
	return schedulesOut{[]scheduled{
		{Procedure: "check-backups", Cron: "15 6 * * *", Zone: "Europe/London", Next: noon.Add(18 * time.Hour), Fired: ago(6 * time.Hour), Run: "run/59", State: prentice.Verified, With: map[string]string{"system": "shop"}},
		{Procedure: "check-backups", Cron: "15 6 * * *", Zone: "Europe/London", Next: noon.Add(18 * time.Hour), With: map[string]string{"system": "payments", "tables": "orders,items"}},
		{Procedure: longName, Cron: "0 3 1 * *", Zone: "America/New_York", Next: noon.Add(9 * 24 * time.Hour), Fired: ago(22 * 24 * time.Hour), Says: "frozen by quarter-end", Missed: ago(time.Hour), Times: 2},
		{Procedure: "rotate-logs", Cron: "0 0 30 2 *", Zone: "UTC", Broken: "the procedure has errors"},
	}}
}

var supervisionStories = []story{
	{name: "inbox", path: "/inbox", who: "ann", lists: true},
	{name: "inbox-viewer", path: "/inbox", who: "vera"},
	{name: "inbox-viewer-all", path: "/inbox?all=true", who: "vera"},
	{name: "limits", path: "/limits", who: "olga"},
	{name: "limits-viewer", path: "/limits", who: "vera", lists: true},
	{name: "policy", path: "/policy", who: "olga"},
	{name: "why", path: "/policy/why?run=run/41", who: "vera"},
	{name: "calendar", path: "/calendar", who: "vera", lists: true},
	{name: "retention", path: "/retention", who: "vera", lists: true},
	{name: "retention-held", path: "/retention", who: "olga"},
	{name: "notices", path: "/notices", who: "olga", lists: true},
	{name: "notice", path: "/notices/0", who: "olga"},
	{name: "notice-viewer", path: "/notices/1", who: "vera"},
	{name: "log", path: "/runs/43/log", who: "vera"},
	{name: "log-finds-nothing", path: "/runs/43/log?find=panic", who: "vera"},
	{name: "log-removed", path: "/runs/44/log", who: "vera"},
	{name: "form-adhoc", path: "/do/run.adhoc", who: "otto"},
	{name: "form-resume", path: "/do/resume-all", who: "olga"},
}
