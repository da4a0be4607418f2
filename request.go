package prentice

import "time"

// RunRequest is a wish for a run: which procedure, for what, and why.
type RunRequest struct {
	Procedure   string
	Inputs      map[string]string
	Event       *Event  // what moved it, or nil; a run takes it from the inbox by its number and believes no one else
	EventNumber int64   `json:",omitempty"` // of the event in the inbox; 0 when none moves it, or when it is only looked at
	EventSender Ref     `json:"Mover"`      // who sent the event, when it came from outside
	Causes      []Cause `json:",omitempty"` // the people by whose doing it is asked for, by any chain; the runner finds them out
	Incident    Ref
	Reason      string
	Actor       Actor
	Only        []Ref      `json:",omitempty"` // of the plan's targets; none is all of them
	RetryOf     int64      `json:",omitempty"` // the run that this one is to finish, or 0
	Adhoc       *Adhoc     `json:",omitempty"` // the command itself, when Procedure is AdhocName
	Captured    []Captured `json:",omitempty"` // what the checks of the plan saw; none while they have not been made
	Window      bool       `json:",omitempty"` // may wait until the calendar lets it begin, instead of being refused
}

// AdhocName is the name of the procedure that an ad-hoc command is planned as. No
// file may have it.
const AdhocName = "adhoc"

// The operations that ask for a run.
const (
	OpStart = "run.start"
	OpAdhoc = "run.adhoc"
)

// OpFor is the operation that asks for a run of a procedure. The policy hears the
// same name when the operation is called and when its plan is judged.
func OpFor(procedure string) string {
	if procedure == AdhocName {
		return OpAdhoc
	}
	return OpStart
}

// Adhoc is a command that someone asks for without a procedure. No one has
// agreed to its text beforehand, so the risk is only what the asker claims.
type Adhoc struct {
	Targets     string // CEL to a list of hosts
	Script      string // for sh
	Risk        Risk
	Sudo        bool
	Parallel    int
	MaxFailures string // a number of targets, or per cent of them; "": the first failure stops
	Timeout     time.Duration
}

// What an ad-hoc command is taken to say when it does not.
const (
	AdhocParallel = 10
	AdhocTimeout  = 5 * time.Minute
)

// Cause is a person by whose doing a run was asked for, and how. No one who
// caused a run approves it.
type Cause struct {
	Person Ref    `json:"person"`
	How    string `json:"how"` // a sentence about them that wants the run as its end: sent the event that asks for
}

// Causers are the people of some causes, sorted and each once.
func Causers(causes []Cause) []Ref {
	people := make([]Ref, len(causes))
	for i, c := range causes {
		people[i] = c.Person
	}
	return JoinPeople(people)
}

// CausedBy says of each of some people how they caused something, once each.
func CausedBy(people []Ref, how string) []Cause {
	var causes []Cause
	for _, p := range JoinPeople(people) {
		causes = append(causes, Cause{Person: p, How: how})
	}
	return causes
}

// Requested is what an actor caused by asking for something.
func Requested(by Actor) []Cause {
	var causes []Cause
	for _, p := range by.People() {
		how := "asked for"
		if p != by.Ref() {
			how = "is behind " + string(by.Ref()) + ", who asked for"
		}
		causes = append(causes, Cause{Person: p, How: how})
	}
	return causes
}
