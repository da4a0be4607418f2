package web

import (
	"context"
	"math"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/experiment"
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
		return prototyping.PrototypeShown{PrototypeOut: p, Technical: how, Tasks: []prototyping.TaskOut{{Task: prototype.Task{Name: "buy", Says: "Buy a ticket to the north for tomorrow"}}, {Task: prototype.Task{Name: "refund", Says: "Get the money back for it"}}},
			Feedback: []prototype.Feedback{{Number: 8, At: ago(time.Hour), Name: "Cleo", Note: "Where is the button?", Page: "/basket"}, {Number: 7, At: ago(5 * time.Hour), Note: "It is quick.", Answered: ago(time.Hour), AnsweredBy: "person/ann", Answer: "and stays so"}}}
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
		if o.Name == "prototype.advise" || o.Name == "prototype.new" || o.Name == "prototype.decide" || o.Name == "prototype.extend" || o.Name == "prototype.answer" || o.Name == "prototype.promote" {
			ops = append(ops, o)
		}
	}
	ops = append(ops, op.New("may.promote", prentice.Look, prentice.Viewer, "Ask whether a prototype may become real code.", func(context.Context, op.Call, struct {
		Prototype string `json:"prototype"`
	}) (prototyping.Allowed, error) {
		block := func(claim, says string, truth prentice.Truth, reason, resolve, produce string) claims.Need {
			return claims.Need{Claim: claim, Says: says, Severity: claims.Block, Blocks: true, Truth: truth, Reason: reason, Resolve: resolve, Produce: produce}
		}
		return prototyping.Allowed{Action: "promote", Prototype: "prototype/barcode", Repository: "gate", Commit: "5f0c1d7a9b3e", Answer: claims.May([]claims.Need{
			block("prototype/decided", "People decided to adopt it", prentice.Pass, "9 of 11 finished", "", ""),
			block("prototype/feedback", "Each note of a visitor is answered", prentice.Fail, "note 7 (where is the button?)", "say what becomes of each: prentice prototype answer NOTE --says '…'", ""),
			block("prototype/marked", "Nothing is marked as a prototype's only", prentice.Fail, "main.go:12, README.md:5", "write it as it is to be, and take prentice:prototype away", ""),
			block("check/test", "The program is right, and its tests pass", prentice.NotSeen, "not checked yet, as it is now", "", "prentice repository check gate 5f0c1d7a9b3e --wait"),
		})}, nil
	}))
	return append(ops, experimentOps(full)...)
}

var storyExperiments = []prototyping.ExperimentOut{
	{Name: "pay-on-one-page", Ref: "experiment/pay-on-one-page", State: "counting", Question: "Do more people buy when they pay on one page?", Flag: "new-checkout", Control: "off", Treatment: "on", Outcome: "bought a ticket", Owner: "group/shop", Rule: "sequential", Units: 19460,
		Began: ago(9 * 24 * time.Hour), Ends: noon.AddDate(0, 0, 19), Result: experiment.Result{Word: experiment.Unclear, Says: "no difference is seen yet, at 6200 of 19460 users", Told: true, Effect: 0.006, Low: -0.008, High: 0.02, P: 0.3}},
	{Name: "north-banner", Ref: "experiment/north-banner", State: "ended", Question: "Do more people look at the north when there is a banner?", Flag: "welcome-banner", Control: "plain", Treatment: "north", Outcome: "looked at a train to the north", Owner: "group/shop", Rule: "fixed", Units: 9000,
		Began: ago(40 * 24 * time.Hour), Ends: noon, Stopped: ago(20 * 24 * time.Hour), StoppedBy: "agent/prentice", Reason: "48.10% of the users got the treatment, and 50.00% were to", Result: experiment.Result{Word: experiment.Skewed, Says: "48.10% of the units got the treatment, and 50.00% were to: the assignment is broken, and what was counted cannot be believed"}},
	{Name: "gate", Ref: "experiment/gate", State: "designed", Question: "Is the left gate faster?", Flag: "gate", Control: "right", Treatment: "left", Outcome: "passed within 5 s", Owner: "group/gate", Rule: "sequential", Units: 5520},
}

func experimentOps(full bool) []op.Op {
	ops := []op.Op{
		op.New("experiment.list", prentice.Look, prentice.Viewer, "List experiments.", func(context.Context, op.Call, struct {
			State string `json:"state,omitempty"`
		}) (prototyping.ExperimentList, error) {
			if !full {
				return prototyping.ExperimentList{}, nil
			}
			return prototyping.ExperimentList{Experiments: storyExperiments}, nil
		}),
		op.New("experiment.show", prentice.Look, prentice.Viewer, "Show an experiment.", func(_ context.Context, _ op.Call, in struct {
			Experiment string `json:"experiment"`
		}) (prototyping.ExperimentShown, error) {
			out := prototyping.ExperimentShown{ExperimentOut: storyExperiments[0], Design: experiment.Design{Rule: "sequential", Baseline: 0.04, Effect: 0.01, Alpha: 0.05, Power: 0.8, Share: 0.5, Units: 19460}, Counts: experiment.Counts{Control: 3090, ControlDid: 127, Treatment: 3110, TreatmentDo: 146}, Both: 2}
			if in.Experiment == "gate" {
				out.ExperimentOut, out.Counts = storyExperiments[2], experiment.Counts{}
				return out, nil
			}
			for i := range 32 {
				n := int64(200 * (i + 1))
				half := 0.5 / math.Sqrt(float64(n))
				out.Looks = append(out.Looks, experiment.Seen{Look: int64(i + 1), At: ago(time.Duration(32-i) * 6 * time.Hour), Counts: experiment.Counts{Control: n / 2, Treatment: n / 2}, Result: experiment.Result{Told: i > 1, Effect: 0.006 + half/9, Low: 0.006 - half, High: 0.006 + 1.2*half, P: 0.3}})
			}
			return out, nil
		}),
	}
	for _, o := range prototyping.New(prototyping.Deps{}).Ops {
		if o.Name == "experiment.new" || o.Name == "experiment.start" || o.Name == "experiment.stop" {
			ops = append(ops, o)
		}
	}
	return ops
}

var prototypeStories = []story{
	{name: "prototypes", path: "/prototypes", who: "ann", lists: true},
	{name: "prototype", path: "/prototypes/one-page", who: "ann"},
	{name: "prototype-decided", path: "/prototypes/barcode", who: "ann"},
	{name: "prototype-promoted", path: "/prototypes/barcode/promote", who: "ann"},
	{name: "experiments", path: "/experiments", who: "ann", lists: true},
	{name: "experiment", path: "/experiments/pay-on-one-page", who: "ann"},
	{name: "experiment-designed", path: "/experiments/gate", who: "ann"},
	{name: "techniques", path: "/techniques", who: "ann"},
	{name: "techniques-advised", path: "/techniques?about=understand&within=days&people=few&there=nothing&wrong=little", who: "ann"},
}
