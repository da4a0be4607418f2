package security

import (
	"path"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/dependency"
	"prentice/internal/team"
)

// DependencyFile is what a team asks of the dependencies of all its repositories. Where it
// was never read, no one knows what it asks.
var DependencyFile = team.File[*dependency.Policy]{Name: dependency.TeamFile, Load: func(file string, text []byte) (*dependency.Policy, []prentice.Finding) {
	p, problems := dependency.ReadPolicy(text)
	if len(problems) > 0 {
		return nil, team.Findings(file, problems)
	}
	return &p, nil
}}

// policies are what is asked of a tree, and by whom.
type policies struct {
	dependency.Policy // of both
	team              dependency.Policy
}

// from is the file that says it, where either of two does.
func (p policies) from(team bool) string {
	if team {
		return path.Join("team", dependency.TeamFile)
	}
	return dependency.PolicyFile
}

// policy is what is asked of a tree by its team and by itself.
func (s Supply) policy(t *check.Tree) (p policies, err error) {
	if s.Team != nil {
		said, err := s.Team(t)
		if err != nil {
			return p, err
		}
		if said == nil {
			return p, prentice.Errorf(prentice.Unavailable, "what the team asks of dependencies is not known: its %s was not read", dependency.TeamFile).Try("see what is wrong with it: prentice doctor")
		}
		p.team = *said
	}
	own, err := dependency.PolicyOf(t, dependency.PolicyFile)
	if err != nil {
		return p, err
	}
	p.Policy, err = dependency.Together(p.team, own)
	return p, err
}
