package web

import (
	"context"

	"prentice"
	"prentice/internal/engine/rota"
	"prentice/internal/op"
	"prentice/internal/skill/oncall"
)

// storyRotas are one that two people share, and one with gaps.
const storyRotas = `rotas:
  - name: primary
    zone: Europe/Berlin
    layers:
      - people: [ann, ben]
        start: "2026-01-05"
        handover: mon 09:00
  - name: payments-by-day
    zone: Europe/London
    layers:
      - people: [carla]
        start: "2026-01-05"
        handover: mon 09:00
        hours: {days: [mon, tue, wed, thu, fri], from: "09:00", until: "17:00"}
`

// storyCover is one that stands in for another.
var storyCover = rota.Override{Number: 3, Rota: "primary", Person: "person/carla", For: "person/ben", From: noon.AddDate(0, 0, 9), Until: noon.AddDate(0, 0, 11), By: "person/ben", Reason: "a day off", Made: noon.AddDate(0, 0, -2)}

func oncallLines() (lines []oncall.Line) {
	set, findings := rota.Load(rota.File.Name, []byte(storyRotas))
	if len(findings) > 0 {
		panic(findings[0].Text)
	}
	for _, r := range set.Rotas {
		var over []rota.Override
		if r.Name == storyCover.Rota {
			over = append(over, storyCover)
		}
		lines = append(lines, oncall.LineOf(r, noon, over))
	}
	return lines
}

func oncallOps(full bool) []op.Op {
	return []op.Op{
		op.New("rota.list", prentice.Look, prentice.Viewer, "List rotas.", func(context.Context, op.Call, struct{}) (oncall.Rotas, error) {
			if !full {
				return oncall.Rotas{Now: noon, Rotas: []oncall.Line{}}, nil
			}
			return oncall.Rotas{Now: noon, Rotas: oncallLines()}, nil
		}),
		op.New("rota.show", prentice.Look, prentice.Viewer, "Show a rota.", func(_ context.Context, _ op.Call, in struct {
			Name string `json:"name"`
		}) (oncall.Shown, error) {
			for _, l := range oncallLines() {
				if l.Name == in.Name {
					s := oncall.Shown{Line: l, Now: noon, People: []prentice.Ref{"person/ann", "person/ben"}, Overrides: []rota.Override{}}
					if l.Name == storyCover.Rota {
						s.Overrides = append(s.Overrides, storyCover)
					}
					return s, nil
				}
			}
			return oncall.Shown{}, prentice.Errorf(prentice.NotFound, "there is no rota named %s", in.Name)
		}),
	}
}

var oncallStories = []story{
	{name: "oncall", path: "/on-call", who: "ann", lists: true},
	{name: "oncall-rota", path: "/on-call/primary", who: "ann"},
	{name: "oncall-gaps", path: "/on-call/payments-by-day", who: "ann"},
}
