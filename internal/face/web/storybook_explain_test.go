package web

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/op"
	"prentice/internal/skill/learning"
)

// explaining is what the pages that explain are told with: any run, as one that waits.
func explaining(d learning.Deps) learning.Deps {
	same := func(ref prentice.Ref) prentice.Ref { return ref }
	d.Door, d.Ops = echo{}, func() []op.Op { return storyOps(true) }
	d.Explainers = func() []op.Explainer {
		return []op.Explainer{
			op.Explains("run", "A run is a procedure at work once.", "run.show", same, tellOneRun),
			op.Explains("", "", "evidence.thread", same, func(_, ref prentice.Ref) (op.Told, error) {
				return op.Told{Happened: []op.Happening{
					{At: ago(9 * time.Minute), Says: "run planned: looking whether this is the fault", By: "self/prentice", Line: 118},
					{At: ago(8 * time.Minute), Says: "step done: stale on web-1: exit code 0", By: "self/prentice", Line: 119},
					{At: ago(8 * time.Minute), Says: "run asked: waits for 1 approver", By: "self/prentice", Line: 121},
				}}, nil
			}),
		}
	}
	return d
}

func tellOneRun(ref, _ prentice.Ref) (op.Told, error) {
	t := op.Told{Title: string(ref) + ": restart-service"}
	t.What.Add("%s executes the procedure restart-service on service/checkout", ref)
	t.What.Add("person/ben asked for it at %s: customers see an empty basket_*", op.At(ago(9*time.Minute)))
	t.What.AddAll("Its risk is change, and it acts on: %s", []prentice.Ref{"host/web-1", "host/web-2"})
	t.Why.Add("It is waiting: waits for 1 approver")
	t.Why.Add("The policy's answer was asked of 1 person: it changes something that customers use")
	t.Why.Add("It belongs to incident/3")
	t.Uncertain.Add("How it ends is not known yet")
	t.Offer("run.approve", string(ref)+" --reason '…'", "approve exactly this plan")
	t.Offer("run.cancel", string(ref)+" --reason '…'", "stop it")
	return t, nil
}

// echo is a door that answers with what was asked.
type echo struct{}

func (echo) Invoke(_ context.Context, r op.Request) (any, error) { return r.In, nil }

func (echo) Watch(context.Context, op.Request, func(any) error) error { return nil }
