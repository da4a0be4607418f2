package ansible

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/kit/filestest"
	"prentice/internal/kit/needtest"
	"prentice/internal/team/inventory"
)

func nowhere(string) string { return "" }

// script is an inventory that is a program, which leaves a trace when it runs.
const script = `#!/bin/sh
touch "%s"
cat <<'END'
{"cloud": {"hosts": ["vm1", "vm2", "odd name"], "vars": {"region": "eu"}}, "_meta": {"hostvars": {"vm1": {"ansible_host": "192.0.2.1", "ansible_port": 2201, "disks": ["a"], "db_password": "hunter2", "up": true},
 "vm2": {"ansible_user": "deploy", "size": 4}, "odd name": {"a": "b"}}}}
END
`

// team is a team folder with a static list, a program and a plug-in that groups both.
func team(t *testing.T) (dir, trace string) {
	dir, trace = t.TempDir(), filepath.Join(t.TempDir(), "ran")
	filestest.Lay(t, dir, map[string]string{
		"inventory/01-static":          "[web]\nweb1 tier=front Flag=True\nweb2\n[web:vars]\nzone=north\n",
		"inventory/02-cloud.sh":        fmt.Sprintf(script, trace),
		"inventory/03-constructed.yml": "plugin: ansible.builtin.constructed\nstrict: false\ngroups:\n  fronts: tier | default('') == 'front'\n  large: (size | default(0)) == 4\nkeyed_groups:\n  - key: region | default('')\n    prefix: in\n    separator: '-'\ncompose:\n  label: inventory_hostname ~ '-x'\n",
		"inventory/group_vars/web.yml": "team: shop\n",
	})
	if err := os.Chmod(filepath.Join(dir, "inventory/02-cloud.sh"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir, trace
}

func errorsIn(findings []prentice.Finding) (list []string) {
	for _, f := range findings {
		if f.Error {
			list = append(list, fmt.Sprintf("%s: %s", f.At, f.Text))
		}
	}
	return list
}

func TestHostsThatNoFileListsAreAskedFor(t *testing.T) {
	program := needtest.Program(t, "ansible-inventory")
	dir, trace := team(t)
	static, findings := inventory.Load(dir, nowhere)
	if _, err := os.Stat(trace); err == nil || len(static.Hosts) != 2 || static.Asked {
		t.Fatalf("without the setting something was run, or is known: %d hosts, %v", len(static.Hosts), findings)
	}
	inv, findings := inventory.LoadAsking(dir, nowhere, Inventory{Program: program}.List)
	if bad := errorsIn(findings); len(bad) > 0 || !inv.Asked {
		t.Fatalf("%v", bad)
	}
	want := map[string]string{
		"host/vm1":  "192.0.2.1:2201 [cloud in_eu] map[label:vm1-x region:eu up:true]",
		"host/vm2":  "deploy@vm2 [cloud in_eu large] map[label:vm2-x region:eu size:4]",
		"host/web1": "web1 [fronts web] map[Flag:True label:web1-x team:shop tier:front zone:north]",
		"host/web2": "web2 [web] map[label:web2-x team:shop zone:north]",
	}
	for _, h := range inv.Hosts {
		groups := slices.DeleteFunc(slices.Clone(h.Groups), func(g string) bool { return g == "in_" })
		if got := fmt.Sprint(h.Address, " ", groups, " ", h.Facts); got != want[string(h.Ref)] {
			t.Errorf("%s is\n%s, want\n%s", h.Ref, got, want[string(h.Ref)])
		}
		delete(want, string(h.Ref))
	}
	if len(want) > 0 {
		t.Errorf("not known: %v", want)
	}
	said := fmt.Sprint(findings)
	if strings.Contains(said, "hunter2") || strings.Contains(fmt.Sprintf("%+v", inv), "hunter2") {
		t.Error("a secret of a program is kept")
	}
	for _, word := range []string{"db_password", "disks", "odd name"} {
		if !strings.Contains(said, word) {
			t.Errorf("nothing is said of %s: %s", word, said)
		}
	}
	for _, h := range inv.Hosts[2:] { // what files say stays where they say it
		if h.At.File != "inventory/01-static" || h.At.Line == 0 {
			t.Errorf("%s stands at %s", h.Ref, h.At)
		}
	}
}

// What Ansible cannot be asked for is an error, in which no host of the inventories is
// acted on: half a list of hosts is another list.
func TestAnAnswerThatCannotBeHadIsAnError(t *testing.T) {
	answers := func(text string) string {
		path := filepath.Join(t.TempDir(), "ansible-inventory")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for what, c := range map[string]struct {
		is   Inventory
		want string
	}{
		"one that hangs":            {Inventory{Program: answers("sleep 60"), Patience: 300 * time.Millisecond}, "it did not answer within 300ms"},
		"one that prints too much":  {Inventory{Program: answers("head -c 5000 /dev/zero | tr '\\0' x"), Most: 1000}, "it prints more than 1000 bytes"},
		"one that fails":            {Inventory{Program: answers("echo first >&2; echo 'ERROR! no such plug-in' >&2; exit 1")}, "exit code 1: ERROR! no such plug-in"},
		"one that warns of a file":  {Inventory{Program: answers("echo '{}'; echo ' [WARNING]: Unable to parse /x as an inventory source' >&2")}, "Unable to parse /x"},
		"one that is not there":     {Inventory{Program: "/nowhere/ansible-inventory"}, "could not be started"},
		"one that says nothing":     {Inventory{Program: answers("true")}, "is answered by what is no list of hosts"},
		"one that says no object":   {Inventory{Program: answers("echo '[1]'")}, "is answered by what is no list of hosts"},
		"one without vars of hosts": {Inventory{Program: answers(`echo '{"web": {"hosts": ["x"]}}'`)}, "is answered by what is no list of hosts"},
	} {
		t.Run(what, func(t *testing.T) {
			dir, _ := team(t)
			_, findings := inventory.LoadAsking(dir, nowhere, c.is.List)
			bad := errorsIn(findings)
			if len(bad) != 1 || !strings.Contains(bad[0], c.want) || !strings.HasPrefix(bad[0], "inventory/02-cloud.sh") {
				t.Errorf("%q, want %q", bad, c.want)
			}
		})
	}
}

func TestAProgramThatIsNotThereIsSaidAtTheStart(t *testing.T) {
	if err := (Inventory{Program: "no-such-inventory"}).Check(); prentice.KindOf(err) != prentice.Invalid || !strings.Contains(err.Error(), "install ansible-core") {
		t.Error(err)
	}
	if err := (Inventory{}).Check(); err != nil {
		t.Error(err)
	}
}

// Without a program and a plug-in nothing is asked, however often the folder is read.
func TestStaticListsAreNeverAskedFor(t *testing.T) {
	dir := t.TempDir()
	filestest.Lay(t, dir, map[string]string{"inventory.ini": "[web]\nweb1\n"})
	inv, _ := inventory.LoadAsking(dir, nowhere, func([]string) ([]byte, error) { t.Error("Ansible is asked"); return nil, nil })
	if len(inv.Hosts) != 1 || inv.Asked {
		t.Errorf("%+v", inv)
	}
}
