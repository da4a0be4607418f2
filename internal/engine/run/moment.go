package run

import (
	"strconv"
	"time"

	"prentice"
	"prentice/internal/engine/log"
)

// Moment is something that happened to a run, as it is told while it runs.
// Exactly one of Log and Says is set.
type Moment struct {
	Run   int64          `json:"run"`
	Time  time.Time      `json:"time"`
	State prentice.State `json:"state"`
	Step  string         `json:"step,omitempty"`
	Says  string         `json:"says,omitempty"`
	Log   *log.Line      `json:"log,omitempty"`

	Target prentice.Ref `json:"target,omitempty"` // of the step
	Stands StepState    `json:"stands,omitempty"` // how the step does, on the target
	Tally  *TargetTally `json:"tally,omitempty"`  // how the targets stand, of a run that has many
	Missed int          `json:"missed,omitempty"` // moments before this one for which the listener was too slow
}

// Streamed says how a page hears of a moment: what a run prints is a "log" with the
// offset to read on from, and what happens to it is a "moment".
func (m Moment) Streamed() (event, id string) {
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
