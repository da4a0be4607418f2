package codecontrol

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// QueueIn names the queue of a branch.
type QueueIn struct {
	Name   string `json:"repository" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
	Branch string `json:"branch,omitempty" maxLength:"120" example:"main" doc:"The branch; without it the one that counts."`
}

// About implements op.Abouter.
func (in QueueIn) About() ([]prentice.Ref, error) { return NameIn{in.Name}.About() }

// AddIn is a change to queue.
type AddIn struct {
	Change string   `json:"change" arg:"1" maxLength:"40" minLength:"1" example:"change/12" doc:"The change."`
	With   []string `json:"with,omitempty" example:"change/15" doc:"Changes of other repositories with which it lands, together or not at all. They are queued with it."`
	Method string   `json:"method,omitempty" enum:"merge,squash,rebase" doc:"How it comes onto the branch; without it the first way that the branch takes, and a merge where nothing is asked. A merge keeps the commits and signatures of their authors."`
}

// RemoveIn is a change to take out.
type RemoveIn struct {
	Change string `json:"change" arg:"1" maxLength:"40" minLength:"1" example:"change/12" doc:"The change."`
	Reason string `json:"reason,omitempty" maxLength:"500" example:"it waits for the other team" doc:"Why; its owner is told."`
}

// PriorityIn says how urgent a change is.
type PriorityIn struct {
	Change   string `json:"change" arg:"1" maxLength:"40" minLength:"1" example:"change/12" doc:"The change."`
	Priority int    `json:"priority" arg:"2" minimum:"-10000" maximum:"10000" example:"10" doc:"The higher comes first; all begin with 0. What is checked without it now begins again."`
}

// FreezeIn stops a queue.
type FreezeIn struct {
	Name   string        `json:"repository" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"The repository."`
	Branch string        `json:"branch,omitempty" maxLength:"120" example:"main" doc:"The branch; without it the one that counts."`
	Reason string        `json:"reason" maxLength:"500" minLength:"1" example:"the sale begins" doc:"Why; it is shown at each entry."`
	For    time.Duration `json:"for,omitempty" example:"2h" doc:"For how long; without it until someone ends it."`
}

// About implements op.Abouter.
func (in FreezeIn) About() ([]prentice.Ref, error) { return NameIn{in.Name}.About() }

// BreakIn lets a change land without what it lacks.
type BreakIn struct {
	Change string `json:"change" arg:"1" maxLength:"40" minLength:"1" example:"change/12" doc:"The change."`
	Reason string `json:"reason" maxLength:"500" minLength:"10" example:"payments fail for all; this reverts the fault" doc:"What burns, and why it cannot wait."`
}

func (k *Desk) queueOps() []op.Op {
	return []op.Op{
		op.New("queue.show", prentice.Look, prentice.Viewer, "Show what waits to land on a branch, and why", k.queueShow).
			WithExample("prentice queue show shop").WithHelp(
			"Changes land by the queue alone: each is merged onto the branch and those before it, that tree is checked, and the branch is moved to exactly that tree. Several are checked together; where they fail, it is found out which of them does, and only that leaves."),
		op.About(op.New("queue.add", prentice.Change, prentice.Operator, "Queue a change to land", k.QueueAdd).
			WithExample("prentice queue add change/12").WithHelp(
			"The change needs all that its branch asks for: see prentice change show. With --with changes of several repositories land together or not at all."), ofChange[AddIn](k)),
		op.About(op.New("queue.remove", prentice.Change, prentice.Operator, "Take a change out of the queue", k.queueRemove).
			WithExample("prentice queue remove change/12 --reason 'it waits for the other team'"), ofChange[RemoveIn](k)),
		op.About(op.New("queue.priority", prentice.Change, prentice.Approver, "Let a change land before others, or after them", k.queuePriority).
			WithExample("prentice queue priority change/12 10"), ofChange[PriorityIn](k)),
		op.New("queue.freeze", prentice.Change, prentice.Approver, "Let nothing land on a branch for a while", k.queueFreeze).
			WithExample("prentice queue freeze shop --reason 'the sale begins' --for 2h").WithHelp("Freezes of the calendar hold as well, without this."),
		op.New("queue.unfreeze", prentice.Change, prentice.Approver, "Let changes land on a branch again", k.queueUnfreeze).
			WithExample("prentice queue unfreeze shop"),
		op.About(op.New("queue.break-glass", prentice.Danger, prentice.Approver, "In an emergency: land a change now, without what it lacks", k.queueBreakGlass).
			WithExample("prentice queue break-glass change/12 --reason 'payments fail for all; this reverts the fault'").WithHelp(
			"The change lands at once, whatever its checks and reviews say, also while the branch is frozen. Everyone who is told of emergencies is told; it is evidence, what the branch is attested to be is lowered for this revision, and a review stays open until another person closes it with prentice queue review."), ofChange[BreakIn](k)),
		op.About(op.New("queue.review", prentice.Change, prentice.Approver, "Close the review of a change that landed by break-glass", k.queueReview).
			WithExample("prentice queue review change/12 --finding 'right to do; the missing test is there since change/13'"), ofChange[ReviewIn](k)),
	}
}

// named is an input that names a change.
type named interface{ named() string }

func (in AddIn) named() string      { return in.Change }
func (in RemoveIn) named() string   { return in.Change }
func (in PriorityIn) named() string { return in.Change }
func (in BreakIn) named() string    { return in.Change }
func (in ReviewIn) named() string   { return in.Change }

// ofChange is the repository of the change that an input names, so that the roles count
// that hold there.
func ofChange[In named](k *Desk) func(context.Context, In) ([]prentice.Ref, error) {
	return func(ctx context.Context, in In) ([]prentice.Ref, error) {
		n, err := numberOf(in.named())
		if err != nil || k.queues() != nil {
			return nil, err
		}
		r, err := k.Queue.Changes.Ready(ctx, n)
		if err != nil || r.Repository == "" {
			return nil, err
		}
		return []prentice.Ref{prentice.NewRef("repository", r.Repository)}, nil
	}
}

// numberOf reads 12 or change/12.
func numberOf(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(text, "change/"), 10, 64)
	if err != nil || n <= 0 {
		return 0, prentice.Errorf(prentice.Invalid, "%q is not the number of a change", clip.Text(text)).Try("write it as change/12 or 12")
	}
	return n, nil
}

// ready is the newest patch set of a change that is named.
func (k *Desk) ready(ctx context.Context, name string) (Ready, error) {
	if err := k.queues(); err != nil {
		return Ready{}, err
	}
	n, err := numberOf(name)
	if err != nil {
		return Ready{}, err
	}
	r, err := k.Queue.Changes.Ready(ctx, n)
	if err == nil && r.Number == 0 {
		err = prentice.Errorf(prentice.Conflict, "change/%d is not open", n).Try("look at it with: prentice change show %d", n)
	}
	if err == nil {
		err = k.moves(ctx, r.Repository)
	}
	return r, err
}

func (k *Desk) branchOf(ctx context.Context, repository, branch string) (Hosted, string, error) {
	if err := k.queues(); err != nil {
		return Hosted{}, "", err
	}
	h, err := k.Repository(ctx, NameIn{repository}.name())
	return h, cmp.Or(branch, h.Branch), err
}

func (k *Desk) queueShow(ctx context.Context, c op.Call, in QueueIn) (QueueShown, error) {
	h, branch, err := k.branchOf(ctx, in.Name, in.Branch)
	if err != nil {
		return QueueShown{}, err
	}
	lanes, err := k.lanes(ctx)
	if err != nil {
		return QueueShown{}, err
	}
	out := QueueShown{Repository: h.Name, Branch: branch, Entries: []EntryLine{}, Builds: []BuildLine{}, Now: c.Now}
	name := laneName(h.Name, branch)
	if out.Past, err = k.past(ctx, name, 50); err != nil {
		return out, err
	}
	i := slices.IndexFunc(lanes, func(l *lane) bool { return l.Name == name })
	if i < 0 {
		return out, nil
	}
	var plain []queue.Lane
	for _, l := range lanes {
		if l.Frozen = k.frozen(l); l.Frozen == "" {
			if l.Frozen, err = k.unavailable(ctx, l.Repository); err != nil {
				return out, err
			}
		}
		plain = append(plain, l.Lane)
	}
	l := lanes[i]
	out.Tip, out.Frozen = l.Tip, l.Frozen
	if l.Typical > 0 {
		out.Typical = l.Typical.Round(time.Second).String()
	}
	for _, s := range queue.Stand(c.Now, plain, name, k.limitsFor(lanes)) {
		e := l.Entry(s.Entry)
		out.Entries = append(out.Entries, EntryLine{Place: s.Place, Change: prentice.NewRef("change", fmt.Sprint(e.ID)), PatchSet: e.PatchSet, Title: e.Title, State: s.State, Why: s.Why, Priority: e.Priority, Since: e.Since, Likely: s.Likely, By: e.By, With: e.Group})
	}
	for _, b := range l.Builds {
		out.Builds = append(out.Builds, BuildLine{Base: b.Base, OnTip: b.Base == l.Tip, Changes: b.Members, Commit: b.Commit, State: stateOf(b), Attempts: b.Attempts})
	}
	return out, nil
}

// stateOf is how a build stands, in a word.
func stateOf(b queue.Build) string {
	switch t := b.Tally(); {
	case t.Running > 0:
		return queue.Checking
	case b.Flaky():
		return "flaky"
	case t.Passed > 0:
		return "passed"
	case t.Failed > 0:
		return "failed"
	}
	return "unknown"
}

func (k *Desk) QueueAdd(ctx context.Context, c op.Call, in AddIn) (QueuedOut, error) {
	var list []Ready
	group := ""
	for _, name := range append([]string{in.Change}, in.With...) {
		r, err := k.ready(ctx, name)
		if err != nil {
			return QueuedOut{}, err
		}
		if len(r.Missing) > 0 {
			return QueuedOut{}, prentice.Errorf(prentice.Refused, "change/%d cannot land: %s", r.Number, strings.Join(r.Missing, "; ")).Try("see what it lacks: prentice change show %d", r.Number)
		}
		if slices.ContainsFunc(list, func(o Ready) bool { return o.Repository == r.Repository }) {
			return QueuedOut{}, prentice.Errorf(prentice.Invalid, "two of these changes are of %s", r.Repository).Try("push them as one line of commits: then the one below lands first")
		}
		list = append(list, r)
	}
	if len(list) > 1 {
		var numbers []string
		for _, r := range list {
			numbers = append(numbers, fmt.Sprintf("change/%d", r.Number))
		}
		slices.Sort(numbers)
		group = strings.Join(numbers, " + ")
	}
	var method queue.Method
	for i, r := range slices.Backward(list) {
		asks, err := k.asks(r.Repository, r.Branch)
		if err != nil {
			return QueuedOut{}, err
		}
		if method, err = asks.Method(queue.Method(in.Method)); err != nil {
			return QueuedOut{}, err
		}
		list[i].method = method
	}
	for _, r := range list {
		if err := k.enqueue(ctx, c, r, r.method, group); err != nil {
			return QueuedOut{}, err
		}
	}
	return QueuedOut{prentice.NewRef("change", fmt.Sprint(list[0].Number)), fmt.Sprintf("is queued for %s of %s, to land by %s: %s. See it with: prentice queue show %s", list[0].Branch, list[0].Repository, method, Signature(method), list[0].Repository)}, nil
}

// enqueue puts a patch set at the end of the queue of its branch.
func (k *Desk) enqueue(ctx context.Context, c op.Call, r Ready, method queue.Method, group string) error {
	repo, err := k.Queue.Open(ctx, r.Repository)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	tip, err := repo.Ref(ctx, "refs/heads/"+r.Branch)
	if err == nil && tip == "" {
		err = prentice.Errorf(prentice.NotFound, "%s has no branch %s", r.Repository, clip.Text(r.Branch)).Try("push its first commit to it")
	}
	if err != nil {
		return err
	}
	err = k.edit(ctx, r.Repository, r.Branch, func(l *lane) ([]prentice.Note, error) {
		if e := l.Entry(r.Number); e != nil && e.PatchSet == r.PatchSet {
			return nil, prentice.Errorf(prentice.Conflict, "change/%d is queued already", r.Number).Try("see where it stands: prentice queue show %s", r.Repository)
		}
		if r.Below > 0 && l.Entry(r.Below) == nil {
			return nil, prentice.Errorf(prentice.Refused, "change/%d stands on change/%d, which is not queued", r.Number, r.Below).Try("queue that first: prentice queue add change/%d", r.Below)
		}
		if l.Tip == "" {
			l.Tip = tip
		}
		l.Entries = slices.DeleteFunc(l.Entries, func(e queue.Entry) bool { return e.ID == r.Number })
		e := queue.Entry{ID: r.Number, PatchSet: r.PatchSet, Title: r.Title, By: c.Actor.Ref(), Behind: c.Actor.Behind, Since: c.Now, Origin: l.Tip, Group: group,
			Proposed: queue.Proposed{Base: r.Base, Head: r.Head, Method: cmp.Or(method, queue.Merge), Message: r.message(method), At: c.Now}}
		if r.Below > 0 {
			e.After = []int64{r.Below}
		}
		l.Entries = append(l.Entries, e)
		return []prentice.Note{{Kind: "queue.added", Actor: c.Actor.Ref(), Refs: []prentice.Ref{prentice.NewRef("change", fmt.Sprint(r.Number)), l.of()}, Data: map[string]any{"branch": r.Branch, "patch_set": r.PatchSet, "head": r.Head}}}, nil
	})
	if err != nil {
		return err
	}
	return k.Queue.Changes.Queued(ctx, r.Number, r.PatchSet, c.Actor)
}

// message is of a commit that is made for a change.
func (r Ready) message(method queue.Method) string {
	if method == queue.Squash {
		return strings.TrimRight(r.Message, "\n") + "\n"
	}
	return fmt.Sprintf("Merge change/%d: %s\n\nPatch set %d of change/%d.\n", r.Number, r.Title, r.PatchSet, r.Number)
}

// inQueue edits the entry of a change that waits.
func (k *Desk) inQueue(ctx context.Context, name string, do func(l *lane, e *queue.Entry) []prentice.Note) (int64, error) {
	if err := k.queues(); err != nil {
		return 0, err
	}
	n, err := numberOf(name)
	if err != nil {
		return 0, err
	}
	lanes, err := k.lanes(ctx)
	if err != nil {
		return 0, err
	}
	for _, l := range lanes {
		if l.Entry(n) == nil {
			continue
		}
		return n, k.edit(ctx, l.Repository, l.Branch, func(l *lane) ([]prentice.Note, error) {
			e := l.Entry(n)
			if e == nil {
				return nil, errMeanwhile
			}
			return do(l, e), nil
		})
	}
	return n, prentice.Errorf(prentice.NotFound, "change/%d waits in no queue", n).Try("see how it stands: prentice change show %d", n)
}

func (k *Desk) queueRemove(ctx context.Context, c op.Call, in RemoveIn) (QueuedOut, error) {
	says := fmt.Sprintf("%s took it out", c.Actor.Ref())
	if in.Reason != "" {
		says += ": " + in.Reason
	}
	n, err := k.inQueue(ctx, in.Change, func(l *lane, e *queue.Entry) []prentice.Note {
		group := e.Group
		l.Entries = slices.DeleteFunc(l.Entries, func(o queue.Entry) bool { return o.ID == e.ID })
		l.Tidy()
		return []prentice.Note{{Kind: "queue.removed", Actor: c.Actor.Ref(), Refs: []prentice.Ref{prentice.Ref(in.ref()), l.of()}, Data: map[string]any{"reason": in.Reason, "group": group}}}
	})
	if err != nil {
		return QueuedOut{}, err
	}
	return QueuedOut{prentice.NewRef("change", fmt.Sprint(n)), "is out of the queue"}, k.Queue.Changes.Returned(ctx, n, says)
}

func (in RemoveIn) ref() string { return "change/" + strings.TrimPrefix(in.Change, "change/") }

func (k *Desk) queuePriority(ctx context.Context, c op.Call, in PriorityIn) (QueuedOut, error) {
	n, err := k.inQueue(ctx, in.Change, func(l *lane, e *queue.Entry) []prentice.Note {
		e.Priority = in.Priority
		return []prentice.Note{{Kind: "queue.priority", Actor: c.Actor.Ref(), Refs: []prentice.Ref{prentice.NewRef("change", fmt.Sprint(e.ID)), l.of()}, Data: map[string]any{"priority": in.Priority}}}
	})
	return QueuedOut{prentice.NewRef("change", fmt.Sprint(n)), fmt.Sprintf("has priority %d", in.Priority)}, err
}

func (k *Desk) queueFreeze(ctx context.Context, c op.Call, in FreezeIn) (QueueShown, error) {
	s := &Stopped{By: c.Actor.Ref(), Reason: in.Reason}
	if in.For > 0 {
		s.Until = c.Now.Add(in.For)
	}
	return k.freeze(ctx, c, in.Name, in.Branch, s)
}

func (k *Desk) queueUnfreeze(ctx context.Context, c op.Call, in QueueIn) (QueueShown, error) {
	return k.freeze(ctx, c, in.Name, in.Branch, nil)
}

func (k *Desk) freeze(ctx context.Context, c op.Call, name, branch string, s *Stopped) (QueueShown, error) {
	h, branch, err := k.branchOf(ctx, name, branch)
	if err != nil {
		return QueueShown{}, err
	}
	err = k.edit(ctx, h.Name, branch, func(l *lane) ([]prentice.Note, error) {
		l.Stopped = s
		note := prentice.Note{Kind: "queue.unfrozen", Actor: c.Actor.Ref(), Refs: []prentice.Ref{l.of()}, Data: map[string]any{"branch": branch, "behind": c.Actor.Behind}}
		if s != nil {
			note.Kind, note.Data = "queue.frozen", map[string]any{"branch": branch, "reason": s.Reason, "behind": c.Actor.Behind}
		}
		return []prentice.Note{note}, nil
	})
	if err != nil {
		return QueueShown{}, err
	}
	return k.queueShow(ctx, c, QueueIn{Name: h.Name, Branch: branch})
}
