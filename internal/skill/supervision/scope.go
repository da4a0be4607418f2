package supervision

import (
	"context"
	"reflect"

	"prentice"
	"prentice/internal/op"
)

// scoped declares what the operations act on, so that roles that are held on
// some things count for them: a run acts on what its plan touches.
func (d Deps) scoped(ops []op.Op) []op.Op {
	for i, o := range ops {
		if _, ok := zero(o).(interface{ about() []prentice.Ref }); ok {
			ops[i] = op.About(o, func(_ context.Context, in any) ([]prentice.Ref, error) {
				return in.(interface{ about() []prentice.Ref }).about(), nil
			})
		}
		switch o.Name {
		case "run.start":
			ops[i] = op.About(o, d.wouldTouch)
		case "run.adhoc":
			ops[i] = op.About(o, d.wouldReach)
		}
	}
	return ops
}

func zero(o op.Op) any { return reflect.Zero(o.In).Interface() }

// about is the run. What is no run is found out by the operation itself.
func (w which) about() []prentice.Ref {
	n, err := w.number()
	if err != nil {
		return nil
	}
	return []prentice.Ref{prentice.Run{Number: n}.Ref()}
}

// wouldTouch is what a wish for a run would act on, by its plan, and the incident
// that it may close.
func (d Deps) wouldTouch(ctx context.Context, in startIn) ([]prentice.Ref, error) {
	req, err := in.request(prentice.Actor{})
	if err != nil || d.Touches == nil {
		return nil, err
	}
	if req.EventNumber != 0 && d.Event != nil {
		e, err := d.Event(ctx, req.EventNumber)
		if err != nil {
			return nil, err
		}
		req.Event = &e.Event
	}
	things, err := d.Touches(ctx, req)
	if req.Incident != "" {
		things = append(things, req.Incident)
	}
	return things, err
}
