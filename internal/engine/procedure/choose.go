package procedure

import (
	"context"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
)

// With targets_if the checks of a procedure look at all of its targets, and what they
// capture says on which of them it acts. As with every value of a check, the plan is open
// until they have been made.

// mostLookedAt is how many targets checks look at to choose among them.
const mostLookedAt = 1000

// targetsIf reads the condition by which targets are chosen.
func (r *reading) targetsIf(n *yaml.Node) {
	if n == nil {
		return
	}
	s, ok := r.scalar(n, "targets_if")
	if !ok {
		return
	}
	r.proc.TargetsIf = s
	r.later(value{source: s, in: choosing, want: ruleTypes, what: "targets_if", at: r.inside(n)})
}

// ownChecks are the checks by which targets can be chosen: those of the procedure itself.
func ownChecks(steps []prentice.StepSpec) []prentice.StepSpec {
	return slices.DeleteFunc(handing(steps), func(s prentice.StepSpec) bool { return s.Kind == uses })
}

// candidates are the targets of the procedure, or those among which its checks choose: of
// these there may be more than it may act on.
func (s *scene) candidates() ([]prentice.Target, error) {
	if s.proc.TargetsIf == "" {
		return s.targets()
	}
	targets, err := s.found()
	if err == nil && len(targets) > mostLookedAt {
		return nil, prentice.Errorf(prentice.Refused, "%d targets would be looked at, and at most %d are", len(targets), mostLookedAt).Try("let targets give fewer; targets_if chooses among them")
	}
	return targets, err
}

// lookedAt are the targets that the checks look at. Where they choose, the order does not
// depend on what comes of it.
func (s *scene) lookedAt(targets []prentice.Target) []prentice.Target {
	if s.proc.TargetsIf == "" {
		return targets
	}
	return byRef(slices.Clone(targets))
}

// choose keeps the targets for which targets_if holds, once the checks have been made. The
// limit of the procedure counts these, and none is a refusal.
func (c *rendering) choose(s *scene) error {
	one := *s
	one.choosing, one.values = true, maps.Clone(s.values)
	one.values["target"] = nil
	program, err := one.compile(s.proc.TargetsIf, ruleTypes)
	if err != nil {
		return s.unchosen("", err)
	}
	asks, _ := askedIn(*program)
	check, err := c.undecided(s, asks, "")
	switch {
	case err != nil:
		return s.unchosen("", err)
	case check != "":
		return nil // what it captures says so, and the plan is open
	}
	var chosen []prentice.Target
	for _, t := range c.looked {
		one.values["steps"], one.values["target"] = c.stepsSeen(s.proc, "", t.Ref), s.aimValue(t)
		holds, err := program.Is(context.Background(), one.values)
		switch {
		case err != nil:
			return s.unchosen(t.Ref, err)
		case holds:
			chosen = append(chosen, t)
		default:
			c.notChosen = append(c.notChosen, prentice.NotChosen{Target: t, Why: "targets_if: " + s.proc.TargetsIf + " is false"})
		}
	}
	return c.narrow(s, chosen)
}

// narrow makes the targets that were chosen those of the plan.
func (c *rendering) narrow(s *scene, chosen []prentice.Target) error {
	if len(chosen) == 0 {
		return prentice.Errorf(prentice.Refused, "no targets: targets_if: %s holds on none of %s that the checks looked at", clip.Text(s.proc.TargetsIf), prentice.CountTargets(len(c.looked), c.looked[0].Ref)).
			Try("empty is never all: if that is as it should be, there is nothing to do")
	}
	if _, err := s.few(chosen); err != nil {
		return err
	}
	targets, groups, err := s.arrange(chosen, true) // there need be no canary among some of them
	if err != nil {
		return err
	}
	c.targets, c.calls.parts[0].targets, c.calls.parts[0].groups = targets, targets, groups
	return nil
}

// unchosen refuses a plan of which it cannot be said on what it acts: a target is never
// chosen, or left out, because something is not known of it.
func (s *scene) unchosen(target prentice.Ref, err error) error {
	of := ""
	if target != "" {
		of = " for " + string(target)
	}
	return prentice.Errorf(prentice.Refused, "targets_if of procedure %s cannot be worked out%s: %w", s.proc.Name, of, err).
		Try("look at what its checks capture, and at the facts of the targets")
}
