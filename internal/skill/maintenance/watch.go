package maintenance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/engine/claims"
	"prentice/internal/engine/maintenance"
	"prentice/internal/kit/db"
)

// looksEvery is how often tasks are looked at when nothing happens.
const looksEvery = time.Minute

// source tells of tasks.
const source = "prentice/maintenance"

// watch notes which runs did a task, says how each stands and tells of what is due, until ctx
// ends.
func (k *Desk) watch(ctx context.Context) error {
	if k.there() != nil {
		return nil
	}
	tick := time.NewTicker(looksEvery)
	defer tick.Stop()
	told := telling{events: map[string]bool{}}
	for {
		if err := k.tend(ctx, &told); err != nil && ctx.Err() == nil {
			k.Log.Error("look at what maintenance is due; it is looked at again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-k.wake:
		}
	}
}

// telling is what was said since the start, so that it is not said again at each look.
// After a restart it is said once more, under the same id, by which it is known.
type telling struct {
	events map[string]bool // by their ids
	claims string
}

// tend looks at all tasks once. What fails of one hides no other.
func (k *Desk) tend(ctx context.Context, told *telling) error {
	now, set := k.Clock(), k.set()
	var names []string
	for _, t := range set.Tasks {
		names = append(names, t.Name)
	}
	if err := k.kept.seen(ctx, names, now); err != nil {
		return err
	}
	seen, err := k.kept.known(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, t := range set.Tasks {
		if err := k.note(ctx, set, t, seen[t.Name]); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", t.Ref(), err))
		}
	}
	lines, err := k.lines(ctx, now)
	if err != nil {
		return errors.Join(failed, err)
	}
	for _, l := range lines {
		if err := k.tell(ctx, now, l, told); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", l.Ref, err))
		}
	}
	return errors.Join(failed, k.claim(ctx, now, lines, told))
}

// note keeps which runs did a task that were not looked at yet. A run that has not ended is
// looked at again, and so is what was asked for after it.
func (k *Desk) note(ctx context.Context, set *maintenance.Set, t maintenance.Task, seen known) error {
	if t.Procedure == "" || k.Runs == nil {
		return nil
	}
	runs, err := k.Runs(ctx, t.Procedure, seen.run)
	if err != nil || len(runs) == 0 {
		return err
	}
	slices.Reverse(runs) // the oldest first: when each was due depends on the one before
	looked, open := seen.run, false
	for _, r := range runs {
		if !open {
			if open = !r.State.Ended(); !open {
				looked = r.Number
			}
		}
		if r.State != prentice.Verified {
			continue
		}
		given, err := k.Given(ctx, r.Number)
		if err != nil {
			return err
		}
		if !t.Did(given) {
			continue
		}
		if err := k.did(ctx, set, t, seen, Time{At: r.Ended, By: prentice.NewRef("run", fmt.Sprint(r.Number))}); err != nil {
			return err
		}
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error { return k.kept.looked(tx, t.Name, looked) })
}

// did keeps that a task was done by a run, with the evidence of it.
func (k *Desk) did(ctx context.Context, set *maintenance.Set, t maintenance.Task, seen known, one Time) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		var before int64
		if err := tx.QueryRow(`SELECT COALESCE(MAX(at), 0) FROM maintenance_done WHERE task = ? AND at < ?`, []any{t.Name, db.Micros(one.At)}, &before); err != nil {
			return err
		}
		var last time.Time
		if before > 0 {
			last = db.Time(before)
		}
		one.Due = set.Stands(t, last, seen.since, one.At).Due
		added, err := k.kept.add(tx, t.Name, one)
		if err != nil || !added {
			return err
		}
		return k.Record(tx, k.Clock(), prentice.Note{Kind: "maintenance.done", Actor: prentice.Prentice("maintenance").Ref(), Refs: refsOf(t, one.By),
			Data: map[string]any{"by": one.By, "at": one.At.UTC(), "due": one.Due.Format(time.DateOnly)}})
	})
}

func refsOf(t maintenance.Task, more ...prentice.Ref) []prentice.Ref {
	refs := []prentice.Ref{t.Ref()}
	if t.About != "" {
		refs = append(refs, t.About)
	}
	return append(refs, more...)
}

// tell tells of a task that is due, and once more when it is overdue.
func (k *Desk) tell(ctx context.Context, now time.Time, l Line, told *telling) error {
	kinds := map[maintenance.Word][]string{maintenance.Due: {"maintenance.due"}, maintenance.Overdue: {"maintenance.due", "maintenance.overdue"}}[l.State]
	for _, kind := range kinds {
		id := fmt.Sprintf("%s %s %s", l.Name, kind, l.Due.Format(time.DateOnly))
		if told.events[id] {
			continue
		}
		subject := l.Task.Ref()
		if l.About != "" {
			subject = l.About
		}
		data, err := json.Marshal(map[string]any{"maintenance": l.Name, "title": l.Summary, "says": l.Says, "due": l.Due.Format(time.DateOnly), "owner": l.Owner, "procedure": l.Procedure, "task": l.Task.Ref()})
		if err != nil {
			return err
		}
		e := prentice.Event{ID: id, Source: source, Type: kind, Subject: subject, Time: now, Data: data}
		if err := k.Send(ctx, e); err != nil {
			return err
		}
		told.events[id] = true
	}
	return nil
}

// claimKind is by whom the claims are judged.
const claimKind = "maintenance"

// claim declares that each task is done in time, and says how that stands: when that changes, and
// every hour. It holds for a day.
func (k *Desk) claim(ctx context.Context, now time.Time, lines []Line, told *telling) error {
	if k.Claims == nil {
		return nil
	}
	var said []claims.Claim
	var verdicts []claims.Verdict
	for _, l := range lines {
		about := l.Task.Ref()
		if l.About != "" {
			about = l.About
		}
		c := claims.Claim{ID: "maintenance:" + l.Name, Kind: claimKind, About: about, Says: fmt.Sprintf("%s is done %s", l.Task.Ref(), l.Every.Words()),
			Asks: "that it is done before its grace is over", Source: fmt.Sprintf("%s:%d", maintenance.TeamFile, l.Task.At.Line), Owner: l.Owner, Severity: claims.Warn}
		v := claims.Verdict{Claim: c.ID, Basis: claims.Basis{Claim: c.Digest(), Subject: l.Due.Format(time.DateOnly), Environment: "live", Tool: "maintenance@1"}, Time: now, Truth: prentice.Pass, Reason: l.Says, Until: now.Add(24 * time.Hour)}
		if l.State == maintenance.Overdue {
			v.Truth = prentice.Fail
		}
		said, verdicts = append(said, c), append(verdicts, v)
	}
	is := fmt.Sprint(now.Truncate(time.Hour).Unix(), said)
	for _, v := range verdicts {
		is += fmt.Sprint(v.Basis, v.Truth)
	}
	if is == told.claims {
		return nil
	}
	if err := k.Claims.Declare(ctx, now, claimKind, said); err != nil {
		return err
	}
	err := k.Claims.Add(ctx, verdicts)
	if err == nil {
		told.claims = is
	}
	return err
}
