// Package availability is the chapter about whether services answer.
//
// Its words: a look is one question asked of a probe's target, and what came of
// it is an observation (pass, fail or unknown). A judgement is what a row of
// observations says about a service: well, down, flapping or unknown. An episode
// begins with the first look that fails and ends when the service counts as well
// again. A signal is what the rest of prentice is told, as an event.
//
// Its rules: thresholds work both ways (fail_after, pass_after). Unknown is
// neither well nor down and always has a reason: nobody has looked, nobody could
// look, or everything far away failed at once, which says more about the network
// of the one who looks. A service without probes is unknown. A service that goes
// up and down again and again is flapping and is reported once, until it is calm.
// What nobody saw is not counted as available, nor as unavailable.
//
// It refuses to mend anything: that is for procedures, which hear of its events.
package availability
