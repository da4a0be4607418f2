package runner

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/run"
)

// causes are the people by whose doing a run is asked for, by any chain: those
// behind the requester, behind the event, behind the incident that proposes it,
// and behind the run that it retries. They are found here and not believed from
// the request.
func (r *Runner) causes(ctx context.Context, req prentice.RunRequest) ([]prentice.Cause, error) {
	causes := prentice.Requested(req.Actor)
	if req.EventNumber != 0 && req.Event != nil {
		causes = append(causes, run.Sent(req.EventSender, req.Event.Causes)...)
	}
	if req.Incident != "" && req.Actor.Kind != prentice.Person && r.Opened != nil {
		people, err := r.Opened(ctx, req.Incident)
		if err != nil {
			return nil, fmt.Errorf("look who opened %s: %w", req.Incident, err)
		}
		causes = append(causes, prentice.CausedBy(people, fmt.Sprintf("opened or fed %s, which asks for", req.Incident))...)
	}
	if req.RetryOf != 0 {
		parent, err := r.load(ctx, req.RetryOf)
		if err != nil {
			return nil, err
		}
		causes = append(causes, prentice.CausedBy(prentice.Causers(parent.Causes), fmt.Sprintf("caused run/%d, which is retried by", req.RetryOf))...)
	}
	return run.FirstWays(causes), nil
}
