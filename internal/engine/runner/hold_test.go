package runner

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
	tried := func(code prentice.HoldCode, k streak) map[prentice.HoldCode]streak {
		return map[prentice.HoldCode]streak{code: k}
	}
	others := func(unhealthy, known int) []sick { return []sick{{installation, "", unhealthy, known, 20}} }
	soon := now.Add(90 * time.Second)
	for _, c := range []struct {
		name string
		s    situation
		code prentice.HoldCode
		says string
		way  string
	}{
		{"a plan within its limits goes", situation{sick: others(2, 10)}, "", "", ""},
		{"no target is refused, not read as all", situation{plan: planOf(0)}, prentice.HoldNoTargets, "empty is never all", "catalog"},
		{"more targets than the limit", situation{plan: planOf(11)}, prentice.HoldManyTargets, "max_targets is 10", "ask for fewer"},
		{"what is not ours is left alone", situation{unmanaged: "host/a is not in the catalog"}, prentice.HoldUnmanaged, "host/a is not in the catalog", "by hand"},
		{"a freeze", situation{frozen: "frozen by sale"}, prentice.HoldFrozen, "frozen by sale", "calendar show"},
		{"too much is unhealthy already", situation{sick: others(3, 10)}, prentice.HoldUnhealthy, "3 of 10 other services", "in common"},
		{"too much of the system is unhealthy already", situation{sick: append(others(1, 10), sick{system, "system/shop", 1, 2, 20})}, prentice.HoldUnhealthy, "1 of 2 other services of system/shop", ""},
		{"nothing known is not too much", situation{sick: others(0, 0)}, "", "", ""},
		{"a target that cools down", situation{cooling: []cooling{{"host/a", soon, 4}}}, prentice.HoldCooldown, "another 1m30s", "limit override cooldown host/a"},
		{"the kill switch", situation{stopped: true, why: "person/oz: fire"}, prentice.HoldStopped, "everything is stopped: person/oz: fire", "resume-all"},
		{"two useless fixes, and no one asked", situation{alone: true, streaks: tried(prentice.HoldUseless, streak{"service/shop", 2, time.Time{}, 7})}, prentice.HoldUseless, "the last 2 runs on service/shop did not help", "limit override ineffective-chain service/shop"},
		{"one useless fix is not a chain", situation{alone: true, streaks: tried(prentice.HoldUseless, streak{"service/shop", 1, time.Time{}, 7})}, "", "", ""},
		{"two useless fixes, and a person asks", situation{streaks: tried(prentice.HoldUseless, streak{"service/shop", 2, time.Time{}, 7})}, "", "", ""},
		{"a procedure that failed too often in a row", situation{alone: true, streaks: tried(prentice.HoldFailures, streak{"mend", 3, soon, 7})}, prentice.HoldFailures, "failed 3 times in a row", "limit override consecutive-failures mend"},
		{"a procedure whose block is over", situation{alone: true, streaks: tried(prentice.HoldFailures, streak{"mend", 3, now, 7})}, "", "", ""},
		{"a useless run a moment ago", situation{alone: true, streaks: tried(prentice.HoldBackOff, streak{"mend@service/shop", 1, soon, 7})}, prentice.HoldBackOff, "not tried again for another 1m30s", "limit override exponential-back-off"},
		{"a service that goes up and down", situation{alone: true, flaps: "5 changes"}, prentice.HoldFlapping, "goes up and down (5 changes)", "find out why"},
		{"a service that goes up and down, and a person asks", situation{flaps: "5 changes"}, "", "", ""},
		{"fixed too often within the hour", situation{alone: true, fixed: []time.Time{now.Add(-50 * time.Minute), now.Add(-30 * time.Minute), now.Add(-time.Minute)}}, prentice.HoldFlapping, "fixed 3 times within 1h", "limit override flapping"},
		{"fixed less often than that", situation{alone: true, fixed: []time.Time{now.Add(-30 * time.Minute), now.Add(-time.Minute)}}, "", "", ""},
		{"the hour is full, for people too", situation{uses: []prentice.LimitUse{{Layer: installation, Used: 5, Most: 60}, {Layer: service, Name: "service/shop", Used: 5, Most: 5}}, relief: soon},
			prentice.HoldOverLimit, "5 of 5 runs this hour for the service service/shop", "limit override over-limit service/shop"},
		{"limits that no one set let nothing through", situation{uses: []prentice.LimitUse{{Layer: installation}}}, prentice.HoldOverLimit, "0 of 0", "limits.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.s.now = now
			c.s.limits = DefaultLimits()
			if c.s.plan.Format == 0 {
				c.s.plan = one
			}
			h := holdBack(c.s)
			if h.Code != c.code || !strings.Contains(h.Says, c.says) || !strings.Contains(h.WayOut, c.way) {
				t.Errorf("got %+v", h)
			}
			if h.Holds() && (h.Says == "" || h.WayOut == "") {
				t.Errorf("no text or no way out: %+v", h)
			}
		})
	}
}

func TestEveryReasonIsExplained(t *testing.T) {
	for _, m := range prentice.HoldMeanings() {
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
	l, ended := DefaultLimits(), time.Now()
	for times, want := range map[int]time.Duration{3: time.Hour, 4: 2 * time.Hour, 5: 4 * time.Hour} {
		if got := streakEnds(l, prentice.HoldFailures, times, ended).Sub(ended); got != want {
			t.Errorf("%d failures in a row block for %s, want %s", times, got, want)
		}
	}
	if !streakEnds(l, prentice.HoldFailures, 2, ended).IsZero() || !streakEnds(l, prentice.HoldUseless, 9, ended).IsZero() {
		t.Error("a time where none ends it")
	}
}

func TestALimitsFileIsReadStrictly(t *testing.T) {
	l, findings := LoadLimits("limits.yaml", []byte("runs_per_hour: {service: 3}\nat_once: {system: 2}\nunhealthy: {installation: 10%}\nfailures: {back_off: 2m}\nflapping: {fixed: 5, within: 2h}\n"))
	if len(findings) > 0 || l.PerHour[service] != 3 || l.PerHour[installation] != 60 || l.AtOnce[system] != 2 || l.Unhealthy[installation] != 10 || l.BackOff != 2*time.Minute || l.Fixed != 5 || l.Within != 2*time.Hour {
		t.Errorf("%+v, %v", l, findings)
	}
	if l, findings := LoadLimits("limits.yaml", nil); len(findings) > 0 || fmt.Sprint(l) != fmt.Sprint(DefaultLimits()) {
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
		l, findings := LoadLimits("limits.yaml", []byte("\n"+text+"\n"))
		if len(findings) != 1 || !strings.Contains(fmt.Sprintf("%d:%d %s", findings[0].At.Line, findings[0].At.Column, findings[0].Hint), want) || l.PerHour != nil {
			t.Errorf("%s: %+v", text, findings)
		}
	}
}
