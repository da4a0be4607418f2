package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/nearest"
)

// The groups that every inventory has. Neither becomes a group of a host.
const (
	all       = "all"
	ungrouped = "ungrouped"
)

// mostFindings bounds what is reported: whoever has a hundred errors has one
// mistake, and needs to see its first lines.
const mostFindings = 100

// tree is what has been read so far, over all files.
type tree struct {
	groups   map[string]*group
	hosts    map[string]*host // by name in lower case
	files    int
	full     bool // more hosts were listed than may be
	owed     []owed
	findings []prentice.Finding
}

// group is a group as it was first named at a place.
type group struct {
	name     string
	at       prentice.Pos
	said     bool // it stands there as a group, not only as a child or with vars
	children map[string]prentice.Pos
	hosts    map[string]bool // in lower case
	vars     map[string]setting

	depth     int      // how far from all, by the longest way
	above     []string // the groups that it is in, directly or through others, and itself
	inhabited bool
}

type host struct {
	name   string
	at     prentice.Pos
	vars   map[string]setting
	groups map[string]bool // directly
}

// setting is what a var is set to, and where.
type setting struct {
	value string
	at    prentice.Pos
}

func newTree() *tree {
	t := &tree{groups: map[string]*group{}, hosts: map[string]*host{}}
	t.group(all, prentice.Pos{})
	return t
}

func (t *tree) fail(at prentice.Pos, hint, format string, args ...any) {
	t.add(prentice.Finding{At: at, Error: true, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (t *tree) advise(at prentice.Pos, hint, format string, args ...any) {
	t.add(prentice.Finding{At: at, Text: fmt.Sprintf(format, args...), Hint: hint})
}

func (t *tree) add(f prentice.Finding) {
	switch {
	case len(t.findings) < mostFindings:
		t.findings = append(t.findings, f)
	case len(t.findings) == mostFindings:
		t.findings = append(t.findings, prentice.Finding{At: prentice.Pos{File: "~"}, Error: true, Text: "there are more findings, which are not shown", Hint: "mend these first"})
	}
}

// inOrder is what was found, in the order of its places.
func (t *tree) inOrder() []prentice.Finding {
	slices.SortStableFunc(t.findings, func(a, b prentice.Finding) int {
		return cmp.Or(cmp.Compare(a.At.File, b.At.File), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return t.findings
}

// group finds a group, or makes it.
func (t *tree) group(name string, at prentice.Pos) *group {
	g := t.groups[name]
	if g == nil {
		g = &group{name: name, at: at, children: map[string]prentice.Pos{}, hosts: map[string]bool{}, vars: map[string]setting{}}
		t.groups[name] = g
	}
	return g
}

// named reports a group whose name cannot be one.
func (t *tree) named(name string, at prentice.Pos) bool {
	if validGroup.MatchString(name) {
		return true
	}
	t.fail(at, "use letters, digits and _ . -, beginning with a letter", "%q is not the name of a group", clip(name))
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
			return found
		}
		h.groups[g.name], g.hosts[strings.ToLower(name)] = true, true
		if port != "" {
			t.set(h.vars, "ansible_port", port, at, "host "+name)
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
		t.fail(at, "write it in one way", "host %s stands at %s as %s, and names are the same whatever their case", name, h.at, h.name)
		return nil
	case h != nil:
		return h
	case !validHost.MatchString(name) || !prentice.ValidName(name):
		t.fail(at, "use letters, digits and . _ - in the name, and say its address with ansible_host=", "%q is not the name of a host", clip(name))
		return nil
	case len(t.hosts) >= MaxHosts:
		t.full = true
		t.fail(at, "divide the team", "the inventories have more than %d hosts", MaxHosts)
		return nil
	}
	t.hosts[key] = &host{name: name, at: at, vars: map[string]setting{}, groups: map[string]bool{}}
	return t.hosts[key]
}

// set says a var of a host or a group. Two values at one place are an error: the
// order of files would decide which counts.
func (t *tree) set(vars map[string]setting, name, value string, at prentice.Pos, of string) {
	if before, set := vars[name]; set && before.value != value {
		t.fail(at, "keep one of them", "%s of %s is %q here and %q at %s", name, of, clip(value), clip(before.value), before.at)
		return
	}
	vars[name] = setting{value, at}
}

// near names the group that somebody probably meant.
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

// notText says why a file cannot be read as text at all.
func notText(raw []byte) string {
	switch {
	case strings.HasPrefix(string(raw), "\ufeff"):
		return "the file begins with a byte order mark"
	case !utf8.Valid(raw):
		return "the file is not UTF-8"
	case slices.Contains(raw, 0):
		return "the file holds a NUL byte"
	}
	return ""
}

// clip keeps a hostile value from filling a finding.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
