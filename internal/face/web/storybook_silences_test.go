package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/silence"
	"prentice/internal/op"
	"prentice/internal/skill/support"
	"prentice/internal/team"
	"prentice/internal/team/calendar"
)

var (
	silenced = support.SilenceOut{Silence: silence.Silence{Number: 3, Matchers: []string{`alertname="HighLoad"`, `host=~"web-.*"`}, Starts: ago(time.Hour), Ends: ago(-time.Hour), By: "person/ann", Reason: "the disks of the web servers are replaced", Created: ago(time.Hour)},
		State: silence.Active, Matches: matched}
	matched = []support.Match{{What: "alert HighLoad", Subject: "host/web-1", Incident: "incident/17"}, {What: "alert HighLoad", Subject: "service/checkout"}}
)

var upkeep = calendar.Listed{Name: "database-upgrade", Kind: "maintenance", Reason: "The database is upgraded to PostgreSQL 18.", Applies: "resource orders-db and service orders", InForce: true, Until: ago(-90 * time.Minute)}

func silenceOps(full bool) []op.Op {
	return []op.Op{
		op.New("silence.list", prentice.Look, prentice.Viewer, "List silences.", func(context.Context, op.Call, struct {
			All     bool   `json:"all,omitempty"`
			Subject string `json:"subject,omitempty"`
		}) (support.SilenceList, error) {
			if !full {
				return support.SilenceList{}, nil
			}
			mute := team.Mute{Of: "silence/3", By: "person/ann", Why: silenced.Reason, Until: silenced.Ends}
			return support.SilenceList{Silences: []support.SilenceOut{silenced}, Maintenance: []calendar.Listed{upkeep, {Name: "rack-move", Kind: "maintenance", Reason: "The rack is moved.", Applies: "host web-1 or web-2", Until: ago(-50 * time.Hour), Elsewhere: "not in Alertmanager: no label of an alert tells what it mutes"}}, Muted: []support.Muted{{What: "alert HighLoad", Summary: "the load of web-2 is 31", Subject: "host/web-2", Since: ago(20 * time.Minute), Mute: mute}}}, nil
		}),
		op.New("silence.preview", prentice.Look, prentice.Viewer, "Preview.", func(_ context.Context, _ op.Call, in struct {
			Matcher []string `json:"matcher,omitempty"`
		}) (support.SilencePreview, error) {
			return support.SilencePreview{Matchers: in.Matcher, Matches: matched}, nil
		}),
		op.New("silence.show", prentice.Look, prentice.Viewer, "Show a silence.", func(context.Context, op.Call, struct {
			Silence string `json:"silence"`
		}) (support.SilenceOut, error) {
			return silenced, nil
		}),
	}
}

var silenceStories = []story{
	{name: "silences", path: "/silences", who: "ann", lists: true},
	{name: "silence-preview", path: "/silences/preview?matcher=alertname%3DHighLoad", who: "ann"},
	{name: "silence", path: "/silences/3", who: "ann"},
}
