// Package design assists in designing components: it draws the map of what a
// team has and says what breaks if something breaks.
//
// Its words: an entity is anything the catalog declares; a dependant is what
// needs it, directly or through others; the way is the chain of needs between
// the two; a single point of failure is an entity that others need and that is on
// one host only; a gap is what the catalog leaves out.
//
// It works from what the team declares and says so. It refuses to call a thing
// safe because nothing is declared to need it: that is "nothing is known to
// need it". It changes nothing.
package design
