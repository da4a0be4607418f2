package codecontrol

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/queue"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/db"
	"prentice/internal/op"
)

// queueBreakGlass lands a change at once, whatever it lacks. What it lacks is written down
// with it, and another person has to look at it afterwards.
func (k *Desk) queueBreakGlass(ctx context.Context, c op.Call, in BreakIn) (QueuedOut, error) {
	r, err := k.ready(ctx, in.Change)
	if err != nil {
		return QueuedOut{}, err
	}
	if c.Actor.Kind != prentice.Person {
		return QueuedOut{}, prentice.Errorf(prentice.Denied, "%s is not a person, and only people may use break-glass", c.Actor.Ref()).Try("ask a person with the role approver")
	}
	if open, err := k.unreviewed(ctx); err != nil {
		return QueuedOut{}, err
	} else if i := slices.IndexFunc(open, func(g landing) bool { return g.Glass.By == c.Actor.Ref() }); i >= 0 {
		n := open[i].Parts[0].Changes[0].Change
		return QueuedOut{}, prentice.Errorf(prentice.Refused, "%s used break-glass on change/%d, and the review of that is open", c.Actor.Ref(), n).Try("let another person close it: prentice queue review change/%d", n)
	}
	if r.Below > 0 { // the commits below would land with it, and no one has asked for that
		return QueuedOut{}, prentice.Errorf(prentice.Refused, "change/%d stands on change/%d, which has not landed", r.Number, r.Below).
			Try("land that first, or push change/%d again without it: git rebase --onto origin/%s HEAD~1", r.Number, clip.Text(r.Branch))
	}
	l, err := k.lane(ctx, r.Repository, r.Branch)
	if err != nil {
		return QueuedOut{}, err
	}
	repo, err := k.Queue.Open(ctx, r.Repository)
	if err != nil {
		return QueuedOut{}, err
	}
	defer repo.Close() //nolint:errcheck // what was to be written is written
	tip, err := repo.Ref(ctx, l.ref())
	if err != nil {
		return QueuedOut{}, err
	}
	p := queue.Proposed{Base: r.Base, Head: r.Head, Method: queue.Merge, Message: r.message(queue.Merge) + "\nLanded by break-glass: " + in.Reason + "\n", At: c.Now}
	m, err := repo.Onto(ctx, tip, p)
	if err == nil && m.Commit == "" {
		err = prentice.Errorf(prentice.Conflict, "change/%d conflicts with the branch in %s", r.Number, paths(m.Conflicts)).Try("rebase it and push it again")
	}
	if err != nil {
		return QueuedOut{}, err
	}
	if err := k.onlyItsPaths(ctx, repo, tip, m.Commit, queue.Entry{ID: r.Number, Proposed: p}); err != nil {
		return QueuedOut{}, err
	}
	lacked := append(slices.Clone(r.Missing), "its checks on the branch as it is")
	g := landing{Glass: &BrokeGlass{By: c.Actor.Ref(), People: c.Actor.People(), Reason: in.Reason, Lacked: lacked}, Parts: []movement{{
		Lane: l.Name, Repository: r.Repository, Branch: r.Branch, From: tip, To: m.Commit, Tree: m.Tree, Checks: []int64{},
		Changes: []moved{{Change: r.Number, PatchSet: r.PatchSet, Title: r.Title, Head: r.Head, Commit: m.Commit, Since: c.Now, QueuedBy: c.Actor.Ref(), Reviewers: r.Reviewers, Owner: r.Owner, People: r.People}},
	}}}
	if err := k.intend(ctx, &g); err != nil {
		return QueuedOut{}, err
	}
	if err := k.finish(ctx, &g); err != nil {
		return QueuedOut{}, err
	}
	if g.State != landed {
		return QueuedOut{}, prentice.Errorf(prentice.Conflict, "%s", g.Says).Try("ask again")
	}
	return QueuedOut{prentice.NewRef("change", fmt.Sprint(r.Number)), fmt.Sprintf("landed by break-glass, without: %s. Its review is open: another person closes it with prentice queue review change/%d", strings.Join(lacked, "; "), r.Number)}, nil
}

// unreviewed are the landings by break-glass that no other person has looked at.
func (k *Desk) unreviewed(ctx context.Context) (open []landing, err error) {
	rows, err := k.DB.Query(ctx, `SELECT body FROM code_queue_landing WHERE state = ? AND body LIKE '%"glass":%' ORDER BY number DESC LIMIT 200`, landed)
	list, err := db.List(rows, err, func(scan func(...any) error, g *landing) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), g)
	}, nil)
	for _, g := range list {
		if g.Glass != nil && g.Glass.Closed == "" {
			open = append(open, g)
		}
	}
	return open, err
}

// ReviewIn is what someone found who looked at a landing by break-glass.
type ReviewIn struct {
	Change  string `json:"change" arg:"1" maxLength:"40" minLength:"1" example:"change/12" doc:"The change."`
	Finding string `json:"finding" maxLength:"2000" minLength:"1" example:"right to do; the missing test is there since change/13" doc:"What was found: was it right, and what was missing."`
}

// queueReview closes the review of a landing by break-glass. No one reviews their own.
func (k *Desk) queueReview(ctx context.Context, c op.Call, in ReviewIn) (QueuedOut, error) {
	if err := k.queues(); err != nil {
		return QueuedOut{}, err
	}
	n, err := numberOf(in.Change)
	if err != nil {
		return QueuedOut{}, err
	}
	open, err := k.unreviewed(ctx)
	if err != nil {
		return QueuedOut{}, err
	}
	i := slices.IndexFunc(open, func(g landing) bool { return g.Parts[0].Changes[0].Change == n })
	if i < 0 {
		return QueuedOut{}, prentice.Errorf(prentice.NotFound, "no review of change/%d is open", n).Try("see what landed: prentice queue show REPOSITORY")
	}
	g := open[i]
	if c.Actor.Kind != prentice.Person || slices.ContainsFunc(c.Actor.People(), func(p prentice.Ref) bool { return p == g.Glass.By || slices.Contains(g.Glass.People, p) }) {
		return QueuedOut{}, prentice.Errorf(prentice.Denied, "%s used break-glass on change/%d; another person reviews it", g.Glass.By, n).Try("ask another approver")
	}
	g.Glass.Closed, g.Glass.Finding = c.Actor.Ref(), in.Finding
	body, err := json.Marshal(g)
	if err != nil {
		return QueuedOut{}, err
	}
	note := prentice.Note{Kind: "review.closed", Actor: c.Actor.Ref(), Refs: []prentice.Ref{prentice.NewRef("change", fmt.Sprint(n)), g.Glass.By}, Data: map[string]any{"says": in.Finding}}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(`UPDATE code_queue_landing SET body = ? WHERE number = ?`, string(body), g.Number); err != nil {
			return err
		}
		return k.noting(note)(tx)
	})
	return QueuedOut{prentice.NewRef("change", fmt.Sprint(n)), "is reviewed"}, err
}
