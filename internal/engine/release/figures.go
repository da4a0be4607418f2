package release

import (
	"fmt"
	"slices"
	"time"

	"prentice"
)

// Window is a time from a moment up to another, which is not in it.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Has says whether a moment is in it.
func (w Window) Has(t time.Time) bool { return !t.Before(w.From) && t.Before(w.To) }

// Days is how long it is.
func (w Window) Days() float64 { return w.To.Sub(w.From).Hours() / 24 }

// Figure is one of the five, with what it was made of.
type Figure struct {
	Name    string   `json:"name"`
	Says    string   `json:"says"`  // how it is worked out
	Known   bool     `json:"known"` // false: nothing that would tell is there
	Value   float64  `json:"value"`
	Unit    string   `json:"unit"`
	Of      int      `json:"of"`      // how many it was made of
	Unknown int      `json:"unknown"` // how many are not in it, because it is not known of them
	List    []Member `json:"list"`
}

// Member is one of what a figure is made of.
type Member struct {
	Deployment prentice.Ref `json:"deployment"`
	Run        prentice.Ref `json:"run,omitempty"`
	Change     prentice.Ref `json:"change,omitempty"`
	At         time.Time    `json:"at"`
	Known      bool         `json:"known"`
	Value      float64      `json:"value"`
	Says       string       `json:"says"`
}

// Figures are the five of a window, as DORA has them since 2025.
type Figures struct {
	Window
	Frequency Figure `json:"deployment_frequency"`
	Lead      Figure `json:"lead_time"`
	Fails     Figure `json:"change_fail_rate"`
	Recovery  Figure `json:"recovery_time"`
	Rework    Figure `json:"rework_rate"`
	Days      []Day  `json:"days"`
}

// All are the five, in their order.
func (f Figures) All() []Figure { return []Figure{f.Frequency, f.Lead, f.Recovery, f.Fails, f.Rework} }

// Day is what happened on one day, in UTC.
type Day struct {
	Day      time.Time `json:"day"`
	Deployed int       `json:"deployed"`
	Broke    int       `json:"broke"`
	Unknown  int       `json:"unknown"`
}

// Measure works out the figures of a window from all deployments that are known of some
// services at some places. Those outside of the window count only for what ended one that
// is in it.
func Measure(list []Deployment, w Window) Figures {
	all := InOrder(list)
	f := Figures{Window: w,
		Frequency: Figure{Name: "Deployment frequency", Unit: "a day", Says: "deployments that were verified, for each day of the window"},
		Lead:      Figure{Name: "Lead time for changes", Unit: "h", Says: "from the first patch set of a change to the end of the deployment that brought it, the middle one"},
		Fails:     Figure{Name: "Change fail rate", Unit: "%", Says: "deployments that failed, were undone or failed later, of all that acted"},
		Recovery:  Figure{Name: "Failed deployment recovery time", Unit: "h", Says: "from when a failed deployment began to act, or failed later, until its place was well again, the middle one"},
		Rework:    Figure{Name: "Deployment rework rate", Unit: "%", Says: "deployments because of an incident or of an earlier one, and those that go back, of all that acted"},
	}
	verified, broke, rework := 0, 0, 0
	for i, d := range all {
		if !d.Moved() || !w.Has(d.Ended) {
			continue
		}
		m := member(d)
		if d.Outcome == Deployed {
			verified++
			f.Frequency.List = append(f.Frequency.List, m.with(1, d.What()+" deployed"))
			f.Lead.List = append(f.Lead.List, leads(d)...)
		}
		switch bad, known := d.Broke(); {
		case !known:
			f.Fails.List = append(f.Fails.List, m.unknown("it is uncertain how it ended"))
		case bad:
			broke++
			f.Fails.List = append(f.Fails.List, m.with(1, "it "+d.how()))
			f.Recovery.List = append(f.Recovery.List, recovery(d, all[i+1:], m))
		default:
			f.Fails.List = append(f.Fails.List, m.with(0, "well"))
		}
		if why := d.because(); why != "" {
			rework++
			f.Rework.List = append(f.Rework.List, m.with(1, why))
		} else {
			f.Rework.List = append(f.Rework.List, m.with(0, "planned"))
		}
	}
	f.Frequency.Of, f.Frequency.Known = verified, w.Days() > 0
	if f.Frequency.Known {
		f.Frequency.Value = float64(verified) / w.Days()
	}
	f.Fails.share(broke)
	f.Rework.share(rework)
	f.Lead.middle()
	f.Recovery.middle()
	f.Days = days(all, w)
	return f
}

func (d Deployment) how() string {
	if d.Fault != nil {
		return "failed later: " + d.Fault.Reason
	}
	return "ended " + string(d.Outcome)
}

// because is why a deployment is rework; "" is that it is not.
func (d Deployment) because() string {
	switch {
	case d.Fixes != "":
		return "because of " + string(d.Fixes)
	case d.Back:
		return "it goes back to " + d.Version
	}
	return ""
}

// leads are the lead times of what a deployment brought.
func leads(d Deployment) (list []Member) {
	for _, c := range d.Brings {
		m := member(d)
		m.Change = prentice.NewRef("change", fmt.Sprint(c.Number))
		if c.First.IsZero() || c.First.After(d.Ended) {
			list = append(list, m.unknown("it is not known when its first patch set came"))
			continue
		}
		list = append(list, m.with(d.Ended.Sub(c.First).Hours(), c.Title))
	}
	if d.Unknown != "" {
		list = append(list, member(d).unknown(d.Unknown))
	}
	return list
}

// recovery is how long it took until the place of a failed deployment was well again.
func recovery(d Deployment, later []Deployment, m Member) Member {
	from := d.Began
	if d.Fault != nil {
		from = d.Fault.At
	}
	if from.IsZero() {
		return m.unknown("it is not known when it began")
	}
	if d.Outcome == Undone {
		return m.with(d.Ended.Sub(from).Hours(), "undone")
	}
	for _, next := range later {
		if next.Service == d.Service && next.Place == d.Place && next.Outcome == Deployed && !next.Ended.Before(from) {
			return m.with(next.Ended.Sub(from).Hours(), "by "+string(next.Ref()))
		}
	}
	return m.unknown("it is not well again yet")
}

func member(d Deployment) Member {
	m := Member{Deployment: d.Ref(), At: d.Ended}
	if d.Run > 0 {
		m.Run = prentice.NewRef("run", fmt.Sprint(d.Run))
	}
	return m
}

func (m Member) with(value float64, says string) Member {
	m.Known, m.Value, m.Says = true, value, says
	return m
}

func (m Member) unknown(why string) Member {
	m.Says = why
	return m
}

// share makes a figure the part of its list that is so.
func (f *Figure) share(is int) {
	for _, m := range f.List {
		if m.Known {
			f.Of++
		} else {
			f.Unknown++
		}
	}
	if f.Known = f.Of > 0; f.Known {
		f.Value = 100 * float64(is) / float64(f.Of)
	}
}

// middle makes a figure the median of its list.
func (f *Figure) middle() {
	var values []float64
	for _, m := range f.List {
		if m.Known {
			values = append(values, m.Value)
		} else {
			f.Unknown++
		}
	}
	slices.Sort(values)
	if f.Of = len(values); f.Of == 0 {
		return
	}
	f.Known, f.Value = true, values[f.Of/2]
	if f.Of%2 == 0 {
		f.Value = (values[f.Of/2-1] + values[f.Of/2]) / 2
	}
}

// days are those that the window touches, in UTC.
func days(all []Deployment, w Window) (list []Day) {
	const most = 400
	for day := w.From.UTC().Truncate(24 * time.Hour); day.Before(w.To) && len(list) < most; day = day.AddDate(0, 0, 1) {
		list = append(list, Day{Day: day})
	}
	for _, d := range all {
		if !d.Moved() || !w.Has(d.Ended) {
			continue
		}
		i := int(d.Ended.UTC().Truncate(24*time.Hour).Sub(list[0].Day) / (24 * time.Hour))
		if i >= len(list) {
			continue
		}
		if d.Outcome == Deployed {
			list[i].Deployed++
		}
		switch bad, known := d.Broke(); {
		case !known:
			list[i].Unknown++
		case bad:
			list[i].Broke++
		}
	}
	return list
}
