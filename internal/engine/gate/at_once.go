package gate

import (
	"fmt"

	"prentice"
)

// Acting is how many other runs act at this moment: all, those in a system, and
// those on a subject.
type Acting struct {
	All, InSystem, OnSubject int
	System, Subject          prentice.Ref
}

// Full is the hold of a layer in which as many runs are at work as may be.
func (a Acting) Full(l Limits) prentice.HoldBack {
	for _, u := range []LimitUse{{Layer: Installation, Used: a.All}, {Layer: System, Name: string(a.System), Used: a.InSystem}, {Layer: Service, Name: string(a.Subject), Used: a.OnSubject}} {
		if most := l.AtOnce[u.Layer]; u.Used >= most && (u.Layer == Installation || u.Name != "") {
			return Hold(prentice.HoldOverLimit, fmt.Sprintf("it goes on by itself when one of them ends; raise at_once: {%s: …} in limits.yaml if more may act together", u.Layer),
				"%d of %d runs act at this moment for the %s%s", u.Used, most, u.Layer, named(u.Name))
		}
	}
	return prentice.HoldBack{}
}
