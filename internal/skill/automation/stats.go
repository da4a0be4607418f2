package automation

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/run"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// mostTimed is how many runs are looked at, the newest.
const mostTimed = 200

// StatRun is a run that acted, and how long it took.
type StatRun struct {
	Run     prentice.Ref   `json:"run"`
	State   prentice.State `json:"state"`
	Subject prentice.Ref   `json:"subject,omitempty"`
	Started time.Time      `json:"started"`
	Took    time.Duration  `json:"took"`
	Within  string         `json:"within,omitempty"` // the procedure that called it in a run of its own
}

// calledBy is by what it was called, behind the rest of a line.
func (r StatRun) calledBy() string {
	if r.Within == "" {
		return ""
	}
	return ", called by " + r.Within
}

// StatHost is what the runs did on one target.
type StatHost struct {
	Target  prentice.Ref  `json:"target"`
	Runs    int           `json:"runs"`
	Failed  int           `json:"failed"` // of them, those in which a step failed there
	Median  time.Duration `json:"median"`
	Longest time.Duration `json:"longest"`
	Last    time.Time     `json:"last"`
}

// Stats is how the runs of a procedure went: those that acted and have ended, the
// newest, without those that were refused or cancelled before they began.
type Stats struct {
	Procedure string        `json:"procedure"`
	Verified  int           `json:"verified"`
	Harmful   int           `json:"harmful"` // failed, undone or uncertain
	Median    time.Duration `json:"median"`
	Slow      time.Duration `json:"slow"` // nine in ten took no longer
	Longest   time.Duration `json:"longest"`
	Runs      []StatRun     `json:"runs"`  // the newest first
	Hosts     []StatHost    `json:"hosts"` // those with most failures first
}

// Share is how many of the runs were verified, in per cent.
func (s Stats) Share() string {
	if len(s.Runs) == 0 {
		return "–"
	}
	return fmt.Sprintf("%d %%", s.Verified*100/len(s.Runs))
}

// Bar is a run in the picture of a procedure's runs.
type Bar struct {
	X, Y, Height int
	State        prentice.State
	Says         string
}

// The size of the picture.
const (
	barStep   = 5
	barHeight = 48
	barLeast  = 40 // bars of which the picture has room at least
)

// Width is how wide the picture is.
func (s Stats) Width() int { return barStep * max(barLeast, len(s.Runs)) }

// Bars are the picture: the oldest run on the left, and as high as it took long.
func (s Stats) Bars() []Bar {
	bars := make([]Bar, 0, len(s.Runs))
	for i := len(s.Runs) - 1; i >= 0; i-- {
		r := s.Runs[i]
		high := 2
		if s.Longest > 0 {
			high = max(high, int(int64(barHeight)*int64(r.Took)/int64(s.Longest)))
		}
		bars = append(bars, Bar{X: barStep * len(bars), Y: barHeight - high, Height: high, State: r.State, Says: fmt.Sprintf("%s: %s, %s", r.Run, r.State, render.Span(r.Took))})
	}
	return bars
}

// statsOf counts runs and what they did on their targets; both are newest first.
func statsOf(procedure string, runs []run.Timed, on []run.OnTarget) Stats {
	s := Stats{Procedure: procedure, Runs: []StatRun{}, Hosts: []StatHost{}}
	var took []time.Duration
	for _, r := range runs {
		one := StatRun{Run: prentice.Run{Number: r.Number}.Ref(), State: r.State, Subject: r.Subject, Started: r.Started, Took: lasted(r.Started, r.Ended), Within: r.Within}
		s.Runs, took = append(s.Runs, one), append(took, one.Took)
		if r.State == prentice.Verified {
			s.Verified++
		}
		if r.State.Harmful() && !r.Elsewhere {
			s.Harmful++
		}
	}
	s.Median, s.Slow, s.Longest = quantile(took, 50), quantile(took, 90), quantile(took, 100)
	times := map[prentice.Ref][]time.Duration{}
	for _, t := range on {
		i := slices.IndexFunc(s.Hosts, func(h StatHost) bool { return h.Target == t.Target })
		if i < 0 {
			i = len(s.Hosts)
			s.Hosts = append(s.Hosts, StatHost{Target: t.Target, Last: t.Started})
		}
		s.Hosts[i].Runs++
		if t.Failed {
			s.Hosts[i].Failed++
		}
		times[t.Target] = append(times[t.Target], lasted(t.Started, t.Ended))
	}
	for i, h := range s.Hosts {
		s.Hosts[i].Median, s.Hosts[i].Longest = quantile(times[h.Target], 50), quantile(times[h.Target], 100)
	}
	slices.SortStableFunc(s.Hosts, func(a, b StatHost) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.Median, a.Median), cmp.Compare(a.Target, b.Target))
	})
	return s
}

// lasted is how long something took; a clock that went back makes it no shorter than
// nothing.
func lasted(from, until time.Time) time.Duration { return max(0, until.Sub(from)) }

// quantile is the least of some lengths that so many per cent of them do not pass.
func quantile(of []time.Duration, percent int) time.Duration {
	if len(of) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(of))
	return sorted[(len(sorted)*percent+99)/100-1]
}

// Text implements op.Texter.
func (s Stats) Text() string {
	if len(s.Runs) == 0 {
		return s.Empty() + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, its last %s\n", s.Procedure, op.Count(len(s.Runs), "run", "runs"))
	pair(&b, "Verified", fmt.Sprintf("%d, which is %s", s.Verified, s.Share()))
	pair(&b, "Failed", fmt.Sprintf("%d", s.Harmful))
	pair(&b, "Took", fmt.Sprintf("%s median, %s 90th percentile, %s at most", render.Span(s.Median), render.Span(s.Slow), render.Span(s.Longest)))
	b.WriteString("\nBy target\n")
	for _, h := range s.Hosts {
		fmt.Fprintf(&b, "  %-30s %s, %d failed; %s median, %s at most; last %s\n", h.Target, op.Count(h.Runs, "run", "runs"), h.Failed, render.Span(h.Median), render.Span(h.Longest), op.At(h.Last))
	}
	if len(s.Hosts) == 0 {
		b.WriteString("  no step ran on a target\n")
	}
	b.WriteString("\nRuns, the newest first\n")
	for i, r := range s.Runs {
		if i == 20 {
			fmt.Fprintf(&b, "  and %d more; all are in --output json\n", len(s.Runs)-i)
			break
		}
		fmt.Fprintf(&b, "  %-10s %s %-10s %s  took %s%s\n", r.Run, r.State.Sign(), r.State, op.At(r.Started), render.Span(r.Took), r.calledBy())
	}
	return b.String()
}

// Empty says how there come to be statistics.
func (s Stats) Empty() string {
	return "No run of " + s.Procedure + " has acted and ended yet. Begin one with: prentice run start " + s.Procedure
}

func statsOp(d Deps) op.Op {
	return op.New("procedure.stats", prentice.Look, prentice.Viewer, "Show how the runs of a procedure went: how long they took, how many were verified, and by target", d.stats).
		WithExample("prentice procedure stats restart-service").WithHelp(
		fmt.Sprintf("Counts the newest %d runs that acted and have ended, from the first step that acted to the end. Runs that were refused, cancelled or expired before they acted are not among them. A run of another procedure that called it counts too, with the part that is its own, and as failed if one of its own steps failed. Of a target, a run counts as failed if a step of it failed there.", mostTimed))
}

func (d Deps) stats(ctx context.Context, _ op.Call, in ShowIn) (Stats, error) {
	name := strings.TrimPrefix(in.Name, "procedure/")
	if d.Timed == nil {
		return Stats{}, prentice.Errorf(prentice.Unavailable, "there are no runs here").Try("start the server with: prentice up")
	}
	runs, on, err := d.Timed(ctx, name, mostTimed)
	if err != nil {
		return Stats{}, err
	}
	if _, known := find(d.library(), name); !known && len(runs) == 0 {
		_, err := d.library().Find(name)
		return Stats{}, err
	}
	return statsOf(name, runs, on), nil
}

var _ op.Texter = Stats{}
