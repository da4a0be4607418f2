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

// HoldMeaning explains a reason: when it holds, whom it binds and what ends it.
type HoldMeaning struct {
	Code              HoldCode
	When, Binds, Ends string
}

const (
	bindsAll   = "everyone"
	bindsAlone = "work that no person started"
)

// HoldMeanings explains every reason, in the order in which they are looked at.
func HoldMeanings() []HoldMeaning {
	return []HoldMeaning{
		{HoldStopped, "The kill switch is on: the file STOP exists.", bindsAll, "An owner lets work go on with resume-all."},
		{HoldPaused, "Prentice did not end in order last time. The run is kept as it is.", bindsAlone, "A person says resume."},
		{HoldDraining, "Prentice was told to begin no further step, before a stop or an upgrade, and no other replica lives that could.", bindsAll, "It is stopped and started again."},
		{HoldDuplicate, "The same procedure is under way for the same subject with the same inputs. The run that exists is the answer.", bindsAll, "That run ends."},
		{HoldNoTargets, "The plan has no targets. Empty is never all.", bindsAll, "The procedure's targets or the catalog are corrected."},
		{HoldManyTargets, "The plan has more targets than the procedure's max_targets.", bindsAll, "Ask for less, or have the limit raised."},
		{HoldUnmanaged, "The subject or a target is not in the catalog, or is marked prentice.dev/managed: \"false\".", bindsAll, "The catalog is changed."},
		{HoldFrozen, "A freeze holds, or no window is open.", bindsAll, "The calendar says when."},
		{HoldCooldown, "The same procedure touched a target less than its cooldown ago.", bindsAll, "The cooldown ends, or an owner overrides it."},
		{HoldUnhealthy, "Too many other services are unhealthy, of all or of the same system.", bindsAll, "They recover; call a person."},
		{HoldUseless, "Fixes in a row did not help one subject, whatever the procedure. A run that only read, was cancelled, or of which it is not known whether it helped neither counts nor ends the row.", bindsAlone, "A run that a person starts helps, or an owner overrides it."},
		{HoldFailures, "A procedure failed too often in a row, on whatever subject. The time doubles with each further failure.", bindsAlone, "The time ends, a run of it helps, or an owner overrides it."},
		{HoldBackOff, "The procedure did not help this subject. The time doubles with each useless run.", bindsAlone, "The time ends, a run helps, or an owner overrides it."},
		{HoldFlapping, "The service goes up and down, or was fixed too often within a while.", bindsAlone, "It stays calm, or an owner overrides it; find out why."},
		{HoldOverLimit, "Too many runs acted within the last hour, or act at this moment. Those at this moment are waited for.", bindsAll, "The hour passes, a run ends, or an owner overrides it."},
		{HoldTargetIsBusy, "Another run holds a target, or a host from which a target is reached. It is waited for.", bindsAll, "That run ends."},
		{HoldUnreachable, "Approval would be asked for, the plan begins on its hosts, and none of them can be reached.", bindsAll, "One of them can be reached; prentice host check says why not."},
	}
}

// LimitUse is one limit and how much of it is used.
type LimitUse struct {
	Layer string `json:"layer"`          // installation, system, service, procedure or target
	Name  string `json:"name,omitempty"` // of whom; "" is the installation
	Per   string `json:"per"`            // hour, or moment
	Used  int    `json:"used"`
	Most  int    `json:"most"`
}

// InForce is a hold that lies on something, and not on one run. Code and Name
// are what an owner lifts it by.
type InForce struct {
	Name string `json:"name"` // of what it lies on
	Run  int64  `json:"run,omitempty"`
	HoldBack
}

// TargetLock is a target that a run has for itself.
type TargetLock struct {
	Target    Ref       `json:"target"`
	Via       Ref       `json:"via,omitempty"` // the host from which it is reached, which no run may have for itself meanwhile
	Run       int64     `json:"run"`
	Procedure string    `json:"procedure"`
	State     State     `json:"state"`
	Since     time.Time `json:"since"`
}

// Pause says that work which no person started waits, since when and why.
type Pause struct {
	Since time.Time `json:"since"`
	Says  string    `json:"says"`
	Held  []Run     `json:"held"`
}

// LimitState is the limits in force, and all that holds back at this moment.
type LimitState struct {
	Stopped bool         `json:"stopped"`
	Why     string       `json:"why,omitempty"` // it is stopped
	Pause   *Pause       `json:"pause,omitempty"`
	Uses    []LimitUse   `json:"uses"`
	InForce []InForce    `json:"in_force"`
	More    int          `json:"more,omitempty"` // that cool down and are not in InForce
	Locks   []TargetLock `json:"locks"`
}
