package runner

import (
	"context"

	"prentice"
)

// Incident is what is known of an incident that a run is asked for.
type Incident struct {
	Subject prentice.Ref
	Open    bool
	Covers  bool // its subject is the run's, or something that the run's is a part of
}

// cite looks up the event that a request names. What the request says of it is
// not believed: its content and its sender are the inbox's.
func (r *Runner) cite(ctx context.Context, req prentice.RunRequest) (prentice.RunRequest, error) {
	if req.EventNumber == 0 {
		if req.Event != nil && req.RetryOf == 0 {
			return req, prentice.Errorf(prentice.Internal, "%s is asked for by an event that is in no inbox", req.Procedure)
		}
		return req, nil
	}
	e, err := r.Event(ctx, req.EventNumber)
	if err != nil {
		return req, err
	}
	req.Event, req.EventSender = &e.Event, e.Sender
	return req, nil
}

// concern looks up the incident that a request names, before a run is made that
// would close it. A person's must be open and cover what the run is about; which
// run answers an event of its own incident, prentice itself knows. A run that is
// asked for again goes on without an incident that is over or is not its own.
func (r *Runner) concern(ctx context.Context, req prentice.RunRequest, plan prentice.Plan) (prentice.RunRequest, error) {
	if req.Incident == "" || req.Actor.Kind == prentice.Self || r.Incident == nil {
		return req, nil
	}
	in, err := r.Incident(ctx, req.Incident, plan.Subject)
	switch {
	case req.RetryOf != 0 && (prentice.KindOf(err) == prentice.NotFound || err == nil && !(in.Open && in.Covers)):
		req.Incident = ""
		return req, nil
	case err != nil:
		return req, err
	case !in.Open:
		return req, prentice.Errorf(prentice.Conflict, "%s is closed", req.Incident).Try("leave the incident out, or list the open ones with: prentice incident list --open")
	case !in.Covers:
		return req, prentice.Errorf(prentice.Invalid, "%s is about %s, and this run about %s: it would close an incident that it does not concern", req.Incident, in.Subject, orNothing(plan.Subject)).
			Try("leave the incident out, and write down what you did with: prentice incident note %s '…'", req.Incident)
	}
	return req, nil
}

func orNothing(subject prentice.Ref) prentice.Ref {
	if subject == "" {
		return "nothing that is known"
	}
	return subject
}
