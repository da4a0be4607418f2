package inventory_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice/internal/team/inventory"
)

const fleet = "[web]\nweb1 a=host\nweb2\n[db]\ndb1\n[eu:children]\nweb\ndb\n[web:vars]\na=web\nb=web\nc=web\n"

func TestWhatAFileSaysCountsMoreThanTheInventory(t *testing.T) {
	for _, c := range []struct{ name, file, text, host, want string }{
		{"of all, more than the inventory says of a group", "group_vars/all.yml", "b: all\n", "web1", "map[a:host b:all c:web]"},
		{"of a group, not more than the inventory says of the host", "group_vars/web", "a: file\nb: file\n", "web1", "map[a:host b:file c:web]"},
		{"of the host, more than all else", "host_vars/web1.yaml", "a: file\n", "web1", "map[a:file b:web c:web]"},
		{"of another host, nothing", "host_vars/web2.yml", "a: file\n", "web1", "map[a:host b:web c:web]"},
		{"within the folder of inventories", "inventory/group_vars/eu.json", `{"b": "file"}`, "web1", "map[a:host b:file c:web]"},
		{"what is empty, nothing", "group_vars/web.yml", "# none\n", "web1", "map[a:host b:web c:web]"},
		{"a list hides the value that counts less", "group_vars/web.yml", "b: [1, 2]\n", "web1", "map[a:host c:web]"},
		{"a template does too", "group_vars/web.yml", "b: '{{ other }}'\n", "web1", "map[a:host c:web]"},
		{"an encrypted value does too", "group_vars/web.yml", "b: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3337\n", "web1", "map[a:host c:web]"},
		{"a secret by its name becomes no fact", "group_vars/web.yml", "db_password: hunter2\nupasswd: x\npassword_length: 12\nbypass: 'yes'\n", "web2", "map[a:web b:web bypass:yes c:web password_length:12]"},
		{"a text that is never a template is a text", "group_vars/web.yml", "b: !unsafe plain\n", "web2", "map[a:web b:plain c:web]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv, findings := inventory.Load(folder(t, "inventory.ini", fleet, c.file, c.text), nowhere)
			for _, f := range findings {
				if f.Error {
					t.Error(says(findings))
				}
			}
			for _, h := range inv.Hosts {
				if got := fmt.Sprint(h.Facts); h.Ref.Name() == c.host && got != c.want {
					t.Errorf("%s has %s", c.host, got)
				}
			}
		})
	}
}

func TestAGroupFartherFromAllCountsMoreInItsFilesToo(t *testing.T) {
	hosts := load(t, "inventory.ini", fleet, "group_vars/eu", "d: eu\n", "group_vars/db", "d: db\n", "group_vars/all", "d: all\n")
	if hosts["db1"].Facts["d"] != "db" || hosts["web1"].Facts["d"] != "eu" {
		t.Errorf("%v %v", hosts["db1"].Facts, hosts["web1"].Facts)
	}
}

func TestTheLastFileOfAFolderCounts(t *testing.T) {
	hosts := load(t, "inventory.ini", fleet, "group_vars/db/2", "d: two\n", "group_vars/db/10.yml", "d: ten\ne: ten\n", "group_vars/db/0/9", "e: nine\nf: nine\n", "group_vars/db/.hidden", "d: [\n", "group_vars/db/old~", "d: [\n")
	if got := fmt.Sprint(hosts["db1"].Facts); got != "map[d:two e:ten f:nine]" {
		t.Error(got)
	}
}

func TestAFileSaysHowHostsAreReached(t *testing.T) {
	hosts := load(t, "inventory.ini", fleet, "group_vars/all.yml", "ansible_user: deploy\nansible_port: 2222\n", "host_vars/db1.yml", "ansible_host: 10.0.0.7\nansible_port: 22\n", "host_vars/web2.yml", "ansible_connection: local\n")
	if hosts["web1"].Address != "deploy@web1:2222" || hosts["db1"].Address != "deploy@10.0.0.7:22" || !hosts["web2"].Local {
		t.Errorf("%v", hosts)
	}
}

func TestAFileOfVarsThatCannotBeFollowedIsNamedWithItsLine(t *testing.T) {
	many := strings.Repeat("  - {a: b}\n", 3)
	for _, c := range []struct{ name, file, text, want string }{
		{"lists and mappings", "group_vars/all.yml", "plain: 1\nusers:\n" + many + "ntp: {of: x}\nl3: []\nl4: []\nl5: []\nl6: []\nl7: []\n", "group_vars/all.yml:3:3: no fact is made of users, ntp, l3, l4, l5 and 2 more: a list or a mapping is not a single value (nothing, if no step needs it)"},
		{"a template", "host_vars/db1", "x: 1\nurl: http://{{ inventory_hostname }}/\n", "host_vars/db1:2:6: no fact is made of url: no template is filled in here (write the value out, if a step needs it)"},
		{"a template where a host is", "host_vars/db1", "ansible_host: '{{ ip }}'\n", `host_vars/db1:1:15: host db1 cannot be acted on: its ansible_host cannot be read: no template is filled in here`},
		{"a secret by its name", "group_vars/all.yml", "api_token: abc\n", "group_vars/all.yml:1:12: no fact is made of api_token: the name is that of a secret, and facts stand in plans, which are kept (nothing, if no step needs it; otherwise keep it with: prentice secret set NAME FILE)"},
		{"a path to Python", "group_vars/all.yml", "ansible_python_interpreter: auto\n", "group_vars/all.yml:1:29: no fact is made of ansible_python_interpreter: no Python is needed on a host (nothing, if no step needs it)"},
		{"an encrypted file", "group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n3337\n", "group_vars/all/vault.yml:1: is encrypted with ansible-vault, and what it says counts for nothing here (nothing, if no step needs it; keep a secret with: prentice secret set NAME FILE"},
		{"an encrypted value", "group_vars/all.yml", "x: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n", "group_vars/all.yml:1:4: no fact is made of x: encrypted with ansible-vault"},
		{"an encrypted address", "host_vars/db1.yml", "ansible_host: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n", "host_vars/db1.yml:1:15: host db1 cannot be acted on: its ansible_host cannot be read: encrypted with ansible-vault"},
		{"an encrypted password", "group_vars/all.yml", "ansible_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n", "group_vars/all.yml:1:19: ansible_password: not used: prentice signs in with keys"},
		{"a password", "group_vars/all.yml", "ansible_become_password: x\n", "ansible_become_password: not used: prentice asks for no password; let the user sudo without one"},
		{"a misspelt connection var", "host_vars/db1", "ansible_hots: b\n", `host_vars/db1:1:15: ansible_hots is not used by prentice (did you mean "ansible_host"?)`},
		{"a fact that hides another", "host_vars/db1", "name: b\n", "no fact is made of name: TARGET_NAME, TARGET_REF and TARGET_ADDRESS are what every target has"},
		{"a var twice", "host_vars/db1", "x: a\nx: b\n", `host_vars/db1:2:1: the file: "x" appears twice, and the last counts`},
		{"a list of vars", "host_vars/db1", "- x\n", "host_vars/db1:1:1: error: the file: wants a mapping"},
		{"a tag of another", "host_vars/db1", "x: !!binary aGk=\n", "error: the tag !!binary is not read here"},
		{"a YAML bomb", "group_vars/all", bomb(), "error: there is more here than is read"},
		{"a bomb of depth", "group_vars/all", "a: " + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "\n", "error: there is more here than is read"},
		{"a huge file", "group_vars/all", strings.Repeat("# 89abcde\n", 1<<17), "group_vars/all: error: has 1310720 bytes, at most 1048576 are read (divide it into several files in a folder"},
		{"bytes that are no text", "group_vars/all", "\xff\xfe", "group_vars/all:1: error: the file is not UTF-8"},
		{"a group that there is not", "group_vars/wbe.yml", "x: 1\n", `group_vars/wbe.yml: no inventory has a group "wbe", and what is said here counts for nothing (did you mean "web"?)`},
		{"a host that there is not", "inventory/host_vars/bd1", "x: 1\n", `inventory/host_vars/bd1: no inventory has a host "bd1", and what is said here counts for nothing (did you mean "db1"?)`},
		{"a host in another case", "host_vars/DB1", "x: 1\n", `did you mean "db1"?`},
		{"a group in the folder of hosts", "host_vars/eu", "x: 1\n", `no inventory has a host "eu"`},
		{"another kind of file", "group_vars/web/README.md", "x", "group_vars/web/README.md: is no file of vars by its name, and is not read"},
		{"a folder with an ending", "group_vars/web/more.yml/x", "x: 1", "group_vars/web/more.yml: is no file of vars by its name, and is not read"},
		{"a file where the folder is", "group_vars", "x: 1\n", "group_vars: error: is not a folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, findings := inventory.Load(folder(t, "inventory.ini", fleet, c.file, c.text), nowhere)
			var b strings.Builder
			for _, f := range findings {
				kind := ""
				if f.Error {
					kind = "error: "
				}
				fmt.Fprintf(&b, "%s: %s%s (%s)\n", f.At, kind, f.Text, f.Hint)
			}
			if !strings.Contains(b.String(), c.want) || len(findings) != 1 {
				t.Errorf("it says\n%swanted\n%s", b.String(), c.want)
			}
		})
	}
}

func TestOfTwoFilesForOneGroupTheFirstIsRead(t *testing.T) {
	_, findings := inventory.Load(folder(t, "inventory.ini", fleet, "group_vars/web", "x: 1\n", "group_vars/web.yml", "y: 1\n"), nowhere)
	if got := says(findings); !strings.Contains(got, "group_vars/web.yml: is not read, as in Ansible: group_vars/web is there too") {
		t.Error(got)
	}
}

func TestWhatIsOfNobodyIsNamedWhenAllElseIsRight(t *testing.T) {
	_, findings := inventory.Load(folder(t, "inventory.ini", "[web:1]\n", "group_vars/web", "x: 1\n"), nowhere)
	if len(findings) != 1 || !findings[0].Error {
		t.Error(says(findings))
	}
}

func TestTwoFoldersMustAgree(t *testing.T) {
	files := []string{"inventory.ini", fleet, "group_vars/web", "x: 1\nl: []\n", "inventory/group_vars/web.yml", "x: 1\nl: {}\n"}
	if inv, findings := inventory.Load(folder(t, files...), nowhere); inv.Hosts[1].Facts["x"] != "1" || strings.Contains(says(findings), "keep one") {
		t.Error(says(findings))
	}
	files[5] = "x: 2\n"
	if _, findings := inventory.Load(folder(t, files...), nowhere); !strings.Contains(says(findings), `inventory/group_vars/web.yml:1:4: x of group web is "2" here and "1" at group_vars/web:1:4`) {
		t.Error(says(findings))
	}
}

func TestHundredsOfListsAreNoError(t *testing.T) {
	var files []string
	hosts := ""
	for i := range 300 {
		hosts += fmt.Sprintf("h%d\n", i)
		files = append(files, fmt.Sprintf("host_vars/h%d", i), "disks: [a, b]\n")
	}
	_, findings := inventory.Load(folder(t, append(files, "inventory.ini", hosts)...), nowhere)
	for _, f := range findings {
		if f.Error {
			t.Fatalf("%s: %s", f.At, f.Text)
		}
	}
	if len(findings) != 101 {
		t.Errorf("it says %d things", len(findings))
	}
}

// alter is a team folder of the fleet in which someone has been.
func alter(t *testing.T, do func(dir string) error) string {
	t.Helper()
	dir := folder(t, "inventory.ini", fleet, "group_vars/web/vars", "x: 1\n")
	if err := do(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOnlyPlainFilesOfTheTeamFolderAreRead(t *testing.T) {
	outside := folder(t, "all.yml", "x: outside\n")
	for _, c := range []struct {
		name string
		do   func(dir string) error
		want string
	}{
		{"a link out of the folder", func(dir string) error { return os.Symlink(outside+"/all.yml", dir+"/group_vars/all.yml") }, "group_vars/all.yml: is a link that leads out of the team folder"},
		{"a link to a folder outside", func(dir string) error { return os.Symlink(outside, dir+"/host_vars") }, "host_vars: is a link that leads out of the team folder"},
		{"a link to nowhere", func(dir string) error { return os.Symlink("none", dir+"/host_vars") }, "host_vars: is not readable: no such file"},
		{"a link in a ring", func(dir string) error { return os.Symlink("..", dir+"/group_vars/web/again") }, "is more than 8 folders deep"},
		{"a named pipe", func(dir string) error { return syscall.Mkfifo(dir+"/group_vars/all", 0o644) }, "group_vars/all: is not a plain file"},
		{"a named pipe for a folder", func(dir string) error { return syscall.Mkfifo(dir+"/host_vars", 0o644) }, "host_vars: is not a folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := alter(t, c.do)
			done := make(chan string, 1)
			go func() {
				_, findings := inventory.Load(dir, nowhere)
				inventory.Marks(dir)
				done <- says(findings)
			}()
			select {
			case got := <-done:
				if !strings.Contains(got, c.want) || strings.Contains(got, "outside") {
					t.Errorf("it says\n%swanted\n%s", got, c.want)
				}
			case <-time.After(time.Minute):
				t.Fatal("it waits")
			}
		})
	}
}

func TestALinkWithinTheFolderIsFollowed(t *testing.T) {
	dir := alter(t, func(dir string) error {
		if err := os.Mkdir(dir+"/inventory", 0o755); err != nil {
			return err
		}
		return os.Symlink("../group_vars", dir+"/inventory/group_vars")
	})
	inv, findings := inventory.Load(dir, nowhere)
	if len(findings) > 0 || inv.Hosts[1].Facts["x"] != "1" {
		t.Errorf("%v %s", inv.Hosts, says(findings))
	}
}

func TestVarsWithoutAnInventoryAreOfNobody(t *testing.T) {
	if _, findings := inventory.Load(folder(t, "group_vars/all.yml", "ansible_hots: x\n"), nowhere); len(findings) > 0 {
		t.Error(says(findings))
	}
}

func TestTheMarksChangeWithEveryFileOfVars(t *testing.T) {
	for _, name := range []string{"group_vars/all.yml", "host_vars/web1/deep/er", "inventory/group_vars/web", "inventory/host_vars/web1/x.json"} {
		dir := folder(t, "inventory.ini", fleet, name, "x: 1\n")
		before := inventory.Marks(dir)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x: 12\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		changed := inventory.Marks(dir)
		if changed == before {
			t.Errorf("%s: a change went unseen", name)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if inventory.Marks(dir) == changed {
			t.Errorf("%s: its end went unseen", name)
		}
	}
}

func TestAFileOfVarsIsLookedOverByItself(t *testing.T) {
	if got := says(inventory.Check("group_vars/nobody.yml", []byte("a: 1\nansible_prot: 2\n"))); got != "group_vars/nobody.yml:2:15: ansible_prot is not used by prentice (did you mean \"ansible_port\"?)\n" {
		t.Error(got)
	}
}
