package web

import (
	"context"
	"math"
	"time"

	"prentice"
	"prentice/internal/engine/hostfacts"
	"prentice/internal/engine/loadtest"
	"prentice/internal/op"
	"prentice/internal/skill/capacity"
)

// storyResources are one of each state.
var storyResources = []capacity.Line{
	storyEnd("example-org", "domain", "service/checkout", capacity.Ending, "it ends on 2026-03-20, in 15 days: renew it, or let it go: the name of the shop", 15),
	resource("db1-connections", "host/db1", "connections", 100, 100, capacity.Outlook{State: capacity.Exhausted, Says: "nothing of it is left"}),
	resource("disk", "host/local", "bytes", 212<<30, 256<<30, storyOutlook()),
	resource("seats-of-the-monitoring-service-in-the-north", "group/payments", "seats", 41, 50, capacity.Outlook{State: capacity.Unsure, Says: "it may be used up from 2026-03-09 on; its past does not say when: no rule was better than that it stays as it is", Until: noon.AddDate(0, 0, 14), Skill: 1.1, Tried: 4}),
	resource("memory", "host/local", "bytes", 5<<30, 16<<30, capacity.Outlook{State: capacity.Enough, Says: "it lasts beyond 2026-03-18", Until: noon.AddDate(0, 0, 14), Skill: 0.4, Tried: 4}),
	resource("inodes", "host/local", "files", 821_000, 16_777_216, capacity.Outlook{State: capacity.Unknown, Says: "it was measured for 5 hours so far: too short a time to be tried on its own past"}),
}

func resource(name string, about prentice.Ref, unit string, used, limit int64, o capacity.Outlook) capacity.Line {
	r := capacity.Resource{Name: name, About: about, Unit: unit, Used: used, Limit: limit, At: ago(3 * time.Minute), By: "self/capacity"}
	return capacity.Line{Ref: r.Ref(), Resource: r, Outlook: o}
}

func storyEnd(name, kind string, about prentice.Ref, state capacity.Word, says string, days int) capacity.Line {
	at := noon.AddDate(0, 0, days)
	r := capacity.Resource{Name: name, Kind: kind, About: about, Unit: "days", At: noon, By: "file/capacity.yaml"}
	return capacity.Line{Ref: r.Ref(), Resource: r, Outlook: capacity.Outlook{State: state, Says: says, Known: true, Earliest: at, Likely: at, Latest: at, Notice: 30 * 24 * time.Hour}}
}

// storyHosts are hosts that are well, that are not, and that could not be looked at.
var storyHosts = []capacity.HostLine{
	{Ref: "host/db1", Name: "db1", State: capacity.Exhausted, Says: "nothing is left of the disk /var/lib/postgresql", Facts: storyFacts("/var/lib/postgresql", 100)},
	{Ref: "host/web1", Name: "web1", State: capacity.Enough, Says: "looked at 3 minutes ago", Facts: storyFacts("/", 41)},
	{Ref: "host/a-host-with-a-name-that-is-as-long-as-names-of-hosts-in-the-cloud-are", Name: "a-host-with-a-name-that-is-as-long-as-names-of-hosts-in-the-cloud-are", State: capacity.Unknown, Says: "it could not be looked at: host web2 did not answer in 10s"},
}

// storyTests are one that is done, one that runs and one that failed.
var storyTests = []capacity.TestLine{
	storyTest(12, capacity.TestRunning, "it waits for its turn", storySteps()[:2]),
	storyTest(11, capacity.TestDone, "it keeps its promise up to 168.8 requests a second, and breaks at 182.2", storySteps()),
	storyTest(10, capacity.TestFailed, "a first request failed, and nothing was measured: it answered 404", nil),
}

func storyTest(number int64, state capacity.Word, says string, steps []loadtest.Step) capacity.TestLine {
	t := capacity.Test{Number: number, State: state, Env: "env/e7k2m4", Service: "web", Path: "/orders?page=1", Promise: loadtest.Promise{P95: 200 * time.Millisecond, Errors: 0.01}, By: "person/ann", Asked: ago(time.Hour), Says: says, Steps: steps}
	if state == capacity.TestDone {
		t.Safe, t.Broke = 168.8, 182.2
		t.Fit = &loadtest.Fit{Law: loadtest.Law{Lambda: 41, Sigma: 0.21, Kappa: 0.0007}, Peak: 178, Low: 169, High: 191, Reached: 0.97}
		t.FitSays = "by the Universal Scalability Law it peaks at 178 requests a second (169 to 191)"
	}
	return capacity.TestLine{Ref: t.Ref(), Test: t}
}

func storySteps() (list []loadtest.Step) {
	for i, rate := range []float64{50, 75, 112.5, 168.75, 253.1, 210.9, 189.8, 182.2} {
		s := loadtest.Step{Rate: rate, Sent: int(rate * 5), P50: 22 * time.Millisecond, P95: time.Duration(40+i*20) * time.Millisecond, Done: min(rate, 174), AtOnce: rate / 40, Verdict: loadtest.Held}
		if rate > 170 {
			s.Verdict, s.Failed, s.P95 = loadtest.Broke, 31, 1300*time.Millisecond
		}
		list = append(list, s)
	}
	return list
}

func storyFacts(folder string, used int64) hostfacts.Facts {
	return hostfacts.Facts{At: ago(3 * time.Minute), Uptime: 412 * time.Hour, CPUs: 8, Busy: 0.37, Load: []float64{2.1, 1.7, 1.2}, Memory: hostfacts.Amount{Used: 11 << 30, Limit: 16 << 30},
		Handles: hostfacts.Amount{Used: 4100, Limit: 1 << 20}, Sockets: 212, Disks: []hostfacts.Disk{{Mount: folder, Type: "ext4", Bytes: hostfacts.Amount{Used: used << 30, Limit: 100 << 30}}},
		Clock: hostfacts.Offset{Least: -4 * time.Millisecond, Most: 9 * time.Millisecond}, Updates: hostfacts.Updates{At: ago(5 * time.Hour), By: "apt", Pending: 12, Restart: true}}
}

// storyOutlook is a disk that fills, with a clean-up each Sunday and a gap.
func storyOutlook() capacity.Outlook {
	o := capacity.Outlook{State: capacity.Ending, Says: "it is used up about 2026-04-02 (from 2026-03-28 to 2026-04-09)", Earliest: noon.AddDate(0, 0, 24), Likely: noon.AddDate(0, 0, 29), Latest: noon.AddDate(0, 0, 36),
		Until: noon.AddDate(0, 0, 45), Skill: 0.31, Tried: 4, Rules: []string{"autoregression on seasons", "seasonal smoothing"}}
	use := func(day int) float64 { return (150 + 0.9*float64(day) + 5*math.Sin(float64(day%7))) * (1 << 30) }
	midnight := noon.Truncate(24 * time.Hour)
	for day := range 90 {
		if day < 30 || day > 33 {
			o.Past = append(o.Past, capacity.Point{At: midnight.AddDate(0, 0, day-90), Most: use(day)})
		}
	}
	for day := range 45 {
		wide := float64(2+day/4) * (1 << 30)
		o.Ahead = append(o.Ahead, capacity.Point{At: midnight.AddDate(0, 0, day), Most: use(90 + day), Low: use(90+day) - wide, High: use(90+day) + wide})
	}
	return o
}

func capacityOps(full bool) []op.Op {
	return []op.Op{
		op.New("capacity.list", prentice.Look, prentice.Viewer, "List what can run out.", func(context.Context, op.Call, capacity.ListIn) (capacity.List, error) {
			if !full {
				return capacity.List{Resources: []capacity.Line{}}, nil
			}
			return capacity.List{Resources: storyResources}, nil
		}),
		op.New("capacity.show", prentice.Look, prentice.Viewer, "Show what can run out.", func(_ context.Context, _ op.Call, in capacity.NameIn) (capacity.Shown, error) {
			for _, l := range storyResources {
				if l.Name == in.Name {
					return capacity.Shown(l), nil
				}
			}
			return capacity.Shown{}, prentice.Errorf(prentice.NotFound, "there is no resource named %s", in.Name)
		}),
		op.New("loadtest.list", prentice.Look, prentice.Viewer, "List load tests.", func(context.Context, op.Call, capacity.TestsIn) (capacity.Tests, error) {
			if !full {
				return capacity.Tests{Tests: []capacity.TestLine{}}, nil
			}
			return capacity.Tests{Tests: storyTests}, nil
		}),
		op.New("loadtest.show", prentice.Look, prentice.Viewer, "Show a load test.", func(_ context.Context, _ op.Call, in capacity.TestName) (capacity.TestShown, error) {
			for _, t := range storyTests {
				if t.Ref.Name() == in.Number {
					return capacity.TestShown(t), nil
				}
			}
			return capacity.TestShown{}, prentice.Errorf(prentice.NotFound, "there is no load test %s", in.Number)
		}),
		op.New("capacity.hosts", prentice.Look, prentice.Viewer, "List hosts.", func(context.Context, op.Call, capacity.HostsIn) (capacity.HostList, error) {
			if !full {
				return capacity.HostList{Hosts: []capacity.HostLine{}}, nil
			}
			return capacity.HostList{Hosts: storyHosts}, nil
		}),
		op.New("capacity.host", prentice.Look, prentice.Viewer, "Show a host.", func(_ context.Context, _ op.Call, in capacity.HostIn) (capacity.HostShown, error) {
			for _, h := range storyHosts {
				if h.Name == in.Name {
					return capacity.HostShown{HostLine: h, Resources: storyResources[1:4]}, nil
				}
			}
			return capacity.HostShown{}, prentice.Errorf(prentice.NotFound, "host %s is not looked at", in.Name)
		}),
	}
}

var capacityStories = []story{
	{name: "capacity", path: "/capacity", who: "ann", lists: true},
	{name: "capacity-end", path: "/capacity/example-org", who: "ann"},
	{name: "capacity-tests", path: "/capacity/tests", who: "ann", lists: true},
	{name: "capacity-test", path: "/capacity/tests/11", who: "ann"},
	{name: "capacity-hosts", path: "/capacity/hosts", who: "ann", lists: true},
	{name: "capacity-host", path: "/capacity/hosts/db1", who: "ann"},
	{name: "capacity-ending", path: "/capacity/disk", who: "ann"},
	{name: "capacity-unsure", path: "/capacity/seats-of-the-monitoring-service-in-the-north", who: "ann"},
}
