package gate

import (
	"prentice"
)

// HoldMeaning explains a reason: when it holds, whom it binds and what ends it.
type HoldMeaning struct {
	Code              prentice.HoldCode
	When, Binds, Ends string
}

const (
	bindsAll   = "everyone"
	bindsAlone = "work that no person started"
)

// HoldMeanings explains every reason, in the order in which they are looked at.
func HoldMeanings() []HoldMeaning {
	return []HoldMeaning{
		{prentice.HoldStopped, "The kill switch is on: the file STOP exists.", bindsAll, "An owner lets work go on with resume-all."},
		{prentice.HoldPaused, "Prentice did not end in order last time. The run is kept as it is.", bindsAlone, "A person says resume."},
		{prentice.HoldDraining, "Prentice was told to begin no further step, before a stop or an upgrade, and no other replica lives that could.", bindsAll, "It is stopped and started again."},
		{prentice.HoldDuplicate, "The same procedure is under way for the same subject with the same inputs. The run that exists is the answer.", bindsAll, "That run ends."},
		{prentice.HoldNoTargets, "The plan has no targets. Empty is never all.", bindsAll, "The procedure's targets or the catalog are corrected."},
		{prentice.HoldManyTargets, "The plan has more targets than the procedure's max_targets.", bindsAll, "Ask for less, or have the limit raised."},
		{prentice.HoldUnmanaged, "The subject or a target is not in the catalog, or is marked prentice.dev/managed: \"false\".", bindsAll, "The catalog is changed."},
		{prentice.HoldFrozen, "A freeze holds, or no window is open.", bindsAll, "The calendar says when."},
		{prentice.HoldCooldown, "The same procedure touched a target less than its cooldown ago.", bindsAll, "The cooldown ends, or an owner overrides it."},
		{prentice.HoldUnhealthy, "Too many other services are unhealthy, of all or of the same system.", bindsAll, "They recover; call a person."},
		{prentice.HoldUseless, "Fixes in a row did not help one subject, whatever the procedure. A run that only read, was cancelled, or of which it is not known whether it helped neither counts nor ends the row.", bindsAlone, "A run that a person starts helps, or an owner overrides it."},
		{prentice.HoldFailures, "A procedure failed too often in a row, on whatever subject. The time doubles with each further failure.", bindsAlone, "The time ends, a run of it helps, or an owner overrides it."},
		{prentice.HoldBackOff, "The procedure did not help this subject. The time doubles with each useless run.", bindsAlone, "The time ends, a run helps, or an owner overrides it."},
		{prentice.HoldFlapping, "The service goes up and down, or was fixed too often within a while.", bindsAlone, "It stays calm, or an owner overrides it; find out why."},
		{prentice.HoldOverLimit, "Too many runs acted within the last hour, or act at this moment. Those at this moment are waited for.", bindsAll, "The hour passes, a run ends, or an owner overrides it."},
		{prentice.HoldTargetIsBusy, "Another run holds a target, or a host from which a target is reached. It is waited for.", bindsAll, "That run ends."},
		{prentice.HoldUnreachable, "Approval would be asked for, the plan begins on its hosts, and none of them can be reached.", bindsAll, "One of them can be reached; prentice host check says why not."},
	}
}
