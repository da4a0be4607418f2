package run

import (
	"time"

	"prentice"
	"prentice/internal/engine/gate"
)

// TargetLock is a target that a run has for itself.
type TargetLock struct {
	Target    prentice.Ref   `json:"target"`
	Via       prentice.Ref   `json:"via,omitempty"` // the host from which it is reached, which no run may have for itself meanwhile
	Run       int64          `json:"run"`
	Procedure string         `json:"procedure"`
	State     prentice.State `json:"state"`
	Since     time.Time      `json:"since"`
}

// Pause says that work which no person started waits, since when and why.
type Pause struct {
	Since time.Time      `json:"since"`
	Says  string         `json:"says"`
	Held  []prentice.Run `json:"held"`
}

// LimitState is the limits in force, and all that holds back at this moment.
type LimitState struct {
	Stopped bool            `json:"stopped"`
	Why     string          `json:"why,omitempty"` // it is stopped
	Pause   *Pause          `json:"pause,omitempty"`
	Uses    []gate.LimitUse `json:"uses"`
	InForce []gate.Block    `json:"in_force"`
	More    int             `json:"more,omitempty"` // that cool down and are not in InForce
	Locks   []TargetLock    `json:"locks"`
}
