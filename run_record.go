package prentice

import (
	"strconv"
	"time"
)

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
	Only        []Ref  `json:",omitempty"` // of the plan's targets; none is all of them
	RetryOf     int64  `json:",omitempty"` // the run that this one is to finish, or 0
	Adhoc       *Adhoc `json:",omitempty"` // the command itself, when Procedure is AdhocName
	Window      bool   `json:",omitempty"` // may wait until the calendar lets it begin, instead of being refused
}

// StepRecord is what is known of one step on one target within a run.
type StepRecord struct {
	Run      int64     `json:"run"`
	Step     string    `json:"step"`
	Section  Section   `json:"section"`
	Kind     string    `json:"kind"`
	Target   Ref       `json:"target,omitempty"`
	Round    int       `json:"round"` // 1, or more for a check that was made again before the run acted
	State    StepState `json:"state"`
	Says     string    `json:"says"`
	Code     int       `json:"code"`
	Attempts int       `json:"attempts"` // 0: it was never begun
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
}

// StepState is where a step stands. Intended is written before the act, the
// others after it.
type StepState string

// The states of a step.
const (
	Intended  StepState = "intended"
	Held      StepState = "held" // a human step that waits
	Done      StepState = "done" // came out as it should
	NotDone   StepState = "failed"
	Unsure    StepState = "uncertain"
	WasDone   StepState = "was-done" // found true after a crash; not repeated
	WasUndone StepState = "undone"
)

// Approval is a person's answer to one plan hash.
type Approval struct {
	Run    int64     `json:"run"`
	Plan   string    `json:"plan"`
	Actor  Ref       `json:"actor"`
	For    Ref       `json:"for,omitempty"` // who is away, and for whom the actor stood in
	Door   string    `json:"door"`
	Token  int64     `json:"token,omitempty"`  // that the actor came by; 0 is by signing in
	People []Ref     `json:"people,omitempty"` // behind the answer: the actor, and anyone who is behind them
	Yes    bool      `json:"yes"`
	Reason string    `json:"reason"`
	Time   time.Time `json:"time"`
}

// RunDetail is a run with all that belongs to it.
type RunDetail struct {
	Run
	ThePlan   Plan         `json:"the_plan"`
	Decision  Decision     `json:"decision"`
	Causes    []Cause      `json:"causes,omitempty"` // the people by whose doing it is asked for; none of them approves it
	Approvals []Approval   `json:"approvals"`
	Steps     []StepRecord `json:"steps"`
	Record    Record       `json:"record"`             // of the procedure, before this run
	Contact   *Contact     `json:"contact,omitempty"`  // whether its hosts can be reached, if it waits for an approval
	Ahead     *HoldBack    `json:"ahead,omitempty"`    // what would hold it back if it were approved now, if it waits for an approval
	Yours     *Yours       `json:"yours,omitempty"`    // how the reader relates to it, if it waits for an approval
	Override  *Override    `json:"override,omitempty"` // whether they may let it go without, if that is possible

	PlanGroup    string  `json:"plan_group,omitempty"`     // equal for plans that are equal but for subject and targets
	Window       bool    `json:"window,omitempty"`         // once it has leave it waits for the calendar
	Review       *Review `json:"review,omitempty"`         // of the glass that was broken for it
	BreakGlassBy Ref     `json:"break_glass_by,omitempty"` // who let it go without the approvals it lacked
	Void         *Void   `json:"void,omitempty"`           // why the leave it had was void
	Last         *Agreed `json:"last,omitempty"`           // what people agreed to before, for the same procedure and subject
}

// RunFilter chooses runs. Zero fields choose all. Before is a cursor: only runs
// with a smaller number. Limit 0 is 50; at most 500.
type RunFilter struct {
	State     State
	Open      bool // only those that have not ended
	Moving    bool // only those that have not ended and do not wait for people
	Over      bool // only those that have ended
	Procedure string
	Subject   Ref
	Incident  Ref
	Host      Ref       // only those that act on it; Find alone looks at it
	Text      string    // only those that have all of these words, or parts of them; Find alone looks at it
	Since     time.Time // only those that were asked for then or later
	Until     time.Time // only those that were asked for before
	Before    int64
	Limit     int
}

// RunPage is a part of a list of runs, newest first. Next is the cursor of the
// rest, or 0 when there is none. A page may be short, or empty, and have a rest:
// what costs much to look for is looked for in a part of the runs at a time, down
// to the number Down.
type RunPage struct {
	Runs []Run
	Next int64
	Down int64
}

// RunMoment is something that happened to a run, as it is told while it runs.
// Exactly one of Log and Says is set.
type RunMoment struct {
	Run   int64     `json:"run"`
	Time  time.Time `json:"time"`
	State State     `json:"state"`
	Step  string    `json:"step,omitempty"`
	Says  string    `json:"says,omitempty"`
	Log   *LogLine  `json:"log,omitempty"`

	Target Ref          `json:"target,omitempty"` // of the step
	Stands StepState    `json:"stands,omitempty"` // how the step does, on the target
	Tally  *TargetTally `json:"tally,omitempty"`  // how the targets stand, of a run that has many
}

// Streamed says how a page hears of a moment: what a run prints is a "log" with the
// offset to read on from, and what happens to it is a "moment".
func (m RunMoment) Streamed() (event, id string) {
	if m.Log != nil {
		return "log", strconv.FormatInt(m.Log.Offset, 10)
	}
	return "moment", ""
}

// TargetTally is how many targets stand how, at a moment of a run.
type TargetTally struct {
	Done   int `json:"done"`
	Failed int `json:"failed"` // or no one knows
	Of     int `json:"of"`
}

// Diagnosis is what a procedure's Check section said of a fault.
type Diagnosis struct {
	Procedure string       `json:"procedure"`
	Fits      bool         `json:"fits"`
	Says      string       `json:"says"`
	Steps     []StepRecord `json:"steps"`
}

// Reply is what a person says to a run that waits for people. Plan is the hash
// that was looked at, or "" for the run's own; Step is the human step that was
// done, or "" for the one that waits.
type Reply struct {
	Run    int64
	Actor  Actor
	Plan   string
	Step   string
	Yes    bool
	Reason string
	Window bool // with Yes: not now, but when the calendar lets it begin
}
