// Package automation is the chapter for the sentence "writing software that
// automates systems": the procedures that a team has agreed on can be looked
// over, listed, read, and rendered into plans without anything being done.
//
// A procedure is usable when nothing in its file is an error; what else is said
// about it is advice. Its record is how its runs have ended.
//
// It refuses to perform a plan, which is for supervision, and to change a
// procedure, which is for people.
package automation
