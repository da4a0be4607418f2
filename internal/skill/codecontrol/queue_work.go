package codecontrol

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
)

// How often queues are looked at while no one rings, and how long after a fault of ours.
const (
	queueEvery = 2 * time.Second
	queueRest  = 10 * time.Second
)

// Ring says that there may be something to land. It does not wait.
func (k *Desk) Ring() {
	select {
	case k.due <- struct{}{}:
	default:
	}
}

// RunQueues lands what may land, until ctx ends. One process does it for all replicas.
func (k *Desk) RunQueues(ctx context.Context) error {
	if k.queues() != nil {
		return nil
	}
	for {
		wait := queueEvery
		if err := k.TurnQueues(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, errMeanwhile) {
			k.Log.Error("land changes", "err", err)
			wait = queueRest
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-k.due:
		case <-time.After(wait):
		}
	}
}

// TurnQueues does all that there is to do now. What a process that ended had begun comes
// first.
func (k *Desk) TurnQueues(ctx context.Context) error {
	begun, err := k.underway(ctx)
	if err != nil {
		return err
	}
	waits := map[string]string{} // queues of which a landing cannot end now
	var wrong error
	for _, g := range begun {
		err := k.finish(ctx, &g)
		if err == nil {
			continue
		}
		if ctx.Err() != nil || errors.Is(err, errMeanwhile) || !k.onForge(ctx, g) {
			return err
		}
		wrong = errors.Join(wrong, err)
		for _, m := range g.Parts {
			waits[m.Lane] = "its last landing waits for the forge: " + clip.To(err.Error(), 200)
		}
	}
	lanes, err := k.lanes(ctx)
	if err != nil {
		return err
	}
	for _, l := range lanes {
		if why := waits[l.Name]; why != "" {
			l.Frozen = why
			continue
		}
		if len(l.Entries) == 0 && len(l.Builds) == 0 { // what comes into it is looked at then
			continue
		}
		err := k.freshen(ctx, l)
		if ctx.Err() != nil || errors.Is(err, errMeanwhile) {
			return err
		}
		if err != nil { // it keeps what waits there, and no queue of another branch
			l.Frozen = "it cannot be read now: " + clip.To(err.Error(), 200)
			wrong = errors.Join(wrong, fmt.Errorf("the queue of %s: %w", l.Name, err))
		}
	}
	for range 100 { // each does something, so that it ends; more is another turn
		plain := make([]queue.Lane, len(lanes))
		for i, l := range lanes {
			plain[i] = l.Lane
		}
		list := queue.Plan(k.now(), plain, k.limitsFor(lanes))
		if len(list) == 0 {
			return wrong
		}
		for _, a := range list {
			done, err := k.do(ctx, lanes, a)
			if err != nil || done {
				return errors.Join(wrong, err)
			}
		}
	}
	return wrong
}

// freshen makes a queue say what is so now: where its branch ends, how checks ended, and
// which entries cannot be merged or are not to land any more.
func (k *Desk) freshen(ctx context.Context, l *lane) error {
	repo, err := k.Queue.Open(ctx, l.Repository)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	before := fmt.Sprintf("%+v", l)
	tip, err := repo.Ref(ctx, l.ref())
	if err != nil {
		return err
	}
	if tip != l.Tip { // it is new, or someone with the server in their hands moved it
		l.Tip, l.Builds = tip, nil
		for i := range l.Entries {
			e := &l.Entries[i]
			e.Origin, e.Landed, e.Aside = tip, nil, ""
		}
	}
	if l.Frozen = k.frozen(l); l.Frozen == "" {
		if err := k.moves(ctx, l.Repository); prentice.KindOf(err) == prentice.Refused {
			l.Frozen = err.Error()
		} else if err != nil {
			return err
		}
	}
	if l.Frozen == "" {
		if l.Frozen, err = k.unavailable(ctx, l.Repository); err != nil {
			return err
		}
	}
	if err := k.judged(ctx, l); err != nil {
		return err
	}
	gone, err := k.mergeable(ctx, repo, l)
	if err != nil {
		return err
	}
	for _, g := range gone {
		if err := k.leave(ctx, l, g); err != nil {
			return err
		}
	}
	if before == fmt.Sprintf("%+v", l) {
		return nil
	}
	return k.save(ctx, l)
}

// moves refuses a repository that is archived, as a push to it is refused. One that is gone
// is told of where it is opened.
func (k *Desk) moves(ctx context.Context, repository string) error {
	h, err := k.Repository(ctx, repository)
	if prentice.KindOf(err) == prentice.NotFound {
		return nil
	}
	if err == nil && h.State == Archived {
		err = prentice.Errorf(prentice.Refused, "%s is archived, and nothing lands in it", h.Name).Try("ask an owner to take it up again: prentice repository archive %s --back", h.Name)
	}
	return err
}

// frozen is why nothing lands on a branch now, or "".
func (k *Desk) frozen(l *lane) string {
	now := k.now()
	if s := l.Stopped; s != nil && (s.Until.IsZero() || now.Before(s.Until)) {
		return fmt.Sprintf("frozen by %s: %s", s.By, s.Reason)
	}
	if k.Queue.Frozen == nil {
		return ""
	}
	return k.Queue.Frozen(now, l.Repository, l.Branch)
}

// judged asks how the checks that go on ended.
func (k *Desk) judged(ctx context.Context, l *lane) error {
	for i := range l.Builds {
		for j := range l.Builds[i].Attempts {
			a := &l.Builds[i].Attempts[j]
			if !a.Ended.IsZero() {
				continue
			}
			done, truth, says, err := k.Queue.Checks().Judged(ctx, a.Check)
			if err != nil {
				return err
			}
			if a.Says = clip.To(says, 200); done {
				a.Truth, a.Ended = truth, k.now()
				if took := a.Ended.Sub(a.Began); truth != prentice.NotSeen {
					l.Typical = (l.Typical*3 + took) / 4
				}
				k.stalled(ctx, l, l.Builds[i])
				k.Ring()
			}
		}
	}
	return nil
}

// stalled tells where nothing could be judged again and again.
func (k *Desk) stalled(ctx context.Context, l *lane, b queue.Build) {
	t := b.Tally()
	if t.Unknown < 3 || t.Unknown%3 != 0 || t.Passed+t.Failed > 0 {
		return
	}
	last := b.Attempts[len(b.Attempts)-1]
	k.tellAlone(ctx, prentice.Event{ID: fmt.Sprintf("queue %s check/%d", l.Name, last.Check), Source: "prentice/queue", Type: "queue.stalled", Subject: l.of(),
		Data: jsonOf(map[string]any{"repository": l.Repository, "branch": l.Branch, "attempts": t.Unknown, "says": last.Says})})
}

// mergeable merges the entries in order, without a check, and says which cannot be: what
// conflicts with the branch leaves, and what conflicts with an entry before it waits.
func (k *Desk) mergeable(ctx context.Context, repo Git, l *lane) (gone []Gone, err error) {
	for i := range l.Entries {
		if e := &l.Entries[i]; e.Aside == "" {
			e.Held = ""
		}
	}
	chain := l.Tip
	for _, id := range l.Order() {
		e := l.Entry(id)
		ready, err := k.Queue.Changes.Ready(ctx, id)
		if err != nil {
			return nil, err
		}
		out := Gone{Change: id, PatchSet: e.PatchSet, Title: e.Title, Since: e.Since, What: WasRemoved, By: e.By}
		switch {
		case ready.Number == 0:
			out.Says = "it was abandoned"
		case ready.PatchSet != e.PatchSet || ready.Head != e.Proposed.Head:
			out.Says = fmt.Sprintf("it has a newer patch set, %d: queue it again", ready.PatchSet)
		case len(ready.Missing) > 0:
			out.Says = "it lacks what it had: " + strings.Join(ready.Missing, "; ")
		case k.otherwise(l, e) != "":
			out.Says = k.otherwise(l, e)
		case ready.Below > 0 && l.Entry(ready.Below) == nil:
			out.Says = fmt.Sprintf("it stands on change/%d, which waits no more and has not landed: queue that first", ready.Below)
		}
		if out.Says != "" {
			gone = append(gone, out)
			continue
		}
		m, err := repo.Onto(ctx, chain, e.Proposed)
		if err != nil {
			return nil, err
		}
		if m.Commit != "" {
			chain = m.Commit
			continue
		}
		if alone, err := repo.Onto(ctx, l.Tip, e.Proposed); err != nil {
			return nil, err
		} else if alone.Commit != "" {
			e.Held = "it conflicts with a change before it in " + paths(m.Conflicts)
			continue
		} else {
			out.What, out.Says, out.Set = WasEjected, "it conflicts with the branch in "+paths(alone.Conflicts), []int64{id}
		}
		gone = append(gone, out)
	}
	return gone, nil
}

// otherwise is why an entry does not come the way that it was queued for: the team asks
// for another by now. "" is that it does, or that no one knows what the team asks.
func (k *Desk) otherwise(l *lane, e *queue.Entry) string {
	asks, err := k.asks(l.Repository, l.Branch)
	if err == nil {
		_, err = asks.Method(e.Proposed.Method)
	}
	if prentice.KindOf(err) != prentice.Refused {
		return ""
	}
	return err.Error() + ": queue it again"
}

// paths are some of them, as a person reads them.
func paths(list []string) string {
	const most = 3
	text := ""
	for i, p := range list[:min(len(list), most)] {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%q", clip.To(p, 80))
	}
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// leave takes an entry out of a queue, and gives its change back.
func (k *Desk) leave(ctx context.Context, l *lane, g Gone) error {
	l.Entries = slices.DeleteFunc(l.Entries, func(e queue.Entry) bool { return e.ID == g.Change })
	l.Tidy()
	l.forget()
	g.At = k.now()
	ready, err := k.Queue.Changes.Ready(ctx, g.Change)
	if err != nil {
		return err
	}
	note := prentice.Note{Kind: "queue." + g.What, Actor: itself, Refs: []prentice.Ref{prentice.NewRef("change", fmt.Sprint(g.Change)), l.of()},
		Data: map[string]any{"branch": l.Branch, "patch_set": g.PatchSet, "says": g.Says, "set": fmt.Sprint(g.Set), "title": g.Title, "owner": ready.Owner, "behind": ready.People}}
	err = k.save(ctx, l, func(tx *db.Tx) error { return left(tx, l.Name, g) }, k.noting(note))
	if err == nil {
		err = k.Queue.Changes.Returned(ctx, g.Change, g.Says)
	}
	return err
}
