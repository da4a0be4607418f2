package gate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"prentice"
)

func TestEveryReasonToHoldBackHasItsCodeItsTextAndItsWayOut(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	one := planOf(1)
	tried := func(code prentice.HoldCode, k Streak) map[prentice.HoldCode]Streak {
		return map[prentice.HoldCode]Streak{code: k}
	}
	others := func(unhealthy, known int) []Health { return []Health{{Installation, "", unhealthy, known, 20}} }
	soon := now.Add(90 * time.Second)
	for _, c := range []struct {
		name string
		s    Facts
		code prentice.HoldCode
		says string
		way  string
	}{
		{"a plan within its limits goes", Facts{Health: others(2, 10)}, "", "", ""},
		{"no target is refused, not read as all", Facts{Plan: planOf(0)}, prentice.HoldNoTargets, "empty is never all", "catalog"},
		{"more targets than the limit", Facts{Plan: planOf(11)}, prentice.HoldManyTargets, "max_targets is 10", "ask for fewer"},
		{"what is not ours is left alone", Facts{Unmanaged: "host/a is not in the catalog"}, prentice.HoldUnmanaged, "host/a is not in the catalog", "by hand"},
		{"a freeze", Facts{Frozen: "frozen by sale"}, prentice.HoldFrozen, "frozen by sale", "calendar show"},
		{"too much is unhealthy already", Facts{Health: others(3, 10)}, prentice.HoldUnhealthy, "3 of 10 other services", "in common"},
		{"too much of the system is unhealthy already", Facts{Health: append(others(1, 10), Health{System, "system/shop", 1, 2, 20})}, prentice.HoldUnhealthy, "1 of 2 other services of system/shop", ""},
		{"nothing known is not too much", Facts{Health: others(0, 0)}, "", "", ""},
		{"a target that cools down", Facts{Cooldowns: []Cooldown{{"host/a", soon, 4}}}, prentice.HoldCooldown, "another 1m30s", "limit override cooldown host/a"},
		{"the kill switch", Facts{Stopped: true, Why: "person/oz: fire"}, prentice.HoldStopped, "everything is stopped: person/oz: fire", "resume-all"},
		{"two useless fixes, and no one asked", Facts{Alone: true, Streaks: tried(prentice.HoldUseless, Streak{"service/shop", 2, time.Time{}, 7})}, prentice.HoldUseless, "the last 2 runs on service/shop did not help", "limit override ineffective-chain service/shop"},
		{"one useless fix is not a chain", Facts{Alone: true, Streaks: tried(prentice.HoldUseless, Streak{"service/shop", 1, time.Time{}, 7})}, "", "", ""},
		{"two useless fixes, and a person asks", Facts{Streaks: tried(prentice.HoldUseless, Streak{"service/shop", 2, time.Time{}, 7})}, "", "", ""},
		{"a procedure that failed too often in a row", Facts{Alone: true, Streaks: tried(prentice.HoldFailures, Streak{"fix", 3, soon, 7})}, prentice.HoldFailures, "failed 3 times in a row", "limit override consecutive-failures fix"},
		{"a procedure whose block is over", Facts{Alone: true, Streaks: tried(prentice.HoldFailures, Streak{"fix", 3, now, 7})}, "", "", ""},
		{"a useless run a moment ago", Facts{Alone: true, Streaks: tried(prentice.HoldBackOff, Streak{"fix@service/shop", 1, soon, 7})}, prentice.HoldBackOff, "not tried again for another 1m30s", "limit override exponential-back-off"},
		{"a service that goes up and down", Facts{Alone: true, Flaps: "5 changes"}, prentice.HoldFlapping, "goes up and down (5 changes)", "find out why"},
		{"a service that goes up and down, and a person asks", Facts{Flaps: "5 changes"}, "", "", ""},
		{"fixed too often within the hour", Facts{Alone: true, Fixed: []time.Time{now.Add(-50 * time.Minute), now.Add(-30 * time.Minute), now.Add(-time.Minute)}}, prentice.HoldFlapping, "fixed 3 times within 1h", "limit override flapping"},
		{"fixed less often than that", Facts{Alone: true, Fixed: []time.Time{now.Add(-30 * time.Minute), now.Add(-time.Minute)}}, "", "", ""},
		{"the hour is full, for people too", Facts{Hour: Hour{Uses: []LimitUse{{Layer: Installation, Used: 5, Most: 60}, {Layer: Service, Name: "service/shop", Used: 5, Most: 5}}, Relief: soon}},
			prentice.HoldOverLimit, "5 of 5 runs this hour for the service service/shop", "limit override over-limit service/shop"},
		{"limits that no one set let nothing through", Facts{Hour: Hour{Uses: []LimitUse{{Layer: Installation}}}}, prentice.HoldOverLimit, "0 of 0", "limits.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.s.Now = now
			c.s.Limits = Default()
			if c.s.Plan.Format == 0 {
				c.s.Plan = one
			}
			h := Check(c.s)
			if h.Code != c.code || !strings.Contains(h.Says, c.says) || !strings.Contains(h.WayOut, c.way) {
				t.Errorf("got %+v", h)
			}
			if h.Holds() && (h.Says == "" || h.WayOut == "") {
				t.Errorf("no text, or nothing to do about it: %+v", h)
			}
		})
	}
}

func TestEveryReasonIsExplained(t *testing.T) {
	for _, m := range HoldMeanings() {
		if m.Code == "" || m.When == "" || m.Binds == "" || m.Ends == "" {
			t.Errorf("%s is not: %+v", m.Code, m)
		}
	}
}

func TestTimesDoubleUpToADay(t *testing.T) {
	for times, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 5: 16 * time.Minute, 100: longest} {
		if got := doubled(time.Minute, times); got != want {
			t.Errorf("after %d times %s, want %s", times, got, want)
		}
	}
	l, ended := Default(), time.Now()
	for times, want := range map[int]time.Duration{3: time.Hour, 4: 2 * time.Hour, 5: 4 * time.Hour} {
		if got := StreakEnds(l, prentice.HoldFailures, times, ended).Sub(ended); got != want {
			t.Errorf("%d failures in a row block for %s, want %s", times, got, want)
		}
	}
	if !StreakEnds(l, prentice.HoldFailures, 2, ended).IsZero() || !StreakEnds(l, prentice.HoldUseless, 9, ended).IsZero() {
		t.Error("a time where none ends it")
	}
}

func TestALimitsFileIsReadStrictly(t *testing.T) {
	l, findings := Read("limits.yaml", []byte("runs_per_hour: {service: 3}\nat_once: {system: 2}\nunhealthy: {installation: 10%}\nfailures: {back_off: 2m}\nflapping: {fixed: 5, within: 2h}\n"))
	if len(findings) > 0 || l.PerHour[Service] != 3 || l.PerHour[Installation] != 60 || l.AtOnce[System] != 2 || l.Unhealthy[Installation] != 10 || l.BackOff != 2*time.Minute || l.Fixed != 5 || l.Within != 2*time.Hour {
		t.Errorf("%+v, %v", l, findings)
	}
	if l, findings := Read("limits.yaml", nil); len(findings) > 0 || fmt.Sprint(l) != fmt.Sprint(Default()) {
		t.Errorf("no file: %+v, %v", l, findings)
	}
	for text, want := range map[string]string{
		"run_per_hour: {service: 3}":     `2:1 did you mean "runs_per_hour"?`,
		"runs_per_hour: {servic: 3}":     `2:17 did you mean "service"?`,
		"runs_per_hour: {service: 0}":    "2:26 write a whole number from 1",
		"runs_per_hour: {service: many}": "2:26 write a whole number",
		"runs_per_hour: {service: 3.5}":  "2:26 write a whole number",
		"runs_per_hour: 7":               "2:16 write key: value lines",
		"unhealthy: {installation: 20}":  "2:27 write a whole number from 0% to 100%",
		"failures: {blocked: soon}":      "2:21 write a time",
	} {
		l, findings := Read("limits.yaml", []byte("\n"+text+"\n"))
		if len(findings) != 1 || !strings.Contains(fmt.Sprintf("%d:%d %s", findings[0].At.Line, findings[0].At.Column, findings[0].Hint), want) || l.PerHour != nil {
			t.Errorf("%s: %+v", text, findings)
		}
	}
}

// planOf is a plan for so many hosts.
func planOf(targets int) prentice.Plan {
	p := prentice.Plan{Format: prentice.PlanFormat, Procedure: "fix", Subject: "service/shop", Risk: prentice.Change,
		Limits: prentice.PlanLimits{MaxTargets: 10, Parallel: 2, MaxUnhealthy: 20, Cooldown: "0s", Timeout: "10s", ApprovalExpires: "1h0m0s"}}
	for i := range targets {
		p.Targets = append(p.Targets, prentice.Target{Ref: prentice.NewRef("host", string(rune('a'+i))), Local: true})
	}
	return p
}
