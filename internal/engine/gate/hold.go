package gate

import (
	"fmt"
	"strings"
	"time"

	"prentice"
)

// Check says why a plan must not begin now. The zero HoldBack lets it.
func Check(f Facts) prentice.HoldBack {
	for _, rule := range []func(Facts) prentice.HoldBack{halted, aim, health, history, hourly} {
		if h := rule(f); h.Holds() {
			return h
		}
	}
	return prentice.HoldBack{}
}

// halted: everything stands still.
func halted(f Facts) prentice.HoldBack {
	if !f.Stopped {
		return prentice.HoldBack{}
	}
	return Hold(prentice.HoldStopped, "an owner lets work go on with: prentice resume-all", "everything is stopped%s", Because(f.Why))
}

// aim: what the plan would touch, and when.
func aim(f Facts) prentice.HoldBack {
	switch {
	case len(f.Plan.Targets) == 0:
		return Hold(prentice.HoldNoTargets, "look at the targets of the procedure and at the catalog", "the plan has no targets, and empty is never all")
	case !f.Plan.Choosing() && len(f.Plan.Targets) > f.Plan.Limits.MaxTargets:
		return Hold(prentice.HoldManyTargets, "ask for fewer, or have max_targets raised in the procedure",
			"%d targets, and the procedure's max_targets is %d", len(f.Plan.Targets), f.Plan.Limits.MaxTargets)
	case f.Unmanaged != "":
		return Hold(prentice.HoldUnmanaged, "do it by hand, or change the catalog", "%s", f.Unmanaged)
	case f.Frozen != "":
		return holdUntil(f.Thaws, "wait until then; all times are in: prentice calendar show", prentice.HoldFrozen, "%s", f.Frozen)
	case len(f.Cooldowns) > 0 && !f.Plan.Choosing():
		c := f.Cooldowns[0]
		return holdUntil(c.Until, overriding(prentice.HoldCooldown, string(c.Target), c.Until),
			prentice.HoldCooldown, "%s was touched by run/%d; it cools down for another %s", c.Target, c.Run, c.Until.Sub(f.Now).Round(time.Second))
	}
	return prentice.HoldBack{}
}

// health: too much else is sick.
func health(f Facts) prentice.HoldBack {
	for _, x := range f.Health {
		if x.Known == 0 || x.Unhealthy*100 <= x.Known*x.Allowed {
			continue
		}
		others := "other services"
		if x.Layer == System {
			others += " of " + x.Name
		}
		return Hold(prentice.HoldUnhealthy, "look at what they have in common before you fix one of them",
			"%d of %d %s are unhealthy, more than %d %%: this is not the fault the procedure is for; call a person", x.Unhealthy, x.Known, others, x.Allowed)
	}
	return prentice.HoldBack{}
}

// Hold is a hold that no time alone ends.
func Hold(code prentice.HoldCode, wayOut, says string, args ...any) prentice.HoldBack {
	return prentice.HoldBack{Code: code, Says: fmt.Sprintf(says, args...), WayOut: wayOut}
}

// holdUntil is a hold that ends at a time; at the zero time, when no one knows.
func holdUntil(when time.Time, wayOut string, code prentice.HoldCode, says string, args ...any) prentice.HoldBack {
	h := Hold(code, wayOut, says, args...)
	h.Until = when
	return h
}

// Error is a hold that is found within a write, which it undoes.
type Error struct{ prentice.HoldBack }

func (e Error) Error() string { return e.Says }

// AsError is a hold as an error; nil when nothing holds.
func AsError(h prentice.HoldBack) error {
	if !h.Holds() {
		return nil
	}
	return Error{h}
}

// overriding is how to resolve what time ends and an owner can end sooner.
func overriding(code prentice.HoldCode, name string, when time.Time) string {
	return fmt.Sprintf("ask again after %s, or have an owner override it with: %s", when.UTC().Format(time.DateTime+" UTC"), overrideCommand(code, name))
}

func overrideCommand(code prentice.HoldCode, name string) string {
	return fmt.Sprintf("prentice limit override %s %s", code, name)
}

// Because is a reason at the end of a sentence, if there is one.
func Because(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
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
