package codecontrol

import (
	"context"
	"fmt"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/op"
)

// Queueable is the changes of this server as the queue has them.
type Queueable struct{ k *Desk }

// Queueable gives them.
func (k *Desk) Queueable() Queueable { return Queueable{k} }

// Ready says how a change stands. What is missing is of review; the queue judges the content
// itself.
func (q Queueable) Ready(ctx context.Context, number int64) (Ready, error) {
	c, err := q.k.find(ctx, fmt.Sprint(number))
	if err != nil {
		return Ready{}, err
	}
	sets, err := q.k.Changes.Sets(ctx, number)
	if err != nil {
		return Ready{}, err
	}
	set := sets[len(sets)-1]
	r := Ready{Number: number, PatchSet: set.Number, Repository: c.Repository, Branch: c.Branch, Title: c.Title, Message: set.Message, Base: set.Base, Head: set.Commit, Owner: c.Owner}
	for _, s := range sets {
		r.People = prentice.JoinPeople(r.People, []prentice.Ref{s.By}, s.People)
	}
	if c.Below > 0 {
		below, err := q.k.Changes.Find(ctx, c.Below)
		if err != nil {
			return r, err
		}
		if below.State != change.Landed {
			r.Below = below.Number
		}
	}
	if !c.Going() {
		return Ready{Repository: c.Repository}, nil
	}
	l, err := q.k.MayLand(ctx, prentice.Prentice("queue"), number)
	if prentice.KindOf(err) == prentice.Invalid { // what the branch asks for cannot be read: that keeps this change, and no other queue
		r.Missing = append(r.Missing, change.ClaimApproved+": "+err.Error())
		return r, nil
	}
	if err != nil {
		return r, err
	}
	for _, n := range l.Missing {
		if ofReview(n.Claim) && n.Claim != change.ClaimBelow && (n.Truth == prentice.Fail || n.Claim == ClaimSigned) { // what is below lands with it, before it
			r.Missing = append(r.Missing, n.Claim+": "+n.Reason)
		}
	}
	r.Reviewers = l.Reviewers
	return r, nil
}

func ofReview(claim string) bool {
	switch claim {
	case ClaimSigned, change.ClaimApproved, change.ClaimOwners, change.ClaimNo, change.ClaimResolved, change.ClaimBelow:
		return true
	}
	return false
}

// Queued writes down that a patch set waits to land.
func (q Queueable) Queued(ctx context.Context, number int64, patchSet int, by prentice.Actor) error {
	_, err := q.k.Changes.Turn(ctx, q.k.now(), number, by, change.Turned{To: change.Queued, From: []change.State{change.Open}, Set: patchSet})
	return err
}

// Returned writes down that a change waits no more, and why.
func (q Queueable) Returned(ctx context.Context, number int64, why string) error {
	c, err := q.k.Changes.Find(ctx, number)
	if err != nil || c.State != change.Queued {
		return err
	}
	_, err = q.k.Changes.Turn(ctx, q.k.now(), number, prentice.Prentice("queue"), change.Turned{To: change.Open, From: []change.State{change.Queued}, Why: why})
	return err
}

// Landed writes down that a change is in its branch. The queue has told of it.
func (q Queueable) Landed(ctx context.Context, number int64, patchSet int, commit string) error {
	_, err := q.k.Changes.Turn(ctx, q.k.now(), number, prentice.Prentice("queue"), change.Turned{To: change.Landed, From: []change.State{change.Open, change.Queued}, Commit: commit, Silent: true})
	return err
}

// enqueueOne puts a change into the queue of its branch.
func (k *Desk) enqueueOne(ctx context.Context, by prentice.Actor, c change.Change) (string, error) {
	out, err := k.QueueAdd(ctx, op.Call{Actor: by, Now: k.now()}, AddIn{Change: string(c.Ref())})
	return out.Says, err
}

var _ Changes = Queueable{}
