package environment

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"prentice"
	"prentice/internal/kit/span"
)

// Quota is how many environments there may be, and how long. It counts from the first day.
type Quota struct {
	TTL           time.Duration // where nothing else is asked for
	Longest       time.Duration // that one can last, with all that it is extended by
	PerRepository int           // live ones, those that wait included
	PerTeam       int
	Running       int // on a machine: made or ready, until one ends
	AtOnce        int // that are made at the same moment on a machine
	Disk, Memory  int // percent in use from which no new one is made
}

// Usual is what holds where the team says nothing.
func Usual() Quota {
	return Quota{TTL: 24 * time.Hour, Longest: 7 * 24 * time.Hour, PerRepository: 10, PerTeam: 30, Running: 30, AtOnce: 2, Disk: 80, Memory: 90}
}

// Pressure is how much of the machine is in use, in percent; 0 is not known.
type Pressure struct{ Disk, Memory int }

// Holds says why no new one is made now, or "".
func (p Pressure) Holds(q Quota) string {
	switch {
	case p.Disk >= q.Disk:
		return fmt.Sprintf("waits: %d%% of the disk is in use, and from %d%% none is made: stop one, free some, or raise limits.disk in environments.yaml", p.Disk, q.Disk)
	case p.Memory >= q.Memory:
		return fmt.Sprintf("waits: %d%% of the memory is in use, and from %d%% none is made: stop one, free some, or raise limits.memory in environments.yaml", p.Memory, q.Memory)
	}
	return ""
}

// Room refuses one more beside those that are live.
func (q Quota) Room(e Environment, live []Environment) error {
	of, team := []Environment{}, 0
	for _, other := range live {
		if other.Repository == e.Repository && (other.Repository != "" || other.By == e.By) {
			of = append(of, other)
		}
		if other.Team == e.Team && e.Team != "" {
			team++
		}
	}
	if len(of) >= q.PerRepository {
		oldest := slices.MinFunc(of, func(a, b Environment) int { return a.Asked.Compare(b.Asked) })
		return prentice.Errorf(prentice.Limited, "%s has %d environments, which is the most", cmp.Or(string(e.Of()), "of folders "+string(e.By)), len(of)).
			Try("stop one, such as the oldest: prentice env stop %s", oldest.ID)
	}
	if e.Team != "" && team >= q.PerTeam {
		return prentice.Errorf(prentice.Limited, "%s has %d environments, which is the most", e.Team, team).Try("stop one: prentice env list")
	}
	return nil
}

// End is when one ends that is asked for now, for so long; 0 is as usual.
func (q Quota) End(now time.Time, ttl time.Duration) (time.Time, error) {
	if ttl == 0 {
		ttl = q.TTL
	}
	if ttl < time.Minute || ttl > q.Longest {
		return time.Time{}, prentice.Errorf(prentice.Invalid, "an environment lasts from 1m to %s, and not %s", span.String(q.Longest), span.String(ttl)).Try("give another --ttl, such as %s", span.String(q.TTL))
	}
	return now.Add(ttl), nil
}

// Extended is the end of one that lasts longer. All that it lasts has a bound.
func (q Quota) Extended(e Environment, now time.Time, by time.Duration) (time.Time, error) {
	last := e.Asked.Add(q.Longest)
	ends := e.Ends.Add(by)
	switch {
	case by <= 0:
		return time.Time{}, prentice.Errorf(prentice.Invalid, "%s is no time to extend by", by).Try("give one such as --for 4h")
	case ends.After(last):
		return time.Time{}, prentice.Errorf(prentice.Refused, "%s can last until %s at the most: %s from when it was asked for", e.Ref(), last.UTC().Format(time.RFC3339), span.String(q.Longest)).
			Try("extend it by less, or make a new one")
	}
	return ends, nil
}

// Warns is how long before its end it is told: an hour, or a quarter of a short one.
func Warns(e Environment) time.Duration { return min(time.Hour, e.Ends.Sub(e.Asked)/4) }

// Turns brings those that wait into the order in which they are made: of each team one, and then
// of each the next, so that one that asks for fifty does not keep another waiting behind them.
// What is made of a team at this moment counts before that. Between equals the one that was
// asked for first comes first.
func Turns(waiting, making []Environment) []Environment {
	had := map[string]int{}
	for _, e := range making {
		had[e.party()]++
	}
	turns := slices.SortedFunc(slices.Values(waiting), func(a, b Environment) int { return cmp.Compare(a.Number, b.Number) })
	round := map[string]int{}
	for _, e := range turns {
		round[e.ID] = had[e.party()]
		had[e.party()]++
	}
	slices.SortStableFunc(turns, func(a, b Environment) int { return cmp.Compare(round[a.ID], round[b.ID]) })
	return turns
}

// party is among whom turns are taken: teams, repositories that are of none, and people who sent folders.
func (e Environment) party() string { return cmp.Or(string(e.Team), string(e.Of()), string(e.By)) }

// Admit says which of those that wait, in their turns, are made now, and of the others what they
// wait for. That is without their place, which is another one each time that one is made.
func Admit(turns []Environment, making, running int, q Quota, p Pressure) (take []string, says map[string]string) {
	says = map[string]string{}
	held := p.Holds(q)
	for _, e := range turns {
		switch {
		case held != "":
			says[e.ID] = held
		case running >= q.Running:
			says[e.ID] = fmt.Sprintf("waits: %d environments are there, which is the most on this machine: stop one, or raise limits.running in environments.yaml", running)
		case making >= q.AtOnce:
			says[e.ID] = fmt.Sprintf("waits: %d are made at the same moment, which is the most", making)
		default:
			take = append(take, e.ID)
			making++
			running++
		}
	}
	return take, says
}
