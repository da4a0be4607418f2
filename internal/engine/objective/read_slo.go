package objective

import (
	"regexp"
	"strconv"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/strict"
)

func warning(at prentice.Pos, hint, text string) prentice.Finding {
	return prentice.Finding{At: at, Hint: hint, Text: text}
}

// objective reads an SLO.
func (b *book) objective(d *document) Objective {
	f := d.Mapping(d.spec, "spec of an SLO", "description", "service", "indicator", "indicatorRef", "timeWindow", "budgetingMethod", "objectives", "alertPolicies")
	o := Objective{Name: d.name, Title: d.title, Period: Period{Rolling: Default}, At: d.at(d.node)}
	if f["description"] != nil {
		o.Says = d.Text(f["description"], "description")
	}
	if name := d.Needed(f["service"], d.spec, "SLO", "service", "write service: followed by its name in the catalog"); name != "" {
		o.Service = prentice.NewRef("service", name)
		if _, err := prentice.ParseRef(string(o.Service)); err != nil {
			d.Wrong(f["service"], "write its name as the catalog has it", "%q is not the name of a service", clip.Text(name))
		}
	}
	if m := d.Needed(f["budgetingMethod"], d.spec, "SLO", "budgetingMethod", "write budgetingMethod: Occurrences"); m != "" && m != "Occurrences" {
		d.Wrong(f["budgetingMethod"], "write Occurrences: each look counts, exactly", "budgeting by %q is not done here", clip.Text(m))
	}
	if f["timeWindow"] != nil {
		o.Period = d.period(f["timeWindow"])
	}
	o.Target = d.target(f["objectives"])
	o.Indicator = b.indicator(d, f["indicator"], f["indicatorRef"])
	o.Excludes = d.choice("maintenance", "counted", "excluded") == "excluded"
	o.Public = d.choice("badge", "private", "public") == "public"
	if d.choice("alerts", "none", "standard") == "standard" {
		o.Rules = Standard(o.Period)
	}
	o.Rules = append(o.Rules, b.rules(d, f["alertPolicies"])...)
	seen := map[string]bool{}
	for _, r := range o.Rules {
		if seen[r.Name] {
			d.Wrong(f["alertPolicies"], "give each its own name; fast, steady, slow and creeping are those of alerts: standard", "two alerts are called %q", r.Name)
		}
		seen[r.Name] = true
		if why := r.Cannot(o.Target); why != "" && o.Target > 0 {
			d.Wrong(d.node, "lower the threshold, or look at the service by another indicator", "%s", why)
		}
	}
	return o
}

// choice reads one of our annotations; the first word is what holds without it.
func (d *document) choice(key string, words ...string) string {
	n := d.annotations[key]
	if n == nil {
		return words[0]
	}
	return d.Choice(n, ours+key, words)
}

func (d *document) target(n *strict.Node) Target {
	list := d.List(n, "objectives")
	if n == nil {
		d.Wrong(d.spec, "write objectives: with a target", "the SLO has no objectives")
	}
	if len(list) == 0 {
		return 0
	}
	if len(list) > 1 {
		d.Wrong(list[1], "write an SLO for each", "an SLO has one target here")
	}
	f := d.Mapping(list[0], "objective", "displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow", "indicator", "indicatorRef", "compositeWeight")
	for _, key := range []string{"op", "value", "timeSliceTarget", "timeSliceWindow", "indicator", "indicatorRef", "compositeWeight"} {
		d.refuse(f[key], "take it out; how quick an answer must be is said by within: in the indicator", "%s means nothing where each look counts", key)
	}
	if f["displayName"] != nil {
		d.Text(f["displayName"], "displayName")
	}
	at, percent := f["target"], false
	switch {
	case f["target"] != nil && f["targetPercent"] != nil:
		d.Wrong(f["targetPercent"], "keep one of them", "there is a target already")
	case f["targetPercent"] != nil:
		at, percent = f["targetPercent"], true
	case at == nil:
		d.Wrong(list[0], "write target: 0.999", "the objective has no target")
		return 0
	}
	t, err := ParseTarget(d.Text(at, "target"), percent)
	if err != nil {
		d.Wrong(at, "write target: 0.999, or targetPercent: 99.9", "%s", err)
	}
	return t
}

func (d *document) period(n *strict.Node) Period {
	list := d.List(n, "timeWindow")
	if len(list) != 1 {
		if len(list) > 1 {
			d.Wrong(list[1], "write an SLO for each", "an SLO has one time window")
		}
		return Period{Rolling: Default}
	}
	f := d.Mapping(list[0], "time window", "duration", "isRolling", "calendar")
	length := d.Needed(f["duration"], list[0], "time window", "duration", "write duration: 28d")
	rolling := f["isRolling"] != nil && d.Choice(f["isRolling"], "isRolling", []string{"true", "false"}) == "true"
	if rolling || f["calendar"] == nil {
		if f["calendar"] != nil {
			d.Wrong(f["calendar"], "take it out, or write isRolling: false", "a window that rolls has no calendar")
		}
		if !rolling {
			d.Wrong(list[0], "write isRolling: true, or a calendar: with startTime and timeZone", "the time window neither rolls nor has a calendar")
		}
		long, ok := duration(length)
		if length != "" && (!ok || long < ShortestTime || long > LongestPeriod) {
			d.Wrong(f["duration"], "write it like 28d, from 1d to 92d", "%q is no length of a window that rolls", clip.Text(length))
		}
		return Period{Rolling: max(long, ShortestTime)}
	}
	if length != "1M" {
		d.Wrong(f["duration"], "write 1M, or isRolling: true with a number of days", "of calendars only the month is counted here, not %q", clip.Text(length))
	}
	c := d.Mapping(f["calendar"], "calendar", "startTime", "timeZone")
	zone := d.Needed(c["timeZone"], f["calendar"], "calendar", "timeZone", "write timeZone: Europe/Vienna")
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		d.Wrong(c["timeZone"], "write one of the IANA list, such as Europe/Vienna", "%q is not a time zone", clip.Text(zone))
		zone = "UTC"
	}
	if start := d.Needed(c["startTime"], f["calendar"], "calendar", "startTime", `write startTime: "2026-01-01 00:00:00"`); start != "" {
		if at, err := time.Parse(time.DateTime, start); err != nil || at.Day() != 1 || at.Hour()+at.Minute()+at.Second() != 0 {
			d.Wrong(c["startTime"], `write startTime: "2026-01-01 00:00:00"`, "%q is not the first moment of a month", clip.Text(start))
		}
	}
	return Period{Zone: zone}
}

var lengthOf = regexp.MustCompile(`^([1-9][0-9]{0,4})(m|h|d|w)$`)

// duration reads a length as OpenSLO has it, of those whose length is always the same.
func duration(text string) (time.Duration, bool) {
	m := lengthOf.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, _ := strconv.Atoi(m[1])
	return time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]], true
}
