// Package supervision is the skill of working under supervision: what waits for
// people, what they answered, what runs and what came of it.
//
// Its words: a run is one performance of a plan; an approval is a person's leave
// for one plan hash; the kill switch stops everything before its next step.
//
// It refuses to decide who may approve what (the policy and the runner do) and
// to act by itself: every operation here is somebody's wish.
package supervision
