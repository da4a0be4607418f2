package availability

import (
	"strings"
	"testing"
	"time"

	"prentice/internal/team"
)

func TestADayInAListIsOneChartWithItsWords(t *testing.T) {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	last := slotAt(now)
	var well, torn day
	for i := daySlots - 1; i >= 0; i-- {
		well = append(well, Slot{Slot: last - i, Passed: 60})
		switch {
		case i >= 264: // no one looked for two hours
		case i < 12:
			torn = append(torn, Slot{Slot: last - i, Failed: 60})
		default:
			torn = append(torn, Slot{Slot: last - i, Passed: 60})
		}
	}
	for _, c := range []struct {
		name, says, states string
		probes             []probeState
	}{
		{"well all day", "the last 24 hours: all checks passed", "well", []probeState{{day: well}}},
		{"torn", "the last 24 hours: failing for 1 h, not checked for 2 h", "unknown well down", []probeState{{day: torn}}},
		{"two probes, of which the worse counts", "the last 24 hours: failing for 1 h", "well down", []probeState{{day: well}, {day: torn}}},
		{"without a probe", "the last 24 hours: not checked for 1 d", "unknown", nil},
	} {
		line := lineOf(now, team.Service{}, Standing{}, c.probes)
		line.Day = Stretches(strip(now, daysOf(c.probes)...))
		var states []string
		width := 0
		for _, s := range line.Day {
			states, width = append(states, string(s.State)), width+s.Width
		}
		if got := strings.Join(states, " "); got != c.states || width != int(daySlots) || line.DaySays() != c.says {
			t.Errorf("%s: %s, %d wide, %q; want %s and %q", c.name, got, width, line.DaySays(), c.states, c.says)
		}
	}
}
