// Package prentice is the ground: the words that every other package speaks.
//
// An event says that something happened. A policy decides what may be done
// about it. A procedure is the agreed way of doing it; a plan is that
// procedure rendered for one case, and its hash is what people approve. A run
// is one performance of a plan and always ends in a known state. Evidence is
// what was seen and done, and who approved it.
//
// The ground is pure. It knows no clock, no database, no network and no other
// package of this module; it parses, compares and refuses. Zero values are the
// safe ones: a forgotten Risk is Danger, a forgotten Verdict is Refuse, a
// forgotten Kind of error is Internal.
package prentice
