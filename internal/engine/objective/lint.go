package objective

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"prentice"
)

// World is what the catalog says of services.
type World interface {
	// Probe is how often a probe of a service looks. There says whether there is one, and probes are
	// the names of those there are; of a service that there is not they are nil.
	Probe(service prentice.Ref, name string) (every time.Duration, there bool, probes []string)
	// Needs are the services without which one cannot work.
	Needs(service prentice.Ref) []prentice.Ref
}

// Lint holds objectives against the catalog. What has an error is not to be in force.
func Lint(list []Objective, w World) (findings []prentice.Finding) {
	for _, o := range list {
		wrong := func(hint, format string, args ...any) {
			findings = append(findings, prentice.Finding{At: o.At, Error: true, Text: o.Name + ": " + fmt.Sprintf(format, args...), Hint: hint})
		}
		every, there, probes := w.Probe(o.Service, o.Indicator.Probe)
		switch {
		case o.Indicator.Counts(): // what counts it needs no probe
		case probes == nil:
			wrong("write its name as the catalog has it", "the catalog has no %s with probes", o.Service)
			continue
		case !there:
			wrong(fmt.Sprintf("those are %v", probes), "%s has no probe %q", o.Service, o.Indicator.Probe)
			continue
		}
		for _, r := range o.Rules {
			if r.Short < every {
				wrong("make the window longer, or look more often", "the short window of %s is %s, and the probe looks every %s: mostly it would hold nothing", r.Name, spell(r.Short), spell(every))
			}
		}
		if by, most := hindered(o, list, w); by != nil {
			wrong("lower the target, raise that of what it needs, or work without it", "%s cannot be had: with what it needs it is %s at best (%s)", o.Target, Percent(most, 3), strings.Join(by, ", "))
		}
	}
	return findings
}

// hindered are the objectives of what a service needs that make its own impossible: their product is
// less than its target. Where one has several, the least counts.
func hindered(o Objective, list []Objective, w World) (by []string, most *big.Rat) {
	if o.Indicator.Within > 0 {
		return nil, nil // how quick an answer is does not follow from whether others answer
	}
	most = big.NewRat(1, 1)
	for _, need := range w.Needs(o.Service) {
		var least *Objective
		for i, other := range list {
			if other.Service == need && other.Indicator.Within == 0 && (least == nil || other.Target < least.Target) {
				least = &list[i]
			}
		}
		if least != nil {
			most.Mul(most, big.NewRat(int64(least.Target), whole))
			by = append(by, fmt.Sprintf("%s %s", need, least.Target))
		}
	}
	if most.Cmp(big.NewRat(int64(o.Target), whole)) >= 0 {
		return nil, nil
	}
	return by, most
}
