package inventory_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"prentice/internal/engine/inventory"
	"prentice/internal/kit/needtest"
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

func TestAnsibleReadsTheSame(t *testing.T) {
	program := needtest.Program(t, "ansible-inventory")
	for name, text := range map[string]string{"shop": shop, "deep": deep} {
		dir := folder(t, "inventory.ini", text)
		c := exec.Command(program, "-i", filepath.Join(dir, "inventory.ini"), "--list")
		c.Env = append(os.Environ(), "HOME="+dir, "ANSIBLE_LOCAL_TEMP="+dir)
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
		inv, findings := inventory.Load(dir, nowhere)
		if len(findings) > 0 || len(inv.Hosts) < len(meta.Hosts) {
			t.Fatalf("%s has %d hosts here and %d there: %s", name, len(inv.Hosts), len(meta.Hosts), says(findings))
		}
		for _, h := range inv.Hosts {
			for k, v := range h.Facts {
				if there := fmt.Sprint(meta.Hosts[h.Ref.Name()][k]); there != v {
					t.Errorf("%s: %s of %s is %q here and %q there", name, k, h.Ref, v, there)
				}
			}
			for group, raw := range theirs {
				var g struct{ Hosts []string }
				if group != "ungrouped" && group != "_meta" && json.Unmarshal(raw, &g) == nil && slices.Contains(g.Hosts, h.Ref.Name()) && !slices.Contains(h.Groups, group) {
					t.Errorf("%s: %s is not in %s here", name, h.Ref, group)
				}
			}
		}
	}
}
