package policy

import (
	"gopkg.in/yaml.v3"

	"prentice"
)

var adhocKeys = []string{"targets", "command", "risk", "parallel", "max_failures"}

// adhoc reads a command without a procedure; what it leaves out is as it would be
// for anyone who asks.
func (r *reader) adhoc(n *yaml.Node) *prentice.Adhoc {
	v := r.mapping(n, "command", adhocKeys...)
	a := prentice.Adhoc{
		Targets:     r.needed(v["targets"], n, "targets", `write an expression such as 'group("web").hosts'`),
		Script:      r.needed(v["command"], n, "command", "write what sh is to run"),
		Parallel:    r.whole(v["parallel"], "parallel", 1, 1000, prentice.AdhocParallel),
		MaxFailures: r.textOr(v["max_failures"], "max_failures", ""),
		Timeout:     prentice.AdhocTimeout,
	}
	risk, err := prentice.ParseRisk(r.oneOf(v["risk"], "risk", prentice.Change.String(), risks))
	if err == nil { // a wrong word was told
		a.Risk = risk
	}
	return &a
}
