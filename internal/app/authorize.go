package app

import (
	"context"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/op"
)

// authorize is the one place that says whether an actor may ask for an
// operation, and as what. What they have nowhere is denied before the input is
// even read; then the role that counts is the least that they hold on all that
// the operation would act on, and no rule of the policy may refuse it. What a
// plan may do is decided later, when there is one, by the role found here.
func (a *App) authorize(ctx context.Context, actor prentice.Actor, o op.Op, read func() (any, error)) (any, prentice.Actor, error) {
	if !actor.Scope.Asks(o.Name) {
		return nil, actor, prentice.Errorf(prentice.Denied, "the token of %s is not for %s; it is for %s", actor.Name, o.Name, strings.Join(actor.Scope.Ops, ", ")).
			Try("use a token whose scope holds %s", o.Name)
	}
	if !actor.Most().Includes(o.Role) {
		return nil, actor, prentice.Errorf(prentice.Denied, "%s needs the role %s; %s has %s", o.Name, o.Role, actor.Name, orNone(actor.Most())).
			Try("ask someone who is %s", o.Role)
	}
	in, err := read()
	if err != nil {
		return nil, actor, err
	}
	things, role, err := a.roleFor(ctx, actor, o, in)
	if err != nil {
		return nil, actor, err
	}
	if !role.Includes(o.Role) {
		return nil, actor, prentice.Errorf(prentice.Denied, "%s needs the role %s on %s; %s has %s there", o.Name, o.Role, things, actor.Name, orNone(role)).
			Try("ask someone who is %s there; prentice whoami says what you are, and where", o.Role)
	}
	actor.Role = role
	return in, actor, a.ruled(ctx, actor, o)
}

// roleFor is what an actor is for what an operation would act on, and the words
// for it. Reading is everyone's who may read at all: grants and scopes bind
// acting. What stands nowhere needs a role, and a token, that hold everywhere.
func (a *App) roleFor(ctx context.Context, actor prentice.Actor, o op.Op, in any) (string, prentice.Role, error) {
	reads := o.Risk == prentice.Look && o.Role == prentice.Viewer
	if reads || len(actor.Grants) == 0 && actor.Scope.Everywhere() {
		return "everything", actor.Role, nil
	}
	var things []prentice.Ref
	if o.Scoped() {
		var err error
		if things, err = o.Things(ctx, in); err != nil {
			return "", "", a.explain(o.Name, err)
		}
	}
	var names []string
	var held []prentice.Role
	for _, thing := range things {
		parts, err := a.placesOf(ctx, thing)
		if err != nil {
			return "", "", a.explain(o.Name, err)
		}
		if len(parts) == 0 { // it stands nowhere
			parts = [][]prentice.Ref{nil}
		}
		for _, part := range parts {
			held = append(held, actor.RoleFor(part...))
		}
		names = append(names, string(thing))
	}
	if len(things) == 0 {
		return "everything", actor.RoleFor(), nil
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", "), prentice.LeastRole(held...), nil
}

func (a *App) placesOf(ctx context.Context, thing prentice.Ref) ([][]prentice.Ref, error) {
	if a.Places == nil {
		return nil, nil
	}
	return a.Places.Places(ctx, thing)
}

// ruled asks the policy whether a rule refuses the operation.
func (a *App) ruled(ctx context.Context, actor prentice.Actor, o op.Op) error {
	if a.DB == nil {
		return nil
	}
	d := a.Policy.Decide(ctx, prentice.Moment{Now: a.Clock(), Actor: actor, Op: o.Name})
	if d.Verdict != prentice.Refuse {
		return nil
	}
	return prentice.Errorf(prentice.Refused, "policy refuses %s: %s", o.Name, first(d.Reasons)).
		Try("read rule %s in policy.yaml", first(d.Rules))
}

func orNone(r prentice.Role) string {
	if r == "" {
		return "none"
	}
	return string(r)
}

func first(list []string) string {
	if len(list) == 0 {
		return "(unnamed)"
	}
	return list[0]
}
