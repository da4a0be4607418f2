package runner

import (
	"context"
	"time"

	"prentice"
	"prentice/internal/engine/gate"
)

// Hosts knows whether the hosts of a plan can be reached. Nothing is said of a plan
// that acts on no other machine.
type Hosts interface {
	// Known is what is known at this moment. It connects to none.
	Known(prentice.Plan) *gate.Contact
	// Try has those tried of which nothing is known, and waits at most for a while;
	// with 0 it does not wait.
	Try(ctx context.Context, plan prentice.Plan, wait time.Duration) *gate.Contact
}

// contactWait is how long a question waits for the answers of hosts.
const contactWait = 6 * time.Second

// contact is whether a plan's hosts can be reached, for anyone who looks. Who could
// not ask for the plan has no one connected to.
func (r *Runner) contact(ctx context.Context, plan prentice.Plan, by prentice.Actor, wait time.Duration) *gate.Contact {
	switch {
	case r.Hosts == nil:
		return nil
	case !r.People.RoleOn(by, plan).Includes(prentice.Operator):
		return r.Hosts.Known(plan)
	}
	return r.Hosts.Try(ctx, plan, wait)
}

// contactBefore has a plan's hosts tried, before anyone is asked about it.
func (r *Runner) contactBefore(ctx context.Context, plan prentice.Plan) *gate.Contact {
	if r.Hosts == nil {
		return nil
	}
	return r.Hosts.Try(ctx, plan, contactWait)
}
