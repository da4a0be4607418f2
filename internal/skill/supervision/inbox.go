package supervision

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/op"
)

// questionsShown is how many questions stand on a page unless someone asks for
// another number.
const questionsShown = 25

type inboxIn struct {
	Cursor string `json:"cursor,omitempty" doc:"Where to read on: next of an earlier answer." maxLength:"60"`
	Limit  int    `json:"limit,omitempty" doc:"How many questions at most." minimum:"1" maximum:"100"`
	All    bool   `json:"all,omitempty" doc:"Also what only others can answer."`
}

type glassIn struct {
	which
	Plan   string `json:"plan,omitempty" doc:"The hash of the plan that you looked at; another plan is refused." maxLength:"80"`
	Reason string `json:"reason" doc:"What burns, and why it cannot wait; at least 10 letters, and you will answer for it." maxLength:"2000"`
}

func (d Deps) askOps() []op.Op {
	return []op.Op{
		op.New("inbox.list", prentice.Look, prentice.Viewer, "What is asked of you or by you, of whom and until when; and what waits for a review.", d.inbox).
			WithExample("prentice inbox list").AlsoTyped("approvals").
			WithHelp("Questions whose plans are equal but for subject and targets stand together and can be answered with one reason."),
		op.New("run.break-glass", prentice.Danger, prentice.Approver, "Let a run that waits go at once, without the approvals it lacks and through a freeze.", d.breakGlass).
			WithExample("prentice run break-glass run/1 --reason 'checkout is down and no one else is awake'").
			WithHelp("What policy refuses, limits, locks, checks and the stop file still bind. Everyone is told at once, and a review is opened that another person must close; until then you cannot do it again."),
		op.New("review.list", prentice.Look, prentice.Viewer, "List the open break-glass reviews.", d.reviews).WithExample("prentice review list"),
		op.New("review.show", prentice.Look, prentice.Viewer, "Show the review of one run.", d.review).WithExample("prentice review show run/1"),
		op.New("review.close", prentice.Change, prentice.Approver, "Close the review of a run on which another person used break-glass.", d.closeReview).
			WithExample("prentice review close run/1 --says 'It was right; ben joins the group so that two can be asked.'"),
	}
}

// Inbox is what waits for people.
type Inbox struct {
	Groups  []Group      `json:"groups"`
	Reviews []run.Review `json:"reviews"`
	More    int          `json:"more_reviews,omitempty"` // open ones that are not listed here
	Others  int          `json:"others,omitempty"`       // questions on the way to the end of this page that are for others
	All     bool         `json:"all,omitempty"`          // and those are listed
	Next_   string       `json:"next,omitempty"`
}

// Group is questions that can be answered together: their plans are equal but
// for subject and targets.
type Group struct {
	Questions []Asks `json:"questions"`
}

// First is the question that stands for its group.
func (g Group) First() Asks { return g.Questions[0] }

// Rest is the others.
func (g Group) Rest() []Asks { return g.Questions[1:] }

// Asks is one question and what else it would touch.
type Asks struct {
	run.Question
	Needs []prentice.Ref `json:"needs,omitempty"` // the services that need its subject
}

func (d Deps) inbox(ctx context.Context, c op.Call, in inboxIn) (out Inbox, err error) {
	limit := cmp.Or(in.Limit, questionsShown)
	var list []run.Question
	out.All, out.Next_ = in.All, in.Cursor
	for read := 0; read < pagesRead && len(list) < limit; read++ {
		page, err := d.Runner.Questions(ctx, c.Actor, out.Next_, limit-len(list))
		if err != nil {
			return out, err
		}
		for _, q := range page.List {
			if in.All || concerns(q, c.Actor) {
				list = append(list, q)
				continue
			}
			out.Others++
		}
		if out.Next_ = page.Next; out.Next_ == "" {
			break
		}
	}
	out.Groups = d.grouped(list)
	return out, d.openReviews(ctx, c.Actor, &out)
}

// openReviews puts in the reviews that are open.
func (d Deps) openReviews(ctx context.Context, by prentice.Actor, out *Inbox) (err error) {
	if out.Reviews, err = d.Runner.ReviewsTo(ctx, by); err != nil {
		return err
	}
	if len(out.Reviews) >= reviewsShown {
		all, err := d.Runner.OpenReviews(ctx)
		if err != nil {
			return err
		}
		out.More = max(0, all-len(out.Reviews))
	}
	if !out.All {
		out.Reviews = slices.DeleteFunc(out.Reviews, func(v run.Review) bool { return v.Yours != nil && !v.Yours.Approve && v.By != by.Ref() })
	}
	return nil
}

// concerns says whether a question is for someone: they can answer it or take it
// back, or it is asked because of them. A step for people waits for operators.
func concerns(q run.Question, by prentice.Actor) bool {
	if q.Yours == nil {
		return by.Role.Includes(prentice.Operator)
	}
	return q.Yours.Approve || q.Yours.Refuse || q.Yours.Caused || q.Requester == by.Ref()
}

// pagesRead is how many pages of questions are read to find those that concern
// someone.
const pagesRead = 20

const onlyOpen = true

// reviewsShown is how many reviews the runner lists at a time.
const reviewsShown = 100

// grouped puts questions that can be answered together where the first of them
// stands.
func (d Deps) grouped(list []run.Question) []Group {
	groups := []Group{}
	at := map[string]int{}
	for _, q := range list {
		asks := Asks{Question: q}
		if d.Needs != nil && q.Subject != "" {
			asks.Needs = d.Needs(q.Subject)
		}
		i, known := at[q.PlanGroup]
		if q.PlanGroup == "" || q.Waits != "approval" || !known {
			at[q.PlanGroup] = len(groups)
			groups = append(groups, Group{Questions: []Asks{asks}})
			continue
		}
		groups[i].Questions = append(groups[i].Questions, asks)
	}
	return groups
}

// Next implements op.Pager.
func (i Inbox) Next() string { return i.Next_ }

// Text implements op.Texter.
func (i Inbox) Text() string {
	var b strings.Builder
	for _, v := range i.Reviews {
		fmt.Fprintf(&b, "■ %s used break-glass on run/%d (%s): %s\n  Another person closes it with: prentice review close run/%d --says '…'\n\n", v.By, v.Run, v.Procedure, v.Reason, v.Run)
	}
	left(&b, i.More, "more review that is open", "more reviews that are open", "prentice review list")
	for _, g := range i.Groups {
		for _, q := range g.Questions {
			q.write(&b)
		}
		if len(g.Questions) > 1 {
			fmt.Fprintf(&b, "  Together: prentice run approve%s --reason '…'\n", runs(g.Questions))
		}
		b.WriteString("\n")
	}
	switch {
	case len(i.Groups) == 0 && i.Others > 0:
		fmt.Fprintf(&b, "Nothing waits for you. %s for others; see all with: prentice inbox list --all\n", op.Count(i.Others, "run waits", "runs wait"))
	case len(i.Groups) == 0:
		b.WriteString("Nothing waits for an answer.\n")
	case i.Others > 0:
		fmt.Fprintf(&b, "%s for others; see all with: prentice inbox list --all\n", op.Count(i.Others, "more run waits", "more runs wait"))
	}
	return b.String()
}

func (q Asks) write(b *strings.Builder) {
	fmt.Fprintf(b, "▲ %s  %s  %s on %s, targets %s, until %s\n", q.Ref(), q.Risk, q.Procedure, q.About(), refList(q.Targets), op.At(q.Expires))
	if q.Command != "" {
		fmt.Fprintf(b, "  runs: %s\n", q.Command)
	}
	if q.Unread != "" {
		fmt.Fprintf(b, "  ✕ %s\n  It ends when its time is over; look with: prentice evidence check\n", q.Unread)
		return
	}
	if q.Waits != "approval" {
		fmt.Fprintf(b, "  a step for people: %s\n", q.StepSays)
		return
	}
	fmt.Fprintf(b, "  asks %s; requested by %s", q.Asks(), q.Requester)
	if len(q.Approvers) > 0 {
		fmt.Fprintf(b, "; approved by %s", refList(q.Approvers))
	}
	if len(q.Needs) > 0 {
		fmt.Fprintf(b, "; %d services need it", len(q.Needs))
	}
	fmt.Fprintf(b, "\n  %s\n", sameAs(q.Last))
}

// sameAs is how a plan stands to the last one that was agreed to, in a line.
func sameAs(last *run.Agreed) string {
	switch {
	case last == nil:
		return "no plan of this procedure was agreed to for it before"
	case len(last.Changes) == 0:
		return fmt.Sprintf("equal to the plan approved in run/%d on %s", last.Run, op.At(last.Time))
	}
	words := make([]string, len(last.Changes))
	for i, c := range last.Changes {
		words[i] = c.String()
	}
	return fmt.Sprintf("differs from the plan approved in run/%d on %s: %s", last.Run, op.At(last.Time), strings.Join(words, "; "))
}

func runs(list []Asks) string {
	text := ""
	for _, q := range list {
		text += " " + string(q.Ref())
	}
	return text
}

func (d Deps) breakGlass(ctx context.Context, c op.Call, in glassIn) (RunOut, error) {
	n, err := in.number()
	if err != nil {
		return RunOut{}, err
	}
	run, err := d.Runner.BreakGlass(ctx, n, in.Plan, c.Actor, in.Reason)
	return RunOut{run}, err
}
