package packages

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"prentice/internal/kit/needtest"
)

// asSystemd is what systemd has to say about the unit with a drop-in, or "".
func asSystemd(t *testing.T, dropIn string, command ...string) (said string, fine bool) {
	t.Helper()
	program := needtest.Program(t, "systemd-analyze")
	raw, err := os.ReadFile("../../packaging/prentice.service")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	unit := strings.ReplaceAll(string(raw), "/usr/bin/prentice", "/bin/true") // it looks whether the program is there
	for name, text := range map[string]string{"prentice.service": unit, "prentice.service.d/override.conf": dropIn} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(program, append(command, filepath.Join(folder, "prentice.service"))...)
	c.Env = append(os.Environ(), "SYSTEMD_UNIT_PATH="+folder+":")
	out, err := c.CombinedOutput()
	return string(out), err == nil
}

var verify = []string{"verify", "--man=no"}

func TestTheUnitAndItsDropInsMeanSomethingToSystemd(t *testing.T) {
	if said, _ := asSystemd(t, "[Service]\nNoNewPrivilege=no\n", verify...); !strings.Contains(said, "NoNewPrivilege") {
		t.Fatalf("a misspelt line is not found: %q", said)
	}
	pages, err := filepath.Glob("../../book/how-to/*.md")
	if err != nil {
		t.Fatal(err)
	}
	dropIns := []string{""}
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?s)```ini\n(.*?)```").FindAllSubmatch(raw, -1) {
			if strings.Contains(string(m[1]), "[Service]") {
				dropIns = append(dropIns, string(m[1]))
			}
		}
	}
	if len(dropIns) < 2 {
		t.Error("the book has no drop-in")
	}
	for _, dropIn := range dropIns {
		if said, fine := asSystemd(t, dropIn, verify...); said != "" || !fine {
			t.Errorf("with %q: %s", dropIn, said)
		}
	}
}

// mostExposed is how open the unit may be, of 100, as systemd counts it: 37 by
// Debian 12's. Without what it takes away it is 90.
const mostExposed = "40"

func TestTheUnitTakesFromPrenticeWhatItDoesNotNeed(t *testing.T) {
	security := []string{"security", "--offline=true", "--threshold=" + mostExposed, "--no-pager"}
	if said, fine := asSystemd(t, "", security...); !fine {
		t.Error(said)
	}
	if said, fine := asSystemd(t, "[Service]\nProtectSystem=no\nProtectHome=no\nNoNewPrivileges=no\nCapabilityBoundingSet=~\n", security...); fine {
		t.Errorf("an open one is fine: %s", said)
	}
}
