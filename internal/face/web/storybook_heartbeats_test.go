package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	beat "prentice/internal/engine/heartbeat"
	"prentice/internal/op"
	"prentice/internal/skill/support"
)

var beats = []support.Heartbeat{
	{Heartbeat: alert.Heartbeat{Name: "prometheus", Within: 10 * time.Minute, Severity: "critical", Owner: "group/platform"}, State: "heard", First: ago(90 * time.Hour), Last: ago(2 * time.Minute), Due: ago(-8 * time.Minute)},
	{Heartbeat: alert.Heartbeat{Name: "nightly-backup-of-the-orders-database", Within: 25 * time.Hour, Severity: "warning", Owner: "group/dba"}, State: "missing", First: ago(400 * time.Hour), Last: ago(27 * time.Hour), Missing: ago(2 * time.Hour), Incident: "incident/17"},
	{Heartbeat: alert.Heartbeat{Name: "edge", Within: time.Minute, Severity: "info"}, State: "waited for"},
}

var pinging = []support.Job{
	{Shown: beat.Shown{Job: beat.Job{Name: "nightly-dump", About: "writes the orders to the store of backups", Schedule: "0 3 * * *", Zone: "Europe/Berlin", Grace: 30 * time.Minute, Longest: 2 * time.Hour, Severity: "critical", Owner: "group/dba", Service: "service/checkout"},
		State: beat.Down, Since: ago(9 * time.Hour), Last: ago(34 * time.Hour), LastOK: ago(34 * time.Hour), Due: ago(-14 * time.Hour), Deadline: ago(-14*time.Hour - 30*time.Minute), Kept: 25, Missed: 2, Unknown: 1,
		Why: "it was due at 2026-03-02 03:00 CET and not heard within 30m; the last 3 pings came 1 h early: is the zone Europe/Berlin right?", Hint: "the last 3 pings came 1 h early: is the zone Europe/Berlin right?", Slots: pingedSlots()}, Incident: "incident/17",
		Runs: []beat.Run{{Number: 9, State: "failed", Started: ago(35 * time.Hour), Ended: ago(34 * time.Hour), Took: "58m12s", Code: 2, Says: "pg_dump: error: connection to server was lost"}, {Number: 8, State: "done", Started: ago(58 * time.Hour), Ended: ago(57 * time.Hour), Took: "51m3s", Beside: 1, Says: "dumped 41 tables"}}},
	{Shown: beat.Shown{Job: beat.Job{Name: "sync", Every: time.Hour, Grace: 10 * time.Minute, Severity: "warning"}, State: beat.Running, Last: ago(40 * time.Minute), Due: ago(-20 * time.Minute), Open: 1, Kept: 660, Slots: []beat.Slot{}}},
}

func pingedSlots() (list []beat.Slot) {
	for i := range 30 {
		state := beat.Kept
		if i == 12 {
			state = beat.Unknown
		}
		if i > 27 {
			state = beat.Missed
		}
		list = append(list, beat.Slot{Due: ago(time.Duration(30-i)*24*time.Hour - 15*time.Hour), State: state})
	}
	return list
}

func heartbeatOps(full bool) []op.Op {
	return []op.Op{
		op.New("heartbeat.list", prentice.Look, prentice.Viewer, "List heartbeats.", func(context.Context, op.Call, struct{}) (support.Heartbeats, error) {
			if !full {
				return support.Heartbeats{}, nil
			}
			return support.Heartbeats{Heartbeats: beats, Jobs: pinging}, nil
		}),
		op.New("heartbeat.show", prentice.Look, prentice.Viewer, "Show a heartbeat.", func(_ context.Context, _ op.Call, in struct {
			Name string `json:"name"`
		}) (support.HeartbeatShown, error) {
			out := support.HeartbeatShown{Heartbeat: beats[0], From: ago(7 * 24 * time.Hour), Now: noon}
			for _, j := range pinging {
				if in.Name == j.Name {
					return support.HeartbeatShown{Job: &j, Heartbeat: support.Heartbeat{Heartbeat: alert.Heartbeat{Name: j.Name}}}, nil
				}
			}
			if in.Name != "prometheus" {
				out.Heartbeat = beats[1]
				out.Gaps = append(out.Gaps, support.Gap{From: ago(2 * time.Hour), Says: "nothing was heard of it for 25h", Event: "event/412"})
			}
			out.Gaps = append(out.Gaps, support.Gap{From: ago(70 * time.Hour), Until: ago(61 * time.Hour), Event: "event/390"})
			return out, nil
		}),
	}
}

var heartbeatStories = []story{
	{name: "heartbeats", path: "/heartbeats", who: "ann", lists: true},
	{name: "heartbeat", path: "/heartbeats/prometheus", who: "ann"},
	{name: "heartbeat-job", path: "/heartbeats/nightly-dump", who: "ann"},
	{name: "heartbeat-missing", path: "/heartbeats/nightly-backup-of-the-orders-database", who: "ann"},
}
