package web

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
	"prentice/internal/engine/starter"
	"prentice/internal/op"
	"prentice/internal/skill/automation"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/support"
	"prentice/internal/team"
)

// The stories of services, of what happens to them and of what may be done.

func servicesOps(full bool) []op.Op {
	return []op.Op{
		op.New("service.list", prentice.Look, prentice.Viewer, "List services.", func(_ context.Context, _ op.Call, in struct {
			State string   `json:"state,omitempty"`
			Name  []string `json:"name,omitempty"`
		}) (out availability.List, err error) {
			if full && in.State == "" {
				out.Services = someServices()
			}
			return out, nil
		}),
		op.New("service.show", prentice.Look, prentice.Viewer, "Show a service.", func(_ context.Context, _ op.Call, in struct {
			Name string `json:"name"`
		}) (availability.Shown, error) {
			return someService(in.Name), nil
		}),
		op.New("service.history", prentice.Look, prentice.Viewer, "Show a history.", func(_ context.Context, _ op.Call, in availability.HistoryIn) (availability.History, error) {
			return someHistory(in), nil
		}),
		op.New("claim.list", prentice.Look, prentice.Viewer, "List claims.", func(_ context.Context, _ op.Call, in availability.ClaimListIn) (out availability.ClaimList, err error) {
			if full {
				out = availability.ClaimList{Claims: []claims.Standing{someClaim().Standing}, Next_: "probe:checkout:http"}
			}
			return out, nil
		}),
		op.New("claim.show", prentice.Look, prentice.Viewer, "Show a claim.", func(context.Context, op.Call, availability.ClaimShowIn) (availability.ClaimShown, error) {
			return someClaim(), nil
		}),
		op.New("procedure.list", prentice.Look, prentice.Viewer, "List procedures.", func(_ context.Context, _ op.Call, in automation.ListIn) (out automation.Listed, err error) {
			if full {
				out = someProcedures()
			}
			out.Groups, out.Tags = []string{"disk", "postgresql"}, []string{"backup", "fleet"}
			if in.Text == "mainframe" {
				out.Procedures, out.Filtered = nil, true
			}
			if in.Takes != "" {
				out.Procedures, out.NextPage = out.Procedures[:min(2, len(out.Procedures))], ""
			}
			return out, nil
		}).Naming("procedure"),
		op.New("procedure.show", prentice.Look, prentice.Viewer, "Show a procedure.", func(_ context.Context, _ op.Call, in struct {
			Name string `json:"name"`
		}) (automation.Shown, error) {
			return someProcedure(in.Name), nil
		}),
		op.New("procedure.choices.read", prentice.Look, prentice.Operator, "Read the choices again.", func(context.Context, op.Call, automation.ChoicesIn) (out automation.AllChosen, err error) {
			return out, nil
		}).ThatKeeps(),
		op.New("procedure.stats", prentice.Look, prentice.Viewer, "Show statistics.", func(_ context.Context, _ op.Call, in automation.ShowIn) (automation.Stats, error) {
			return someStats(in.Name, full), nil
		}),
		op.New("procedure.history", prentice.Look, prentice.Viewer, "Show versions.", func(context.Context, op.Call, automation.HistoryIn) (automation.Histories, error) {
			return someVersions(full), nil
		}),
		op.New("procedure.diff", prentice.Look, prentice.Viewer, "Show what differs.", func(context.Context, op.Call, automation.DiffIn) (automation.Diffed, error) {
			return someDiff(full), nil
		}),
		op.New("procedure.library.list", prentice.Look, prentice.Viewer, "List ready procedures.", func(_ context.Context, _ op.Call, in automation.LibraryIn) (automation.Stock, error) {
			out := automation.Stock{Groups: []string{"certificates", "disk", "postgresql"}, Tags: []string{"backup", "disk", "tls"}}
			if in.Text == "" && full {
				out.Procedures = someLibrary()
			}
			return out, nil
		}).Naming("library"),
		op.New("procedure.library.show", prentice.Look, prentice.Viewer, "Show a ready procedure.", func(_ context.Context, _ op.Call, in struct {
			Name string `json:"name"`
		}) (automation.OnShelf, error) {
			shown := someProcedure(in.Name)
			shown.Usable, shown.Findings = true, nil
			return automation.OnShelf{Shown: shown, Ready: someLibrary()[1], Add: "prentice procedure library add " + in.Name}, nil
		}),
		op.New("procedure.plan", prentice.Look, prentice.Viewer, "Show a plan.", func(_ context.Context, _ op.Call, in automation.PlanIn) (automation.Planned, error) {
			if in.Procedure == "sweep-disks" {
				return automation.Planned{Plan: choosingPlan(), Hash: choosingPlan().Hash()}, nil
			}
			if in.Procedure == "place-settings" {
				return automation.Planned{Plan: foundPlan(), Hash: foundPlan().Hash()}, nil
			}
			return automation.Planned{Plan: unrolledPlan(), Hash: unrolledPlan().Hash(), Ahead: &run.Outlook{
				Decision:  prentice.Decision{Verdict: prentice.Ask, Approvers: 2, Role: prentice.Approver, From: []prentice.Ref{"group/platform"}, Reasons: []string{"what changes production is looked at by two people"}},
				Contact:   someContact(1),
				Answerers: &prentice.Answerers{Needed: 2, Role: prentice.Approver, Able: []prentice.Ref{"person/ann", "person/olga"}},
				Hold:      &prentice.HoldBack{Code: prentice.HoldFrozen, Says: "frozen by quarter-end: the books are closed", WayOut: "wait until then; all times are in: prentice calendar show", Until: noon.Add(40 * time.Hour)},
			}}, nil
		}),
		op.New("event.list", prentice.Look, prentice.Viewer, "List events.", func(_ context.Context, _ op.Call, in struct {
			Type    string `json:"type,omitempty"`
			Subject string `json:"subject,omitempty"`
		}) (out support.Events, err error) {
			if full && in.Type == "" {
				out = support.Events{Events: someEvents(), Next_: "3"}
			}
			return out, nil
		}),
		op.New("event.show", prentice.Look, prentice.Viewer, "Show an event.", func(_ context.Context, _ op.Call, in numberIn) (support.EventOut, error) {
			return support.EventOut{EventRecord: someEvents()[in.Number%3]}, nil
		}),
	}
}

// someContact is hosts of which some are still being checked.
func someContact(checking int) *gate.Contact {
	return &gate.Contact{Hosts: 4, Reached: 2 - checking, Checking: checking, First: true, Lost: []gate.HostContact{
		{Host: "host/web-2", State: gate.ContactNoAnswer, Says: "it did not answer within 5s", Hint: "look at its network, and whether sshd runs there", Tried: noon},
		{Host: "host/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1", State: gate.ContactKeyChanged, Says: "the host key of web-3 has changed: known is ssh-ed25519 SHA256:Ij+Zrq/MlEMAmmOHuTIEw8uJvmqP5rcxQLOAg5yjdlg, it offers ssh-ed25519 SHA256:z14pWAe0MIx3qNDrzgFHEaZJVv9uIzXfLyPwIenyOGU", Hint: "someone may be in between", Tried: noon},
	}}
}

func someServices() []availability.Line {
	line := func(ref prentice.Ref, state availability.Word, since time.Duration, says string, passed, of int64) availability.Line {
		return availability.Line{Standing: availability.Standing{Ref: ref, State: state, Since: ago(since), Says: says}, Owner: "group/shop", Availability: availability.Share{Passed: passed, Of: of}, Mean: 12400 * time.Microsecond, Probes: 1}
	}
	list := []availability.Line{
		line("service/checkout", availability.Down, 52*time.Second, "probe checkout-http failed 3 times: connection refused", 16912, 17280),
		line("service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1", availability.Flapping, 3*time.Minute, "its probe changed 6 times in 10 min", 17001, 17280),
		line("service/catalog", availability.Well, 49*time.Hour, "its probe passes", 17280, 17280),
		line("service/mailer", availability.Unknown, 0, "it has no probes; add the annotation prentice.dev/probes to it in the catalog", 0, 0),
	}
	list[3].Since, list[3].Mean = time.Time{}, 0
	list[0].Day = availability.Stretches(someStrip())
	list[1].Day = list[0].Day
	list[2].Day = availability.Stretches(someStrip()[20:80])
	list[2].Day[0].Width = 288
	list[3].Day = []availability.Stretch{{Width: 288, State: availability.Unknown, Says: "not checked"}}
	return list
}

func someService(name string) availability.Shown {
	if name == "mailer" {
		return availability.Shown{Line: someServices()[3], Strip: make([]availability.Bar, 288)}
	}
	out := availability.Shown{
		Line: someServices()[0], System: "system/shop", URL: "http://127.0.0.1:7001", Unit: "checkout.service", Hosts: []team.Host{{Ref: "host/web-1", Local: true}},
		DependsOn: []prentice.Ref{"service/orders", "service/payments"}, Dependants: []prentice.Ref{"service/basket", "service/web"},
		Looks: []availability.ProbeShown{{Name: "checkout-http", Claim: "claim/probe:checkout:checkout-http", Kind: "http", Target: "http://127.0.0.1:7001/healthz", Wants: "status 200, every 5s, within 2s; down after 3 failures in a row, well after 2 passes", State: availability.Down, Says: "failed 3 times: connection refused"}},
	}
	for i := range 3 {
		out.Looks[0].Last = append(out.Looks[0].Last, availability.Seen{Time: ago(time.Duration(5*i) * time.Second), Truth: prentice.Fail, Latency: 900 * time.Microsecond, Says: "dial tcp 127.0.0.1:7001: connect: connection refused"})
	}
	out.Strip = someStrip()
	return out
}

// someClaim failed a minute ago, and was not checked for an hour.
func someClaim() availability.ClaimShown {
	c := claims.Claim{ID: "probe:checkout:checkout-http", Kind: "probe", About: "service/checkout", Owner: "group/shop", Severity: claims.Warn, Source: "catalog-info.yaml:12",
		Says: "http://127.0.0.1:7001/healthz answers 200 within 2s", Asks: "http http://127.0.0.1:7001/healthz, status 200, every 5s, within 2s; down after 3 failures in a row, healthy after 2 passes"}
	verdict := func(truth prentice.Truth, reason string, since, until time.Duration) claims.Verdict {
		return claims.Verdict{Number: 7, Claim: c.ID, Basis: claims.Basis{Claim: c.Digest(), Subject: prentice.Digest(nil), Environment: "live", Tool: "probe@1.0.0"},
			Truth: truth, Reason: reason, Witness: "2026-03-04 11:59:00 UTC: " + string(truth) + " after 12 ms: " + reason, Time: ago(since), Until: ago(until)}
	}
	history := []claims.Verdict{
		verdict(prentice.Fail, "dial tcp 127.0.0.1:7001: connect: connection refused", time.Minute, -5*time.Minute),
		verdict(prentice.Pass, "http://127.0.0.1:7001/healthz answered 200", 40*time.Hour, 0),
		verdict(prentice.Pass, "http://127.0.0.1:7001/healthz answered 200", 90*time.Hour, 41*time.Hour),
	}
	return availability.ClaimShown{Standing: claims.Standing{Claim: c, Verdict: history[0]}, Now: noon, Days: 7, From: ago(7 * 24 * time.Hour), History: history}
}

// someStrip is a day with a bad hour, and a service that has just gone down.
func someStrip() (strip []availability.Bar) {
	for i := range 288 {
		bar := availability.Bar{Start: noon.Truncate(5 * time.Minute).Add(time.Duration(i-287) * 5 * time.Minute), State: availability.Well, Passed: 60, Mean: 12 * time.Millisecond, Slowest: 90 * time.Millisecond}
		switch {
		case i == 287:
			bar.State, bar.Passed, bar.Failed = availability.Down, 2, 3
		case i > 90 && i < 110:
			bar.State, bar.Passed, bar.Failed = availability.Degraded, 50, 10
		case i < 12:
			bar = availability.Bar{Start: bar.Start, State: availability.Unknown}
		}
		strip = append(strip, bar)
	}
	return strip
}

func someProcedures() automation.Listed {
	return automation.Listed{NextPage: "restart-service", Procedures: []automation.Line{
		{Name: "check-backups", Summary: "Look whether last night's backups can be read", Owner: "group/platform", Starts: []string{"15 6 * * * Europe/London"}, Usable: true},
		{Name: "restart-service", Summary: "Bring back a service that has stopped answering", Owner: "group/platform-and-reliability-engineering", Starts: []string{`service.down if event.data.probe.kind == "http" && event.data.failures >= 3`}, Usable: true, Record: prentice.Record{Runs: 32, Verified: 31, Harmful: 1}},
		{Name: longName, Summary: "Put new certificates in the place of old ones", Owner: "group/platform", Errors: 2},
	}}
}

func someProcedure(name string) automation.Shown {
	six := "6"
	out := automation.Shown{
		Usable: name == "restart-service", Starts: []string{"service.down"}, Choices: someChoices(), Record: prentice.Record{Runs: 32, Verified: 31, Harmful: 1}, Markdown: "# restart-service\n\nBring back a service.\n",
		Findings: []prentice.Finding{{At: prentice.Pos{File: "procedures/" + name + ".md", Line: 31, Column: 1}, Text: "the section Undo has no step", Hint: "say how to go back, or write that there is no way"}},
		Procedure: prentice.Procedure{
			Name: name, Summary: "Bring back a service that has stopped answering", Owner: "group/platform", ReviewBy: "2027-01-31", Targets: "service(input.service).hosts", Limits: prentice.DefaultLimits(),
			Inputs: []prentice.Input{{Name: "service", Type: "service", Doc: "The service that does not answer."}, {Name: "depth", Type: "int", Default: &six, Doc: "How many lines of its log to keep."}, {Name: "force", Type: "bool", Doc: "Even if it answers again."}, {Name: "wait", Type: "duration"}, {Name: "mode", Type: "string", Enum: []string{"gentle", "hard"}}, {Name: "tables", Type: "list", Pattern: "[a-z_]+", Min: "1", Max: "9", Doc: "The tables to look through."}, {Name: "day", Type: "date", Min: "2026-01-01"}, {Name: "zone", Type: "string", Choices: "hosts().map(h, h.facts.zone)", Doc: "The zone in which to look."}, {Name: "racks", Type: "list", Default: &six, Choices: "hosts().map(h, h.facts.rack)"}, {Name: "release", Type: "string", Source: &prentice.ChoiceSource{URL: "https://registry.example/v2/shop/tags/list"}, Doc: "What to deploy."}, {Name: "branch", Type: "string", Source: &prentice.ChoiceSource{Script: "files/branches.sh"}}, {Name: "feature", Type: "string", Source: &prentice.ChoiceSource{URL: "https://flags.example/"}}},
			File:   "procedures/" + name + ".md", Digest: "sha256:" + strings.Repeat("9f2c81d0", 8), Secrets: []string{"deploy-token"},
			Outputs:  []prentice.Output{{Name: "version", Type: "string", From: "restart.version", Doc: "The version that answers now, as the service itself says it."}, {Name: "since", Type: "duration", From: "down.since"}},
			Sections: []prentice.Prose{{Title: "When to use it", Text: "A service refuses connections and its host is well.\n\n- Not while the disk is full.\n- Not during a deploy."}},
			Steps: []prentice.StepSpec{
				{ID: "down", Section: prentice.Check, Kind: "sh", Risk: prentice.Look, Expect: "fail", Body: `curl -fsS --max-time 5 "$SERVICE_URL/healthz"`, Prose: "Is it really down?"},
				{ID: "restart", Section: prentice.Act, Kind: "sh", Risk: prentice.Change, Idempotent: true, Body: `systemctl restart "$SERVICE_UNIT"`, Prose: "It takes a few seconds, in which no one can buy."},
				{ID: "quiet", Section: prentice.Verify, Kind: "probe", Risk: prentice.Look, Attrs: map[string]string{"service": "checkout", "settle": "30s", "silence": "2m"}},
			},
		},
	}
	if !out.Usable {
		out.Findings[0].Error, out.Record, out.Starts, out.Procedure.Steps = true, prentice.Record{}, nil, nil
	}
	return out
}

// someChoices are lists of the catalog, and of sources: one that answers, one that does not
// any more, and one that never did.
func someChoices() map[string]automation.ChosenFrom {
	return map[string]automation.ChosenFrom{
		"zone":    {Input: "zone", ChoiceList: prentice.ChoiceList{Values: []string{"eu-west-1a", "eu-west-1b"}}},
		"racks":   {Input: "racks", ChoiceList: prentice.ChoiceList{Values: []string{"a", "b"}}},
		"release": {Input: "release", From: "https://registry.example/v2/shop/tags/list", Outside: true, Age: "4 min ago", ChoiceList: prentice.ChoiceList{Values: []string{"v1.10.0", "v1.9.2"}, Read: ago(4 * time.Minute), Tried: ago(4 * time.Minute)}},
		"branch":  {Input: "branch", From: "files/branches.sh", Outside: true, Age: "3 h ago", ChoiceList: prentice.ChoiceList{Values: []string{"main", "stable"}, Read: ago(3 * time.Hour), Tried: ago(time.Minute), Failed: "it ended with exit code 1: branches.txt: no such file"}},
		"feature": {Input: "feature", From: "https://flags.example/", Outside: true, ChoiceList: prentice.ChoiceList{Tried: ago(time.Minute), Failed: "the name flags.example is not known"}},
	}
}

func someLibrary() []automation.Ready {
	ready := func(name, group, summary string, tags []string, added ...automation.Added) automation.Ready {
		return automation.Ready{Template: starter.Template{Name: name, Group: group, Summary: summary, Tags: tags}, Added: added}
	}
	return []automation.Ready{
		ready("renew-certificate", "certificates", "Put a renewed certificate in the place of one that ends soon", []string{"certificate", "renewal", "tls"}, automation.Added{Procedure: "renew-the-certificate-of-the-shop", Version: "1.4.0"}),
		ready("restart-service", "services", "Restart a service that has stopped answering", []string{"probe", "restart"}, automation.Added{Procedure: "restart-checkout", Version: "1.2.0", Newer: true}),
		ready("test-restore", "postgresql", "Restore the newest PostgreSQL dump into a database of its own, and read it", []string{"backup", "database", "restore"}),
	}
}

func someEvents() []prentice.EventRecord {
	event := func(n int64, kind string, subject prentice.Ref, state prentice.EventState) prentice.EventRecord {
		return prentice.EventRecord{Number: n, Event: prentice.Event{ID: "checkout-http/1772625902", Source: "probe/checkout-http", Type: kind, Subject: subject, Time: ago(52 * time.Second), Data: json.RawMessage(`{"failures":3,"says":"connection refused"}`)},
			Received: ago(51 * time.Second), Sender: "self/prentice", State: state, Count: 4, Last: ago(3 * time.Second)}
	}
	list := []prentice.EventRecord{
		event(6, "service.down", "service/checkout", prentice.EventDelivered),
		event(5, "deployment.finished-with-warnings", "service/payment-gateway-with-an-unreasonably-long-name-in-eu-west-1", prentice.EventFailed),
		event(4, "schedule.tick", "", prentice.EventWaiting),
	}
	list[1].Says, list[1].Attempts, list[1].Sender, list[1].Source = "no listener could take it: the catalog has no such service", 12, "agent/ci", "https://forge.example.org/platform/payments/hooks"
	list[1].Note = "its time lay 3 min in the future and was set to when it came"
	return list
}

var servicesStories = []story{
	{name: "services", path: "/services", who: "vera", lists: true},
	{name: "services-none-like-that", path: "/services?state=well", who: "vera"},
	{name: "service", path: "/services/checkout", who: "vera"},
	{name: "service-week", path: "/services/checkout?_range=7", who: "vera"},
	{name: "service-months", path: "/services/checkout?_range=90", who: "vera"},
	{name: "service-unknown", path: "/services/mailer", who: "vera"},
	{name: "claims", path: "/claims", who: "vera", lists: true},
	{name: "claim", path: "/claims/probe:checkout:checkout-http", who: "vera"},
	{name: "procedures", path: "/procedures", who: "otto", lists: true},
	{name: "procedure", path: "/procedures/restart-service", who: "otto"},
	{name: "procedure-broken", path: "/procedures/" + longName, who: "otto"},
	{name: "procedures-none-like-that", path: "/procedures?text=mainframe", who: "otto"},
	{name: "procedure-stats", path: "/procedures/restart-service/stats", who: "otto", lists: true},
	{name: "procedure-history", path: "/procedures/restart-service/history", who: "otto", lists: true},
	{name: "procedure-diff", path: "/procedures/restart-service/diff?a=restart-service@77b0e2&b=restart-service@3fa9c1", who: "otto", lists: true},
	{name: "library", path: "/library", who: "vera", lists: true},
	{name: "library-none-like-that", path: "/library?text=mainframe", who: "vera"},
	{name: "standards", path: "/standards", who: "vera", lists: true},
	{name: "standards-none-like-that", path: "/standards?text=mainframe", who: "vera"},
	{name: "standard", path: "/standards/workflows", who: "vera"},
	{name: "library-procedure", path: "/library/restart-service", who: "vera"},
	{name: "plan", path: "/procedures/restart-service/plan?input[service]=checkout", who: "otto"},
	{name: "plan-choosing", path: "/procedures/sweep-disks/plan", who: "otto"},
	{name: "plan-found", path: "/procedures/place-settings/plan", who: "otto"},
	{name: "events", path: "/events", who: "vera", lists: true},
	{name: "event", path: "/events/3", who: "vera"},
	{name: "event-failed", path: "/events/4", who: "vera"},
	{name: "form-incident", path: "/do/incident.open", who: "otto"},
	{name: "form-event", path: "/do/event.send", who: "otto"},
}

// someHistory has days that no one saw, and bad ones.
func someHistory(in availability.HistoryIn) availability.History {
	h := availability.History{Ref: prentice.Ref("service/" + in.Name), Days: in.Days, Each: time.Hour, Availability: availability.Share{Passed: 230_111, Of: 230_400, Unseen: 311}}
	n := in.Days * 24
	if in.Days > 7 {
		h.Each, n = 24*time.Hour, in.Days
	}
	first := noon.Truncate(h.Each).Add(-time.Duration(n-1) * h.Each)
	for i := range n {
		b := availability.Bar{Start: first.Add(time.Duration(i) * h.Each), State: availability.Well, Passed: 120, Mean: 12 * time.Millisecond}
		switch {
		case i < n/3:
			b.State, b.Passed = availability.Unknown, 0
		case i%17 == 3:
			b.State, b.Failed = availability.Degraded, 7
		case i == n-5:
			b.State, b.Passed, b.Failed = availability.Down, 20, 100
		}
		h.Bars = append(h.Bars, b)
	}
	h.Since = h.Bars[n/3].Start
	return h
}
