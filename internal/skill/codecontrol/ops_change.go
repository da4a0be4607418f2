package codecontrol

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/op"
)

// ListChangesIn chooses changes.
type ListChangesIn struct {
	Repository string       `json:"repository,omitempty" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"Only of this repository."`
	Branch     string       `json:"branch,omitempty" maxLength:"200" example:"main" doc:"Only for this branch."`
	State      string       `json:"state,omitempty" enum:"open,queued,landed,abandoned,all" default:"open" doc:"Only those that stand so."`
	Owner      prentice.Ref `json:"owner,omitempty" maxLength:"200" example:"person/ann" doc:"Only of this person."`
	Before     int64        `json:"before,omitempty" minimum:"1" example:"40" doc:"Only those with a smaller number: the next page."`
	Limit      int          `json:"limit,omitempty" minimum:"1" maximum:"200" default:"50" doc:"How many at most."`
}

// SaidIn is a change, and why.
type SaidIn struct {
	ChangeIn
	Reason string `json:"reason,omitempty" maxLength:"2000" example:"done in another way" doc:"Why."`
}

// ApproveIn is a yes to a change.
type ApproveIn struct {
	SaidIn
	Set int `json:"set,omitempty" minimum:"0" maximum:"100000" example:"3" doc:"The patch set that you have looked at: another one is not approved."`
}

// AskReviewIn asks someone to look at a change.
type AskReviewIn struct {
	ChangeIn
	Person prentice.Ref `json:"person" arg:"2" maxLength:"200" example:"person/bob" doc:"Who is to look at it."`
}

// changed gives an operation on a change the repository that it acts on.
func changed[In any](k *Desk, o op.Op, which func(In) ChangeIn) op.Op {
	return op.About(o, func(ctx context.Context, in In) ([]prentice.Ref, error) { return k.aboutChange(ctx, which(in).Change) })
}

func (k *Desk) changeOps() []op.Op {
	this := func(in ChangeIn) ChangeIn { return in }
	said := func(in SaidIn) ChangeIn { return in.ChangeIn }
	seen := func(in DiffIn) ChangeIn { return in.ChangeIn }
	return append([]op.Op{
		op.New("change.list", prentice.Look, prentice.Viewer, "List changes: what is proposed, and what others say of it", k.changeList).
			WithExample("prentice change list shop").WithHelp("A change is one commit that is proposed for a branch: git push origin HEAD:refs/for/main. A push of several commits proposes as many changes, which stand on each other. Pushing it again, with the same Change-Id or the same title, makes its next patch set."),
		changed(k, op.New("change.show", prentice.Look, prentice.Viewer, "Show a change: what it is for, and what is missing before it can land", k.changeShow), this).
			WithExample("prentice change show 12"),
		changed(k, op.New("change.diff", prentice.Look, prentice.Viewer, "Show the lines of a change, or what is new since a patch set", k.changeDiff), seen).
			WithExample("prentice change diff 12 --since 2").WithHelp("Compares a patch set with what it stands on, or with another patch set. A line that is very long is cut, and says so."),
		changed(k, op.New("change.review", prentice.Look, prentice.Viewer, "Show a change as its page does, large files folded", k.changeReview), seen).
			WithExample("prentice change review 12"),
		changed(k, op.New("change.checkout", prentice.Look, prentice.Viewer, "Say how a change is got into a clone", k.changeCheckout), seen).
			WithExample("prentice change checkout 12"),
		changed(k, op.New("change.ask", prentice.Change, prentice.Operator, "Ask someone to look at a change", k.changeAsk), func(in AskReviewIn) ChangeIn { return in.ChangeIn }).WithEvidence().
			WithExample("prentice change ask 12 person/bob"),
		changed(k, op.New("change.approve", prentice.Change, prentice.Approver, "Say yes to a change as it is now", k.changeApprove), func(in ApproveIn) ChangeIn { return in.ChangeIn }).WithEvidence().
			WithExample("prentice change approve 12 --set 3").WithHelp("It counts for the patch set, and for a later one only where the same change stands cleanly on another commit, or its message alone is another, and the rules of the branch let it. No one approves what they wrote or pushed."),
		changed(k, op.New("change.object", prentice.Change, prentice.Operator, "Say no to a change, which holds until you withdraw it", k.changeObject), said).WithEvidence().
			WithExample("prentice change object 12 --reason 'it loses the basket'"),
		changed(k, op.New("change.withdraw", prentice.Change, prentice.Operator, "Withdraw what you said of a change", k.changeWithdraw), this).WithEvidence().
			WithExample("prentice change withdraw 12"),
		changed(k, op.New("change.abandon", prentice.Change, prentice.Operator, "Give a change up", k.changeAbandon), said).WithEvidence().
			WithExample("prentice change abandon 12 --reason 'done in another way'"),
		changed(k, op.New("change.reopen", prentice.Change, prentice.Operator, "Take a change up again that was given up", k.changeReopen), this).WithEvidence().
			WithExample("prentice change reopen 12"),
		changed(k, op.New("change.land", prentice.Change, prentice.Operator, "Put a change into the queue, by which it lands", k.changeLand), this).WithEvidence().
			WithExample("prentice change land 12").WithHelp("Refuses while something is missing of what review asks for, or a check that blocks is broken. The queue checks exactly the content that will land, asks again, and moves the branch."),
	}, k.commentOps()...)
}

func (k *Desk) changeList(ctx context.Context, c op.Call, in ListChangesIn) (ChangeList, error) {
	if err := k.reviews(); err != nil {
		return ChangeList{}, err
	}
	f := change.Filter{Repository: strings.TrimPrefix(in.Repository, "repository/"), Branch: in.Branch, Owner: in.Owner, Before: in.Before, Limit: in.Limit + 1}
	if in.State != "all" {
		f.State = change.State(in.State)
	}
	list, err := k.Changes.List(ctx, f)
	if err != nil {
		return ChangeList{}, err
	}
	out := ChangeList{Changes: []ChangeLine{}}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.More = fmt.Sprint(list[in.Limit-1].Number)
	}
	numbers := make([]int64, len(list))
	for i, one := range list {
		numbers[i] = one.Number
	}
	said, err := k.Changes.Said(ctx, numbers)
	if err != nil {
		return ChangeList{}, err
	}
	for _, one := range list {
		out.Changes = append(out.Changes, lineOf(c.Actor.Ref(), one, said[one.Number]))
	}
	return out, nil
}

func lineOf(reader prentice.Ref, c change.Change, said change.Said) ChangeLine {
	l := ChangeLine{Change: c, Ref: c.Ref(), Threads: change.OpenThreads(said.Comments)}
	for _, v := range change.Latest(said.Votes) {
		switch {
		case !v.Yes:
			l.No++
		case v.PatchSet == c.PatchSet:
			l.Yes++
		}
	}
	for _, a := range said.Asked {
		l.Asked = l.Asked || a.Person == reader
	}
	return l
}

func (k *Desk) changeCheckout(ctx context.Context, c op.Call, in DiffIn) (Checkout, error) {
	out, err := k.find(ctx, in.Change)
	if err != nil {
		return Checkout{}, err
	}
	sets, err := k.Changes.Sets(ctx, out.Number)
	if err != nil {
		return Checkout{}, err
	}
	number := in.Set
	if number == 0 {
		number = out.PatchSet
	}
	set, err := setOf(out, sets, number)
	return Checkout{Ref: out.Ref(), Name: set.Ref(), Commit: set.Commit, Command: "git fetch origin " + set.Ref() + " && git switch --detach FETCH_HEAD"}, err
}

func (k *Desk) changeAsk(ctx context.Context, c op.Call, in AskReviewIn) (ChangeDone, error) {
	one, err := k.find(ctx, in.Change)
	if err != nil {
		return ChangeDone{}, err
	}
	members, err := k.members(ctx, one.Repository)
	if err != nil {
		return ChangeDone{}, err
	}
	known := k.Members == nil
	for _, m := range members {
		known = known || m.Person == in.Person
	}
	if in.Person.Kind() != string(prentice.Person) || !known {
		return ChangeDone{}, prentice.Errorf(prentice.NotFound, "there is no %q on the team", string(in.Person)).Try("list them with: prentice person list")
	}
	one, err = k.Changes.Ask(ctx, c.Now, one.Number, c.Actor, in.Person)
	return ChangeDone{one, one.Ref(), fmt.Sprintf("%s is asked to look at it", in.Person)}, err
}

func (k *Desk) changeApprove(ctx context.Context, c op.Call, in ApproveIn) (ChangeDone, error) {
	return k.vote(ctx, c, in.SaidIn, change.Vote{Yes: true, PatchSet: in.Set}, "approved by")
}

func (k *Desk) changeObject(ctx context.Context, c op.Call, in SaidIn) (ChangeDone, error) {
	if strings.TrimSpace(in.Reason) == "" {
		return ChangeDone{}, prentice.Errorf(prentice.Invalid, "a no needs its reason").Try("say it with --reason TEXT")
	}
	return k.vote(ctx, c, in, change.Vote{}, "no, by")
}

func (k *Desk) changeWithdraw(ctx context.Context, c op.Call, in ChangeIn) (ChangeDone, error) {
	return k.vote(ctx, c, SaidIn{ChangeIn: in}, change.Vote{Taken: true}, "withdrawn by")
}

func (k *Desk) vote(ctx context.Context, c op.Call, in SaidIn, v change.Vote, done string) (ChangeDone, error) {
	one, err := k.find(ctx, in.Change)
	if err != nil {
		return ChangeDone{}, err
	}
	members, err := k.members(ctx, one.Repository)
	if err != nil {
		return ChangeDone{}, err
	}
	v.Reason = in.Reason
	one, err = k.Changes.Say(ctx, c.Now, one.Number, c.Actor, v, addresses(members))
	return ChangeDone{one, one.Ref(), fmt.Sprintf("%s %s: patch set %d", done, c.Actor.Ref(), one.PatchSet)}, err
}

func (k *Desk) changeAbandon(ctx context.Context, c op.Call, in SaidIn) (ChangeDone, error) {
	return k.turnChange(ctx, c, in.ChangeIn, change.Turned{To: change.Abandoned, From: []change.State{change.Open, change.Queued}, Why: in.Reason}, "given up")
}

func (k *Desk) changeReopen(ctx context.Context, c op.Call, in ChangeIn) (ChangeDone, error) {
	return k.turnChange(ctx, c, in, change.Turned{To: change.Open, From: []change.State{change.Abandoned}}, "taken up again")
}

func (k *Desk) turnChange(ctx context.Context, c op.Call, in ChangeIn, t change.Turned, done string) (ChangeDone, error) {
	one, err := k.find(ctx, in.Change)
	if err != nil {
		return ChangeDone{}, err
	}
	one, err = k.Changes.Turn(ctx, c.Now, one.Number, c.Actor, t)
	return ChangeDone{one, one.Ref(), done}, err
}

func (k *Desk) changeLand(ctx context.Context, c op.Call, in ChangeIn) (ChangeDone, error) {
	one, err := k.find(ctx, in.Change)
	if err != nil {
		return ChangeDone{}, err
	}
	l, err := k.MayLand(ctx, c.Actor, one.Number)
	if err != nil {
		return ChangeDone{}, err
	}
	for _, n := range l.Missing {
		if n.Truth == prentice.Fail { // what is unknown is asked by the queue, of the content that will land
			return ChangeDone{}, prentice.Errorf(prentice.Refused, "%s may not land: %s: %s", one.Ref(), n.Claim, n.Reason).Try("see all that is missing: prentice change show %d", one.Number)
		}
	}
	if k.Enqueue == nil {
		return ChangeDone{}, prentice.Errorf(prentice.Unavailable, "there is no queue here by which %s could land", one.Ref()).Try("start prentice: prentice up")
	}
	says, err := k.Enqueue(ctx, c.Actor, one)
	if err != nil {
		return ChangeDone{}, err
	}
	one, err = k.Changes.Find(ctx, one.Number)
	return ChangeDone{one, one.Ref(), says}, err
}
