// Package approval says who must answer before a run goes on, who may, and who has.
//
// Its words: a Question is what a decision asks, of the people there are; a seat is
// whom an answer counts for. Behind an actor stand people: those who came in as it, and
// those by whose word they did. Of two answers behind which one person stands, the
// first counts; and of the people who caused a run, by whatever chain, no one approves
// it.
//
// All of it is pure: the run, the team, the absences and the moment are handed in, and
// what is decided is written by others, in the write in which it was decided. It
// refuses to count an answer for more than one, to let anyone answer what they caused,
// and to let go by break-glass what someone could still approve.
package approval
