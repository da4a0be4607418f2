package web

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/log"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
	"prentice/internal/skill/supervision"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

// The storybook shows every page in every state that matters, with canned data.
// What skills put out is theirs; what they answer is canned.

type (
	runsOut = supervision.Runs
	runOut  = supervision.Detail
)

// story is one page in one state.
type story struct {
	name string
	path string
	who  string
	// lists says that the page shows a list, which may be empty.
	lists bool
}

const longName = "rotate-the-very-long-named-certificates-of-the-payment-gateway-and-its-three-standby-replicas"

func ago(d time.Duration) time.Time { return noon.Add(-d) }

func someRun(number int64, state prentice.State, says string) prentice.Run {
	r := prentice.Run{
		Number: number, Procedure: "restart-service", Plan: "sha256:" + strings.Repeat("9f2c81d0", 8), Subject: "service/checkout", State: state, Says: says,
		Risk: prentice.Change, Targets: []prentice.Ref{"host/web-1"}, Hosts: 1, Requester: "self/prentice", Incident: "incident/17",
		Reason: "probe checkout-http failed 3 times: connection refused", Created: ago(40 * time.Second), Expires: noon.Add(59 * time.Minute),
	}
	if state != prentice.Waiting && state != prentice.Checking {
		r.Started = ago(32 * time.Second)
	}
	if state.Ended() {
		r.Ended = ago(4 * time.Second)
	}
	return r
}

func somePlan() prentice.Plan {
	return prentice.Plan{
		Format: 1, Procedure: "restart-service", Summary: "Bring back a service that has stopped answering", Owner: "group/platform", Subject: "service/checkout",
		Risk: prentice.Change, Undoable: true, Inputs: map[string]string{"service": "checkout"}, Targets: []prentice.Target{{Ref: "host/web-1", Local: true}},
		Limits: prentice.PlanLimits{MaxTargets: 5, Parallel: 1, MaxUnhealthy: 20, Cooldown: "10m0s", Timeout: "5m0s", ApprovalExpires: "1h0m0s"},
		Steps: []prentice.PlannedStep{
			{ID: "down", Section: prentice.Check, Kind: "sh", Risk: prentice.Look, Where: "target", Expect: "fail", Body: `curl -fsS --max-time 5 "$SERVICE_URL/healthz"`, Says: "is checkout really down?", Env: map[string]string{"SERVICE_URL": "http://127.0.0.1:7001", "SERVICE_NAME": "checkout"}},
			{ID: "disk", Section: prentice.Check, Kind: "sh", Risk: prentice.Look, Where: "target", Expect: "ok", Body: `test "$(df --output=pcent / | tail -1 | tr -dc 0-9)" -lt 95`, Says: "there is room on the disk"},
			{ID: "restart", Section: prentice.Act, Kind: "sh", Risk: prentice.Change, Where: "target", Idempotent: true, Body: `systemctl restart "$SERVICE_UNIT"`, Says: "restart checkout.service", Done: &prentice.PlannedStep{Says: "checkout.service is active"}},
			{ID: "quiet", Section: prentice.Verify, Kind: "probe", Risk: prentice.Look, Where: "here", Says: "checkout answers, and goes on answering for 2 min", Attrs: map[string]string{"service": "checkout", "settle": "30s", "silence": "2m"}},
			{ID: "stop", Section: prentice.Undo, Kind: "sh", Risk: prentice.Change, Where: "target", Body: `systemctl stop "$SERVICE_UNIT"`, Says: "stop checkout.service"},
		},
	}
}

// unrolledPlan is a plan with a loop and a condition.
func unrolledPlan() prentice.Plan {
	p := somePlan()
	p.Steps = slices.Insert(p.Steps, 3,
		prentice.PlannedStep{ID: "warm.1", Section: prentice.Act, Each: "orders", Kind: "sh", Risk: prentice.Change, Where: "target", Idempotent: true, Body: `checkout-cache warm "$EACH_VALUE"`, Says: "Fill the cache again"},
		prentice.PlannedStep{ID: "warm.3", Section: prentice.Act, Each: "customers", Kind: "sh", Risk: prentice.Change, Where: "target", Idempotent: true, Body: `checkout-cache warm "$EACH_VALUE"`, Says: "Fill the cache again"},
		prentice.PlannedStep{ID: "report", Section: prentice.Act, Kind: "sh", Risk: prentice.Look, Where: "target", Idempotent: true, Says: "Say what the orders come to", Attrs: map[string]string{"script": "files/report.py", "libs": "files/lib/orders.py,files/lib/rates.bin", "digest": "sha256:5f1c"},
			Body: "#!/usr/bin/env python3\nfrom lib import orders\nprint(orders.total())\n",
			Libs: []prentice.Lib{{Path: "files/lib/orders.py", Digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Text: "def total():\n    return sum(o.amount for o in read())\n"}, {Path: "files/lib/rates.bin", Digest: "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", Encoding: "base64", Text: "AAH/"}}},
	)
	p.LeftOut = []prentice.LeftOut{{ID: "drain", Section: prentice.Act, Why: "if: inputs.drain is false"}, {ID: "warm.2", Section: prentice.Act, Each: "audit", Why: `if: each != "audit" is false`}}
	p.Captured = []prentice.Captured{{Step: "look", Target: "host/web-1", Name: "full", Value: "95"}, {Step: "look", Target: "host/web-2", Name: "full", Value: "40"}, {Step: "ask", Name: "mode", Value: "\x1b<b>careful</b>"}}
	p.LeftOut[0].On = []prentice.Ref{"host/web-2"}
	p.TargetsIf, p.NotChosen = "steps.look.out.full > 90", []prentice.NotChosen{{Target: prentice.Target{Ref: "host/web-2"}, Why: "targets_if: steps.look.out.full > 90 is false"}}
	return p
}

// choosingPlan is a plan whose checks choose its targets, and have not been made.
func choosingPlan() prentice.Plan {
	p := unrolledPlan()
	p.Procedure, p.Subject, p.Open, p.Captured, p.NotChosen = "sweep-disks", "host/web-1", true, nil, nil
	p.Targets = append(slices.Clone(p.Targets), prentice.Target{Ref: "host/web-2"}, prentice.Target{Ref: "host/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1"})
	p.LeftOut = []prentice.LeftOut{{ID: "sweep", Section: prentice.Act, Why: "decided once check look has been made"}}
	return p
}

// foundPlan is a plan that has looked at its targets.
func foundPlan() prentice.Plan {
	p := somePlan()
	p.Targets = []prentice.Target{{Ref: "host/web-1"}, {Ref: "host/web-2"}, {Ref: "host/web-3"}, {Ref: "host/web-4"}}
	attrs := map[string]string{"path": "/etc/checkout/checkout.conf", "from": "files/checkout.conf", "mode": "0644", "digest": "sha256:5d2c0be0fd7dd6b1"}
	p.Steps = slices.Insert(p.Steps, 2, prentice.PlannedStep{ID: "conf", Section: prentice.Act, Kind: "file", Risk: prentice.Change, Where: "target", Idempotent: true, Attrs: attrs,
		Body: "listen = 7001\nworkers = 8\nlog = /var/log/checkout\n", Says: "/etc/checkout/checkout.conf has the content of files/checkout.conf, mode 0644"})
	p.Steps = slices.Insert(p.Steps, 5, prentice.PlannedStep{ID: "conf.undo", Section: prentice.Undo, Kind: "file", Risk: prentice.Change, Where: "target", Idempotent: true, Attrs: attrs, Of: "conf",
		Says: "put back what was there before conf: /etc/checkout/checkout.conf"})
	replaced := prentice.Seen{Step: "conf", Target: "host/web-1", Now: "file sha256:1", Says: "replace the content of /etc/checkout/checkout.conf", Diff: "@@ -1,3 +1,3 @@\n listen = 7001\n-workers = 4\n+workers = 8\n log = /var/log/checkout\n"}
	alike := replaced
	alike.Target, alike.Diff, alike.As = "host/web-2", "", "host/web-1"
	p.Limits.Verify = prentice.VerifyPerBatch
	p.Groups = []prentice.Group{{Name: "canary", Targets: 1}, {Name: "zone a", Targets: 2}, {Name: "zone b", Targets: 1}}
	p.Steps = slices.Insert(p.Steps, 5,
		prentice.PlannedStep{ID: "rest", Section: prentice.Between, Kind: "wait", Risk: prentice.Look, Where: "here", Says: "wait for 10m", Attrs: map[string]string{"for": "10m0s"}},
		prentice.PlannedStep{ID: "go-on", Section: prentice.Between, Kind: "human", Risk: prentice.Look, Where: "here", Says: "Do the orders come in as before?", Body: "Do the orders come in as before?\n"})
	p.Seen = []prentice.Seen{replaced, alike,
		{Step: "conf", Target: "host/web-3", Now: "file sha256:2", So: true, Says: "/etc/checkout/checkout.conf is as it should be"},
		{Step: "conf", Target: "host/web-4", Unseen: true, Says: "could not be looked at: host web-4 at 10.0.0.4:22 cannot be reached: connection refused"}}
	return p
}

func record(step string, section prentice.Section, state run.StepState, says string, at time.Duration) run.StepRecord {
	r := run.StepRecord{Run: 41, Step: step, Section: section, Kind: "sh", Target: "host/web-1", Round: 1, State: state, Says: says, Attempts: 1, Started: ago(at), Ended: ago(at - 1200*time.Millisecond)}
	if state == run.Intended || state == run.Held {
		r.Ended = time.Time{}
	}
	return r
}

// fleet is 500 hosts of which one in three is done with, some failed, and some
// no one knows about.
func fleet(out *runOut) {
	out.ThePlan = somePlan()
	out.ThePlan.Procedure, out.ThePlan.Targets = "adhoc", nil
	out.ThePlan.Summary, out.ThePlan.Undoable = "Ad-hoc command: apt-get -y upgrade openssl", false
	out.ThePlan.Limits = prentice.PlanLimits{MaxTargets: 5000, Parallel: 50, MaxFailures: 50, MaxUnhealthy: 20, Cooldown: "0s", Timeout: "5m0s", ApprovalExpires: "1h0m0s"}
	out.ThePlan.Steps = []prentice.PlannedStep{{ID: "command", Section: prentice.Act, Kind: "sh", Risk: prentice.Change, Where: "target", Body: "apt-get -y upgrade openssl", Says: "apt-get -y upgrade openssl", Attrs: map[string]string{"sudo": "true"}}}
	out.Run.Procedure, out.Run.Subject, out.Run.Incident, out.Run.Targets, out.Steps = "adhoc", "host/web-001.fleet.example", "", nil, nil
	for i := range 500 {
		ref := prentice.NewRef("host", fmt.Sprintf("web-%03d.fleet.example", i+1))
		out.ThePlan.Targets, out.Run.Targets = append(out.ThePlan.Targets, prentice.Target{Ref: ref}), append(out.Run.Targets, ref)
		rec := record("command", prentice.Act, run.Done, "exit code 0", time.Duration(40-i/25)*time.Second)
		switch rec.Target = ref; {
		case !out.State.Ended() && i >= 380:
			continue
		case i%97 == 40:
			rec.State, rec.Says = run.NotDone, "exit code 100: E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4127 (unattended-upgr)"
		case i == 211:
			rec.State, rec.Says = run.Unsure, "host web-212.fleet.example at 10.2.0.212:22 cannot be reached any more, and it is not known how far it came"
		case !out.State.Ended() && i > 330 && i < 380:
			rec.State, rec.Says, rec.Ended = run.Intended, "", time.Time{}
		}
		out.Steps = append(out.Steps, rec)
	}
}

// yoursOf is how someone relates to a run that waits.
func yoursOf(r prentice.Run, by prentice.Actor) *run.Yours {
	switch {
	case by.Ref() == r.Requester:
		return &run.Yours{Refuse: true, Caused: true, Why: "you caused this: you asked for " + string(r.Ref()), Try: "ask another person with the role approver"}
	case !by.Role.Includes(prentice.Approver):
		return &run.Yours{Why: "you are " + string(by.Role) + "; " + string(r.Ref()) + " asks for approver", Try: "ask someone with that role"}
	}
	return &run.Yours{Approve: true, Refuse: true}
}

func someDetail(r prentice.Run) runOut {
	out := oneHost(r)
	if r.Number == 49 || r.Number == 50 {
		fleet(&out)
	}
	return out
}

func oneHost(r prentice.Run) runOut {
	d := run.View{
		Run: r, ThePlan: somePlan(), Record: prentice.Record{Runs: 32, Verified: 31, Harmful: 1},
		Decision: prentice.Decision{Verdict: prentice.Ask, Rules: []string{"change-asks-one"}, Reasons: []string{"it changes something, so one approver is asked", "restart-service has not yet earned to act alone: 31 verified of 32, it needs 50"}, Approvers: 1, Role: prentice.Approver},
		Steps:    []run.StepRecord{record("down", prentice.Check, run.Done, "failed as expected: connection refused", 38*time.Second), record("disk", prentice.Check, run.Done, "41 % used", 36*time.Second)},
	}
	d.ThePlan.Risk = r.Risk
	d.Plan = d.ThePlan.Hash()
	out := runOut{View: d}
	if r.State == prentice.Waiting {
		out.Waits, out.Contact = "approval", someContact(0)
		out.Ahead = &prentice.HoldBack{Code: prentice.HoldFrozen, Says: "frozen by quarter-end until Monday: the books are closed", WayOut: "wait until then; all times are in: prentice calendar show", Until: noon.Add(40 * time.Hour)}
		return out
	}
	out.Approvals = []run.Approval{{Run: r.Number, Plan: r.Plan, Actor: "person/ann", Door: "web", Yes: true, Reason: "The probe is right, I see the same from here", Time: ago(33 * time.Second)}}
	out.Approvers = []prentice.Ref{"person/ann"}
	switch r.State {
	case prentice.Running:
		out.Steps = append(out.Steps, record("restart", prentice.Act, run.Intended, "", 31*time.Second))
	case prentice.Verified:
		out.Steps = append(out.Steps, record("restart", prentice.Act, run.Done, "exit code 0", 31*time.Second), record("quiet", prentice.Verify, run.Done, "no failure since the restart", 20*time.Second))
	case prentice.Undone, prentice.Failed:
		out.Steps = append(out.Steps, record("restart", prentice.Act, run.NotDone, "exit code 1: Job for checkout.service failed", 31*time.Second))
	case prentice.Uncertain:
		out.Steps = append(out.Steps, record("restart", prentice.Act, run.Unsure, "prentice stopped while this ran, and nothing can tell how far it came", 31*time.Second))
	}
	for i, text := range []string{"+ systemctl restart checkout.service", "checkout: listening on 127.0.0.1:7001", "<script>alert(1)</script> \x1b[31mred\x1b[0m", strings.Repeat("a line that never ends ", 12)} {
		out.Log = append(out.Log, log.Line{Offset: int64(i), Line: int64(i + 1), Time: ago(time.Duration(31-i) * time.Second), Step: "restart", Target: "host/web-1", Text: text})
	}
	return out
}

var runStates = map[int64]prentice.Run{
	41: someRun(41, prentice.Waiting, "changes need one approver"),
	42: someRun(42, prentice.Running, "restarting on host/web-1"),
	43: someRun(43, prentice.Verified, "checkout has answered for 2 min"),
	44: someRun(44, prentice.Failed, "restart failed with exit code 1, and there is no way back"),
	45: someRun(45, prentice.Uncertain, "a crash fell into step restart; look whether checkout.service runs"),
	46: someRun(46, prentice.Undone, "did not help: checkout still refuses connections"),
	47: someRun(47, prentice.RunRefused, "not this fault: the disk is full (check disk)"),
	49: someRun(49, prentice.Running, "on its hosts"),
	50: someRun(50, prentice.Failed, "came out well on 493 of 500 hosts and failed on host/web-041.fleet.example, host/web-138.fleet.example, host/web-235.fleet.example and 3 more: step command on host/web-041.fleet.example: exit code 100"),
	48: func() prentice.Run {
		r := someRun(48, prentice.Waiting, "danger needs two approvers")
		r.Procedure, r.Risk, r.Subject = longName, prentice.Danger, "service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1"
		r.Targets = []prentice.Ref{"host/a-very-long-host-name-01.internal.example.org", "host/b", "host/c", "host/d", "host/e"}
		return r
	}(),
}

func manyRuns() []prentice.Run {
	states := append([]prentice.State{prentice.Waiting, prentice.Running, prentice.Checking, prentice.Queued, prentice.Undoing, prentice.RunHeld}, prentice.EndStates()...)
	var runs []prentice.Run
	for i, s := range states {
		r := someRun(int64(60-i), s, "what became of it, in one sentence that may be somewhat longer than the column")
		r.Created, r.Ended = ago(time.Duration(i*i+1)*11*time.Minute), time.Time{}
		if s.Ended() {
			r.Ended = r.Created.Add(2 * time.Minute)
		}
		if i%4 == 3 {
			r.Procedure, r.Risk, r.Requester = longName, prentice.Danger, "person/ann"
		}
		if i%3 == 1 {
			r.Procedure, r.Risk, r.Subject, r.Requester = "check-backups", prentice.Look, "", "person/otto"
		}
		runs = append(runs, r)
	}
	return runs
}

type numberIn struct {
	Number int64 `json:"number"`
}

type answerIn struct {
	Number int64  `json:"number" doc:"The run."`
	Plan   string `json:"plan" doc:"The hash of the plan that you read."`
	Reason string `json:"reason" doc:"Why, in one sentence." maxLength:"2000"`
}

type runsIn struct {
	State   string `json:"state,omitempty"`
	Open    bool   `json:"open,omitempty"`
	Text    string `json:"text,omitempty"`
	Subject string `json:"subject,omitempty"`
	Limit   int    `json:"limit,omitempty"`
	Since   string `json:"since,omitempty"`
	Until   string `json:"until,omitempty"`
	Before  string `json:"before,omitempty"`
}

func someNow() supervision.Now {
	return supervision.Now{
		More: supervision.More{Broken: 12, Waiting: 1},
		Team: []prentice.Finding{{At: prentice.Pos{File: "procedures/rotate-certificates-of-the-checkout.md", Line: 14, Column: 3}, Error: true, Text: `the step has no key "on-hots"`, Hint: `did you mean "on-hosts"?`}},
		Unheard: []notice.Notice{{Number: 5, Channel: "team-chat", Topic: "asked", Title: "run/40 waits for an approver: restart-service on service/checkout, on 1 host", State: notice.Dead, Attempts: 12,
			Says: "channel team-chat: it answered 500", Created: ago(4 * time.Hour)}},
		Broken:      []supervision.Broken{{Ref: "incident/17", Subject: "service/checkout", Title: "checkout refuses connections", State: "open", Opened: ago(52 * time.Second)}, {Ref: "incident/16", Subject: "service/mailer", Title: strings.Repeat("mailer-queue-depth", 9), State: "watching", Opened: ago(52 * time.Minute)}},
		Maintenance: []calendar.Listed{upkeep},
		Silenced:    []supervision.Silenced{{What: "alert HighLoad", Title: "the load of web-2 is 31", Subject: "host/web-2", Since: ago(20 * time.Minute), Mute: team.Mute{Of: "calendar/database-upgrade", Why: upkeep.Reason, Until: upkeep.Until}}},
		Waiting:     []prentice.Run{runStates[41], runStates[48]},
		Running:     []prentice.Run{runStates[42]},
		Recent: []supervision.Recent{{Run: runStates[43], Times: 1}, {Run: runStates[46], Times: 1}, {Run: runStates[45], Times: 1},
			{Run: someRun(40, prentice.RunRefused, "restart-service touched host/web-1 40 s ago, and its cooldown of 10 min is not over: "+strings.Repeat("0badc0de", 12)), Times: 6, First: ago(time.Hour)}},
		Services: manyServices(),
	}
}

func manyServices() []supervision.ServiceState {
	list := []supervision.ServiceState{{Ref: "service/catalog", State: "well"}, {Ref: "service/checkout", State: "down", Says: "connection refused"}, {Ref: "service/mailer", State: "flapping"},
		{Ref: "service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1", State: "well"}, {Ref: "service/reports", State: "unknown"}}
	for _, name := range []string{"basket", "search", "images", "prices", "stock", "web", "accounts", "payments"} {
		list = append(list, supervision.ServiceState{Ref: prentice.NewRef("service", name), State: "well", Says: "answers in 12 ms"})
	}
	return list
}

// storyOps answer with canned data; full says how much there is of it.
func storyOps(full bool) []op.Op {
	return []op.Op{
		canned("now.show", full, someNow),
		op.New("run.list", prentice.Look, prentice.Viewer, "List runs.", func(_ context.Context, _ op.Call, in runsIn) (runsOut, error) {
			if !full || in.State == "undone" {
				return runsOut{}, nil
			}
			runs := manyRuns()
			if in.Limit > 0 {
				runs = runs[:min(in.Limit, len(runs))]
			}
			switch in.Text {
			case "":
			case "old":
				return runsOut{Next_: "55000", Down: 55_000}, nil
			default:
				runs = slices.DeleteFunc(runs, func(r prentice.Run) bool { return !strings.Contains(r.Procedure, in.Text) })
			}
			return runsOut{Runs: runs, Next_: "47"}, nil
		}),
		op.New("run.show", prentice.Look, prentice.Viewer, "Show a run.", func(_ context.Context, c op.Call, in numberIn) (runOut, error) {
			r, ok := runStates[in.Number]
			if !ok {
				return runOut{}, prentice.Errorf(prentice.NotFound, "there is no run %d", in.Number).Try("list them with: prentice run list")
			}
			out := someDetail(r)
			if r.State == prentice.Waiting {
				out.Yours = yoursOf(r, c.Actor)
				out.Answerers = &prentice.Answerers{Needed: 1, Role: prentice.Approver, Able: []prentice.Ref{"person/ann"}}
			}
			return out, nil
		}),
		op.New("run.approve", prentice.Change, prentice.Approver, "Approve a run.", answer),
		op.New("run.refuse", prentice.Change, prentice.Approver, "Refuse a run.", answer),
		op.New("run.cancel", prentice.Change, prentice.Operator, "Cancel a run.", answer),
		op.NewWatch("run.watch", prentice.Viewer, "Watch a run.", func(_ context.Context, _ op.Call, in numberIn, emit func(run.Moment) error) error {
			for i := range 3 {
				line := &log.Line{Offset: int64(i + 1), Time: noon, Step: "restart", Text: fmt.Sprintf("line %d <b>&", i)}
				if err := emit(run.Moment{Run: in.Number, Time: noon, State: prentice.Running, Log: line}); err != nil {
					return err
				}
			}
			return emit(run.Moment{Run: in.Number, Time: noon, State: prentice.Verified, Says: "quiet\nfor 2 min"})
		}),
	}
}

func answer(_ context.Context, c op.Call, in answerIn) (prentice.Run, error) {
	r, ok := runStates[in.Number]
	switch {
	case !ok:
		return prentice.Run{}, prentice.Errorf(prentice.NotFound, "there is no run %d", in.Number)
	case strings.TrimSpace(in.Reason) == "":
		return prentice.Run{}, prentice.Errorf(prentice.Invalid, "the reason is empty").Try("say in one sentence why")
	case in.Plan != "" && in.Plan != someDetail(r).Plan:
		return prentice.Run{}, prentice.Errorf(prentice.Conflict, "the plan of run %d is no longer %s", in.Number, in.Plan).Try("read the plan again and answer that one")
	}
	return r, nil
}

func storyPages() []op.Page {
	files := os.DirFS("../../skill/supervision")
	return []op.Page{
		{Path: "/{$}", Op: "now.show", Template: "now.html", Title: "Overview", Nav: "Overview", Key: "n", Order: 10, Files: files},
		{Path: "/runs", Op: "run.list", Template: "runs.html", Title: "Runs", Nav: "Runs", Key: "r", Order: 20, Files: files},
		{Path: "/runs/{number}", Op: "run.show", Template: "run.html", Title: "Run", Files: files},
	}
}

var stories = []story{
	{name: "now", path: "/", who: "ann", lists: true},
	{name: "runs", path: "/runs", who: "ann", lists: true},
	{name: "runs-look-on", path: "/runs?text=old", who: "ann"},
	{name: "search", path: "/find?q=re+a", who: "ann"},
	{name: "runs-none-like-that", path: "/runs?state=undone", who: "ann"},
	{name: "run-waiting", path: "/runs/41", who: "ann"},
	{name: "run-waiting-viewer", path: "/runs/41", who: "vera"},
	{name: "run-running", path: "/runs/42", who: "ann"},
	{name: "run-verified", path: "/runs/43", who: "ann"},
	{name: "run-failed", path: "/runs/44", who: "ann"},
	{name: "run-uncertain", path: "/runs/45", who: "ann"},
	{name: "run-undone", path: "/runs/46", who: "ann"},
	{name: "run-refused", path: "/runs/47", who: "ann"},
	{name: "run-danger", path: "/runs/48", who: "ann"},
	{name: "run-fleet", path: "/runs/49", who: "ann"},
	{name: "run-fleet-failed", path: "/runs/50", who: "ann"},
	{name: "not-found", path: "/runs/999", who: "ann"},
	{name: "no-page", path: "/nowhere", who: "ann"},
	{name: "bad-query", path: "/runs?stat=waiting", who: "ann"},
	{name: "form", path: "/do/run.approve?number=41", who: "ann"},
	{name: "sign-in", path: "/sign-in", who: ""},
	{name: "sign-in-link", path: "/sign-in/code-ann", who: ""},
}

func TestEveryStoryIsTold(t *testing.T) {
	for _, full := range []bool{true, false} {
		w := storybook(t, full)
		for _, s := range allStories() {
			t.Run(fmt.Sprintf("%s full=%v", s.name, full), func(t *testing.T) {
				w.t, w.cookies = t, map[string]string{}
				if s.who != "" {
					w.as(s.who)
				}
				body := w.get(s.path).Body.String()
				for _, bad := range []string{op.ProblemOf(prentice.Internal).Title, "ZgotmplZ", "<no value>", "%!", "<script>alert", "\x1b", "style=", "onclick"} {
					if strings.Contains(body, bad) {
						t.Errorf("%s contains %q", s.path, bad)
					}
				}
				if !strings.Contains(body, "</html>") || !strings.Contains(body, "<h1") && !slices.Contains([]string{"sign-in"}, s.name) {
					t.Errorf("%s is not a whole page", s.path)
				}
			})
		}
	}
}
