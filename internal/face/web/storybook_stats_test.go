package web

import (
	"time"

	"prentice"
	"prentice/internal/skill/automation"
)

func someStats(name string, full bool) automation.Stats {
	s := automation.Stats{Procedure: name, Runs: []automation.StatRun{}, Hosts: []automation.StatHost{}}
	if !full {
		return s
	}
	s.Verified, s.Harmful, s.Median, s.Slow, s.Longest = 26, 3, 14*time.Second, 41*time.Second, 3*time.Minute+20*time.Second
	for i := range 31 {
		state, took := prentice.Verified, time.Duration(9+i%7)*time.Second
		switch i {
		case 4, 17, 18:
			state, took = prentice.Failed, 40*time.Second
		case 9:
			state, took = prentice.Unverified, s.Longest
		}
		within := map[int]string{2: "release-of-the-whole-checkout-system", 3: "release"}
		s.Runs = append(s.Runs, automation.StatRun{Run: prentice.Run{Number: int64(310 - 3*i)}.Ref(), State: state, Subject: "service/checkout", Started: ago(time.Duration(i*17) * time.Hour), Took: took, Within: within[i]})
	}
	s.Hosts = []automation.StatHost{
		{Target: "host/checkout-2.eu-west-1.compute.example.org", Runs: 30, Failed: 3, Median: 12 * time.Second, Longest: 40 * time.Second, Last: ago(time.Hour)},
		{Target: "host/checkout-1", Runs: 31, Median: 9 * time.Second, Longest: 20 * time.Second, Last: ago(time.Hour)},
	}
	return s
}
