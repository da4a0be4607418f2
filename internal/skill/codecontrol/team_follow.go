package codecontrol

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/db"
)

// teamEvery is how often is looked whether the team's files landed anew.
const teamEvery = time.Second

// followTeam brings into force what lands in the repository of the team's files, until ctx
// ends. One process does so for all; each takes it from what is written down.
func (k *Desk) followTeam(ctx context.Context) error {
	if k.there() != nil || k.Team.Open == nil {
		return nil
	}
	tick := time.NewTicker(teamEvery)
	defer tick.Stop()
	said := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		why, err := k.TurnTeam(ctx)
		if err != nil && ctx.Err() == nil {
			why = err.Error()
		}
		if why != "" && why != said {
			k.Log.Error("what landed in the repository of the team's files is not in force", "why", why)
		}
		said = why
	}
}

// TurnTeam brings the end of the branch into force, or says why it does not.
func (k *Desk) TurnTeam(ctx context.Context) (why string, err error) {
	now, err := k.TeamInForce(ctx)
	if err != nil || now == nil {
		return "", err
	}
	next, why, err := k.teamNext(ctx, *now)
	if err != nil || why != "" || next == nil {
		return why, err
	}
	tree, shut, err := k.TeamTree(ctx, *next)
	if err != nil {
		return "", err
	}
	defer shut() //nolint:errcheck // it was only read
	if err := k.Team.Lay(next.Commit, tree); err != nil {
		return "", err
	}
	k.saw("before the team's files are in force")
	refs := []prentice.Ref{prentice.NewRef("repository", next.Repository)}
	if next.Change != "" {
		refs = append([]prentice.Ref{next.Change}, refs...)
	}
	err = k.enterTeam(ctx, now.Number, *next, prentice.Note{Kind: "team.changed", Actor: itself, Refs: refs, Data: map[string]any{
		"branch": next.Branch, "from": now.Commit, "to": next.Commit, "by": next.By, "says": next.Says}})
	k.saw("after the team's files are in force")
	if errors.Is(err, errTeamMeanwhile) {
		err = nil
	}
	if err != nil {
		return "", err
	}
	return "", k.Team.Follow(ctx)
}

// teamNext is what the branch of the team's files ends with and is not in force: nil where
// that is what is in force, or is about to be proved. Of what cannot come into force it says
// why: no one landed it, or it does not load.
func (k *Desk) teamNext(ctx context.Context, now TeamCommit) (next *TeamCommit, why string, err error) {
	repo, err := k.Team.Open(ctx, now.Repository)
	if err != nil {
		return nil, "", err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	tip, err := repo.Ref(ctx, "refs/heads/"+now.Branch)
	if err != nil || tip == now.Commit {
		return nil, "", err
	}
	if tip == "" {
		return nil, fmt.Sprintf("the branch %s of %s is gone", now.Branch, now.Repository), nil
	}
	by, done, err := k.landedAs(ctx, now.lane(), tip)
	if err != nil || by != nil && !done {
		return nil, "", err
	}
	if by == nil {
		return nil, fmt.Sprintf("%s of %s is at %.12s, which was not landed: someone moved it on the server", now.Branch, now.Repository, tip), nil
	}
	tree, err := repo.At(ctx, tip)
	if err != nil {
		return nil, "", err
	}
	for _, f := range k.Team.Lint(ctx, tree) {
		if f.Error {
			return nil, fmt.Sprintf("%.12s does not load: %s: %s", tip, f.At, f.Text), nil
		}
	}
	next = &TeamCommit{Number: now.Number + 1, Repository: now.Repository, Branch: now.Branch, Commit: tip, At: k.now(), Folder: now.Folder}
	last := by.Changes[len(by.Changes)-1]
	next.change, next.Change, next.Says = last.Change, prentice.NewRef("change", fmt.Sprint(last.Change)), last.Title
	if n := len(by.Changes); n > 1 {
		next.Says += fmt.Sprintf(" (%d changes landed together)", n)
	}
	next.By = last.QueuedBy
	if c, err := k.Changes.Find(ctx, last.Change); err == nil {
		next.By = c.Owner
	}
	return next, "", nil
}

// landedAs is the movement by which a branch came to a commit, among the last landings, and
// whether it is proved; nil where there is none.
func (k *Desk) landedAs(ctx context.Context, lane, commit string) (*movement, bool, error) {
	rows, err := k.DB.Query(ctx, `SELECT body FROM code_queue_landing WHERE state IN (?, ?) ORDER BY number DESC LIMIT 100`, intended, landed)
	list, err := db.List(rows, err, func(scan func(...any) error, g *landing) error {
		var body string
		if err := scan(&body); err != nil {
			return err
		}
		return json.Unmarshal([]byte(body), g)
	}, nil)
	if err != nil {
		return nil, false, fmt.Errorf("look for a landing: %w", err)
	}
	for _, g := range list {
		if i := slices.IndexFunc(g.Parts, func(m movement) bool { return m.Lane == lane && m.To == commit }); i >= 0 && len(g.Parts[i].Changes) > 0 {
			return &g.Parts[i], g.State == landed, nil
		}
	}
	return nil, false, nil
}
