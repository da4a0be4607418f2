package runner

import (
	"context"
	"errors"
	"fmt"

	"prentice"
	"prentice/internal/engine/approval"
	"prentice/internal/engine/gate"
	"prentice/internal/engine/run"
)

// check looks whether this is the fault, and then does what the decision says.
func (r *Runner) check(ctx context.Context, d *detail) error {
	seen, err := r.looks(ctx, d)
	if err != nil {
		return err
	}
	for open := true; open; { // what is decided anew may have more to look at
		open = d.ThePlan.Open
		no, err := r.fits(ctx, d, 1)
		if err != nil {
			return r.unlooked(ctx, d, "whether this is the fault", err)
		}
		if no != "" {
			return r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: "not this fault: " + no, Kind: "run.refused"})
		}
		if open {
			if over, err := r.decideAnew(ctx, d); over || err != nil {
				return err
			}
		}
	}
	no, err := r.survey(ctx, d)
	if err != nil {
		return err
	}
	if no != "" {
		return r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: no + "; nothing was done", Kind: "run.refused"})
	}
	if d.Decision.Verdict == prentice.Ask {
		return r.ask(ctx, d)
	}
	d.looked = seen
	return r.queue(ctx, d)
}

func (r *Runner) ask(ctx context.Context, d *detail) error {
	_, _, expires, err := d.ThePlan.Limits.Times()
	if err != nil {
		return err
	}
	if d.Decision.Expires > 0 {
		expires = min(expires, d.Decision.Expires)
	}
	contact := r.contactBefore(ctx, d.ThePlan)
	if h := gate.Unreachable(contact); h.Holds() {
		return r.move(ctx, d, run.Next{State: prentice.RunRefused, Says: h.Says + "; no one was asked", Kind: "run.refused", Hold: h})
	}
	says := "waits for " + approval.Asking(d.Decision)
	if lost := contact.Short(); lost != "" {
		says += "; " + lost
	}
	return r.move(ctx, d, run.Next{State: prentice.Waiting, Says: says, Waits: run.WaitsApproval, Expires: expires, Kind: "run.asked"})
}

// unable is why a check could not be made. It says nothing of the world: what no one
// could look at is neither the fault nor none.
type unable string

func (u unable) Error() string { return string(u) }

// unlooked ends a run of which a check could not be made, before anything is begun;
// any other error is given back.
func (r *Runner) unlooked(ctx context.Context, d *detail, what string, err error) error {
	why, ok := errors.AsType[unable](err)
	if !ok {
		return err
	}
	return r.move(ctx, d, run.Next{State: prentice.Failed, Says: fmt.Sprintf("it could not be checked %s: %s; nothing was done", what, why)})
}

// fits performs the Check section and says which check came out otherwise than
// expected, or "". One that could not be made is the error unable, and one that
// waits for a person the error person.
func (r *Runner) fits(ctx context.Context, d *detail, round int) (string, error) {
	for _, step := range d.ThePlan.In(prentice.Check) {
		for _, target := range where(step, d.ThePlan) {
			rec, told := r.answered(d, step, target)
			if !told {
				var err error
				if rec, err = r.one(ctx, d, step, target, round); err != nil {
					return "", err
				}
			}
			if rec.State == run.Held {
				return "", person{rec}
			}
			says := fmt.Sprintf("check %s on %s: %s", step.ID, orHere(target.Ref), rec.Says)
			if rec.State == run.Unsure {
				return "", unable(says)
			}
			if rec.State != run.Done && rec.State != run.WasDone {
				return says, nil
			}
		}
	}
	return "", nil
}
