package run

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// Difference is one thing that is not the same in two plans, or in two answers
// of the policy. Old or New is empty where the thing was not there.
type Difference struct {
	What string `json:"what"` // such as "target host/a", "input depth", "step restart: body"
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// String is the difference in one line.
func (d Difference) String() string {
	switch {
	case d.Old == "":
		return fmt.Sprintf("%s: now %s", d.What, oneLine(d.New))
	case d.New == "":
		return fmt.Sprintf("%s: no longer %s", d.What, oneLine(d.Old))
	}
	return fmt.Sprintf("%s: was %s, now %s", d.What, oneLine(d.Old), oneLine(d.New))
}

func oneLine(s string) string {
	s = strings.TrimSpace(s)
	if first, _, more := strings.Cut(s, "\n"); more {
		return clip.Text(first) + " …"
	}
	return clip.Text(s)
}

// Void is why the leave that a run had is void: it was for another plan, by
// other rules, or by people who may no longer give it.
type Void struct {
	Says    string       `json:"says"`
	Old     string       `json:"old,omitempty"` // the plan that leave was for
	New     string       `json:"new,omitempty"` // the plan that the same request gives now
	Changes []Difference `json:"changes,omitempty"`
}

// Differences compares two plans: who answers, what they touch, with which
// values and limits, and step by step what they do. Equal plans have none.
func Differences(old, now prentice.Plan) []Difference {
	var c comparison
	c.text("procedure", old.Procedure, now.Procedure)
	c.text("summary", old.Summary, now.Summary)
	c.text("owner", string(old.Owner), string(now.Owner))
	c.text("subject", string(old.Subject), string(now.Subject))
	c.text("risk", old.Risk.String(), now.Risk.String())
	c.text("can be undone", yesOrNo(old.Undoable), yesOrNo(now.Undoable))
	c.maps("target", targetTexts(old.Targets), targetTexts(now.Targets))
	c.text("order of the targets", both(old.Targets, now.Targets), both(now.Targets, old.Targets))
	c.maps("not chosen", notChosen(old), notChosen(now))
	c.text("batches", groupText(old.Groups), groupText(now.Groups))
	c.maps("fact of every target", old.Facts, now.Facts)
	c.maps("captured by check", capturedTexts(old.Captured), capturedTexts(now.Captured))
	c.maps("input", old.Inputs, now.Inputs)
	c.maps("event", old.Event, now.Event)
	c.maps("limit", limitTexts(old.Limits), limitTexts(now.Limits))
	c.text("secrets", strings.Join(old.Secrets, ", "), strings.Join(now.Secrets, ", "))
	c.steps(old.Steps, now.Steps)
	c.maps("found", foundTexts(old), foundTexts(now))
	c.text("digest", old.Digest, now.Digest) // last: it only says that something in the file is another
	if len(c.found) == 0 && old.Hash() != now.Hash() {
		c.text("plan", old.Hash(), now.Hash())
	}
	return c.found
}

// comparison collects what is not the same.
type comparison struct{ found []Difference }

func (c *comparison) text(what, old, now string) {
	if old != now {
		c.found = append(c.found, Difference{what, old, now})
	}
}

func (c *comparison) maps(what string, old, now map[string]string) {
	names := map[string]bool{}
	for name := range old {
		names[name] = true
	}
	for name := range now {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		c.text(what+" "+name, old[name], now[name])
	}
}

// steps compares steps by their ids, and then their order.
func (c *comparison) steps(old, now []prentice.PlannedStep) {
	was, is := byID(old), byID(now)
	for _, s := range now {
		before, there := was[s.ID]
		if !there {
			c.text("step "+s.ID, "", s.Says)
			continue
		}
		c.step("step "+s.ID, before, s)
	}
	for _, s := range old {
		if _, there := is[s.ID]; !there {
			c.text("step "+s.ID, s.Says, "")
		}
	}
	c.text("order of the steps", shared(old, is), shared(now, was))
}

func byID(steps []prentice.PlannedStep) map[string]prentice.PlannedStep {
	m := map[string]prentice.PlannedStep{}
	for _, s := range steps {
		m[s.ID] = s
	}
	return m
}

// shared is the ids of those steps that the other plan has too, in order.
func shared(steps []prentice.PlannedStep, other map[string]prentice.PlannedStep) string {
	var ids []string
	for _, s := range steps {
		if _, there := other[s.ID]; there {
			ids = append(ids, s.ID)
		}
	}
	return strings.Join(ids, ", ")
}

func (c *comparison) step(what string, old, now prentice.PlannedStep) {
	c.text(what+": section", string(old.Section), string(now.Section))
	c.text(what+": kind", old.Kind, now.Kind)
	c.text(what+": risk", old.Risk.String(), now.Risk.String())
	c.text(what+": where", old.Where, now.Where)
	c.text(what+": expects", old.Expect, now.Expect)
	c.text(what+": may be repeated", yesOrNo(old.Idempotent), yesOrNo(now.Idempotent))
	c.text(what+": retry", old.Retry.String(), now.Retry.String())
	c.text(what+": timeout", old.Timeout, now.Timeout)
	c.text(what+": path", strings.Join(old.Path, ":"), strings.Join(now.Path, ":"))
	c.text(what+": says", old.Says, now.Says)
	c.text(what+": body", old.Body, now.Body)
	c.maps(what+": beside it", libTexts(old.Libs), libTexts(now.Libs))
	c.text(what+": hands on", outTexts(old.Out), outTexts(now.Out))
	c.text(what+": on", refTexts(old.On), refTexts(now.On))
	c.maps(what+": attribute", old.Attrs, now.Attrs)
	c.maps(what+": value", old.Env, now.Env)
	if old.Done == nil && now.Done == nil {
		return
	}
	var before, after prentice.PlannedStep
	if old.Done != nil {
		before = *old.Done
	}
	if now.Done != nil {
		after = *now.Done
	}
	c.step(what+": done when", before, after)
}

func libTexts(list []prentice.Lib) map[string]string {
	texts := map[string]string{}
	for _, l := range list {
		texts[l.Path] = l.Text
	}
	return texts
}

func targetTexts(list []prentice.Target) map[string]string {
	texts := map[string]string{}
	for _, t := range list {
		text := cmp.Or(t.Address, "no address")
		if t.Local {
			text = "this machine"
		}
		if t.Via.Ref != "" {
			text += " from " + string(t.Via.Ref) + " " + t.Via.Address
		}
		for _, name := range slices.Sorted(maps.Keys(t.Facts)) {
			text += " " + name + "=" + t.Facts[name]
		}
		texts[string(t.Ref)] = text
	}
	return texts
}

// both are the targets that another plan has too, in order.
func both(targets, other []prentice.Target) string {
	there := map[prentice.Ref]bool{}
	for _, t := range other {
		there[t.Ref] = true
	}
	var names []string
	for _, t := range targets {
		if there[t.Ref] {
			names = append(names, t.Ref.Name())
		}
	}
	return strings.Join(names, ", ")
}

// groupText is how many targets each group has.
func groupText(groups []prentice.Group) string {
	texts := make([]string, len(groups))
	for i, g := range groups {
		texts[i] = strings.TrimSpace(g.Name + " " + fmt.Sprint(g.Targets))
	}
	return strings.Join(texts, ", ")
}

// FoundOnly is of a plan only how its targets were found.
func FoundOnly(p prentice.Plan) prentice.Plan { return prentice.Plan{Seen: p.Seen} }

// foundTexts is how the targets were found, by step and target.
func foundTexts(p prentice.Plan) map[string]string {
	texts := map[string]string{}
	for _, s := range p.Seen {
		texts[s.Step+" on "+cmp.Or(s.Target.Name(), "prentice's own host")] = cmp.Or(s.Now, "not looked at")
	}
	return texts
}

// notChosen is why targets were not chosen, by target.
func notChosen(p prentice.Plan) map[string]string {
	texts := map[string]string{}
	for _, n := range p.NotChosen {
		texts[string(n.Target.Ref)] = n.Why
	}
	return texts
}

// CapturedBy begins what is said of a value that a check captured.
const CapturedBy = "captured by check "

func capturedTexts(list []prentice.Captured) map[string]string {
	texts := map[string]string{}
	for _, c := range list {
		texts[c.What()] = strconv.Quote(c.Value) // an empty one is a value too
	}
	return texts
}

func outTexts(list []prentice.Capture) string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.String()
	}
	return strings.Join(words, ", ")
}

func refTexts(refs []prentice.Ref) string {
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

func limitTexts(l prentice.PlanLimits) map[string]string {
	return map[string]string{
		"max_targets": fmt.Sprint(l.MaxTargets), "max_failures": fmt.Sprint(l.MaxFailures), "parallel": fmt.Sprint(l.Parallel), "max_unhealthy": fmt.Sprintf("%d%%", l.MaxUnhealthy),
		"verify": l.Verify, "rollback": l.Rollback, "cooldown": l.Cooldown, "timeout": l.Timeout, "approval_expires": l.ApprovalExpires,
	}
}

func yesOrNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
