package prentice

import "time"

// Observation is what one look at a probe's target saw. Its zero value is one
// that saw nothing: a look that could not be made says neither that a service is
// well nor that it is down.
type Observation struct {
	Time    time.Time     `json:"time"`
	Truth   Truth         `json:"truth"`
	Status  int           `json:"status,omitempty"` // HTTP status or exit code, if there was one
	Latency time.Duration `json:"latency"`          // until the answer, or until there was none
	Says    string        `json:"says"`             // what was seen, one line
}

// OK says whether the target answered as it should.
func (o Observation) OK() bool { return o.Truth == Pass }

// Failed says whether the target was asked and did not answer as it should.
func (o Observation) Failed() bool { return o.Truth == Fail }
