package inventory

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/nearest"
)

// The folders of vars beside an inventory, of groups and of hosts.
const (
	groupVars = "group_vars"
	hostVars  = "host_vars"
)

// besides are they, beside the inventories of the team folder itself.
var besides = []string{groupVars, hostVars}

// endings are those of a file of vars; without one it is YAML too.
var endings = []string{"", ".yml", ".yaml", ".json"}

// owner is a group or a host, and what is said of it beside the inventory.
type owner struct {
	name, of string
	vars     map[string]setting
}

// beside reads the vars of groups and hosts in the folders beside the
// inventories, by the rules of Ansible's own reader of them:
// https://docs.ansible.com/ansible/latest/collections/ansible/builtin/host_group_vars_vars.html
func (t *tree) beside(root *os.Root) {
	var groups, hosts []owner
	for _, name := range sorted(t.groups) {
		if g := t.groups[name]; g.said || name == all || name == ungrouped {
			groups = append(groups, owner{name, "group " + name, g.beside})
		}
	}
	for _, key := range sorted(t.hosts) {
		h := t.hosts[key]
		hosts = append(hosts, owner{h.name, "host " + h.name, h.beside})
	}
	for _, under := range []string{"", Folder} {
		t.varsIn(root, path.Join(under, groupVars), "group", groups)
		t.varsIn(root, path.Join(under, hostVars), "host", hosts)
	}
}

// varsIn reads what one folder says of owners.
func (t *tree) varsIn(root *os.Root, folder, kind string, owners []owner) {
	if _, err := root.Lstat(folder); errors.Is(err, fs.ErrNotExist) {
		return
	}
	unread := map[string]bool{}
	for _, name := range t.list(root, folder) {
		unread[name] = true
	}
	for _, o := range owners {
		var found []string
		for _, ending := range endings {
			if name := o.name + ending; unread[name] {
				found = append(found, path.Join(folder, name))
				delete(unread, name)
			}
		}
		if len(found) > 0 {
			t.varsOf(root, found[0], o)
		}
		for _, other := range found[min(1, len(found)):] {
			t.advise(prentice.Pos{File: other}, "put them into one folder "+path.Join(folder, o.name), "is not read, as in Ansible: %s is there too", found[0])
		}
	}
	t.ownerless(folder, kind, unread, owners)
}

// varsOf reads what one file says of an owner, or the files of a folder.
func (t *tree) varsOf(root *os.Root, name string, o owner) {
	vars := map[string]setting{}
	t.varsAt(root, name, 0, vars)
	for _, name := range sorted(vars) {
		t.set(o.vars, name, vars[name], o.of)
	}
}

// varsAt reads a file, or those of a folder and the folders in it in the order
// of their names, of which the last counts.
func (t *tree) varsAt(root *os.Root, name string, depth int, vars map[string]setting) {
	if about, err := root.Stat(name); err != nil || !about.IsDir() {
		if raw, ok := t.guarded(root, name); ok {
			maps.Copy(vars, t.readVars(name, raw))
		}
		return
	}
	if depth > deepest {
		t.fail(prentice.Pos{File: name}, "take it out, or the link that leads in a ring", "is more than %d folders deep", deepest)
		return
	}
	for _, base := range t.list(root, name) {
		below := path.Join(name, base)
		about, err := root.Stat(below)
		if isDir := err == nil && about.IsDir(); !slices.Contains(endings, path.Ext(base)) || isDir && path.Ext(base) != "" {
			t.advise(prentice.Pos{File: below}, "give a file the ending .yml, .yaml, .json or none, and a folder none", "is no file of vars by its name, and is not read")
			continue
		}
		t.varsAt(root, below, depth+1, vars)
	}
}

// readVars reads the text of one file of vars.
func (t *tree) readVars(name string, raw []byte) map[string]setting {
	vars := map[string]setting{}
	switch {
	case !t.isText(name, raw):
	case isVault(raw):
		t.advise(prentice.Pos{File: name, Line: 1}, "nothing, if no step needs it; keep a secret with: prentice secret set NAME FILE, and what says how a host is reached in plain text", "is encrypted with ansible-vault, and what it says counts for nothing here")
	default:
		r := &inYAML{t, name}
		r.document(raw, "the file", func(key, value *yaml.Node) {
			vars[key.Value] = r.settingOf(key, value)
		})
	}
	return vars
}

// ownerless reports what stands in a folder and is of no one. After errors it
// may only follow from them.
func (t *tree) ownerless(folder, kind string, unread map[string]bool, owners []owner) {
	if t.errors > 0 {
		return
	}
	known := make([]string, len(owners))
	for i, o := range owners {
		known[i] = o.name
	}
	for i, name := range sorted(unread) {
		if i > mostFindings {
			return // finding the nearest of many names takes its time
		}
		meant, hint := name, "rename it, or take it out if it is not needed"
		if ext := path.Ext(name); slices.Contains(endings, ext) {
			meant = strings.TrimSuffix(name, ext)
		}
		if near := nearest.Of(meant, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		t.advise(prentice.Pos{File: path.Join(folder, name)}, hint, "no inventory has a %s %q, and what is said here counts for nothing", kind, clip.Text(meant))
	}
}

// isVars says whether a file that is called so is one of vars.
func isVars(name string) bool {
	dirs, base := strings.Split(path.Dir(name), "/"), path.Base(name)
	in := func(dir string) bool { return slices.Contains(besides, dir) }
	return !isOther(base) && (in(dirs[len(dirs)-1]) || slices.ContainsFunc(dirs, in) && slices.Contains(endings, path.Ext(base)))
}
