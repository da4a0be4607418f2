package inventory

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
)

// Ask gives what ansible-inventory --list prints of some sources, in their order: its
// own JSON (https://docs.ansible.com/ansible/latest/cli/ansible-inventory.html).
type Ask func(sources []string) ([]byte, error)

// ask adds what Ansible makes of the programs and the settings of plug-ins among the
// inventories: it is asked about all of them together, because one may group the
// hosts of another.
func (t *tree) ask(dir string, ask Ask) {
	if ask == nil || len(t.programs) == 0 {
		for _, p := range t.programs {
			t.advise(prentice.Pos{File: p.file}, "write what ansible-inventory --list --yaml prints of it into a file, or let this machine ask it: the setting inventory-program", "%s, which is not run here, so its hosts are unknown", p.what)
		}
		return
	}
	at := prentice.Pos{File: t.programs[0].file}
	var sources []string
	for _, name := range t.sources {
		sources = append(sources, filepath.Join(dir, name))
	}
	raw, err := ask(sources)
	if err != nil {
		t.fail(at, "try it by hand, as the user who runs prentice: ansible-inventory --list -i "+filepath.Join(dir, at.File), "cannot be asked for its hosts: %v", err)
		return
	}
	t.made(raw, at)
}

// madeGroup is what of a group is used.
type madeGroup struct {
	Hosts    []string
	Children []string
}

// made reads Ansible's answer. What the files themselves say counts as they say it;
// of their hosts it adds the groups and the vars that a plug-in has made.
func (t *tree) made(raw []byte, at prentice.Pos) {
	var groups map[string]json.RawMessage
	var meta struct {
		Hosts map[string]map[string]any `json:"hostvars"`
	}
	d := json.NewDecoder(bytes.NewReader(groupsOf(raw, &groups)))
	d.UseNumber()
	if groups == nil || d.Decode(&meta) != nil {
		t.fail(at, "try it by hand: ansible-inventory --list -i "+at.File, "is answered by what is no list of hosts")
		return
	}
	if !t.climb() {
		return // a ring, which is told of once all is drawn
	}
	was := map[string]map[string]setting{}
	for key, h := range t.hosts {
		was[key] = t.vars(h, t.over(h))
	}
	for _, name := range sorted(groups) {
		var g madeGroup
		if name == metaKey || json.Unmarshal(groups[name], &g) != nil {
			continue
		}
		t.madeGroup(name, g, at)
	}
	for _, name := range sorted(meta.Hosts) {
		h := t.madeHost(name, at)
		if h == nil {
			continue
		}
		for _, v := range sorted(meta.Hosts[name]) {
			value := meta.Hosts[name][v]
			if s, there := was[strings.ToLower(name)][v]; there && (s.none != "" || strings.EqualFold(s.value, textOf(value))) {
				continue
			}
			if s, ok := t.madeVar(v, value, at); ok {
				h.made[v] = s
			}
		}
	}
}

const metaKey = "_meta"

// groupsOf reads the groups, and gives the part in which the vars are.
func groupsOf(raw []byte, groups *map[string]json.RawMessage) []byte {
	if json.Unmarshal(raw, groups) != nil {
		return nil
	}
	return (*groups)[metaKey]
}

func (t *tree) madeGroup(name string, is madeGroup, at prentice.Pos) {
	if !validGroup.MatchString(name) {
		t.advise(at, "let the plug-in give it another name", "group %q is left out: prentice cannot use the name", clip.Text(name))
		return
	}
	g := t.group(name, at)
	g.said = true
	for _, child := range is.Children {
		if _, there := g.children[child]; !there && name != all && validGroup.MatchString(child) {
			t.below(g, child, at)
		}
	}
	for _, host := range is.Hosts {
		if h := t.madeHost(host, at); h != nil {
			h.groups[name], g.hosts[strings.ToLower(host)] = true, true
		}
	}
}

func (t *tree) madeHost(name string, at prentice.Pos) *host {
	h := t.host(name, at)
	if h != nil && h.made == nil {
		h.made = map[string]setting{}
	}
	return h
}

// madeVar reads a var of a host. What is Ansible's own and not followed here is passed
// over: a plug-in brings dozens.
func (t *tree) madeVar(name string, value any, at prentice.Pos) (setting, bool) {
	if strings.HasPrefix(name, connection) && !slices.Contains(followed, name) {
		return setting{}, false
	}
	switch v := value.(type) {
	case map[string]any:
		if _, is := v["__ansible_vault"]; is {
			return t.unset(name, at, encrypted), true
		}
		return t.unset(name, at, aList), true
	case []any:
		return t.unset(name, at, aList), true
	}
	return t.setting(name, textOf(value), at), true
}

// textOf is a single value as a text.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}
