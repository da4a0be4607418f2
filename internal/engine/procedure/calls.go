package procedure

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"prentice"
)

// reach is what a procedure goes over targets of its own by, that is called or calls.
type reach struct {
	name    string
	all     []prentice.Ref    // its targets, sorted
	targets []prentice.Target // those that are wanted
	groups  []prentice.Group
	limits  prentice.Limits
	joined  bool // of several
	chooses bool // the checks say which of them are acted on
}

// callees are the parts of a plan, the first of which is that of the procedure itself, and which
// of them the steps are of, by how their ids begin.
type callees struct {
	parts []reach
	by    map[string]int
	none  bool                     // steps are left out, since none of the targets of their part is wanted
	times map[string]time.Duration // how long a step may take, of those that say it themselves
}

// reach is what a procedure goes over of its targets that are wanted.
func (s *scene) reach(targets []prentice.Target) (reach, error) {
	all := sortedRefs(targets)
	if len(s.only) > 0 {
		targets = slices.DeleteFunc(slices.Clone(targets), func(t prentice.Target) bool { return !slices.Contains(s.only, t.Ref) })
	}
	targets, groups, err := s.arrange(targets, len(s.only) > 0)
	return reach{name: s.proc.Name, all: all, targets: targets, groups: groups, limits: s.proc.Limits, chooses: s.proc.TargetsIf != ""}, err
}

// calling notes the targets that a procedure has which is called. One that has the same
// as the caller goes over them together with it, by the stricter of the limits that both
// name.
func (c *rendering) calling(inner *scene, prefix string) error {
	if inner.proc.TargetsIf != "" {
		return prentice.Errorf(prentice.Refused, "procedure %s chooses its targets by what its checks see, and those of a call are known before", inner.proc.Name).
			Try("give the condition to its steps with if=${…}, or start %s by itself", inner.proc.Name)
	}
	targets, err := inner.found()
	if err != nil {
		return err
	}
	own, err := inner.reach(targets)
	if err != nil {
		return err
	}
	limits, names := inner.proc.Limits, inner.proc.Named
	for i, p := range c.calls.parts {
		if !slices.Equal(p.all, own.all) {
			continue
		}
		if slices.Contains(names, "max_targets") {
			_, err = inner.few(targets)
		}
		if slices.Contains(names, "timeout") {
			c.calls.times[prefix] = limits.Timeout
		}
		c.calls.by[prefix], c.calls.parts[i].limits = i, narrowed(p.limits, limits, names)
		return err
	}
	if of := c.calls.parts[0]; of.chooses {
		return prentice.Errorf(prentice.Refused, "%s chooses its targets with targets_if, and %s has targets of its own", of.name, inner.proc.Name).
			Try("give both the same targets, or start %s by itself", inner.proc.Name)
	}
	if _, err := inner.few(targets); err != nil {
		return err
	}
	c.calls.by[prefix] = len(c.calls.parts)
	c.calls.parts = append(c.calls.parts, own)
	return nil
}

func sortedRefs(targets []prentice.Target) []prentice.Ref {
	refs := prentice.RefsOf(targets)
	slices.Sort(refs)
	return refs
}

// of is the part that a step is of: that of the innermost call that it comes from.
func (c *callees) of(id string) int {
	longest, at := "", 0
	for prefix, i := range c.by {
		if strings.HasPrefix(id, prefix) && len(prefix) > len(longest) {
			longest, at = prefix, i
		}
	}
	return at
}

// join makes one of the parts that have steps on targets: one after the other, each in groups of its
// own, by the strictest limits of all.
func (c *rendering) join(p prentice.Procedure) (reach, error) {
	acts := make([]bool, len(c.calls.parts))
	for _, s := range c.steps {
		if s.Where == "target" {
			acts[c.calls.of(s.ID)] = true
		}
	}
	var with []int
	for i := range acts {
		if acts[i] && len(c.calls.parts[i].targets) > 0 {
			with = append(with, i)
		}
	}
	if len(with) > 1 {
		turns := c.turns()
		slices.SortStableFunc(with, func(a, b int) int { return turn(turns, a) - turn(turns, b) })
	}
	if len(with) == 0 {
		if c.calls.none || slices.Contains(acts, true) && len(c.only) > 0 {
			return reach{}, notAny(c.only[0])
		}
		with = []int{0}
	}
	all := c.calls.parts[with[0]]
	if len(c.calls.parts) > 1 {
		all = c.joined(with)
		all.limits.MaxTargets = p.Limits.MaxTargets
		if err := c.fits(p, all, with); err != nil {
			return reach{}, err
		}
		c.aim(with)
	}
	for _, ref := range c.only {
		looked := c.calls.parts[0].chooses && slices.Contains(prentice.RefsOf(c.looked), ref) // and it was not chosen
		if !looked && !slices.Contains(prentice.RefsOf(all.targets), ref) {
			return reach{}, notAny(ref)
		}
	}
	return all, nil
}

// turns are the parts in the order in which their acts stand in the files; one that comes
// again is there twice.
func (c *rendering) turns() (parts []int) {
	for _, s := range c.steps {
		if i := c.calls.of(s.ID); s.Section == prentice.Act && s.Where == "target" && (len(parts) == 0 || parts[len(parts)-1] != i) {
			parts = append(parts, i)
		}
	}
	return parts
}

// turn is when a part has its turn; one that does not act comes last.
func turn(turns []int, part int) int {
	if i := slices.Index(turns, part); i >= 0 {
		return i
	}
	return len(turns)
}

// notAny refuses a target that is wanted and is none: approval for some targets is never
// approval for others.
func notAny(ref prentice.Ref) error {
	return prentice.Errorf(prentice.Refused, "%s is not a target of the procedure any more", ref).Try("start the procedure anew: it finds its targets in the catalog of today")
}

// joined is several parts, one after the other.
func (c *rendering) joined(with []int) reach {
	all := reach{limits: c.calls.parts[0].limits, joined: len(with) > 1}
	for _, i := range with {
		p := c.calls.parts[i]
		all.targets = append(all.targets, p.targets...)
		all.limits = strictest(all.limits, p.limits)
		groups := p.groups
		if len(groups) == 0 {
			groups = growing(len(p.targets), 0, p.limits.Parallel)
		}
		for _, g := range groups {
			g.Name = strings.TrimSuffix(p.name+" "+g.Name, " ")
			all.groups = append(all.groups, g)
		}
	}
	return all
}

// strictest is the stricter of each two limits. What may fail is the least that either says in
// targets; a limit that is missing lets none fail.
func strictest(a, b prentice.Limits) prentice.Limits {
	a.Parallel, a.MaxUnhealthy, a.Cooldown = min(a.Parallel, b.Parallel), min(a.MaxUnhealthy, b.MaxUnhealthy), max(a.Cooldown, b.Cooldown)
	if a.MaxFailures != b.MaxFailures {
		a.MaxFailures = "" // two that differ can mean the same number only by chance
	}
	if b.Rollback == prentice.RollbackAll {
		a.Rollback = b.Rollback
	}
	return a
}

// narrowed are limits by those that another procedure names, which acts on the same
// targets.
func narrowed(a, b prentice.Limits, names []string) prentice.Limits {
	for _, name := range names {
		switch name {
		case "parallel":
			a.Parallel = min(a.Parallel, b.Parallel)
		case "max_unhealthy":
			a.MaxUnhealthy = min(a.MaxUnhealthy, b.MaxUnhealthy)
		case "cooldown":
			a.Cooldown = max(a.Cooldown, b.Cooldown)
		}
	}
	if b.Rollback == prentice.RollbackAll {
		a.Rollback = b.Rollback
	}
	return a
}

// timed gives steps the time that the procedure names which they are of.
func (c *rendering) timed(plan time.Duration) {
	for i, s := range c.steps {
		longest, most := "", time.Duration(0)
		for prefix, d := range c.calls.times {
			if strings.HasPrefix(s.ID, prefix) && len(prefix) > len(longest) {
				longest, most = prefix, d
			}
		}
		if longest != "" && s.Timeout == "" && most != plan {
			c.steps[i].Timeout = most.String()
		}
	}
}

// called are the procedures that have steps in the plan, by the ids of the calls.
func (c *rendering) called() (list []prentice.Call) {
	for _, call := range c.made {
		if slices.ContainsFunc(c.steps, func(s prentice.PlannedStep) bool { return call.Has(s.ID) }) {
			call.Returns = c.library.returned(call.Step, call.Procedure)
			list = append(list, call)
		}
	}
	return list
}

// fits refuses parts that cannot be gone over one after the other.
func (c *rendering) fits(p prentice.Procedure, all reach, with []int) error {
	sorted := byRef(slices.Clone(all.targets))
	switch most := p.Limits.MaxTargets; {
	case len(all.targets) > most:
		return prentice.Errorf(prentice.Refused, "%d targets, with those of the procedures that it uses, are more than the limit of %d of %s", len(all.targets), most, p.Name).
			Try("choose fewer, or have max_targets raised in %s", p.File)
	case len(sorted) < len(all.targets):
		return prentice.Errorf(prentice.Refused, "procedure %s and those that it uses have targets in common, but not the same", p.Name).
			Try("give them the same targets, or targets that are apart")
	case all.joined && p.Limits.Verify == prentice.VerifyAtEnd:
		return prentice.Errorf(prentice.Refused, "verify: at_end of procedure %s cannot hold: what it uses has targets of its own, and comes one after the other", p.Name).Try("take verify: at_end out")
	}
	if err := apart(sorted); err != nil {
		return err
	}
	for i, part := range c.turns() {
		if all.joined && slices.Contains(c.turns()[:i], part) {
			return prentice.Errorf(prentice.Refused, "procedure %s acts on the targets of %s, then on those of %s, and then on the first once more: a plan goes over each once", p.Name, c.calls.parts[part].name, c.calls.parts[c.turns()[i-1]].name).
				Try("put together what is done on the same targets, or start the procedures one after the other")
		}
	}
	seen, here := false, ""
	for _, s := range c.steps {
		switch {
		case s.Section != prentice.Act || !all.joined:
		case s.Where != "target" && seen:
			here = s.ID
		case s.Where == "target" && here != "":
			return prentice.Errorf(prentice.Refused, "step %s is done once, between procedures with targets of their own", here).Try("put it before or behind all that acts on targets")
		case s.Where == "target":
			seen = true
		}
	}
	return nil
}

// aim says of each step for which targets it is, and takes out those for which none is wanted. The
// time of a step is that of its own procedure.
func (c *rendering) aim(with []int) {
	var kept []prentice.PlannedStep
	for _, s := range c.steps {
		i := c.calls.of(s.ID)
		p := c.calls.parts[i]
		if len(p.targets) == 0 && (i > 0 || s.Where == "target") {
			c.leftOut = append(c.leftOut, prentice.LeftOut{ID: s.ID, Section: s.Section, Each: s.Each, Why: fmt.Sprintf("none of the targets of %s is wanted", p.name)})
			continue
		}
		looksOnce := s.Where != "target" && i > 0 && (s.Section == prentice.Verify || s.Section == prentice.Between)
		if len(with) > 1 && len(s.On) == 0 && (s.Where == "target" || looksOnce) {
			s.On = prentice.RefsOf(p.targets)
		}
		if s.Timeout == "" && p.limits.Timeout != c.calls.parts[0].limits.Timeout {
			s.Timeout = p.limits.Timeout.String()
		}
		kept = append(kept, s)
	}
	c.steps = kept
}

// mayCall counts the files of a procedure among those of the plan, though checks decide
// whether it is called: the plan is of the same files before and after.
func (c *rendering) mayCall(spec prentice.StepSpec) {
	first, known := c.library.byName[spec.Attrs["procedure"]]
	if spec.Kind != uses || !known {
		return
	}
	seen := map[*entry]bool{}
	for next := []*entry{first}; len(next) > 0; next = next[1:] {
		if e := next[0]; !seen[e] {
			seen[e], c.files[e.proc.Name] = true, e.proc.Digest
			next = append(next, c.library.called(e)...)
		}
	}
}
