package ssh

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"prentice/internal/kit/filestest"
	"prentice/internal/kit/needtest"
)

func corpus(t *testing.T) map[string]string {
	return filestest.Corpus(t, "testdata/corpus.txtar", nil)
}

func readIn(t *testing.T, dir string) *Config {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	c, findings := ReadConfig(dir, raw)
	for _, f := range findings {
		if f.Error {
			t.Errorf("%s is refused: %s: %s", filepath.Base(dir), f.At, f.Text)
		}
	}
	return c
}

// probed are names that no Host line has in full, and patterns fit.
var probed = []string{"web9", "app-2", "10.0.7.7", "x.lab", "web.shop.example", "nobody"}

func TestFilesOfPeopleAreTaken(t *testing.T) {
	folders := corpus(t)
	if len(folders) < 25 {
		t.Fatalf("there are %d", len(folders))
	}
	for name, dir := range folders {
		if hosts := readIn(t, dir).Hosts(); len(hosts) == 0 {
			t.Errorf("%s has no hosts", name)
		}
	}
}

// What is worked out here is what ssh -G says, of the file itself where nothing in
// it could be run, and of the copy that it is given otherwise.
func TestOpenSSHSaysTheSame(t *testing.T) {
	program := needtest.Program(t, "ssh")
	for name, dir := range corpus(t) {
		t.Run(name, func(t *testing.T) {
			c := readIn(t, dir)
			alone := &Config{top: c.top}
			raw, _ := os.ReadFile(filepath.Join(dir, ConfigFile)) // it was read above
			whole := !strings.Contains(string(raw), "exec") && !strings.Contains(string(raw), "Include")
			names := slices.Clone(probed)
			for _, h := range alone.Hosts() {
				names = append(names, h.Ref.Name())
			}
			for _, name := range names {
				here, there := alone.of(name), c.of(name)
				if fmt.Sprintf("%+v", here) != fmt.Sprintf("%+v", there) {
					t.Errorf("%s is\n%+v by our reading and\n%+v by that of OpenSSH", name, here, there)
				}
				if !whole {
					continue
				}
				out, err := exec.Command(program, "-T", "-G", "-F", filepath.Join(dir, ConfigFile), name).Output()
				if err != nil {
					t.Fatal(err)
				}
				own, _ := c.top.evaluate(name)
				if direct := answered(out, name, own).said(name); fmt.Sprintf("%+v", direct) != fmt.Sprintf("%+v", there) {
					t.Errorf("%s is\n%+v by the copy and\n%+v by the file", name, there, direct)
				}
			}
		})
	}
}

func TestNothingOfAFileIsRunWhenItIsRead(t *testing.T) {
	needtest.Program(t, "ssh")
	dir := t.TempDir()
	ran := filepath.Join(dir, "ran")
	run := fmt.Sprintf("sh -c 'touch %s'", ran)
	text := "Match exec \"touch " + ran + "\"\n  User a\nHost web1\n  HostName 192.0.2.1\n  ProxyCommand " + run + "\n  KnownHostsCommand " + run + "\n  PermitLocalCommand yes\n  LocalCommand " + run +
		"\n  CanonicalizeHostname always\nInclude below\nMatch host web1 exec \"touch " + ran + "\"\n  Port 2222\n"
	if err := os.WriteFile(filepath.Join(dir, "below"), []byte("Match exec \"touch "+ran+"\"\n  User b\nHost *\n  User c\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, findings := ReadConfig(dir, []byte(text))
	for _, h := range c.Hosts() {
		c.Blocked(h.Ref.Name(), h.Address)
	}
	c.of("web1")
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program of the file was run")
	}
	if why := c.Blocked("web1", ""); why == "" {
		t.Error("the host is not blocked")
	}
	if len(findings) < 4 {
		t.Errorf("it says %v", findings)
	}
}

func TestAnIncludeLeadsNowhereElse(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(out, "secret"), []byte("Host stolen\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(out, "secret"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	c, findings := ReadConfig(dir, []byte("Include "+out+"/secret\nInclude link\nInclude ../"+filepath.Base(out)+"/secret\nInclude ssh_config\nHost a\n"))
	if err := os.WriteFile(filepath.Join(dir, ConfigFile), []byte("Include ssh_config\nHost a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if hosts := c.Hosts(); len(hosts) != 1 || len(findings) < 4 {
		t.Errorf("%v %v", hosts, findings)
	}
	if _, findings = ReadConfig(dir, []byte("Include ssh_config\nHost a\n")); len(findings) == 0 {
		t.Error("a ring of files went unsaid")
	}
}
