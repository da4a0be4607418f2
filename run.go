package prentice

import (
	"slices"
	"strconv"
	"time"
)

// State is where a run stands. A run that has not ended is in one of the first
// five; every run ends in one of the eight end states and stays there. One that was
// refused because of what time or a limit ends is held until it is asked for again
// as another run, or no one needs it any more, and refused from then on.
type State string

// The states on the way.
const (
	Checking State = "checking" // its Check section is looking at the world
	Waiting  State = "waiting"  // for people: an approval, or a human step
	Queued   State = "queued"   // has leave; waits for its targets' locks
	Running  State = "running"  // acts or verifies
	Undoing  State = "undoing"  // puts back what it did
)

// The end states.
const (
	Verified   State = "verified"   // the symptom is gone and stayed gone
	Unverified State = "unverified" // acted, and nothing says whether it helped
	Failed     State = "failed"     // did not help, and nothing was undone
	Undone     State = "undone"     // did not help, and was put back
	Uncertain  State = "uncertain"  // no one can tell what happened; a person must look
	Expired    State = "expired"    // no one answered in time; nothing was done
	Cancelled  State = "cancelled"  // a person stopped it
	RunRefused State = "refused"    // policy, a limit, a check or an approver said no; nothing was done
)

// RunHeld is refused as long as it is asked for again by itself; nothing was done.
const RunHeld State = "held"

var (
	onTheWay  = []State{Checking, Waiting, Queued, Running, Undoing}
	endStates = []State{Verified, Unverified, Failed, Undone, Uncertain, Expired, Cancelled, RunRefused}
)

// Ended says whether the state is an end state.
func (s State) Ended() bool { return s == RunHeld || slices.Contains(endStates, s) }

// Known says whether s is a state at all.
func (s State) Known() bool { return s.Ended() || slices.Contains(onTheWay, s) }

// EndStates lists the eight, best first.
func EndStates() []State { return slices.Clone(endStates) }

// Sign is the state's shape, the same in the terminal and on the pages.
func (s State) Sign() string {
	switch s {
	case Verified:
		return "●"
	case Checking, Running, Undoing:
		return "◐"
	case Queued, RunHeld:
		return "○"
	case Waiting:
		return "▲"
	case Failed:
		return "■"
	case RunRefused, Expired, Cancelled:
		return "✕"
	case Undone:
		return "↺"
	default: // Uncertain, Unverified, and whatever is not known
		return "◇"
	}
}

// Harmful says whether a run that ended so counts against its procedure.
func (s State) Harmful() bool { return s == Failed || s == Undone || s == Uncertain }

// Run is one performance of a plan.
type Run struct {
	Number    int64     `json:"number"`
	Procedure string    `json:"procedure"`
	Plan      string    `json:"plan"` // the plan's hash
	Subject   Ref       `json:"subject,omitempty"`
	State     State     `json:"state"`
	Says      string    `json:"says"` // why it is in this state, one sentence
	Risk      Risk      `json:"risk"`
	Targets   []Ref     `json:"targets,omitempty"`
	Hosts     int       `json:"hosts"` // how many targets it has; lists say only this
	Requester Ref       `json:"requester"`
	Approvers []Ref     `json:"approvers,omitempty"`
	Incident  Ref       `json:"incident,omitempty"`
	Event     string    `json:"event,omitempty"`
	Reason    string    `json:"reason,omitempty"` // why it was asked for
	Created   time.Time `json:"created"`
	Started   time.Time `json:"started,omitzero"` // when it first acted
	Ended     time.Time `json:"ended,omitzero"`
	Waits     string    `json:"waits,omitempty"`  // for what, if it waits: approval or the id of a human step
	Expires   time.Time `json:"expires,omitzero"` // when the wait for people ends
	Hold      *HoldBack `json:"hold,omitempty"`   // why it was not begun, or does not go on

	Command string `json:"command,omitempty"` // of an ad-hoc run, on a line
	Unread  string `json:"unread,omitempty"`  // why what is stored of it cannot be read

	// Who can approve it, as the team is at this moment: of a run that a person or
	// a program asked for just now and that needs it, and of one that waits, where
	// one run is shown.
	Answerers *Answerers `json:"answerers,omitempty"`
}

// About is what the run is about, in a few words. The subject of what is about no
// service is the first of its hosts: to name that one alone would hide the
// others.
func (r Run) About() string {
	if more := r.AndMore(); more > 0 {
		return string(r.Subject) + " and " + strconv.Itoa(more) + " more"
	}
	return string(r.Subject)
}

// AndMore is on how many targets it acts beside its subject, if that is one of them.
func (r Run) AndMore() int {
	if kind := r.Subject.Kind(); kind != "host" && kind != "resource" {
		return 0
	}
	return max(r.Hosts, len(r.Targets), 1) - 1
}

// Ref names the run.
func (r Run) Ref() Ref { return NewRef("run", itoa(r.Number)) }

// HoldCode names a reason to hold a run back.
type HoldCode string

// The reasons, in the order in which they are looked at.
const (
	HoldStopped      HoldCode = "stopped"
	HoldPaused       HoldCode = "paused"
	HoldDraining     HoldCode = "draining"
	HoldDuplicate    HoldCode = "duplicate-in-progress"
	HoldNoTargets    HoldCode = "no-targets"
	HoldManyTargets  HoldCode = "too-many-targets"
	HoldUnmanaged    HoldCode = "unmanaged-target"
	HoldFrozen       HoldCode = "frozen"
	HoldCooldown     HoldCode = "cooldown"
	HoldUnhealthy    HoldCode = "too-much-unhealthy"
	HoldUseless      HoldCode = "ineffective-chain"
	HoldFailures     HoldCode = "consecutive-failures"
	HoldBackOff      HoldCode = "exponential-back-off"
	HoldFlapping     HoldCode = "flapping"
	HoldOverLimit    HoldCode = "over-limit"
	HoldTargetIsBusy HoldCode = "target-busy"
	HoldUnreachable  HoldCode = "unreachable"
)

// HoldBack is why a run was not begun, or does not go on. It is kept with the
// run. Until is zero when no time alone ends it.
type HoldBack struct {
	Code   HoldCode  `json:"code"`
	Says   string    `json:"says"`
	WayOut string    `json:"way_out"`
	Until  time.Time `json:"until,omitzero"`
}

// Holds says whether there is anything that holds back.
func (h HoldBack) Holds() bool { return h.Code != "" }

// OrNil is the hold as a run keeps it: nil when nothing holds.
func (h HoldBack) OrNil() *HoldBack {
	if !h.Holds() {
		return nil
	}
	return &h
}

// Error is the hold as an error of a kind, for anyone who gets no run to look at.
func (h HoldBack) Error(kind Kind) error {
	return Errorf(kind, "%s", h.Says).Try("%s", h.WayOut)
}
