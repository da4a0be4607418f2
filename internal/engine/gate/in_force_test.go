package gate

import (
	"errors"
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestWhatIsInForceIsWhatStillHoldsSomething(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	soon := now.Add(time.Minute)
	streak := func(code prentice.HoldCode, name string, times int, until time.Time) Kept {
		return Kept{Streaks: []KeptStreak{{Streak: Streak{name, times, until, 7}, Code: code}}}
	}
	for _, c := range []struct {
		name string
		kept Kept
		says string // "" is nothing in force
	}{
		{"nothing was tried", Kept{}, ""},
		{"two useless fixes", streak(prentice.HoldUseless, "service/shop", 2, time.Time{}), "the last 2 runs on service/shop did not help"},
		{"one useless fix", streak(prentice.HoldUseless, "service/shop", 1, time.Time{}), ""},
		{"failures whose block goes on", streak(prentice.HoldFailures, "fix", 3, soon), "fix failed 3 times in a row"},
		{"failures whose block is over", streak(prentice.HoldFailures, "fix", 3, now), ""},
		{"a useless run a moment ago", streak(prentice.HoldBackOff, "fix@service/shop", 1, soon), "fix did not help service/shop"},
		{"a streak that cannot be read holds", Kept{Streaks: []KeptStreak{{Streak: Streak{Name: "fix"}, Code: prentice.HoldFailures, Unread: errors.New("no number")}}}, "fix: no number"},
		{"a cool-down", Kept{Cooldowns: []KeptCooldown{{Cooldown{"host/a", soon, 7}, "fix"}}}, "host/a was touched by fix"},
		{"fixed as often as may be", Kept{Fixed: []OftenFixed{{"service/shop", 3, now, 7}}}, "service/shop was fixed 3 times within 1h"},
		{"fixed less often", Kept{Fixed: []OftenFixed{{"service/shop", 2, now, 7}}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := InForce(Default(), now, c.kept)
			switch {
			case c.says == "" && len(list) > 0, c.says != "" && len(list) != 1:
				t.Errorf("got %+v", list)
			case c.says != "" && (!strings.Contains(list[0].Says, c.says) || !strings.Contains(list[0].WayOut, "prentice limit override ")):
				t.Errorf("got %+v", list[0])
			}
		})
	}
}

func TestTheLayerThatIsFullIsNamed(t *testing.T) {
	l := Default()
	for _, c := range []struct {
		name string
		a    Acting
		says string
	}{
		{"nothing acts", Acting{System: "system/shop", Subject: "service/shop"}, ""},
		{"the installation", Acting{All: 10}, "10 of 10 runs act at this moment for the installation"},
		{"the system", Acting{All: 3, InSystem: 3, System: "system/shop", Subject: "service/shop"}, "3 of 3 runs act at this moment for the system system/shop"},
		{"the service", Acting{All: 1, OnSubject: 1, Subject: "service/shop"}, "1 of 1 runs act at this moment for the service service/shop"},
		{"those without a system share none", Acting{All: 3, InSystem: 3}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if h := c.a.Full(l); h.Says != c.says || h.Holds() != (c.says != "") {
				t.Errorf("got %+v", h)
			}
		})
	}
	if !(Acting{}).Full(Limits{}).Holds() {
		t.Error("limits that no one set let a run act")
	}
}
