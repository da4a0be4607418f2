package supervision

import (
	"context"

	"prentice"
	"prentice/internal/op"
)

// About is the run. What is no run is found out by the operation itself.
func (w which) About() ([]prentice.Ref, error) {
	n, err := w.number()
	if err != nil {
		return nil, nil
	}
	return []prentice.Ref{prentice.Run{Number: n}.Ref()}, nil
}

var _ op.Abouter = which{}

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
