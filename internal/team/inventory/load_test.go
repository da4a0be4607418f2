package inventory_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/team"
	"prentice/internal/team/inventory"
)

// folder is a team folder with files, name and text in turn.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func nowhere(string) string { return "" }

// says is each finding on a line.
func says(findings []prentice.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s: %s (%s)\n", f.At, f.Text, f.Hint)
	}
	return b.String()
}

// load reads an inventory in which nothing is wrong.
func load(t *testing.T, files ...string) map[string]team.Host {
	t.Helper()
	inv, findings := inventory.Load(folder(t, files...), nowhere)
	if len(findings) > 0 {
		t.Fatal(says(findings))
	}
	hosts := map[string]team.Host{}
	for _, h := range inv.Hosts {
		hosts[h.Ref.Name()] = h
	}
	return hosts
}

const shop = `# a fleet
lonely

[web]
web[01:03:2].example rack=a
api:2222 ansible_host=10.0.0.7 ansible_user=deploy motto='one # two' # and a comment

[db]
db-[a:b]

[db:vars]
rack = c
size="very large"

[eu:children]
web
db

[eu:vars]
rack=z
region=eu

[all:vars]
region=nowhere
ansible_port=2200
`

func TestHostsRangesAndVarsAreReadAsAnsibleReadsThem(t *testing.T) {
	hosts := load(t, "inventory.ini", shop)
	if got := strings.Join(slices.Sorted(maps.Keys(hosts)), " "); got != "api db-a db-b lonely web01.example web03.example" {
		t.Errorf("the hosts are %s", got)
	}
	for _, c := range []struct{ host, address, groups, facts string }{
		{"lonely", "lonely:2200", "", "map[region:nowhere]"},
		{"web03.example", "web03.example:2200", "eu web", "map[rack:a region:eu]"},
		{"api", "deploy@10.0.0.7:2222", "eu web", "map[motto:one # two rack:z region:eu]"},
		{"db-b", "db-b:2200", "db eu", "map[rack:c region:eu size:very large]"},
	} {
		h := hosts[c.host]
		if h.Address != c.address || strings.Join(h.Groups, " ") != c.groups || fmt.Sprint(h.Facts) != c.facts {
			t.Errorf("%s is at %s in %v with %v", c.host, h.Address, h.Groups, h.Facts)
		}
	}
}

const shopYAML = `all:
  vars: {region: nowhere, ansible_port: 2200}
  hosts:
    lonely:
  children:
    eu:
      vars: {rack: z, region: eu}
      children:
        web:
          hosts:
            web[01:03:2].example: {rack: a}
            api:2222: {ansible_host: 10.0.0.7, ansible_user: deploy, motto: "one # two"}
        db:
          hosts:
            db-[a:b]:
          vars:
            rack: c
            size: very large
`

func TestYAMLAndINISayTheSame(t *testing.T) {
	one, other := load(t, "inventory.ini", shop), load(t, "inventory.yaml", shopYAML)
	for name, h := range one {
		h.At, h.Ref = other[name].At, other[name].Ref
		if fmt.Sprint(h) != fmt.Sprint(other[name]) {
			t.Errorf("%s is\n%v in INI and\n%v in YAML", name, h, other[name])
		}
	}
	if len(one) != len(other) {
		t.Errorf("there are %d and %d hosts", len(one), len(other))
	}
}

func TestFilesOfAFolderAreOneInventory(t *testing.T) {
	hosts := load(t, "inventory/hosts", "[web]\na\n", "inventory/more.yml", "db: {hosts: {a: {rack: b}}}\n")
	if got := fmt.Sprint(hosts["a"].Groups, hosts["a"].Facts); got != "[db web] map[rack:b]" {
		t.Error(got)
	}
}

func TestAKeyFileAndThisMachineAreSaidOfAHost(t *testing.T) {
	inv, findings := inventory.Load(folder(t, "inventory.ini", "a ansible_ssh_private_key_file=id_fleet\nb ansible_connection=local\n"), nowhere)
	if len(findings) > 0 || inv.Keys["a"] != "id_fleet" || len(inv.Keys) != 1 {
		t.Errorf("%v %s", inv.Keys, says(findings))
	}
	if b := inv.Hosts[1]; !b.Local || b.Address != "" {
		t.Errorf("b is %+v", b)
	}
}

func TestWhatCannotBeMeantIsRefusedWithItsLine(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"a ring of children", "inventory.ini", "[a:children]\nb\n[b:children]\na\n", "is a child of itself"},
		{"all is not below another", "inventory.ini", "[a]\nx\n[a:children]\nall\n", `inventory.ini:4: all holds every group`},
		{"a child that is nowhere", "inventory.ini", "[web]\na\n[eu:children]\nwbe\n", `inventory.ini:4: group wbe is a child of eu, and is nowhere (did you mean "web"?)`},
		{"vars of a group that is nowhere", "inventory.ini", "[web]\na\n[wep:vars]\nx=1\n", `inventory.ini:3: group wep has vars, and is nowhere (did you mean "web"?)`},
		{"a section of an unknown sort", "inventory.ini", "[web:var]\nx=1\n", `inventory.ini:1: a section cannot end in ":var"`},
		{"one name in two cases", "inventory.ini", "web\nWEB\n", "inventory.ini:2: host WEB is at inventory.ini:1 as web"},
		{"a range that goes down", "inventory.ini", "a[5:1]\n", "inventory.ini:1: [5:1] goes downwards"},
		{"a range of unequal digits", "inventory.ini", "a[01:100]\n", "do not have equally many digits (write [01:100])"},
		{"a range without an end", "inventory.ini", "a[1:3\n", "has no end (close it with ])"},
		{"a range of mixed ends", "inventory.ini", "a[1:c]\n", "goes neither from number to number nor from letter to letter"},
		{"a range with a step of nothing", "inventory.ini", "a[1:3:0]\n", `the step "0" of [1:3:0] is not a number above 0`},
		{"a range bomb", "inventory.ini", "a[0:999999999]\n", "[0:999999999] names 1000000000 hosts, at most 10000 are read"},
		{"ranges that multiply to a bomb", "inventory.ini", "a[0:999][0:999]\n", "names 1000000 hosts"},
		{"an endless name", "inventory.ini", strings.Repeat("[a:a]", 1000) + "x\n", "at most 300 are read"},
		{"many ranges that are a bomb together", "inventory.ini", "a[0:9998]\nb[0:9998]\n", "inventory.ini:2: the inventories have more than 10000 hosts"},
		{"a quote without an end", "inventory.ini", "a x='1\n", "a quote ' has no end"},
		{"a word without a value", "inventory.ini", "a b\n", `"b" behind host a has no =`},
		{"a NUL byte", "inventory.ini", "a\x00\n", "holds a NUL byte"},
		{"10 MB", "inventory.ini", strings.Repeat("# 89abcde\n", 1<<20), "at most 1048576 are read"},
		{"tabs in YAML", "inventory.yaml", "all:\n\thosts:\n", "inventory.yaml:2: not YAML"},
		{"an alias bomb in YAML", "inventory.yaml", bomb(), "there is more here than is read"},
		{"a section with a space", "inventory.ini", "[web servers]\na\n", `inventory.ini:1: "[web servers]" is not the head of a section`},
		{"a list of hosts in YAML", "inventory.yaml", "web: {hosts: [a]}\n", "hosts of group web: wants a mapping"},
		{"an encrypted inventory", "inventory.ini", "$ANSIBLE_VAULT;1.1;AES256\n3337\n", "inventory.ini:1: is encrypted with ansible-vault, and the hosts in it are needed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := inventory.Load(folder(t, c.file, c.text), nowhere)
			if !strings.Contains(says(findings), c.want) {
				t.Errorf("it says\n%swanted\n%s", says(findings), c.want)
			}
			if len(findings) > 101 {
				t.Errorf("it says %d things", len(findings))
			}
		})
	}
}

// bomb is a small file of YAML that stands for a huge one.
func bomb() string {
	var b strings.Builder
	b.WriteString("x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "x%d: &x%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d,", i-1), 10), ","))
	}
	return b.String()
}

func TestWhatIsNotUsedIsTakenWithAdviceAndItsLine(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"a group without hosts", "inventory.ini", "[web]\n[db]\na\n", `inventory.ini:1: no host is in group web`},
		{"a host at two addresses", "inventory.ini", "[web]\na ansible_host=10.0.0.1\n[db]\na ansible_host=10.0.0.2\n", `inventory.ini:4: ansible_host of host a is "10.0.0.2" here and "10.0.0.1" at inventory.ini:2`},
		{"a host with two ports", "inventory.ini", "a:22 ansible_port=23\n", `inventory.ini:1: ansible_port of host a is "23" here and "22" at inventory.ini:1`},
		{"a host that is an option", "inventory.ini", "-oProxyCommand=x\n", `host "-oProxyCommand=x" is left out: prentice cannot use the name`},
		{"an address that is an option", "inventory.ini", "a ansible_host=-oProxyCommand=x\n", `host a cannot be acted on: its ansible_host is "-oProxyCommand=x"`},
		{"a comment behind a group's var", "inventory.ini", "[w]\na\n[w:vars]\nx=one # two\n", `inventory.ini:4: x ends in what looks like a comment, and is part of the value`},
		{"a misspelt connection var", "inventory.ini", "a ansible_hots=b\n", `ansible_hots is not used by prentice (did you mean "ansible_host"?)`},
		{"a password", "inventory.ini", "a ansible_password=x\n", `ansible_password: not used: prentice signs in with keys`},
		{"becoming root by the inventory", "inventory.ini", "a ansible_become=true\n", `ansible_become: not used: write sudo=true on a step`},
		{"a way that is not SSH", "inventory.ini", "a ansible_connection=winrm\n", `host a cannot be acted on: it is reached by winrm, and prentice has SSH alone`},
		{"a template where a host is", "inventory.ini", "a ansible_host={{y}}\n", `inventory.ini:1: host a cannot be acted on: its ansible_host cannot be read: no template is filled in here`},
		{"a fact that hides another", "inventory.ini", "a name=b\n", `no fact is made of name: TARGET_NAME, TARGET_REF and TARGET_ADDRESS are what every target has`},
		{"two facts of one name", "inventory.ini", "a rack=1 Rack=2\n", `no fact is made of Rack, rack: several vars of a host would be one variable`},
		{"a misspelt key in YAML", "inventory.yaml", "web: {host: {a: }}\n", `inventory.yaml:1:7: group web has no key "host", which is passed over, as Ansible does (did you mean "hosts"?)`},
		{"a host twice in YAML", "inventory.yaml", "web: {hosts: {a: , a: }}\n", `"a" appears twice, and the last counts`},
		{"a script", "inventory/hosts.sh", "#!/bin/sh\n", `inventory/hosts.sh: is a program, which is not run here, so its hosts are unknown`},
		{"a folder that is another inventory", "inventory/old/group_vars/all", "x: 1\n", "inventory/old: is an inventory of its own, with group_vars, and is not read"},
		{"a plugin", "inventory/cloud.yml", "plugin: amazon.aws.aws_ec2\nregions: [eu-west-1]\n", "inventory/cloud.yml: is a list that the plugin amazon.aws.aws_ec2 makes, which is not run here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := inventory.Load(folder(t, c.file, c.text), nowhere)
			if !strings.Contains(says(findings), c.want) {
				t.Errorf("it says\n%swanted\n%s", says(findings), c.want)
			}
			for _, f := range findings {
				if f.Error {
					t.Errorf("it is an error: %s", f.Text)
				}
			}
		})
	}
}

// What is not followed may lead elsewhere, so the host is known and nothing can be
// done there.
func TestAHostThatCannotBeReachedIsBlocked(t *testing.T) {
	for _, c := range []struct{ vars, address, jump, blocked string }{
		{"ansible_ssh_host=192.0.2.1 ansible_host=192.0.2.2", "192.0.2.1", "", ""},
		{"ansible_host={{inventory_hostname}}.shop.example", "a.shop.example", "", ""},
		{"ansible_host={{ip}}", "", "", "cannot be read: no template"},
		{"ansible_port=ssh", "", "", `its ansible_port is "ssh"`},
		{"ansible_connection=docker", "", "", "it is reached by docker"},
		{"ansible_connection=paramiko", "a", "", ""},
		{"ansible_user=CORP\\\\ann", "", "", "its ansible_user is"},
		{"ansible_ssh_common_args='-o StrictHostKeyChecking=no -C'", "a", "", ""},
		{"ansible_ssh_common_args='-J warden@gate:2022'", "a", "warden@gate:2022", ""},
		{"ansible_ssh_common_args='-o ProxyJump=gate'", "a", "gate", ""},
		{`ansible_ssh_common_args='-o ProxyCommand="ssh -W %h:%p -q gate -l ann"'`, "", "", "says ProxyCommand"},
		{`ansible_ssh_common_args='-o ProxyCommand="ssh -p 2022 -W %h:%p -q ann@gate"'`, "a", "ann@gate:2022", ""},
		{`ansible_ssh_common_args='-o ProxyCommand="ssh gate nc %h %p"'`, "a", "gate", ""},
		{`ansible_ssh_common_args='-o ProxyCommand="corkscrew proxy 80 %h %p"'`, "", "", "says ProxyCommand"},
		{"ansible_ssh_extra_args='-o HostName=192.0.2.7'", "", "", "says HostName=192.0.2.7"},
		{"ansible_ssh_args='-F elsewhere'", "", "", "says -F"},
		{"ansible_ssh_common_args='{{ jump }}'", "", "", "may say where it is"},
	} {
		inv, findings := inventory.Load(folder(t, "inventory.ini", "a "+c.vars+"\n"), nowhere)
		h := inv.Hosts[0]
		if h.Address != c.address || inv.Jumps["a"] != c.jump || !strings.Contains(h.Blocked, c.blocked) || (h.Blocked == "") != (c.blocked == "") {
			t.Errorf("%s: at %q through %q, blocked %q: %s", c.vars, h.Address, inv.Jumps["a"], h.Blocked, says(findings))
		}
	}
}

func TestAProgramIsNotRun(t *testing.T) {
	dir := folder(t, "inventory/hosts", "#!/bin/sh\ntouch ran\n")
	if err := os.Chmod(filepath.Join(dir, "inventory/hosts"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, findings := inventory.Load(dir, nowhere); !strings.Contains(says(findings), "inventory/hosts: is a program, which is not run here") {
		t.Error(says(findings))
	}
}

func TestALinkOutOfTheFolderIsNotFollowed(t *testing.T) {
	dir := folder(t)
	if err := os.Symlink("/etc/hosts", filepath.Join(dir, "inventory.ini")); err != nil {
		t.Fatal(err)
	}
	if _, findings := inventory.Load(dir, nowhere); !strings.Contains(says(findings), "leads out of the team folder") {
		t.Error(says(findings))
	}
}

func TestTheMarksChangeWithEveryInventory(t *testing.T) {
	dir := folder(t, "inventory/a", "x\n")
	before := inventory.Marks(dir)
	if err := os.WriteFile(filepath.Join(dir, "inventory/b"), []byte("y\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if inventory.Marks(dir) == before {
		t.Error("another file went unseen")
	}
}

func TestAnInventoryIsKnownByItsName(t *testing.T) {
	for name, want := range map[string]bool{
		"inventory.ini": true, "team/inventory.yaml": true, "fleet.ini": true, "inventory/hosts": true, "/t/inventory/web.yml": true,
		"group_vars/web": true, "team/inventory/host_vars/web01.example": true, "group_vars/web/10.yml": true, "host_vars/a/b/c.json": true,
		"group_vars/web/README.md": false, "group_vars/.web.yml.swp": false, "host_vars/a~": false, "group_vars.yml": false, "inventory/hosts~": false,
		"catalog-info.yaml": false, "inventory/catalog-info.yaml": false, "hosts": false, "hosts.yaml": false, "inventory/README.md": false, "inventory/old/hosts": false, "inventory/hosts.prod": true, "inventory/a.json": true,
	} {
		if inventory.Is(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func TestOneInventoryMayNameWhatStandsInAnother(t *testing.T) {
	if findings := inventory.Check("inventory/eu", []byte("[eu:children]\nweb\n[db:vars]\nrack=a\n[empty]\n")); len(findings) != 0 {
		t.Error(says(findings))
	}
	if got := says(inventory.Check("inventory/eu", []byte("[eu]\nx ansible_hots=10.0.0.1\n"))); !strings.HasPrefix(got, "inventory/eu:2: ansible_hots is not used") {
		t.Error(got)
	}
	if got := says(inventory.Check("x.ini", make([]byte, 1<<20+1))); !strings.Contains(got, "at most 1048576 are read") {
		t.Error(got)
	}
}
