// Package supervision is the skill of working under supervision: what waits for
// people, what they answered, what runs and what came of it.
//
// Its words: a run is one execution of a plan; an approval is a person's consent
// to one plan hash; the stop switch stops everything before its next step.
//
// It refuses to decide who may approve what (the policy and the runner do) and
// to act by itself: every operation here was requested.
package supervision
