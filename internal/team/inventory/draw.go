package inventory

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/variable"
	"prentice/internal/team"
)

// draw makes the hosts out of all that was read.
func (t *tree) draw(hostName func(string) string) Inventory {
	inv := Inventory{Keys: map[string]string{}, Jumps: map[string]string{}}
	if !t.climb() {
		return inv
	}
	for _, key := range sorted(t.hosts) {
		h := t.hosts[key]
		groups := t.over(h)
		vars := t.vars(h, groups)
		w := wayTo(h.name, vars)
		drawn := team.Host{Ref: prentice.NewRef("host", h.name), Local: w.local, Place: w.place, Facts: t.facts(vars), Blocked: w.blocked, At: h.at}
		if w.blocked != "" {
			t.cannotReach(h.name, h, w)
		}
		for _, g := range groups {
			if g.name != all && g.name != ungrouped {
				drawn.Groups = append(drawn.Groups, g.name)
			}
		}
		slices.Sort(drawn.Groups)
		if !drawn.Local && drawn.Blocked == "" {
			drawn.Address = w.address(h.name, hostName)
		}
		if w.key != "" {
			inv.Keys[h.name] = w.key
		}
		if w.jump != "" {
			inv.Jumps[h.name] = w.jump
		}
		inv.Hosts = append(inv.Hosts, drawn)
	}
	slices.SortFunc(inv.Hosts, func(a, b team.Host) int { return cmp.Compare(a.Ref, b.Ref) })
	return inv
}

// climb works out what each group is in, and how far from all. It says whether
// that can be told: a ring of children cannot.
func (t *tree) climb() bool {
	parents := map[string][]string{}
	for _, name := range sorted(t.groups) {
		for _, child := range sorted(t.groups[name].children) {
			parents[child] = append(parents[child], name)
		}
	}
	const under, known = 1, 2
	state := map[string]int{}
	var up func(name string) bool
	up = func(name string) bool {
		g := t.groups[name]
		switch state[name] {
		case known:
			return true
		case under:
			at := g.at
			for _, p := range parents[name] {
				if state[p] == under {
					at = t.groups[p].children[name]
				}
			}
			t.fail(at, "take one of the children out", "group %s is a child of itself, directly or through others", name)
			return false
		}
		state[name] = under
		g.above = []string{name}
		if name != all {
			g.depth = 1
		}
		for _, p := range parents[name] {
			if !up(p) {
				return false
			}
			g.depth = max(g.depth, t.groups[p].depth+1)
			g.above = append(g.above, t.groups[p].above...)
		}
		slices.Sort(g.above)
		g.above = slices.Compact(g.above)
		state[name] = known
		return true
	}
	for _, name := range sorted(t.groups) {
		if !up(name) {
			return false
		}
	}
	return true
}

// over lists the groups that a host is in, the farthest from all last, as their
// vars count. Of groups equally far that of the higher ansible_group_priority counts
// more, and then the later in the alphabet, which is Ansible's rule. Ungrouped is who is in no other.
func (t *tree) over(h *host) []*group {
	names := map[string]bool{all: true}
	for direct := range h.groups {
		for _, name := range t.groups[direct].above {
			names[name] = true
		}
	}
	delete(names, ungrouped)
	if len(names) == 1 {
		names[ungrouped] = true
	}
	var list []*group
	for name := range names {
		list = append(list, t.groups[name])
	}
	slices.SortFunc(list, func(a, b *group) int {
		return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(a.priority(), b.priority()), cmp.Compare(a.name, b.name))
	})
	for _, g := range list {
		g.inhabited = true
	}
	return list
}

// priority is what the inventory sets it to; a file beside it cannot.
func (g *group) priority() int {
	n, err := strconv.Atoi(g.vars["ansible_group_priority"].value)
	if err != nil {
		return 1
	}
	return n
}

// vars are what counts for a host. What a file beside the inventory says of any
// group counts more than what the inventory says of any, and so it is with hosts:
// https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_variables.html#understanding-variable-precedence
func (t *tree) vars(h *host, groups []*group) map[string]setting {
	vars := map[string]setting{}
	for _, g := range groups {
		maps.Copy(vars, g.vars)
	}
	for _, g := range groups {
		maps.Copy(vars, g.beside)
	}
	maps.Copy(vars, h.vars)
	maps.Copy(vars, h.beside)
	maps.Copy(vars, h.made)
	return vars
}

// facts are the vars that are not Ansible's own. Of two that would be one variable
// in a step's environment, neither is.
func (t *tree) facts(vars map[string]setting) map[string]string {
	var facts map[string]string
	seen := make(map[string]string, len(vars))
	for _, name := range sorted(vars) {
		if strings.HasPrefix(name, connection) || name == placeVar || vars[name].none != "" {
			continue
		}
		as := variable.OfFact(name)
		if other := seen[as]; other != "" {
			delete(facts, other)
			t.noFact(other, vars[other].at, twice)
			t.noFact(name, vars[name].at, twice)
			continue
		}
		seen[as] = name
		if facts == nil {
			facts = make(map[string]string, len(vars))
		}
		facts[name] = vars[name].value
	}
	return facts
}

// deserted names the groups without a host: anyone who acts on one is refused, and
// may mean something else. After errors it may only follow from them.
func (t *tree) deserted() {
	if t.errors > 0 {
		return
	}
	var names []string
	var at prentice.Pos
	for _, name := range sorted(t.groups) {
		if g := t.groups[name]; g.said && !g.inhabited && name != all && name != ungrouped {
			if len(names) == 0 {
				at = g.at
			}
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		t.advise(at, "nothing, if that is meant: a plan that names it is refused", "no host is in group %s", someOf(names))
	}
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
