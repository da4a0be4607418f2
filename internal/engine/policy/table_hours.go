package policy

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

// class puts hours together that no cell tells apart, and names them.
func (g *grid) class() {
	seed := maphash.MakeSeed()
	known := map[uint64]int{}
	for t := range g.slots {
		var h maphash.Hash
		h.SetSeed(seed)
		for p := range g.plans {
			for a := range g.actors {
				o := g.out[g.cell(p, a, t)]
				maphash.WriteComparable(&h, o)
			}
		}
		sum := h.Sum64()
		c, ok := known[sum]
		if !ok {
			c = len(g.classes)
			known[sum] = c
			g.classes = append(g.classes, nil)
		}
		g.classes[c] = append(g.classes[c], t)
	}
	g.times = make([]string, len(g.classes))
	for i, class := range g.classes {
		g.times[i] = g.nameHours(class)
	}
}

// nameHours says which hours a set of slots is, as short as it can be said.
func (g *grid) nameHours(set []int) string {
	byDay := map[string][]int{}
	var days []string // in the order of the week, dates behind
	for _, t := range set {
		s := g.slots[t]
		if !slices.Contains(days, s.day) {
			days = append(days, s.day)
		}
		byDay[s.day] = append(byDay[s.day], s.hour)
	}
	var parts []string
	for len(days) > 0 {
		hours := byDay[days[0]]
		var same, rest []string
		for _, d := range days {
			if slices.Equal(byDay[d], hours) {
				same = append(same, d)
			} else {
				rest = append(rest, d)
			}
		}
		parts = append(parts, strings.TrimSpace(nameDays(same)+" "+nameClock(hours)))
		days = rest
	}
	if len(parts) == 1 && parts[0] == "every day all day" {
		return "always"
	}
	return strings.Join(parts, "; ")
}

var week = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

func nameDays(days []string) string {
	var inWeek []int
	var names []string
	for _, d := range days {
		if i := slices.Index(week, d); i >= 0 {
			inWeek = append(inWeek, i)
			continue
		}
		names = append(names, d)
	}
	if len(inWeek) == 7 {
		return strings.Join(append([]string{"every day"}, names...), ", ")
	}
	var spans []string
	for _, span := range spansOf(inWeek) {
		if span[0] == span[1] {
			spans = append(spans, week[span[0]][:3])
			continue
		}
		spans = append(spans, week[span[0]][:3]+"–"+week[span[1]][:3])
	}
	return strings.Join(append(spans, names...), ", ")
}

func nameClock(hours []int) string {
	if len(hours) == 24 {
		return "all day"
	}
	var spans []string
	for _, span := range spansOf(hours) {
		spans = append(spans, fmt.Sprintf("%02d–%02d", span[0], span[1]+1))
	}
	return strings.Join(spans, ", ")
}

// spansOf finds the runs of neighbours in a sorted list.
func spansOf(list []int) [][2]int {
	var spans [][2]int
	for _, n := range list {
		if last := len(spans) - 1; last >= 0 && spans[last][1] == n-1 {
			spans[last][1] = n
			continue
		}
		spans = append(spans, [2]int{n, n})
	}
	return spans
}
