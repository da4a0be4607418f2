package prentice

import "time"

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
