package standards

import (
	"context"
	"slices"
	"time"

	"prentice/internal/engine/check"
	"prentice/internal/kit/db"
)

// lane is one of two, so that what takes long does not hold up what is quick: a check run
// begins in the quick one, and goes on in the slow one where commands are to be performed.
type lane int

const (
	quickLane lane = 0
	slowLane  lane = 1
)

// worker judges the check runs of a lane, one after another.
type worker struct {
	*Desk
	lane   lane
	looked time.Time                   // when it last looked whether branches have moved
	take   func(context.Context) error // what is to be put back before anything is done; nil is nothing
}

func (k *Desk) worker(in lane) *worker {
	w := &worker{Desk: k, lane: in}
	w.take = w.takeUp
	return w
}

// Run checks what is asked for, and each branch that has moved, until ctx ends. One
// process does it for all replicas. What runs commands is left to RunSlow.
func (k *Desk) Run(ctx context.Context) error { return k.worker(quickLane).run(ctx) }

// RunSlow goes on with the checks that run commands, until ctx ends.
func (k *Desk) RunSlow(ctx context.Context) error { return k.worker(slowLane).run(ctx) }

func (k *worker) run(ctx context.Context) error {
	if k.Server == nil {
		return nil
	}
	for {
		wait := pollEvery
		if err := k.turn(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("check repositories", "err", err)
			if wait = restFor; k.take == nil {
				k.take = k.putAllBack
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-k.wake[k.lane]:
			if wait == restFor { // it is not asked more often for being asked
				if err := rest(ctx, wait); err != nil {
					return err
				}
			}
		case <-time.After(wait):
		}
	}
}

// turn does all that there is to do now, and first takes up what is at work and no one is
// at.
func (k *worker) turn(ctx context.Context) error {
	if k.take != nil {
		if err := k.take(ctx); err != nil {
			return err
		}
		k.take = nil
	}
	if now := k.now(); k.lane == quickLane && (now.Sub(k.looked) >= lookEvery || now.Before(k.looked)) {
		if err := k.look(ctx); err != nil {
			return err
		}
		k.looked = now
	}
	for ctx.Err() == nil {
		next, err := k.next(ctx)
		if err != nil || next == nil {
			return err
		}
		if err := k.perform(ctx, next); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// next is the check run whose turn it is: what people asked for comes before what the
// server looks after by itself.
func (k *worker) next(ctx context.Context) (*CheckRun, error) {
	return k.one(ctx, `state = 'queued' AND lane = ? ORDER BY CASE WHEN asked_by = ? THEN 1 ELSE 0 END, number`, int(k.lane), string(itself))
}

// longest is how long one check run may take in the lane.
func (k *worker) longest() time.Duration {
	if k.lane == slowLane {
		return longestRun
	}
	return longest
}

// quickFirst says whether commands are to be performed that nothing is known of yet. Then
// what is quick is judged, and kept.
func (k *worker) quickFirst(ctx context.Context, j check.Judge, l *looked) (more bool, err error) {
	rules, _ := j.Rules(ctx, l.rules)
	rules = slices.DeleteFunc(slices.Clone(rules), func(r check.Rule) bool { return !j.Slow(r) })
	known, err := j.Known(ctx, l.tree, rules)
	if err != nil || !slices.ContainsFunc(known, func(one check.Judged) bool { return one.Outcome.Reason == check.Unasked }) {
		return false, err
	}
	if _, _, err := k.stand(ctx, j, l, RunIn{Quick: true}); err != nil {
		return false, err
	}
	return true, ctx.Err()
}

// toSlow queues a check run in the slow lane. That it begins once more is no fault of it.
func (k *worker) toSlow(ctx context.Context, r *CheckRun) error {
	err := k.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE check_runs SET state = 'queued', lane = ?, tries = tries - 1, says = '' WHERE number = ? AND state = 'running' AND tries = ?`, int(slowLane), r.Number, r.tries)
		return err
	})
	k.Ring()
	return err
}
