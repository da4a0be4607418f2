package web

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
	review "prentice/internal/engine/change"
	"prentice/internal/engine/claims"
	"prentice/internal/kit/diff"
	"prentice/internal/op"
	"prentice/internal/skill/codecontrol"
)

var changeStories = []story{
	{name: "changes", path: "/changes", who: "olga", lists: true},
	{name: "change", path: "/changes/12", who: "olga"},
	{name: "change-split", path: "/changes/12?view=split", who: "olga"},
	{name: "change-one-file", path: "/changes/12?file=go.sum", who: "vera"},
	{name: "change-to-read", path: "/changes/12", who: "vera"},
	{name: "change-landed", path: "/changes/9", who: "vera"},
	{name: "change-large", path: "/changes/40", who: "vera"},
	{name: "change-gone", path: "/changes/99", who: "vera"},
}

func changeOps(full bool) []op.Op {
	done := func(context.Context, op.Call, codecontrol.ChangeIn) (codecontrol.ChangeDone, error) {
		return codecontrol.ChangeDone{Change: someChange(12, review.Open), Ref: "change/12", Done: "done"}, nil
	}
	list := []op.Op{
		op.New("change.list", prentice.Look, prentice.Viewer, "List changes.", func(context.Context, op.Call, codecontrol.ListChangesIn) (codecontrol.ChangeList, error) {
			if !full {
				return codecontrol.ChangeList{Changes: []codecontrol.ChangeLine{}}, nil
			}
			line := func(n int64, s review.State) codecontrol.ChangeLine {
				c := someChange(n, s)
				return codecontrol.ChangeLine{Change: c, Ref: c.Ref(), Yes: 1, Threads: 2, Asked: n == 12}
			}
			long := line(13, review.Queued)
			long.Title = longName
			return codecontrol.ChangeList{Changes: []codecontrol.ChangeLine{long, line(12, review.Open), line(10, review.Abandoned), line(9, review.Landed)}, More: "9"}, nil
		}),
		op.New("change.review", prentice.Look, prentice.Viewer, "Show a change.", func(_ context.Context, c op.Call, in codecontrol.DiffIn) (codecontrol.ChangeReview, error) {
			if in.Change == "99" {
				return codecontrol.ChangeReview{}, prentice.Errorf(prentice.NotFound, "there is no change 99").Try("list them with: prentice change list")
			}
			if in.Change == "40" {
				return largeReview(in), nil
			}
			return someReview(in), nil
		}),
		op.New("change.land", prentice.Change, prentice.Operator, "Put a change into the queue.", done),
	}
	return append(list,
		op.New("change.approve", prentice.Change, prentice.Approver, "Say yes.", func(context.Context, op.Call, codecontrol.ApproveIn) (codecontrol.ChangeDone, error) {
			return codecontrol.ChangeDone{}, nil
		}),
		op.New("change.object", prentice.Change, prentice.Operator, "Say no.", func(context.Context, op.Call, codecontrol.SaidIn) (codecontrol.ChangeDone, error) {
			return codecontrol.ChangeDone{}, nil
		}),
		op.New("change.abandon", prentice.Change, prentice.Operator, "Give it up.", func(context.Context, op.Call, codecontrol.SaidIn) (codecontrol.ChangeDone, error) {
			return codecontrol.ChangeDone{}, nil
		}),
		op.New("change.withdraw", prentice.Change, prentice.Operator, "Withdraw it.", done),
		op.New("change.reopen", prentice.Change, prentice.Operator, "Take it up.", done),
		op.New("change.send", prentice.Change, prentice.Operator, "Send drafts.", done),
		op.New("change.ask", prentice.Change, prentice.Operator, "Ask someone.", func(context.Context, op.Call, codecontrol.AskReviewIn) (codecontrol.ChangeDone, error) {
			return codecontrol.ChangeDone{}, nil
		}),
		op.New("change.comment", prentice.Change, prentice.Operator, "Comment.", func(context.Context, op.Call, codecontrol.CommentIn) (codecontrol.Commented, error) {
			return codecontrol.Commented{}, nil
		}),
		op.New("change.resolve", prentice.Change, prentice.Operator, "Resolve.", func(context.Context, op.Call, codecontrol.ThreadIn) (codecontrol.Commented, error) {
			return codecontrol.Commented{}, nil
		}),
		op.New("change.apply", prentice.Change, prentice.Operator, "Apply.", func(context.Context, op.Call, codecontrol.ApplyIn) (codecontrol.ChangeDone, error) {
			return codecontrol.ChangeDone{}, nil
		}),
		op.New("change.view", prentice.Look, prentice.Viewer, "Keep that it was looked at.", func(context.Context, op.Call, codecontrol.ViewIn) (codecontrol.ChangeDone, error) {
			return codecontrol.ChangeDone{}, nil
		}),
	)
}

func someChange(n int64, s review.State) review.Change {
	c := review.Change{Number: n, Repository: "shop", Branch: "main", Topic: "basket", Title: "basket: count each thing once", Says: "A basket that held a thing twice\ncounted it *twice* in the sum.", Owner: "person/ann", State: s, PatchSet: 3, Commit: strings.Repeat("80a166651e", 4),
		Opened: ago(26 * time.Hour), Updated: ago(3 * time.Minute)}
	if s == review.Landed {
		c.Landed, c.Ended = strings.Repeat("3c9d6f00aa", 4), ago(time.Hour)
	}
	return c
}

func someReview(in codecontrol.DiffIn) codecontrol.ChangeReview {
	c := someChange(12, review.Open)
	if in.Change == "9" {
		c = someChange(9, review.Landed)
	}
	set := func(n int, what string) review.PatchSet {
		return review.PatchSet{Change: c.Number, Number: n, Commit: c.Commit, What: what, By: "person/ann", At: ago(time.Duration(9-n) * time.Hour)}
	}
	s := codecontrol.ChangeShown{Change: c, Ref: c.Ref(), Sets: []review.PatchSet{set(1, review.First), set(2, review.New), set(3, review.Rebased)}, Set: set(3, review.Rebased), Plus: 4, Minus: 2, More: 3, Drafts: 2,
		Fetch:     "git fetch origin refs/changes/12/3 && git switch --detach FETCH_HEAD",
		Votes:     []review.Vote{{By: "person/bob", Yes: true, PatchSet: 2, At: ago(time.Hour)}, {By: "person/eve", PatchSet: 1, Reason: "it loses <b>the basket</b>", At: ago(2 * time.Hour)}},
		Reviewers: []review.Asked{{Person: "person/kim", By: "person/ann", At: ago(time.Hour)}},
		Stack:     []review.Change{someChange(11, review.Open)}, Above: []review.Change{someChange(13, review.Open)}}
	s.Landing = codecontrol.Landing{RulesSay: review.Usual().Text(), Answer: claims.May([]claims.Need{
		{Claim: review.ClaimNo, Says: "No one objects", Severity: claims.Block, Blocks: true, Truth: prentice.Fail, Reason: "person/eve said no", Resolve: "talk to them"},
		{Claim: "code/tests", Says: "Tests pass", Severity: claims.Block, Blocks: true, Truth: prentice.NotSeen, Reason: "not judged yet", Produce: "prentice repository check shop 80a166651e --wait"},
		{Claim: review.ClaimApproved, Says: "People who did not write it approve it as it is now", Severity: claims.Block, Blocks: true, Truth: prentice.Pass, Reason: "1 of 1: person/bob"},
	})}
	said := func(n int64, text string, by prentice.Ref) review.Comment {
		return review.Comment{Number: n, Change: c.Number, PatchSet: 3, Text: text, By: by, At: ago(50 * time.Minute)}
	}
	whole := review.Thread{Comment: said(1, "Why *now*?", "person/bob"), Replies: []review.Comment{said(2, "It was found yesterday.", "person/ann")}}
	on := review.Thread{Comment: said(3, "Say why.\n```suggestion\n\treturn sum // each once\n```\n<script>alert(1)</script>", "person/bob"), Now: 12}
	on.File, on.Line, on.Side, on.Open = "shop/basket.go", 12, review.After, true
	s.Threads = []review.Thread{whole, on}
	h := diff.Hunk{Old: 10, OldSize: 4, New: 10, NewSize: 5, Section: "func (b Basket) Sum() int {", Lines: []diff.Line{
		{Op: diff.Same, Old: 10, New: 10, Text: "\tsum := 0"}, {Op: diff.Gone, Old: 11, Text: "\tfor _, t := range b.things {"}, {Op: diff.Plus, New: 11, Text: "\tfor t := range b.once {"},
		{Op: diff.Plus, New: 12, Text: "\t\tsum += t.price // <script>" + longName}, {Op: diff.Same, Old: 12, New: 13, Text: "\t}", NoEnd: true}}}
	h.Mark()
	first, rest := h, h
	first.Lines, rest.Lines = h.Lines[:4], h.Lines[4:]
	s.Files = []codecontrol.FileShown{
		{File: diff.File{Kind: diff.Changed, Path: "shop/basket.go", Plus: 2, Minus: 1}, Threads: []review.Thread{on}, Parts: []codecontrol.DiffPart{{Hunk: first, First: true, Threads: []review.Thread{on}}, {Hunk: rest}}},
		{File: diff.File{Kind: diff.Renamed, Path: longName + ".go", Was: "old.go", Plus: 1, OldMode: "100644", NewMode: "100755"}, Viewed: true, Folded: "you have looked at it"},
		{File: diff.File{Kind: diff.Added, Path: "go.sum", Plus: 1}, Generated: true, Folded: "it is made by a program"},
		{File: diff.File{Kind: diff.Changed, Path: "logo.png", Binary: true}, Folded: "it is no text"},
	}
	if in.File != "" {
		s.Files = s.Files[:1]
	}
	return codecontrol.ChangeReview{ChangeDiff: codecontrol.ChangeDiff{ChangeShown: s, In: in}}
}

// largeReview is a change of 40 files with 30 comments, which does not merge any more.
func largeReview(in codecontrol.DiffIn) codecontrol.ChangeReview {
	r := someReview(in)
	one := r.Files[0]
	r.Change = someChange(40, review.Open)
	r.Ref, r.Title, r.More, r.Drafts = r.Change.Ref(), "Move what the basket, the till and the receipt know of prices into one place, with one way to round, and take the three ways away that were there", 0, 0
	r.Why = `it conflicts with a change before it in "shop/prices.go"`
	r.Threads, r.Files = nil, nil
	number := int64(0)
	for i := range 40 {
		f := one
		f.Path, f.Viewed, f.Threads, f.Parts = fmt.Sprintf("shop/%s/prices_%02d.go", []string{"basket", "till", "receipt/of/the/customer/as/it/is/printed"}[i%3], i), i%4 == 0, nil, nil
		var threads []review.Thread
		for range min(3, 30-int(number)) {
			number++
			threads = append(threads, review.Thread{Comment: review.Comment{Number: number, Change: 40, PatchSet: 3, File: f.Path, Line: 12, Side: review.After, Text: "Is this one rounded *before* the tax or after it? The bank does it after, see `bank.go`.", By: "person/bob", At: ago(time.Hour), Open: number%3 != 0}, Now: 12})
		}
		f.Threads = threads
		for n, p := range one.Parts {
			if p.Threads = nil; n == 0 {
				p.Threads = threads
			}
			f.Parts = append(f.Parts, p)
		}
		r.Threads, r.Files = append(r.Threads, threads...), append(r.Files, f)
	}
	return r
}
