package support

import (
	"strconv"
	"time"

	"prentice"
	"prentice/internal/team"
)

// State is where an incident stands.
type State string

// The states of an incident.
const (
	Open     State = "open"     // something is wrong and nothing is being done
	Fixing   State = "fixing"   // a run is under way or waits for people
	Watching State = "watching" // the symptoms are gone; they must stay away
	Closed   State = "closed"
)

// How an incident ended.
const (
	byRun      = "verified"  // a run was verified
	byItself   = "recovered" // the symptoms went away and stayed away
	byPerson   = "by hand"
	byCause    = "as a part" // of the incident of what it depends on
	ourSource  = "prentice/support"
	self       = prentice.Ref("self/prentice")
	mostLines  = 500 // of a timeline; beyond it only what people must see is added
	eventsName = "support_event"
)

// Incident is a fault from its first symptom to its end.
type Incident struct {
	Number       int64        `json:"number"`
	Ref          prentice.Ref `json:"ref"`
	Subject      prentice.Ref `json:"subject"`
	State        State        `json:"state"`
	Title        string       `json:"title"`   // the thing and its state
	Summary      string       `json:"summary"` // what was said first, word for word
	Opened       time.Time    `json:"opened"`
	FirstSymptom time.Time    `json:"first_symptom"`
	LastSymptom  time.Time    `json:"last_symptom"`
	WellSince    time.Time    `json:"well_since,omitzero"` // since when no symptom is left
	Called       time.Time    `json:"called,omitzero"`     // when a person was called
	Events       int64        `json:"events"`              // symptoms that joined it
	Closed       time.Time    `json:"closed,omitzero"`
	How          string       `json:"how,omitempty"`  // verified, recovered or by hand
	Says         string       `json:"says,omitempty"` // how it ended, one sentence

	Group    string       `json:"group,omitempty"`    // of its alerts, when they name no service
	Severity string       `json:"severity,omitempty"` // the worst of its alerts
	Owner    prentice.Ref `json:"owner,omitempty"`
	Quiet    bool         `json:"quiet,omitempty"`    // no one is called for it
	Verified int64        `json:"verified,omitempty"` // the run that was verified while a symptom was still there

	Holder // who has it

	Recurs string `json:"recurs,omitempty"` // how often it came within its usual time, and how long what fixed it held

	Muted *team.Mute `json:"muted,omitempty"` // all its symptoms are silenced

	Unread string `json:"unread,omitempty"` // why what is stored of it cannot be read

	hint     string    // that the catalog does not have what it is about; of one that is opened
	owed     string    // for what a person would have been called while it was silenced
	settling string    // for what a person is called unless something it depends on is the cause, as JSON
	callAt   time.Time // when a person is called unless something matches first; zero when something did
}

// Line is one entry of an incident's timeline.
type Line struct {
	Time  time.Time     `json:"time"`
	After time.Duration `json:"after"` // since the first symptom
	Kind  string        `json:"kind"`  // opened, symptom, recovery, run, diagnosis, called, holder, note or closed
	Says  string        `json:"says"`
	About prentice.Ref  `json:"about,omitempty"` // the run or procedure that it tells of
	Actor prentice.Ref  `json:"actor"`
}

// IncidentRun is a run that was asked for to end an incident.
type IncidentRun struct {
	Run       prentice.Ref   `json:"run"`
	Procedure string         `json:"procedure"`
	State     prentice.State `json:"state"`
	Says      string         `json:"says"`
	Asked     time.Time      `json:"asked"`
	Ended     time.Time      `json:"ended,omitzero"`
	Doubled   int64          `json:"doubled"`         // symptoms that would have asked for it again
	About     prentice.Ref   `json:"about,omitempty"` // what it was asked for about; "" is not known
}

func incidentRef(number int64) prentice.Ref {
	return prentice.NewRef("incident", strconv.FormatInt(number, 10))
}

func runRef(number int64) prentice.Ref {
	return prentice.NewRef("run", strconv.FormatInt(number, 10))
}

// numberOf reads a number that may be written as a ref of a kind.
func numberOf(kind, text string) (int64, error) {
	ref := text
	if len(text) > len(kind) && text[:len(kind)+1] == kind+"/" {
		text = text[len(kind)+1:]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, prentice.Errorf(prentice.Invalid, "%q is not an %s", clip(ref, 80), kind).Try("write %s/7 or 7; list them with: prentice %s list", kind, kind)
	}
	return n, nil
}
