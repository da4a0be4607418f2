package capacity

import (
	"context"
	"fmt"
	"time"

	"prentice"
	"prentice/internal/engine/provision"
)

// Ended is something that ends by itself, as a probe saw it.
type Ended struct {
	Name    string // of the probe
	Kind    string // certificate or domain
	About   prentice.Ref
	Ends    time.Time
	Says    string
	Seen    time.Time
	Pressed bool // the probe tells people itself by now
}

// ends are the things whose end is known, in the order of the file, and then of the probes.
func (k *Desk) ends(ctx context.Context, now time.Time) (list []Line, err error) {
	if set := k.set(); set != nil {
		for _, e := range set.Ends {
			list = append(list, declared(now, e))
		}
	}
	if k.Endings == nil {
		return list, nil
	}
	seen, err := k.Endings(ctx)
	for _, e := range seen {
		list = append(list, observed(now, e))
	}
	return list, err
}

// declared is how an end of the file stands.
func declared(now time.Time, e provision.End) Line {
	r := Resource{Name: e.Name, Kind: e.Kind, About: e.About, Unit: "days", At: now, By: prentice.NewRef("file", provision.TeamFile)}
	o := ended(now, e.Ends, now.Add(e.Notice).After(e.Ends), e.Ends.Add(-time.Second))
	o.Notice = e.Notice
	if e.Summary != "" {
		o.Says += ": " + e.Summary
	}
	return Line{r.Ref(), r, o}
}

// observed is how an end stands that a probe saw.
func observed(now time.Time, e Ended) Line {
	r := Resource{Name: named(e.About.Name(), e.Name, e.Kind), Kind: e.Kind, About: e.About, Unit: "days", At: e.Seen, By: prentice.Prentice("availability").Ref()}
	return Line{r.Ref(), r, ended(now, e.Ends, e.Pressed, e.Ends)}
}

// ended is how something stands that ends at a time, and last on a day. There is nothing to
// forecast: the day is known.
func ended(now, ends time.Time, pressing bool, last time.Time) Outlook {
	o := Outlook{State: Enough, Known: true, Earliest: ends, Likely: ends, Latest: ends}
	left := ends.Sub(now)
	switch {
	case left <= 0:
		o.State, o.Says = Exhausted, fmt.Sprintf("it ended on %s", day(last))
	case pressing:
		o.State, o.Says = Ending, fmt.Sprintf("it ends on %s, in %s: renew it, or let it go", day(last), lasting(left))
	default:
		o.Says = fmt.Sprintf("it ends on %s, in %s", day(last), lasting(left))
	}
	return o
}

// one is what can run out or ends, by its name.
func (k *Desk) one(ctx context.Context, now time.Time, name string) (Line, error) {
	ends, err := k.ends(ctx, now)
	for _, l := range ends {
		if l.Name == name {
			return l, nil
		}
	}
	if err != nil {
		return Line{}, err
	}
	r, err := k.kept.one(ctx, name)
	if err != nil {
		return Line{}, err
	}
	o, err := k.outlook(ctx, now, r)
	return Line{r.Ref(), r, o}, err
}
