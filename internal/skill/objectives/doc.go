// Package objectives keeps what services owe: how much of each budget is left, and who is called
// when it burns.
//
// Its words are those of the engine of the same name: target, budget, burn, rule. A rule is armed when
// a person has seen its replay: when it would have fired on what was counted of the service until
// now. Only what is armed calls anyone.
//
// Its rules: each look of a probe is counted in the minute in which it was made, for every indicator of
// its service, and apart while there is maintenance, so that an objective says itself whether that
// counts. Minutes are kept for 35 days and hours for 400. Where an armed objective is changed in its
// file, the armed one goes on until the new one was replayed and armed; with an error in the files those
// before stay in force. A rule that fires for a page is a symptom of its service, and joins its incident; what
// is over is told.
//
// It looks at nothing itself: probes do. It refuses to arm what was not replayed as it stands.
package objectives
