package web

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/objective"
	"prentice/internal/op"
	"prentice/internal/skill/objectives"
)

// storyObjectives are one that is kept, one that burns, and one of which nothing was seen.
var storyObjectives = []objectives.Line{
	storyObjective("checkout-answers", objectives.Burning, objective.Counts{Good: 79_000, Bad: 61, Unknown: 1500}, 21.4, "armed"),
	storyObjective("mail-quick-enough-for-everyone-in-the-north", objectives.Kept, objective.Counts{Good: 80_600, Bad: 12}, 0.2, "not armed"),
	storyObjective("search-answers", objectives.Unknown, objective.Counts{}, 0, "none"),
}

func storyObjective(name string, state objectives.Word, c objective.Counts, burn float64, arming string) objectives.Line {
	target, _ := objective.ParseTarget("0.999", false)
	period := objective.Period{Rolling: objective.Default}
	o := objective.Objective{Name: name, Says: "People can pay.", Service: "service/checkout", Indicator: objective.Indicator{Probe: "http"}, Target: target, Period: period}
	if arming != "none" {
		o.Rules = objective.Standard(period)
	}
	b := objective.BudgetOf(target, c, 80_640, 0)
	return objectives.Line{Ref: o.Ref(), Objective: o, State: state, Budget: b, Left: objective.Percent(b.Left(), 1), Worst: objective.Percent(b.Worst(), 1), Unseen: objective.Percent(b.UnknownShare(), 1), Burn: burn, Arming: arming}
}

func objectiveOps(full bool) []op.Op {
	return []op.Op{
		op.New("objective.list", prentice.Look, prentice.Viewer, "List objectives.", func(context.Context, op.Call, objectives.ListIn) (objectives.List, error) {
			if !full {
				return objectives.List{Objectives: []objectives.Line{}}, nil
			}
			return objectives.List{Objectives: storyObjectives, Wrong: []prentice.Finding{{At: prentice.Pos{File: "objectives/shop.yaml", Line: 4, Column: 3}, Error: true, Text: "shop: 99.99 % cannot be had: with what it needs it is 99.900 % at best (service/db 99.9 %)", Hint: "lower the target"}}}, nil
		}),
		op.New("objective.show", prentice.Look, prentice.Viewer, "Show an objective.", func(_ context.Context, _ op.Call, in objectives.NameIn) (objectives.Shown, error) {
			for _, l := range storyObjectives {
				if l.Name == in.Name {
					return storyOwed(l), nil
				}
			}
			return objectives.Shown{}, prentice.Errorf(prentice.NotFound, "no objective is called %s", in.Name)
		}),
	}
}

func storyOwed(l objectives.Line) objectives.Shown {
	s := objectives.Shown{Line: l, Spent: []objectives.Point{}}
	for i, r := range l.Rules {
		a := objectives.Alert{Rule: r, Says: r.String(), Long: l.Burn / float64(i+1), Short: l.Burn, Armed: l.Arming == "armed"}
		if i == 0 && l.State == objectives.Burning {
			a.Since = ago(7 * time.Minute)
		}
		s.Alerts = append(s.Alerts, a)
	}
	if l.Arming == "armed" {
		s.ArmedBy, s.ArmedAt, s.Saw = "person/ann", ago(9*24*time.Hour), []objective.Fired{{Rule: "fast", Severity: objective.Page, From: ago(20 * 24 * time.Hour), To: ago(20*24*time.Hour - 50*time.Minute)}}
	}
	if !l.Budget.Known() {
		return s
	}
	for i := range 28 * 24 {
		part := 1 - float64(l.Budget.Bad)/80.64*float64(i/96)/7
		s.Spent = append(s.Spent, objectives.Point{At: noon.Add(time.Duration(i-28*24) * time.Hour), Bad: int64(i % 96 / 95), Part: part, Left: fmt.Sprintf("%.1f %%", 100*part)})
	}
	return s
}

var objectiveStories = []story{
	{name: "objectives", path: "/objectives", who: "ann", lists: true},
	{name: "objective-burning", path: "/objectives/checkout-answers", who: "ann"},
	{name: "objective-unarmed", path: "/objectives/mail-quick-enough-for-everyone-in-the-north", who: "ann"},
	{name: "objective-unknown", path: "/objectives/search-answers", who: "ann"},
}
