package boot

import (
	"context"
	"slices"

	"prentice"
	"prentice/internal/adapter/git"
	"prentice/internal/engine/change"
	"prentice/internal/engine/claims"
	"prentice/internal/op"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/skill/standards"
	"prentice/internal/team"
)

// review is what changes and their review need.
func (s *System) review() codecontrol.Review {
	return codecontrol.Review{
		Changes: &change.Store{DB: s.db, Record: s.ledger.Append, Tell: s.inbox.SendIn},
		Open: func(ctx context.Context, repository string) (codecontrol.Code, error) {
			r, err := s.catalog().Repository(repository)
			if err != nil {
				return nil, err
			}
			return git.Below(ctx, s.Settings.Repositories, r.Git)
		},
		Members: s.reviewers,
		Checks: func(ctx context.Context, by prentice.Actor, repository, commit string) (claims.Answer, error) {
			a, err := op.Ask[standards.Allowed](ctx, s.App, op.Request{Actor: by, Op: "may.land", In: standards.LandIn{Name: repository, Commit: commit}})
			return a.Answer, err
		},
		Judge: func(ctx context.Context, repository, commit string) error {
			_, err := s.App.Invoke(ctx, op.Request{Actor: prentice.Prentice("push"), Op: "repository.check", In: standards.AskIn{Name: repository, Commit: commit}})
			return err
		},
	}
}

// reviewers are the people of the team, with who may approve changes of a repository.
func (s *System) reviewers(ctx context.Context, repository string) ([]codecontrol.Member, error) {
	people, err := s.Identity.People(ctx)
	if err != nil {
		return nil, err
	}
	owner := prentice.Ref("")
	if i := slices.IndexFunc(s.catalog().Repositories, func(r team.Repository) bool { return r.Ref.Name() == repository }); i >= 0 {
		owner = s.catalog().Repositories[i].Owner
	}
	list := make([]codecontrol.Member, 0, len(people))
	for _, p := range people {
		m := codecontrol.Member{Person: prentice.NewRef(string(prentice.Person), p.Name), Groups: p.Groups, Approves: p.Unread == "" && p.Role.Includes(prentice.Approver)}
		for _, g := range p.Grants {
			m.Approves = m.Approves || p.Unread == "" && owner != "" && g.On == owner && g.Role.Includes(prentice.Approver)
		}
		list = append(list, m)
	}
	return list, nil
}
