package boot

import (
	"context"
	"slices"

	"prentice"
	"prentice/internal/engine/approval"
)

// Team implements approval.People: everyone as they stand now, with the role that
// they have on all that a plan touches.
func (p places) Team(ctx context.Context, plan prentice.Plan) ([]approval.Standing, error) {
	people, err := p.s.Identity.People(ctx)
	if err != nil {
		return nil, err
	}
	now := p.s.Team.now.Load()
	parts := now.placesIn(touched(now.catalog, plan))
	team := make([]approval.Standing, len(people))
	for i, one := range people {
		actor := prentice.Actor{Kind: prentice.Person, Name: one.Name, Role: one.Role, Grants: one.Grants}
		team[i] = approval.Standing{Person: actor.Ref(), Role: roleOn(actor, parts), Groups: one.Groups}
	}
	return team, nil
}

// Ways implements approval.People: how the approvers of all that a plan touches could
// come in for one of some operations.
func (p places) Ways(ctx context.Context, plan prentice.Plan, ops ...string) ([]prentice.Way, error) {
	ways, err := p.s.Identity.Ways(ctx, prentice.Approver, ops...)
	if err != nil {
		return nil, err
	}
	team, err := p.Team(ctx, plan)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(ways, func(w prentice.Way) bool {
		return !slices.ContainsFunc(team, func(s approval.Standing) bool { return s.Person == w.Person && s.Role.Includes(prentice.Approver) })
	}), nil
}

// RoleOn implements approval.People.
func (p places) RoleOn(by prentice.Actor, plan prentice.Plan) prentice.Role {
	now := p.s.Team.now.Load()
	return roleOn(by, now.placesIn(touched(now.catalog, plan)))
}

// roleOn is the least role that someone has on some things; of none it is their
// role everywhere.
func roleOn(a prentice.Actor, parts [][]prentice.Ref) prentice.Role {
	if len(parts) == 0 {
		return a.RoleFor()
	}
	held := make([]prentice.Role, len(parts))
	for i, part := range parts {
		held[i] = a.RoleFor(part...)
	}
	return prentice.LeastRole(held...)
}

// Owners implements approval.People.
func (p places) Owners(plan prentice.Plan) []prentice.Ref {
	return p.s.Team.now.Load().ownersOf(plan)
}
