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

// asSystemd is what systemd has to say about a unit with a drop-in, or "".
func asSystemd(t *testing.T, unit, dropIn string, command ...string) (said string, fine bool) {
	t.Helper()
	program := needtest.Program(t, "systemd-analyze")
	folder := t.TempDir()
	unit = begins.ReplaceAllString(unit, "$1/bin/true") // it looks whether the program is there
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

var (
	verify = []string{"verify", "--man=no"}
	begins = regexp.MustCompile(`(?m)^(ExecStart=)/\S+`)
)

// packaged is the unit that the packages bring.
func packaged(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../packaging/prentice.service")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A block of the book that says what to start is a unit; any other is a drop-in of ours.
func TestTheUnitAndItsDropInsMeanSomethingToSystemd(t *testing.T) {
	unit := packaged(t)
	if said, _ := asSystemd(t, unit, "[Service]\nNoNewPrivilege=no\n", verify...); !strings.Contains(said, "NoNewPrivilege") {
		t.Fatalf("a misspelt line is not found: %q", said)
	}
	pages, err := filepath.Glob("../../book/how-to/*.md")
	if err != nil {
		t.Fatal(err)
	}
	dropIns, units := []string{""}, []string{}
	for _, page := range pages {
		raw, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("(?s)```ini\n(.*?)```").FindAllSubmatch(raw, -1) {
			switch text := string(m[1]); {
			case begins.MatchString(text):
				units = append(units, text)
			case strings.Contains(text, "[Service]"):
				dropIns = append(dropIns, text)
			}
		}
	}
	if len(dropIns) < 2 || len(units) == 0 {
		t.Errorf("the book has %d drop-ins and %d units", len(dropIns)-1, len(units))
	}
	for _, dropIn := range dropIns {
		if said, fine := asSystemd(t, unit, dropIn, verify...); said != "" || !fine {
			t.Errorf("with %q: %s", dropIn, said)
		}
	}
	for _, text := range units {
		if said, fine := asSystemd(t, text, "", verify...); said != "" || !fine {
			t.Errorf("%q: %s", text, said)
		}
	}
}

// mostExposed is how open the unit may be, of 100, as systemd counts it: 37 by
// Debian 12's. Without what it takes away it is 90.
const mostExposed = "40"

func TestTheUnitTakesFromPrenticeWhatItDoesNotNeed(t *testing.T) {
	security := []string{"security", "--offline=true", "--threshold=" + mostExposed, "--no-pager"}
	if said, fine := asSystemd(t, packaged(t), "", security...); !fine {
		t.Error(said)
	}
	if said, fine := asSystemd(t, packaged(t), "[Service]\nProtectSystem=no\nProtectHome=no\nNoNewPrivileges=no\nCapabilityBoundingSet=~\n", security...); fine {
		t.Errorf("an open one is fine: %s", said)
	}
}
