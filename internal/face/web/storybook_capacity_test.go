package web

import (
	"context"
	"math"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill/capacity"
)

// storyResources are one of each state.
var storyResources = []capacity.Line{
	resource("db1-connections", "host/db1", "connections", 100, 100, capacity.Outlook{State: capacity.Exhausted, Says: "nothing of it is left"}),
	resource("disk", "host/local", "bytes", 212<<30, 256<<30, storyOutlook()),
	resource("seats-of-the-monitoring-service-in-the-north", "group/payments", "seats", 41, 50, capacity.Outlook{State: capacity.Unsure, Says: "it may be used up from 2026-03-09 on; its past does not say when: no rule was better than that it stays as it is", Until: noon.AddDate(0, 0, 14), Skill: 1.1, Tried: 4}),
	resource("memory", "host/local", "bytes", 5<<30, 16<<30, capacity.Outlook{State: capacity.Enough, Says: "it lasts beyond 2026-03-18", Until: noon.AddDate(0, 0, 14), Skill: 0.4, Tried: 4}),
	resource("inodes", "host/local", "files", 821_000, 16_777_216, capacity.Outlook{State: capacity.Unknown, Says: "it was measured for 5 hours so far: too short a time to be tried on its own past"}),
}

func resource(name string, about prentice.Ref, unit string, used, limit int64, o capacity.Outlook) capacity.Line {
	r := capacity.Resource{Name: name, About: about, Unit: unit, Used: used, Limit: limit, At: ago(3 * time.Minute), By: "self/capacity"}
	return capacity.Line{Ref: r.Ref(), Resource: r, Outlook: o}
}

// storyOutlook is a disk that fills, with a clean-up each Sunday and a gap.
func storyOutlook() capacity.Outlook {
	o := capacity.Outlook{State: capacity.Ending, Says: "it is used up about 2026-04-02 (from 2026-03-28 to 2026-04-09)", Earliest: noon.AddDate(0, 0, 24), Likely: noon.AddDate(0, 0, 29), Latest: noon.AddDate(0, 0, 36),
		Until: noon.AddDate(0, 0, 45), Skill: 0.31, Tried: 4, Rules: []string{"autoregression on seasons", "seasonal smoothing"}}
	use := func(day int) float64 { return (150 + 0.9*float64(day) + 5*math.Sin(float64(day%7))) * (1 << 30) }
	midnight := noon.Truncate(24 * time.Hour)
	for day := range 90 {
		if day < 30 || day > 33 {
			o.Past = append(o.Past, capacity.Point{At: midnight.AddDate(0, 0, day-90), Most: use(day)})
		}
	}
	for day := range 45 {
		wide := float64(2+day/4) * (1 << 30)
		o.Ahead = append(o.Ahead, capacity.Point{At: midnight.AddDate(0, 0, day), Most: use(90 + day), Low: use(90+day) - wide, High: use(90+day) + wide})
	}
	return o
}

func capacityOps(full bool) []op.Op {
	return []op.Op{
		op.New("capacity.list", prentice.Look, prentice.Viewer, "List what can run out.", func(context.Context, op.Call, capacity.ListIn) (capacity.List, error) {
			if !full {
				return capacity.List{Resources: []capacity.Line{}}, nil
			}
			return capacity.List{Resources: storyResources}, nil
		}),
		op.New("capacity.show", prentice.Look, prentice.Viewer, "Show what can run out.", func(_ context.Context, _ op.Call, in capacity.NameIn) (capacity.Shown, error) {
			for _, l := range storyResources {
				if l.Name == in.Name {
					return capacity.Shown(l), nil
				}
			}
			return capacity.Shown{}, prentice.Errorf(prentice.NotFound, "there is no resource named %s", in.Name)
		}),
	}
}

var capacityStories = []story{
	{name: "capacity", path: "/capacity", who: "ann", lists: true},
	{name: "capacity-ending", path: "/capacity/disk", who: "ann"},
	{name: "capacity-unsure", path: "/capacity/seats-of-the-monitoring-service-in-the-north", who: "ann"},
}
