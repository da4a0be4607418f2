// Package gate says whether a plan may begin now, and if not, why, until when and
// what to do about it. It is arithmetic over facts that others have gathered: what
// the team's limits are, what was tried before, how many runs there were and how
// many there are, what is unhealthy, what the calendar says.
//
// Its words: a hold is a reason why a run must not begin, or not go on. A limit is a
// number that the team sets, in a layer (the installation, a system, a service, a
// procedure, a target). A streak is how often in a row something did not help. A
// window is how many targets of one run may be at work at one time.
//
// It asks nothing of the world: no database, no clock, no file. It changes nothing,
// and it lets nothing through that it was not told enough about: limits that no one
// set let no run begin.
package gate
