package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/prototype"
	"prentice/internal/op"
	"prentice/internal/skill/prototyping"
)

var storyPrototypes = []prototyping.PrototypeOut{
	{Name: "two-pages", Ref: "prototype/two-pages", State: "undecided", Question: "Do people find the button on the second page?", Technique: "clickable-pages", Owner: "group/shop", Begun: ago(20 * 24 * time.Hour), By: "person/ann", DecideBy: noon.AddDate(0, 0, -2), Took: "20 days", Environment: "env/p12", Stopped: ago(time.Hour)},
	{Name: "one-page", Ref: "prototype/one-page", State: "trying", Question: "Do people finish when they pay on one page instead of five?", Technique: "flag-in-production", Owner: "group/payments", Begun: ago(3 * 24 * time.Hour), By: "person/bob", DecideBy: noon.AddDate(0, 0, 9), Extended: 1, Took: "3 days"},
	{Name: "barcode", Ref: "prototype/barcode", State: "dropped", Question: "Can the phones at the gate read a barcode?", Technique: "spike", Owner: "group/gate", Begun: ago(40 * 24 * time.Hour), By: "person/cai", DecideBy: noon.AddDate(0, 0, -30), Took: "4 days", Decided: ago(36 * 24 * time.Hour), DecidedBy: "person/ann", Decision: "drop",
		Reason: "half of them cannot in daylight", Learned: "a number of six digits is faster", Otherwise: "six weeks for scanners at every gate"},
}

func prototypeOps(full bool) []op.Op {
	shown := func(p prototyping.PrototypeOut) prototyping.PrototypeShown {
		how, _ := prototype.Find(p.Technique)
		return prototyping.PrototypeShown{PrototypeOut: p, Technical: how, Tasks: []prototyping.TaskOut{{Task: prototype.Task{Name: "buy", Says: "Buy a ticket to the north for tomorrow"}}, {Task: prototype.Task{Name: "refund", Says: "Get the money back for it"}}}}
	}
	advise := prototyping.New(prototyping.Deps{}).Ops
	ops := []op.Op{
		op.New("prototype.list", prentice.Look, prentice.Viewer, "List prototypes.", func(context.Context, op.Call, struct {
			State string `json:"state,omitempty"`
		}) (prototyping.PrototypeList, error) {
			if !full {
				return prototyping.PrototypeList{}, nil
			}
			return prototyping.PrototypeList{Prototypes: storyPrototypes, Open: 1, Undecided: 1, Dropped: 1}, nil
		}),
		op.New("prototype.show", prentice.Look, prentice.Viewer, "Show a prototype.", func(_ context.Context, _ op.Call, in struct {
			Prototype string `json:"prototype"`
		}) (prototyping.PrototypeShown, error) {
			for _, p := range storyPrototypes {
				if p.Name == in.Prototype {
					return shown(p), nil
				}
			}
			return shown(storyPrototypes[1]), nil
		}),
	}
	for _, o := range advise {
		if o.Name == "prototype.advise" || o.Name == "prototype.new" || o.Name == "prototype.decide" || o.Name == "prototype.extend" {
			ops = append(ops, o)
		}
	}
	return ops
}

var prototypeStories = []story{
	{name: "prototypes", path: "/prototypes", who: "ann", lists: true},
	{name: "prototype", path: "/prototypes/one-page", who: "ann"},
	{name: "prototype-decided", path: "/prototypes/barcode", who: "ann"},
	{name: "techniques", path: "/techniques", who: "ann"},
	{name: "techniques-advised", path: "/techniques?about=understand&within=days&people=few&there=nothing&wrong=little", who: "ann"},
}
