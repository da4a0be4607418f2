// Package oncall calls people for incidents, one after the other, until somebody answers.
//
// Its words: a rota says who is on call when, an override puts another in their place for a while.
// An escalation is the calling for one incident: step by step, as the policy in oncall.yaml says. A
// page is one call of one person or channel. Who acknowledges the incident answers, and no further
// step is begun.
//
// Its rules: a page is kept in the write that decides on it, and told by the notices of the team: it
// is sent once, and a crash in between loses none. Each page says by which rule and at which step it
// was sent. A step whose rota has no one on call goes on to the next at once, and says so. Who was
// paged is told when it is over, and no one else is.
//
// It refuses to decide what an incident is, to acknowledge for others, and to call for what is
// silenced: those stay with the incidents.
package oncall
