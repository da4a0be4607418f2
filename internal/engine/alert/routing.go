package alert

import (
	"time"

	"prentice"
)

// Heartbeat is an alert that always fires: when nothing is heard of it, anyone who
// watches is not watching.
type Heartbeat struct {
	Name     string        `json:"name"`
	Within   time.Duration `json:"within"` // how long may pass between two of its messages
	Severity string        `json:"severity"`
	Owner    prentice.Ref  `json:"owner,omitempty"`
}

// Do is what becomes of an alert.
type Do string

// What may become of an alert, from the least to the most.
const (
	Ignore   Do = "ignore"   // nothing is kept of it
	Record   Do = "record"   // the event is kept
	Incident Do = "incident" // and there is an incident, which procedures may end
	Notify   Do = "notify"   // and people are told
)

// The severities that prentice tells apart. Any other is kept as it is written.
const (
	Critical = "critical"
	Warning  = "warning"
	Info     = "info"
)

// Rank orders severities: the higher, the worse. One that is not known lies
// between warning and critical, and none at all below info.
func Rank(severity string) int {
	switch severity {
	case Critical:
		return 4
	case Warning:
		return 2
	case Info:
		return 1
	case "":
		return 0
	}
	return 3
}

// Routing says what an alert is about and what becomes of it.
type Routing struct {
	Do       Do           `json:"do"`
	Subject  prentice.Ref `json:"subject"`
	Owner    prentice.Ref `json:"owner,omitempty"`
	Severity string       `json:"severity,omitempty"`
	Group    string       `json:"group,omitempty"` // of what names no service: alerts with the same are one fault
	Why      string       `json:"why"`             // by which rules
	Hint     string       `json:"hint,omitempty"`  // what is wrong with its labels, and what was probably meant
}
