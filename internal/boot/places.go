package boot

import (
	"context"
	"slices"
	"strconv"

	"prentice"
	"prentice/internal/engine/runner"
	"prentice/internal/team"
)

// places says where things stand, for roles that are held on some things only.
type places struct{ s *System }

// Places implements app.Places. A run stands wherever its plan acts, an incident
// where its subject does.
func (p places) Places(ctx context.Context, ref prentice.Ref) ([][]prentice.Ref, error) {
	now := p.s.Team.now.Load()
	switch ref.Kind() {
	case "run":
		n, err := strconv.ParseInt(ref.Name(), 10, 64)
		if err != nil {
			return nil, nil
		}
		d, err := p.s.runner.Show(ctx, n)
		if prentice.KindOf(err) == prentice.NotFound {
			return nil, nil
		}
		return now.placesIn(touched(now.catalog, d.ThePlan)), err
	case "incident":
		n, err := strconv.ParseInt(ref.Name(), 10, 64)
		if err != nil {
			return nil, nil
		}
		subject, err := p.s.desk.SubjectOf(ctx, n)
		if subject == "" || err != nil {
			return nil, err
		}
		return now.placesIn([]prentice.Ref{subject}), nil
	}
	if _, err := now.hooks().Hook(ref.Name()); ref.Kind() == "hook" && err == nil {
		return [][]prentice.Ref{{ref}}, nil
	}
	return now.placesIn([]prentice.Ref{ref}), nil
}

// incident is how an incident stands towards what a run is about.
func (s *System) incident(ctx context.Context, ref, about prentice.Ref) (runner.Incident, error) {
	n, err := strconv.ParseInt(ref.Name(), 10, 64)
	if err != nil || ref.Kind() != "incident" {
		return runner.Incident{}, prentice.Errorf(prentice.NotFound, "%s is no incident", ref).Try("list the open ones with: prentice incident list --open")
	}
	subject, open, err := s.desk.Standing(ctx, n)
	if err != nil {
		return runner.Incident{}, err
	}
	covers := subject == about
	for _, part := range s.Team.now.Load().placesIn([]prentice.Ref{about}) {
		covers = covers || slices.Contains(part, subject)
	}
	return runner.Incident{Subject: subject, Open: open, Covers: covers}, nil
}

// touches is what a run would act on, if it were asked for now.
func (s *System) touches(ctx context.Context, req prentice.RunRequest) ([]prentice.Ref, error) {
	plan, err := s.Team.Render(ctx, req)
	if err != nil {
		return nil, err
	}
	return touched(s.Team.Catalog(), plan), nil
}

// touched is what a plan acts on: its subject, and every target that is not one
// of the subject's hosts. The names of both are data, and are looked up.
func touched(c *team.Catalog, p prentice.Plan) []prentice.Ref {
	var things, own []prentice.Ref
	if p.Subject != "" {
		things = append(things, p.Subject)
		if s, err := c.Service(string(p.Subject)); err == nil && s.Ref == p.Subject {
			for _, h := range s.Hosts {
				own = append(own, h.Ref)
			}
		}
	}
	for _, t := range p.Targets {
		if !slices.Contains(own, t.Ref) {
			things = append(things, t.Ref)
		}
	}
	return things
}

// placesIn is where things stand: each by its own name, its system's and its
// owner's, as these were adopted. What the catalog does not know has no name at
// all, and a grant on that name does not count.
func (now *teamNow) placesIn(things []prentice.Ref) [][]prentice.Ref {
	var parts [][]prentice.Ref
	for _, ref := range things {
		part := []prentice.Ref{}
		if now.knows(ref) {
			part = append(part, ref)
			for _, more := range []prentice.Ref{now.belongs[ref].System, now.belongs[ref].Owner} {
				if more != "" {
					part = append(part, more)
				}
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// knows says whether the catalog has a thing.
func (now *teamNow) knows(ref prentice.Ref) bool {
	if s, err := now.catalog.Service(string(ref)); err == nil && s.Ref == ref {
		return true
	}
	_, err := now.catalog.Entity(ref)
	return err == nil
}
