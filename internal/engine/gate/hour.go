package gate

import (
	"fmt"
	"time"

	"prentice"
)

// Hour is what was begun within the last hour, in each layer of a plan.
type Hour struct {
	Uses   []LimitUse
	Relief time.Time // when the first that is full has room again
}

// Counted is how many runs of a layer were begun within the last hour, and the
// minute of the first.
type Counted struct {
	Runs  int
	First int64
}

// Minute is the minute by which runs are counted.
func Minute(t time.Time) int64 { return t.Unix() / 60 }

// Layers are the names under which a plan's runs are counted by the hour.
func Layers(plan prentice.Plan) []LimitUse {
	list := []LimitUse{{Layer: Installation}, {Layer: Procedure, Name: plan.Procedure}}
	for _, name := range plan.Called() { // what is called counts under its own name
		list = append(list, LimitUse{Layer: Procedure, Name: name})
	}
	if plan.Subject != "" {
		list = append(list, LimitUse{Layer: Service, Name: string(plan.Subject)})
	}
	if plan.Choosing() {
		return list // its targets are counted once they are chosen
	}
	for _, t := range plan.Targets {
		list = append(list, LimitUse{Layer: Target, Name: string(t.Ref)})
	}
	return list
}

// HourOf compares what was counted, by layer and name alone, with the limits. It is
// counted by the minute, and a minute that is partly over counts whole.
func HourOf(l Limits, layers []LimitUse, counted map[LimitUse]Counted) Hour {
	h := Hour{Uses: make([]LimitUse, len(layers))}
	for i, u := range layers {
		c := counted[u]
		u.Used, u.Per, u.Most = c.Runs, "hour", l.PerHour[u.Layer]
		h.Uses[i] = u
		if u.Used >= u.Most && h.Relief.IsZero() {
			h.Relief = time.Unix((c.First+1)*60, 0).Add(time.Hour)
		}
	}
	return h
}

// hourly: how much was done within the last hour. People are bound too.
func hourly(f Facts) prentice.HoldBack { return f.Hour.Full() }

// Full is the hold of an hour that has no room for one more run.
func (h Hour) Full() prentice.HoldBack {
	for _, u := range h.Uses {
		if u.Used < u.Most {
			continue
		}
		name := u.Name
		if name == "" {
			name = Installation
		}
		return holdUntil(h.Relief, overriding(prentice.HoldOverLimit, name, h.Relief)+fmt.Sprintf(", or raise runs_per_hour: {%s: …} in limits.yaml", u.Layer),
			prentice.HoldOverLimit, "%d of %d runs this hour for the %s%s", u.Used, u.Most, u.Layer, named(u.Name))
	}
	return prentice.HoldBack{}
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return " " + name
}
