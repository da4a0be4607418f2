package inventory

import (
	"fmt"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// The groups that every inventory has. Neither becomes a group of a host.
const (
	all       = "all"
	ungrouped = "ungrouped"
)

// tree is what has been read so far, over all files.
type tree struct {
	groups   map[string]*group
	hosts    map[string]*host // by name in lower case
	files    int              // inventories
	bytes    int64            // of all files
	listed   int              // names in the folders of vars
	full     bool             // more hosts were listed than may be
	owed     []owed
	sources  []string // inventories, in the order in which they are read
	programs []program
	found
}

// program is a file whose hosts are made when they are asked for, and what it is.
type program struct{ file, what string }

// group is a group as it was first named at a place.
type group struct {
	name     string
	at       prentice.Pos
	said     bool // it stands there as a group, not only as a child or with vars
	children map[string]prentice.Pos
	hosts    map[string]bool // in lower case
	vars     map[string]setting
	beside   map[string]setting // said in a file of group_vars

	depth     int      // how far from all, by the longest way
	above     []string // the groups that it is in, directly or through others, and itself
	inhabited bool
}

type host struct {
	name   string
	at     prentice.Pos
	vars   map[string]setting
	beside map[string]setting // said in a file of host_vars
	made   map[string]setting // by a plug-in or a program; nil is by none
	groups map[string]bool    // directly
}

func newTree() *tree {
	t := &tree{groups: map[string]*group{}, hosts: map[string]*host{}}
	t.group(all, prentice.Pos{})
	t.group(ungrouped, prentice.Pos{})
	return t
}

// group finds a group, or makes it.
func (t *tree) group(name string, at prentice.Pos) *group {
	g := t.groups[name]
	if g == nil {
		g = &group{name: name, at: at, children: map[string]prentice.Pos{}, hosts: map[string]bool{}, vars: map[string]setting{}, beside: map[string]setting{}}
		t.groups[name] = g
	}
	return g
}

// named reports a group whose name cannot be one.
func (t *tree) named(name string, at prentice.Pos) bool {
	if validGroup.MatchString(name) {
		return true
	}
	t.fail(at, "use letters, digits and _ . -", "%q is not the name of a group", clip.Text(name))
	return false
}

// below puts a group under another.
func (t *tree) below(g *group, child string, at prentice.Pos) *group {
	if child == all {
		t.fail(at, "take it out", "all holds every group, and is a child of none")
		return nil
	}
	g.children[child] = at
	return t.group(child, at)
}

// put puts the hosts of a pattern into a group and gives them.
func (t *tree) put(g *group, pattern string, at prentice.Pos) []*host {
	if t.full {
		return nil
	}
	pattern, port := cutPort(pattern)
	list, text, hint := expand(pattern, MaxHosts)
	if text != "" {
		t.fail(at, hint, "%s", text)
		return nil
	}
	var found []*host
	for _, name := range list {
		h := t.host(name, at)
		if h == nil {
			continue
		}
		h.groups[g.name], g.hosts[strings.ToLower(name)] = true, true
		if port != "" {
			t.set(h.vars, "ansible_port", setting{value: port, at: at}, "host "+name)
		}
		found = append(found, h)
	}
	return found
}

// host finds a host, or makes it. It is nil when its name cannot be one.
func (t *tree) host(name string, at prentice.Pos) *host {
	key := strings.ToLower(name)
	switch h := t.hosts[key]; {
	case h != nil && h.name != name:
		t.fail(at, "write it in one way", "host %s is at %s as %s, and names are the same whatever their case", name, h.at, h.name)
		return nil
	case h != nil:
		return h
	case !isHostName(name):
		t.advise(at, "use letters, digits and . _ - in the name, and say its address with ansible_host=", "host %q is left out: prentice cannot use the name", clip.Text(name))
		return nil
	case t.full:
		return nil
	case len(t.hosts) >= MaxHosts:
		t.full = true
		t.fail(at, "divide the team", "the inventories have more than %d hosts", MaxHosts)
		return nil
	}
	t.hosts[key] = &host{name: name, at: at, vars: map[string]setting{}, beside: map[string]setting{}, groups: map[string]bool{}}
	return t.hosts[key]
}

// near names the group that someone probably meant.
func (t *tree) near(name, otherwise string) string {
	var known []string
	for _, g := range t.groups {
		if g.said {
			known = append(known, g.name)
		}
	}
	slices.Sort(known)
	if near := nearest.Of(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}
