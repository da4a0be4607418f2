// Package replica says whose a database is, which processes share it, which of them
// live and which one leads.
//
// Its words: a replica is one launch of one process, with an id that no other
// launch ever has. It beats: it writes to the database that it lives. One that
// has not beaten for Dead is declared dead by anyone who notices, for good: its id
// never acts again. One that could not beat for Unfit says so itself, well before
// others take its work, and stops acting. The leader is one living replica; it
// does what must be done once: looking at services, schedules, delivery.
//
// All times that are compared are the database's, so clocks that differ do no
// harm; how long the own last beat is ago is measured on the own steady clock,
// from before it was sent.
//
// A process that has the database to itself is one as well, called single. The
// title of a database says of which installation it is, and whether one process has
// it or several share it; a data folder that does not fit is refused.
//
// It refuses to join under a name that lives elsewhere, and to beat for an id
// that was declared dead. It decides nothing about runs: the runner asks it.
package replica
