// Package automation is the skill for the line "writing software that automates
// systems": the procedures that a team has agreed on can be linted, listed, read,
// and rendered into plans without anything being done.
//
// A procedure is usable when nothing in its file is an error; other findings are
// advice. Its record is how its runs have ended.
//
// It refuses to execute a plan, which is for supervision, and to change a
// procedure, which is for people.
package automation
