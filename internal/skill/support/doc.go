// Package support fixes faults by agreed procedures: it keeps an incident from
// the first symptom to the verified fix, finds the procedure that fits, asks the
// door to run it, and calls a person when none does.
//
// Its words: a symptom is an event that says that something is wrong; a
// recovery is one that says it no longer is. A subject has at most one open
// incident, and every symptom of it joins that one. An incident is open (nothing
// is being done), fixing (a run is under way or waits), watching (the symptoms
// are gone and it must stay so for the quiet time) or closed. To diagnose is to
// ask the Check sections of several procedures which of them is this fault's.
// A person is called once for an incident.
//
// What something depends on explains it: while that fails, its symptoms join the incident
// of that, transitively, and ask for nothing. They are probed and their recoveries told as
// ever. What still fails when its cause is well has an incident of its own.
//
// Its rules: one procedure matches: it is asked for. Several match: their checks
// decide, and the one that fits is asked for. None fits, several fit, a run did
// not help, or nothing matches: a person is called. A run that is
// verified closes the incident once no alert or probe of it is left; so does a
// service that recovers and stays well. An alert says by the team's rules what it is
// about and whether people are called. What is held back is one proposal that waits.
//
// It refuses to act by itself: it only asks the door, like anyone else, and
// policy decides. It refuses to guess between procedures, to start a second run
// of one that is under way, and to take an event up twice.
package support
