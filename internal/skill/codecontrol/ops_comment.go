package codecontrol

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/change"
	"prentice/internal/kit/diff"
	"prentice/internal/op"
)

// CommentIn is what someone says of a change.
type CommentIn struct {
	ChangeIn
	Text   string `json:"text" minLength:"1" maxLength:"20000" example:"Why not the basket itself?" doc:"What you say. A block that begins with three backquotes and the word suggestion is put in the place of the lines when someone applies it."`
	File   string `json:"file,omitempty" maxLength:"4096" example:"shop/basket.go" doc:"The file that it is about; without it the change as a whole."`
	Line   int    `json:"line,omitempty" minimum:"0" maximum:"10000000" example:"42" doc:"The line of the file."`
	Last   int    `json:"last,omitempty" minimum:"0" maximum:"10000000" example:"44" doc:"The last of several lines."`
	Side   string `json:"side,omitempty" enum:"after,before" default:"after" doc:"Whether the line is of the file after the change, or before it."`
	Set    int    `json:"set,omitempty" minimum:"0" maximum:"100000" doc:"The patch set; without it the newest."`
	Answer int64  `json:"answer,omitempty" minimum:"0" example:"7" doc:"The comment that this answers."`
	Draft  bool   `json:"draft" doc:"Keep it for yourself until you send all of yours."`
	Note   bool   `json:"note" label:"only a note" doc:"It asks for nothing: its thread is resolved from the beginning."`
}

// ThreadIn names a comment of a change.
type ThreadIn struct {
	ChangeIn
	Comment int64 `json:"comment" arg:"2" minimum:"1" example:"7" doc:"The comment that begins the thread."`
	Reopen  bool  `json:"reopen" doc:"Open it again."`
}

// ApplyIn names a comment that suggests something.
type ApplyIn struct {
	ChangeIn
	Comment int64 `json:"comment" arg:"2" minimum:"1" example:"7" doc:"The comment that suggests it."`
}

// ViewIn names a file that someone has looked at.
type ViewIn struct {
	ChangeIn
	File string `json:"file" arg:"2" minLength:"1" maxLength:"4096" example:"shop/basket.go" doc:"The file."`
	Not  bool   `json:"not" doc:"Forget that you have looked at it."`
}

func (k *Desk) commentOps() []op.Op {
	this := func(in ChangeIn) ChangeIn { return in }
	return []op.Op{
		changed(k, op.New("change.comment", prentice.Change, prentice.Operator, "Say something of a change, or of some lines of it", k.changeComment), func(in CommentIn) ChangeIn { return in.ChangeIn }).WithEvidence().
			WithExample("prentice change comment 12 --file shop/basket.go --line 42 --text 'Why not the basket itself?'"),
		changed(k, op.New("change.send", prentice.Change, prentice.Operator, "Show all of your drafts on a change to everyone at once", k.changeSend), this).WithEvidence().
			WithExample("prentice change send 12"),
		changed(k, op.New("change.resolve", prentice.Change, prentice.Operator, "Resolve a thread, or open it again", k.changeResolve), func(in ThreadIn) ChangeIn { return in.ChangeIn }).WithEvidence().
			WithExample("prentice change resolve 12 7"),
		changed(k, op.New("change.apply", prentice.Change, prentice.Operator, "Make a new patch set of what a comment suggests", k.changeApply), func(in ApplyIn) ChangeIn { return in.ChangeIn }).WithEvidence().
			WithExample("prentice change apply 12 7").WithHelp("The author stays. You are the one who pushed the new patch set, and who suggested it has written it too: neither of you can approve the change from then on."),
		changed(k, op.New("change.view", prentice.Look, prentice.Viewer, "Keep that you have looked at a file of a change", k.changeView), func(in ViewIn) ChangeIn { return in.ChangeIn }).ThatKeeps().
			WithExample("prentice change view 12 shop/basket.go").WithHelp("It is yours alone, and of the content: where a later patch set has another, you have not looked at it."),
	}
}

func (k *Desk) changeComment(ctx context.Context, c op.Call, in CommentIn) (Commented, error) {
	one, err := k.find(ctx, in.Change)
	if err != nil {
		return Commented{}, err
	}
	said := change.Comment{Change: one.Number, PatchSet: in.Set, Answers: in.Answer, File: in.File, Line: in.Line, Last: in.Last, Side: in.Side, Text: in.Text, Draft: in.Draft, Open: !in.Note && in.Answer == 0}
	if said.File == "" {
		said.Line, said.Last, said.Side = 0, 0, ""
	}
	if said.Last <= said.Line {
		said.Last = 0
	}
	if said.Answers == 0 && said.File != "" {
		if err := k.onFile(ctx, one, said); err != nil {
			return Commented{}, err
		}
	}
	said, err = k.Changes.Comment(ctx, c.Now, c.Actor, said)
	return Commented{said, one.Ref()}, err
}

// onFile refuses a comment on a line that is not there.
func (k *Desk) onFile(ctx context.Context, c change.Change, said change.Comment) error {
	sets, err := k.Changes.Sets(ctx, c.Number)
	if err != nil {
		return err
	}
	number := said.PatchSet
	if number == 0 {
		number = c.PatchSet
	}
	set, err := setOf(c, sets, number)
	if err != nil {
		return err
	}
	code, err := k.Open(ctx, c.Repository)
	if err != nil {
		return err
	}
	defer code.Close() //nolint:errcheck // it was only read
	files, _, err := code.Compare(ctx, set.Base, set.Commit, 0, diff.Limits{Files: mostPathsOwned}, said.File)
	if err != nil {
		return err
	}
	at, path := set.Commit, said.File
	if said.Side == change.Before {
		at = set.Base
	}
	if len(files) == 0 {
		return prentice.Errorf(prentice.NotFound, "%s does not change the file %q", c.Ref(), said.File).Try("name one that it changes: prentice change show %d", c.Number)
	}
	if said.Line == 0 {
		return nil
	}
	text, err := code.File(ctx, at, path, 64<<20)
	if err != nil {
		return err
	}
	lines := strings.Count(string(text), "\n")
	if len(text) > 0 && !strings.HasSuffix(string(text), "\n") {
		lines++
	}
	if last := max(said.Line, said.Last); last > lines {
		return prentice.Errorf(prentice.NotFound, "%s has %s there, and no line %d", said.File, op.Count(lines, "line", "lines"), last).Try("count as patch set %d has it", number)
	}
	return nil
}

func (k *Desk) changeSend(ctx context.Context, c op.Call, in ChangeIn) (ChangeDone, error) {
	one, err := k.find(ctx, in.Change)
	if err != nil {
		return ChangeDone{}, err
	}
	n, err := k.Changes.Send(ctx, c.Now, one.Number, c.Actor)
	return ChangeDone{one, one.Ref(), op.Count(n, "draft is", "drafts are") + " seen by everyone now"}, err
}

func (k *Desk) changeResolve(ctx context.Context, c op.Call, in ThreadIn) (Commented, error) {
	one, err := k.find(ctx, in.Change)
	if err != nil {
		return Commented{}, err
	}
	said, err := k.Changes.Settle(ctx, c.Now, one.Number, in.Comment, c.Actor, in.Reopen, 0)
	return Commented{said, one.Ref()}, err
}

func (k *Desk) changeView(ctx context.Context, c op.Call, in ViewIn) (ChangeDone, error) {
	out, err := k.shown(ctx, c.Actor, look{in: DiffIn{ChangeIn: in.ChangeIn, File: in.File}})
	if err != nil {
		return ChangeDone{}, err
	}
	for _, f := range out.Files {
		if f.Path == in.File {
			err := k.Changes.View(ctx, c.Now, c.Actor.Ref(), out.Repository, f.Path, f.Content(), !in.Not)
			done := "looked at " + in.File
			if in.Not {
				done = "not looked at " + in.File
			}
			return ChangeDone{out.Change, out.Ref, done}, err
		}
	}
	return ChangeDone{}, prentice.Errorf(prentice.NotFound, "%s does not change the file %q", out.Ref, in.File).Try("name one that it changes: prentice change show %d", out.Number)
}

// changeApply makes a patch set of what a comment suggests. Who applies it has pushed it,
// and who suggests it has written it: neither can approve it then.
func (k *Desk) changeApply(ctx context.Context, c op.Call, in ApplyIn) (ChangeDone, error) {
	one, err := k.find(ctx, in.Change)
	if err != nil {
		return ChangeDone{}, err
	}
	if !one.Going() {
		return ChangeDone{}, prentice.Errorf(prentice.Conflict, "%s is %s, and takes no other version", one.Ref(), one.State).Try("look at it with: prentice change show %d", one.Number)
	}
	if p, err := k.pullOf(ctx, one.Number); err != nil {
		return ChangeDone{}, err
	} else if p != nil {
		return ChangeDone{}, prentice.Errorf(prentice.Refused, "%s is pull request %d of a forge, where its patch sets come from", one.Ref(), p.Pull).Try("commit what is suggested to its branch, and push that there")
	}
	comments, err := k.Changes.Comments(ctx, one.Number)
	if err != nil {
		return ChangeDone{}, err
	}
	at := slices.IndexFunc(comments, func(o change.Comment) bool { return o.Number == in.Comment && (!o.Draft || o.By == c.Actor.Ref()) })
	if at < 0 {
		return ChangeDone{}, prentice.Errorf(prentice.NotFound, "%s has no comment %d", one.Ref(), in.Comment).Try("see those there are: prentice change show %d", one.Number)
	}
	said := comments[at]
	if said.PatchSet != one.PatchSet {
		return ChangeDone{}, prentice.Errorf(prentice.Conflict, "comment %d is on patch set %d, and the newest is %d", said.Number, said.PatchSet, one.PatchSet).Try("suggest it again on the newest, or make the change in a clone")
	}
	code, err := k.Open(ctx, one.Repository)
	if err != nil {
		return ChangeDone{}, err
	}
	defer code.Close() //nolint:errcheck // what was written is there
	commit, err := code.Proposed(one.Commit)
	if err != nil {
		return ChangeDone{}, err
	}
	content, err := code.File(ctx, one.Commit, said.File, 64<<20)
	if err != nil {
		return ChangeDone{}, err
	}
	if content, err = said.Apply(content); err != nil {
		return ChangeDone{}, err
	}
	id, err := code.Amend(ctx, commit, said.File, content, commit.Message, c.Actor.Name, c.Now)
	if err != nil {
		return ChangeDone{}, err
	}
	commit, err = code.Proposed(id)
	if err != nil {
		return ChangeDone{}, err
	}
	list, err := k.take(ctx, code, change.Proposal{Repository: one.Repository, Branch: one.Branch, Commits: []change.Commit{commit}, Change: one.Number, By: c.Actor, Below: one.Below,
		Wrote: prentice.JoinPeople(said.People, []prentice.Ref{said.By})})
	if err != nil {
		return ChangeDone{}, err
	}
	first := said.Number
	if said.Answers > 0 {
		first = said.Answers
	}
	if _, err := k.Changes.Settle(ctx, c.Now, one.Number, first, c.Actor, false, list[0].PatchSet.Number); err != nil {
		return ChangeDone{}, err
	}
	return ChangeDone{list[0].Change, one.Ref(), fmt.Sprintf("patch set %d holds what comment %d suggests", list[0].PatchSet.Number, said.Number)}, nil
}
