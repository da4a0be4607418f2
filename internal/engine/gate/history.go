package gate

import (
	"time"

	"prentice"
)

// history: what was tried already. It binds only work that no person started:
// anyone who stands beside it may try again.
func history(f Facts) prentice.HoldBack {
	if !f.Alone {
		return prentice.HoldBack{}
	}
	if k := f.Streaks[prentice.HoldUseless]; f.Limits.Useless == 0 || k.Times >= f.Limits.Useless {
		return Hold(prentice.HoldUseless, "find out why and start a run yourself; an owner overrides it with: "+overrideCommand(prentice.HoldUseless, k.Name),
			"the last %d runs on %s did not help; a person must look", k.Times, f.Plan.Subject)
	}
	if k := f.Streaks[prentice.HoldFailures]; f.Now.Before(k.Until) {
		return holdUntil(k.Until, overriding(prentice.HoldFailures, k.Name, k.Until),
			prentice.HoldFailures, "%s failed %d times in a row, the last time in run/%d; it is blocked for another %s", k.Name, k.Times, k.Run, k.Until.Sub(f.Now).Round(time.Second))
	}
	if k := f.Streaks[prentice.HoldBackOff]; f.Now.Before(k.Until) {
		return holdUntil(k.Until, overriding(prentice.HoldBackOff, k.Name, k.Until),
			prentice.HoldBackOff, "run/%d of %s did not help %s; it is not tried again for another %s", k.Run, f.Plan.Procedure, f.Plan.Subject, k.Until.Sub(f.Now).Round(time.Second))
	}
	return flapping(f)
}

// flapping: fixing what goes up and down hides why it does.
func flapping(f Facts) prentice.HoldBack {
	if f.Flaps != "" {
		return Hold(prentice.HoldFlapping, "find out why; start a run yourself if one is needed now", "%s goes up and down (%s); fixing it again and again would hide why", f.Plan.Subject, f.Flaps)
	}
	if len(f.Fixed) == 0 || len(f.Fixed) < f.Limits.Fixed {
		return prentice.HoldBack{}
	}
	again := f.Fixed[len(f.Fixed)-f.Limits.Fixed].Add(f.Limits.Within)
	return holdUntil(again, "find out why; "+overriding(prentice.HoldFlapping, string(f.Plan.Subject), again),
		prentice.HoldFlapping, "%s was fixed %d times within %s without a person, and it is down again", f.Plan.Subject, len(f.Fixed), brief(f.Limits.Within))
}
