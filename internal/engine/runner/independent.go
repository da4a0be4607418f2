package runner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/engine/run"
)

// independent are those who could come in for one of some operations on what a plan
// touches, by a way behind which none of some people is.
func (r *Runner) independent(ctx context.Context, plan prentice.Plan, of []prentice.Ref, ops ...string) ([]prentice.Ref, error) {
	ways, err := r.People.Ways(ctx, plan, ops...)
	if err != nil {
		return nil, fmt.Errorf("look who is independent of %s: %w", anyOf(of), err)
	}
	return prentice.Independent(ways, of), nil
}

// advice is who may do something that some people may not, or what a team does
// in which there is no such person.
func (r *Runner) advice(ctx context.Context, d *run.Detail, of []prentice.Ref, do string, ops ...string) (string, error) {
	who, err := r.independent(ctx, d.ThePlan, of, ops...)
	switch {
	case err != nil:
		return "", err
	case len(who) == 0:
		return fmt.Sprintf("no one on the team is independent of %s: let someone in whom they did not let in, such as by single sign-on; "+
			"or let an independent person vouch for a password or a passkey with: prentice person confirm NAME; or, "+trustedTeam, anyOf(of)), nil
	}
	return fmt.Sprintf("let %s %s", anyOf(who), do), nil
}

// anyOf is some of the people in words: the first three.
func anyOf(people []prentice.Ref) string {
	words := make([]string, 0, 3)
	for _, p := range people[:min(len(people), 3)] {
		words = append(words, string(p))
	}
	return strings.Join(words, " or ")
}

// waysOut adds to the refusal of an approval what a team does in which no one is
// independent of anyone who caused the run.
func (r *Runner) waysOut(ctx context.Context, d *run.Detail, by prentice.Actor, refused error) error {
	var e *prentice.Error
	if shared, _ := caused(d, by.People()); shared == "" || !errors.As(refused, &e) || e.Kind != prentice.Denied {
		return refused
	}
	causers := prentice.Causers(d.Causes)
	who, err := r.independent(ctx, d.ThePlan, causers, "run.approve")
	if err != nil || len(who) > 0 {
		return refused // what was refused stays so, with the usual advice
	}
	advice, err := r.advice(ctx, d, causers, "approve", "run.approve")
	if err != nil {
		return refused
	}
	return e.Try("%s; in an emergency prentice run break-glass %d lets it go, with a review", advice, d.Number)
}
