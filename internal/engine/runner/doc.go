// Package runner carries runs out: it checks, asks, waits, acts, verifies and
// undoes, and survives a crash at any line. What is kept of a run is package run's,
// whether it may begin is package gate's, and who may answer is package approval's:
// the runner gathers what they need, asks them, and does what follows.
//
// Its words: a stage is what a run does in one state (checking, queued, running,
// undoing); it ends by moving the run to the next state. A worker performs a run from
// where its journal ends. A launch begins what moves and
// nothing performs, and take-over what moves and belongs to a process that died:
// together they make a stage happen at least once, across crashes, and the journal
// makes an effect happen at most once.
//
// A run that waits for people is a row and nothing else: no goroutine, no lock,
// no slot. Their answer starts the next stage.
//
// It refuses to act on an empty set of targets, without a lock on each of them,
// past a limit, on a plan that the world has outgrown, or while the stop file
// exists; to repeat a step that may have happened; and to call a run anything
// but one of the eight end states once it is over.
package runner
