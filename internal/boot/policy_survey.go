package boot

import (
	"cmp"
	"maps"
	"slices"

	"prentice"
	"prentice/internal/engine/policy"
	"prentice/internal/engine/procedure"
	"prentice/internal/team"
)

// surveyed is every procedure in every place that it could be about, and beside
// them a procedure of each risk that the team has not written yet.
func surveyed(t *teamNow) []policy.Surveyed {
	subjects := spotsOf(t.catalog, t.policy.Names())
	var list []policy.Surveyed
	for _, p := range t.library.All() {
		list = append(list, inPlaces(t, p, subjects)...)
	}
	for _, risk := range []prentice.Risk{prentice.Look, prentice.Change, prentice.Danger} {
		for _, s := range subjects {
			plan := bare(prentice.Procedure{Name: "(any other)"}, s)
			plan.Risk, plan.Undoable = risk, risk != prentice.Danger
			list = append(list, policy.Surveyed{Place: s.place, Plan: plan})
		}
	}
	return list
}

// spot is a service or host that stands for all of its system and environment.
type spot struct {
	place       string
	service     prentice.Ref
	host        prentice.Ref
	system      prentice.Ref
	environment string
}

// spotsOf is one service for each system and environment of the catalog, every
// service that a rule names, and nothing in particular when there is none.
func spotsOf(cat *team.Catalog, named []string) []spot {
	found := map[string]spot{}
	for _, s := range cat.Services {
		e, _ := cat.Entity(s.Ref) // a service is an entity
		at := spot{service: s.Ref, system: s.System, environment: e.Labels["environment"]}
		if len(s.Hosts) > 0 {
			at.host = s.Hosts[0].Ref
			at.environment = cmp.Or(at.environment, s.Hosts[0].Facts["environment"])
		}
		at.place = cmp.Or(at.environment, "anywhere")
		if at.system != "" {
			at.place += " " + string(at.system)
		}
		if slices.Contains(named, string(s.Ref)) || slices.Contains(named, s.Ref.Name()) {
			at.place += " (" + string(s.Ref) + ")"
		}
		if _, known := found[at.place]; !known {
			found[at.place] = at
		}
	}
	if len(found) == 0 {
		return []spot{{place: "anywhere"}}
	}
	var list []spot
	for _, name := range slices.Sorted(maps.Keys(found)) {
		list = append(list, found[name])
	}
	return list
}

// inPlaces is a procedure in each place: its plan as it would be rendered, or,
// when that needs an input that no one can guess, what its file says. One that
// is always about the same thing is in one place.
func inPlaces(t *teamNow, p prentice.Procedure, subjects []spot) []policy.Surveyed {
	var list []policy.Surveyed
	for _, s := range subjects {
		inputs, moves := guessed(p, s)
		plan, err := procedure.RenderWith(t.library, t.catalog, prentice.RunRequest{Procedure: p.Name, Inputs: inputs}, procedure.Answers{Believed: true})
		if err != nil {
			plan = bare(p, s)
		}
		at := s.place
		if err == nil && !moves {
			at = cmp.Or(plan.Environment, "anywhere")
			if plan.System != "" {
				at += " " + string(plan.System)
			}
		}
		list = append(list, policy.Surveyed{Place: at, Plan: plan})
		if err == nil && !moves {
			break
		}
	}
	return list
}

// guessed gives a procedure's inputs values that stand for any; moves says
// whether the place is among them.
func guessed(p prentice.Procedure, s spot) (inputs map[string]string, moves bool) {
	inputs = map[string]string{}
	for _, in := range p.Inputs {
		switch {
		case in.Type == "service" && s.service != "":
			inputs[in.Name], moves = string(s.service), true
		case in.Type == "host" && s.host != "":
			inputs[in.Name], moves = string(s.host), true
		case in.Default != nil:
		case len(in.Enum) > 0:
			inputs[in.Name] = in.Enum[0]
		default:
			inputs[in.Name] = map[string]string{"int": "1", "bool": "true", "duration": "1m", "date": "2000-01-01", "list": "one"}[in.Type]
		}
	}
	return inputs, moves
}

// bare is the plan that a procedure's file alone allows to foresee.
func bare(p prentice.Procedure, s spot) prentice.Plan {
	plan := prentice.Plan{Format: prentice.PlanFormat, Procedure: p.Name, Digest: p.Digest, Summary: p.Summary, Owner: p.Owner, Subject: s.service, System: s.system, Environment: s.environment,
		Risk: prentice.Look, Inputs: map[string]string{}, Targets: []prentice.Target{{Ref: cmp.Or(s.host, "host/one")}}, Secrets: p.Secrets,
		Limits: prentice.PlanLimits{MaxTargets: p.Limits.MaxTargets, Parallel: p.Limits.Parallel, MaxUnhealthy: p.Limits.MaxUnhealthy,
			Cooldown: p.Limits.Cooldown.String(), Timeout: p.Limits.Timeout.String(), ApprovalExpires: p.Limits.ApprovalExpires.String()}}
	plan.Inputs, _ = guessed(p, s)
	for _, step := range p.Steps {
		plan.Risk = plan.Risk.Worse(step.Risk)
		plan.Undoable = plan.Undoable || step.Section == prentice.Undo
		plan.Steps = append(plan.Steps, prentice.PlannedStep{ID: step.ID, Section: step.Section, Kind: step.Kind, Risk: step.Risk})
	}
	plan.Undoable = plan.Undoable || procedure.PutsBack(p)
	plan.Undoable = plan.Risk == prentice.Look || plan.Risk == prentice.Change && plan.Undoable
	return plan
}
