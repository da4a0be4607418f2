package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/alert"
	"prentice/internal/op"
	"prentice/internal/skill/support"
)

var beats = []support.Heartbeat{
	{Heartbeat: alert.Heartbeat{Name: "prometheus", Within: 10 * time.Minute, Severity: "critical", Owner: "group/platform"}, State: "heard", First: ago(90 * time.Hour), Last: ago(2 * time.Minute), Due: ago(-8 * time.Minute)},
	{Heartbeat: alert.Heartbeat{Name: "nightly-backup-of-the-orders-database", Within: 25 * time.Hour, Severity: "warning", Owner: "group/dba"}, State: "missing", First: ago(400 * time.Hour), Last: ago(27 * time.Hour), Missing: ago(2 * time.Hour), Incident: "incident/17"},
	{Heartbeat: alert.Heartbeat{Name: "edge", Within: time.Minute, Severity: "info"}, State: "waited for"},
}

func heartbeatOps(full bool) []op.Op {
	return []op.Op{
		op.New("heartbeat.list", prentice.Look, prentice.Viewer, "List heartbeats.", func(context.Context, op.Call, struct{}) (support.Heartbeats, error) {
			if !full {
				return support.Heartbeats{}, nil
			}
			return support.Heartbeats{Heartbeats: beats}, nil
		}),
		op.New("heartbeat.show", prentice.Look, prentice.Viewer, "Show a heartbeat.", func(_ context.Context, _ op.Call, in struct {
			Name string `json:"name"`
		}) (support.HeartbeatShown, error) {
			out := support.HeartbeatShown{Heartbeat: beats[0], From: ago(7 * 24 * time.Hour), Now: noon}
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
	{name: "heartbeat-missing", path: "/heartbeats/nightly-backup-of-the-orders-database", who: "ann"},
}
