// Package run keeps runs: what was asked for, planned and decided, who answered, what
// was begun and how it came out, and what of it binds the runs to come.
//
// Its words: a View is a run with all that is told of it, and a Detail with all that is
// stored of it. The journal holds, for
// every step on every target, the intention written before the act and the proof
// written after it. A run's revision is how often it was written: every write asks
// for the one that it was decided on, and is ErrMoved if anyone has written the run
// since. An idle run is one that nothing performs.
//
// It decides nothing and performs nothing: who may answer, what may begin and what
// happens next others say. It refuses to write over what it was not shown, to hand
// out a plan that is not the one that was approved, and to let one row that cannot be
// read keep others from being read.
package run
