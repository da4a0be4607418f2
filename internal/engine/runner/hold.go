package runner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"prentice"
)

// situation is all that the limits look at.
type situation struct {
	now       time.Time
	limits    Limits
	plan      prentice.Plan
	alone     bool // no person asked
	stopped   bool
	why       string    // it is stopped
	unmanaged string    // why the subject or a target is no business of ours, or ""
	frozen    string    // by the calendar
	thaws     time.Time // when to ask the calendar again; zero when no one knows
	cooling   []cooling
	sick      []sick
	streaks   map[prentice.HoldCode]streak
	flaps     string // what the watch says of a subject that goes up and down, or ""
	fixed     []time.Time
	uses      []prentice.LimitUse // in the last hour
	relief    time.Time           // when the first use that is full has room again
}

// sick is how many services of a layer are unhealthy, of how many known.
type sick struct {
	layer, name             string
	unhealthy, known, allow int // allow is per cent
}

// streak is how often in a row something did not help.
type streak struct {
	name  string
	times int
	until time.Time
	run   int64
}

// holdBack says why a plan must not be performed now. The zero HoldBack lets it.
func holdBack(s situation) prentice.HoldBack {
	for _, look := range []func(situation) prentice.HoldBack{halted, aim, health, history, rate} {
		if h := look(s); h.Holds() {
			return h
		}
	}
	return prentice.HoldBack{}
}

// halted: everything stands still.
func halted(s situation) prentice.HoldBack {
	if !s.stopped {
		return prentice.HoldBack{}
	}
	return hold(prentice.HoldStopped, "an owner lets work go on with: prentice resume-all", "everything is stopped%s", because(s.why))
}

// aim: what the plan would touch, and when.
func aim(s situation) prentice.HoldBack {
	switch {
	case len(s.plan.Targets) == 0:
		return hold(prentice.HoldNoTargets, "look at the targets of the procedure and at the catalog", "the plan has no targets, and empty is never all")
	case len(s.plan.Targets) > s.plan.Limits.MaxTargets:
		return hold(prentice.HoldManyTargets, "ask for fewer, or have max_targets raised in the procedure",
			"%d targets, and the procedure's max_targets is %d", len(s.plan.Targets), s.plan.Limits.MaxTargets)
	case s.unmanaged != "":
		return hold(prentice.HoldUnmanaged, "do it by hand, or change the catalog", "%s", s.unmanaged)
	case s.frozen != "":
		return until(s.thaws, "wait for the time that prentice calendar show names", prentice.HoldFrozen, "%s", s.frozen)
	case len(s.cooling) > 0:
		c := s.cooling[0]
		return until(c.until, overriding(prentice.HoldCooldown, string(c.target), c.until),
			prentice.HoldCooldown, "%s was touched by run/%d; it cools down for another %s", c.target, c.run, c.until.Sub(s.now).Round(time.Second))
	}
	return prentice.HoldBack{}
}

// health: too much else is sick.
func health(s situation) prentice.HoldBack {
	for _, x := range s.sick {
		if x.known == 0 || x.unhealthy*100 <= x.known*x.allow {
			continue
		}
		others := "other services"
		if x.layer == system {
			others += " of " + x.name
		}
		return hold(prentice.HoldUnhealthy, "look at what they have in common before you fix one of them",
			"%d of %d %s are unhealthy, more than %d %%: this is not the fault the procedure is for; call a person", x.unhealthy, x.known, others, x.allow)
	}
	return prentice.HoldBack{}
}

// history: what was tried already. It binds only work that no person started:
// anyone who stands beside it may try again.
func history(s situation) prentice.HoldBack {
	if !s.alone {
		return prentice.HoldBack{}
	}
	if k := s.streaks[prentice.HoldUseless]; s.limits.Useless == 0 || k.times >= s.limits.Useless {
		return hold(prentice.HoldUseless, "find out why and start a run yourself; an owner overrides it with: "+liftCommand(prentice.HoldUseless, k.name),
			"the last %d runs on %s did not help; a person must look", k.times, s.plan.Subject)
	}
	if k := s.streaks[prentice.HoldFailures]; s.now.Before(k.until) {
		return until(k.until, overriding(prentice.HoldFailures, k.name, k.until),
			prentice.HoldFailures, "%s failed %d times in a row, the last time in run/%d; it is blocked for another %s", k.name, k.times, k.run, k.until.Sub(s.now).Round(time.Second))
	}
	if k := s.streaks[prentice.HoldBackOff]; s.now.Before(k.until) {
		return until(k.until, overriding(prentice.HoldBackOff, k.name, k.until),
			prentice.HoldBackOff, "run/%d of %s did not help %s; it is not tried again for another %s", k.run, s.plan.Procedure, s.plan.Subject, k.until.Sub(s.now).Round(time.Second))
	}
	return flapping(s)
}

// flapping: mending what goes up and down hides why it does.
func flapping(s situation) prentice.HoldBack {
	if s.flaps != "" {
		return hold(prentice.HoldFlapping, "find out why; start a run yourself if one is needed now", "%s goes up and down (%s); fixing it again and again would hide why", s.plan.Subject, s.flaps)
	}
	if len(s.fixed) == 0 || len(s.fixed) < s.limits.Fixed {
		return prentice.HoldBack{}
	}
	again := s.fixed[len(s.fixed)-s.limits.Fixed].Add(s.limits.Within)
	return until(again, "find out why; "+overriding(prentice.HoldFlapping, string(s.plan.Subject), again),
		prentice.HoldFlapping, "%s was fixed %d times within %s without a person, and it is down again", s.plan.Subject, len(s.fixed), brief(s.limits.Within))
}

// rate: how much was done within the last hour. People are bound too.
func rate(s situation) prentice.HoldBack {
	for _, u := range s.uses {
		if u.Used < u.Most {
			continue
		}
		name := u.Name
		if name == "" {
			name = installation
		}
		return until(s.relief, overriding(prentice.HoldOverLimit, name, s.relief)+fmt.Sprintf(", or raise runs_per_hour: {%s: …} in limits.yaml", u.Layer),
			prentice.HoldOverLimit, "%d of %d runs this hour for the %s%s", u.Used, u.Most, u.Layer, named(u.Name))
	}
	return prentice.HoldBack{}
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return " " + name
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

// Still is what would hold back the plan of a run that was refused, if prentice asked
// for it now. It changes nothing.
func (r *Runner) Still(ctx context.Context, number int64) (prentice.HoldBack, error) {
	d, err := r.load(ctx, number)
	if err != nil {
		return prentice.HoldBack{}, err
	}
	record, err := r.Record(ctx, d.Procedure, d.Subject)
	if err != nil {
		return prentice.HoldBack{}, err
	}
	s, err := r.situate(ctx, d.ThePlan, prentice.Self, record)
	if err != nil {
		return prentice.HoldBack{}, err
	}
	if h := holdBack(s); h.Holds() || d.Decision.Verdict != prentice.Ask || r.Hosts == nil {
		return h, nil
	}
	c := r.Hosts.Try(ctx, d.ThePlan, 0)
	if h := unreachable(c); h.Holds() || c == nil || d.Hold == nil || d.Hold.Code != prentice.HoldUnreachable || c.Reached > 0 {
		return h, nil
	}
	return *d.Hold, nil // they are being tried, and the last that was heard is that none answers
}

func hold(code prentice.HoldCode, wayOut, says string, args ...any) prentice.HoldBack {
	return prentice.HoldBack{Code: code, Says: fmt.Sprintf(says, args...), WayOut: wayOut}
}

func until(when time.Time, wayOut string, code prentice.HoldCode, says string, args ...any) prentice.HoldBack {
	h := hold(code, wayOut, says, args...)
	h.Until = when
	return h
}

// lifted is the way out of what time ends and an owner can end sooner.
func overriding(code prentice.HoldCode, name string, when time.Time) string {
	return fmt.Sprintf("ask again after %s, or have an owner override it with: %s", when.UTC().Format(time.DateTime+" UTC"), liftCommand(code, name))
}

func liftCommand(code prentice.HoldCode, name string) string {
	return fmt.Sprintf("prentice limit override %s %s", code, name)
}

// brief is a time as people write it: 1h, not 1h0m0s.
func brief(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"0s", "0m"} {
		if t := strings.TrimSuffix(s, zero); t != s && t != "" && strings.ContainsAny(t[len(t)-1:], "hm") {
			s = t
		}
	}
	return s
}
