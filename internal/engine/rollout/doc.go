// Package rollout says how a plan goes over its targets: in which order, in which
// batches, and what is looked at after each and before the next. It is arithmetic over a plan
// and over how many targets came out well and how many failed.
//
// Its words: a batch is the targets that are acted on together and verified before any
// other is begun. A group is targets that no batch crosses the border of: the canary,
// a zone. The rolling steps are those of Act that batches are made of.
//
// It knows no run, no journal and no clock, and it decides nothing: order and groups
// are in the plan. It only works out what follows from them.
package rollout
