// Package choices keeps what sources outside say an input may be: addresses that are
// asked, and scripts that can change nothing.
//
// Its words: a source is asked; what it said is a list, kept with the time when it was
// read, so that a form shows it with its age. A list is read again when it is older than
// its source allows, by one of those that share the database, and when someone asks for
// it. For a plan the source is asked at that moment.
//
// It refuses to ask because someone looks at a page, to answer a plan with what was kept,
// and to let a failure take away what was read before: the list stays, with its age and
// the reason.
package choices
