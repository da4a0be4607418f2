package learning

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/inbox"
	"prentice/internal/engine/notice"
	"prentice/internal/engine/run"
	"prentice/internal/team"
)

// Here is what of this team's data the topics are told from that no other chapter
// tells. Known says that a team is there at all.
type Here struct {
	Known      bool
	Days       int // how far back is counted
	Services   int
	Unprobed   []prentice.Ref
	Hosts      int
	Interfaces []prentice.Ref // the APIs that the catalog declares
	Depending  int            // services that need another
	Described  int            // services with a description
	Procedures int
	Overdue    []Due // procedures whose review is due
	NoUndo     []string
	NoVerify   []string
	Never      []string // procedures that did not run in these days; none when Cut, as they may have
	Findings   int      // in the team's files
	Rules      int      // of the policy
	Events     int      // the most that are looked at
	Senders    []Counted
	Repeated   int // events that were said more than once
	Dead       int // notices that no one took
	Sent       int
	Runs       int
	Cut        bool // there were more runs, and only the newest are counted
	Verified   int
	Adhoc      int
	Again      []Counted // ad-hoc commands that were asked for more than once
	Outages    []Outage  // the longest, longest first
}

// Due is a procedure and the day on which it should have been read again.
type Due struct{ Name, Day string }

// Counted is something and how often.
type Counted struct {
	What  string
	Times int
}

// Outage is what the users of a service felt.
type Outage struct {
	Incident prentice.Ref
	Subject  prentice.Ref
	Title    string
	Lasted   string
	For      time.Duration
}

const (
	days = 30
	most = 500 // of what is listed to be counted
)

// survey counts what is here; without a team it is nothing.
func (d Deps) survey(ctx context.Context) (h Here, err error) {
	if d.Catalog == nil {
		return h, nil
	}
	now := d.Clock()
	h.Known, h.Days = true, days
	h.ofCatalog(d.Catalog())
	h.ofProcedures(d.Procedures(), now)
	h.Findings, h.Rules = len(d.Troubles()), d.Rules()
	since := now.AddDate(0, 0, -days)
	runs, err := d.Runs(ctx, run.Filter{Since: since, Limit: most})
	if err != nil {
		return h, err
	}
	h.ofRuns(runs, d.Procedures())
	events, err := d.Events(ctx, inbox.Filter{Since: since, Limit: most})
	if err != nil {
		return h, err
	}
	h.ofEvents(events)
	if h.Dead, err = d.Notices(ctx, notice.Dead); err != nil {
		return h, err
	}
	if h.Sent, err = d.Notices(ctx, notice.Sent); err != nil {
		return h, err
	}
	h.Outages, err = d.Outages(ctx, since, now)
	slices.SortStableFunc(h.Outages, func(a, b Outage) int { return cmp.Compare(b.For, a.For) })
	h.Outages = h.Outages[:min(3, len(h.Outages))]
	return h, err
}

func (h *Here) ofCatalog(c *team.Catalog) {
	if c == nil {
		return
	}
	h.Services, h.Hosts = len(c.Services), len(c.Hosts)
	for _, s := range c.Services {
		if len(s.Probes) == 0 {
			h.Unprobed = append(h.Unprobed, s.Ref)
		}
		if len(s.DependsOn) > 0 {
			h.Depending++
		}
	}
	for _, e := range c.Entities {
		switch {
		case e.Ref.Kind() == "api":
			h.Interfaces = append(h.Interfaces, e.Ref)
		case e.Ref.Kind() == "service" && strings.TrimSpace(e.Description) != "":
			h.Described++
		}
	}
}

func (h *Here) ofProcedures(all []prentice.Procedure, now time.Time) {
	h.Procedures = len(all)
	today := now.Format(time.DateOnly)
	for _, p := range all {
		if p.ReviewBy != "" && p.ReviewBy < today {
			h.Overdue = append(h.Overdue, Due{p.Name, p.ReviewBy})
		}
		if changes(p) && !has(p, prentice.Undo) {
			h.NoUndo = append(h.NoUndo, p.Name)
		}
		if changes(p) && !has(p, prentice.Verify) {
			h.NoVerify = append(h.NoVerify, p.Name)
		}
	}
}

func has(p prentice.Procedure, section prentice.Section) bool {
	return slices.ContainsFunc(p.Steps, func(s prentice.StepSpec) bool { return s.Section == section })
}

// changes says whether a procedure does more than look.
func changes(p prentice.Procedure) bool { return has(p, prentice.Act) }

func (h *Here) ofRuns(runs []prentice.Run, all []prentice.Procedure) {
	ran, commands := map[string]bool{}, map[string]int{}
	h.Runs, h.Cut = len(runs), len(runs) == most
	for _, r := range runs {
		ran[r.Procedure] = true
		if r.State == prentice.Verified {
			h.Verified++
		}
		if r.Procedure == prentice.AdhocName {
			h.Adhoc++
			commands[r.Command]++
		}
	}
	for _, p := range all {
		if !ran[p.Name] && !h.Cut {
			h.Never = append(h.Never, p.Name)
		}
	}
	h.Again = slices.DeleteFunc(counted(commands), func(c Counted) bool { return c.Times < 2 })
}

func (h *Here) ofEvents(events []prentice.EventRecord) {
	h.Events = len(events)
	senders := map[string]int{}
	for _, e := range events {
		senders[e.Source]++
		if e.Count > 1 {
			h.Repeated++
		}
	}
	h.Senders = counted(senders)
}

// counted is the ten that came most often.
func counted(times map[string]int) (list []Counted) {
	for _, what := range sorted(times) {
		list = append(list, Counted{what, times[what]})
	}
	slices.SortStableFunc(list, func(a, b Counted) int { return b.Times - a.Times })
	return list[:min(10, len(list))]
}
