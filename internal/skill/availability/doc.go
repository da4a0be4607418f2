// Package availability is the skill that knows whether services answer.
//
// Its words: a check is one question asked of a probe's target, and its result is
// an observation (pass, fail or unknown). A judgement is what a row of
// observations says about a service: well (healthy), down, flapping or unknown. An
// episode begins with the first check that fails and ends when the service is
// healthy again. A signal is what the rest of prentice is told, as an event.
//
// Its rules: thresholds work both ways (fail_after, pass_after). The first failure is
// confirmed by a second look; one that then passes, or passes with a warning, is degraded:
// a pass that is counted and shown apart, and told to no one. Targets that hang delay no
// other. Unknown is
// neither healthy nor down and always has a reason: not checked yet, a check that
// could not be made, or everything far away failed at once, which says more about
// the network of the prober. A service without probes is unknown. A service that
// goes up and down again and again is flapping and is reported once, until it is
// calm. A time without checks is counted neither as available nor as unavailable.
//
// It refuses to fix anything: that is for procedures, which are told by its events.
package availability
