package boot

import (
	"context"
	"slices"
	"time"

	"prentice/internal/adapter/githost"
	"prentice/internal/skill"
	"prentice/internal/skill/codecontrol"
	"prentice/internal/team"
)

// code is what code control needs.
func (s *System) code() codecontrol.Deps {
	return codecontrol.Deps{
		DB: s.db, Host: s.host(), Clock: time.Now, Log: s.log,
		HTTP: func() string { return s.url() + gitPath }, Review: s.review(),
	}
}

// gitPath is below which git reaches repositories over HTTP.
const gitPath = "/git/"

// host is where repositories are kept.
func (s *System) host() *githost.Host {
	return &githost.Host{Root: s.Settings.Repositories, Own: s.own("git"), Log: s.log, Clock: time.Now}
}

// catalog is the team's catalog, with the repositories that are kept here and that no file
// of it names.
func (s *System) catalog() *team.Catalog {
	c := *s.Team.Catalog()
	desk := skill.At[*codecontrol.Desk](s.Skills)
	if desk == nil {
		return &c
	}
	kept, err := desk.Kept(context.Background())
	if err != nil {
		s.log.Warn("the repositories that are kept here", "err", err)
		return &c
	}
	list := slices.Clone(c.Repositories)
	for _, r := range kept {
		if !slices.ContainsFunc(list, func(named team.Repository) bool { return named.Git == r.Git || named.Ref == r.Ref }) {
			list = append(list, r)
		}
	}
	c.Repositories = list
	return &c
}
