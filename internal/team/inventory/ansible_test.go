package inventory_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/kit/needtest"
	"prentice/internal/team"
	"prentice/internal/team/inventory"
)

// deep has what is easily misread: groups equally far with other values, one
// group below two, a host in many, quotes, escapes and steps.
const deep = `first ansible_host=192.0.2.1 note="a \"b\" c"
[zeta]
h[08:12:2] plain=yes
[zeta:vars]
who=zeta
[alpha]
h08
k[a:e:2]-x[1:2] plain='it is'
[alpha:vars]
who=alpha
[mid:children]
alpha
[top:children]
mid
zeta
[top:vars]
who=top
where=there
[all:vars]
where=nowhere
`

// layered has a var at each place that counts less than another, and the last of
// them: what a folder says of all counts more than what the inventory says of a
// group below it.
var layered = []string{
	"inventory.ini", `db1
[web]
web1 p7=host p8=host ansible_port=2201
web2:2202
[web:vars]
p1=web
p2=web
p3=web
[eu:children]
web
db
[db]
db1
[eu:vars]
p1=eu
[all:vars]
p1=all
p0=all
ansible_user=no one
`,
	"inventory/more", "lone1\n[lone]\nlone2\n",
	"inventory/group_vars/lone", "---\np5: lone\n",
	"inventory/group_vars/ungrouped.yml", "p6: ungrouped\n",
	"inventory/host_vars/lone2.json", `{"ansible_host": "192.0.2.9", "p9": 9.5, "list": ["a"]}`,
	"group_vars/all.yml", "p2: gv-all\np3: gv-all\np4: gv-all\nlist: plain\nansible_user: deploy\nflag: true\nwords: |\n  two\n  lines\n",
	"group_vars/eu", "p3: gv-eu\np4: gv-eu\np5: gv-eu\np6: gv-eu\n",
	"group_vars/web/10-first.yml", "p4: ten\np5: ten\n",
	"group_vars/web/20-second", "p5: twenty\np6: twenty\np7: twenty\n",
	"group_vars/web/below/last.yaml", "p6: last\nlist: {of: web}\n",
	"group_vars/web/.hidden.yml", "p6: hidden\n",
	"group_vars/web/backup.yml~", "p6: backup\n",
	"host_vars/web1", "p8: hv\nansible_port: 2299\nansible_host: 192.0.2.1\n",
	"host_vars/web2/vars.yml", "list: [a, b]\nansible_user: root\n",
}

func TestAnsibleReadsTheSame(t *testing.T) {
	program := needtest.Program(t, "ansible-inventory")
	for name, files := range map[string][]string{"shop": {"inventory.ini", shop}, "deep": {"inventory.ini", deep}, "layered": layered} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, files...)
			there, groups := ansible(t, program, dir)
			inv, findings := inventory.Load(dir, nowhere)
			if slices.ContainsFunc(findings, func(f prentice.Finding) bool { return f.Error }) || len(inv.Hosts) < len(there) {
				t.Fatalf("%d hosts here and %d there: %s", len(inv.Hosts), len(there), says(findings))
			}
			for _, h := range inv.Hosts {
				same(t, h, there[h.Ref.Name()])
				for group, hosts := range groups {
					if group != "ungrouped" && slices.Contains(hosts, h.Ref.Name()) && !slices.Contains(h.Groups, group) {
						t.Errorf("%s is not in %s here", h.Ref, group)
					}
				}
			}
		})
	}
}

// ansible gives the vars of each host, and the hosts of each group, as Ansible
// reads them.
func ansible(t *testing.T, program, dir string) (vars map[string]map[string]any, groups map[string][]string) {
	args := []string{"--list"}
	for _, name := range []string{"inventory.ini", "inventory.yaml", "inventory.yml", "inventory"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			args = append(args, "-i", filepath.Join(dir, name))
		}
	}
	c := exec.Command(program, args...)
	c.Env = append(os.Environ(), "HOME="+dir, "ANSIBLE_LOCAL_TEMP="+t.TempDir())
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]json.RawMessage{}
	var meta struct {
		Hosts map[string]map[string]any `json:"hostvars"`
	}
	if json.Unmarshal(out, &theirs) != nil || json.Unmarshal(theirs["_meta"], &meta) != nil {
		t.Fatalf("not what is known of Ansible: %s", out)
	}
	groups = map[string][]string{}
	for name, raw := range theirs {
		var g struct{ Hosts []string }
		if name != "_meta" && json.Unmarshal(raw, &g) == nil {
			groups[name] = g.Hosts
		}
	}
	return meta.Hosts, groups
}

// same holds a host against its vars there: each that is a single value is here,
// in its facts or its address, and no other.
func same(t *testing.T, h team.Host, vars map[string]any) {
	facts := map[string]string{}
	address := h.Ref.Name()
	if host, said := vars["ansible_host"]; said {
		address = fmt.Sprint(host)
	}
	if port, said := vars["ansible_port"]; said {
		address += fmt.Sprint(":", port)
	}
	if user, said := vars["ansible_user"]; said {
		address = fmt.Sprint(user, "@", address)
	}
	for k, v := range vars {
		switch v.(type) {
		case []any, map[string]any:
		default:
			if !strings.HasPrefix(k, "ansible_") {
				facts[k] = fmt.Sprint(v)
			}
		}
	}
	if h.Address != address || !maps.Equal(h.Facts, facts) {
		t.Errorf("%s is at %s with %q here, and at %s with %q there", h.Ref, h.Address, h.Facts, address, facts)
	}
}
