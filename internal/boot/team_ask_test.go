package boot

import (
	"os"
	"path/filepath"
	"testing"

	"prentice"
	"prentice/internal/kit/filestest"
)

func TestAnsibleIsAskedAgainWhenAFileChanges(t *testing.T) {
	dir, n := t.TempDir(), 0
	filestest.Lay(t, dir, map[string]string{"inventory/cloud": "#!/bin/sh\n"})
	a := &asking{dir: func() string { return dir }, list: func([]string) ([]byte, error) { n++; return nil, nil }}
	for range 5 {
		a.answer(nil) //nolint:errcheck // it has none
	}
	if n != 1 {
		t.Errorf("five who looked at once made it asked %d times", n)
	}
	filestest.Lay(t, dir, map[string]string{"inventory/more": "web1\n"})
	if a.answer(nil); n != 2 {
		t.Errorf("after a change it was asked %d times in all", n)
	}
}

// Nothing of a team folder is run unless the machine says so, and then it is.
func TestAProgramOfTheTeamFolderIsRunOnlyWhereTheMachineLetsIt(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "ansible-inventory")
	filestest.Lay(t, dir, map[string]string{"ansible-inventory": "#!/bin/sh\necho '{\"cloud\": {\"hosts\": [\"vm1\"]}, \"_meta\": {\"hostvars\": {\"vm1\": {\"ansible_host\": \"192.0.2.7\"}}}}'\n",
		"team/inventory/cloud.sh": "#!/bin/sh\ntrue\n"})
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]int{"": 0, program: 1} {
		set := Settings{Team: filepath.Join(dir, "team"), InventoryProgram: asked}
		for _, acting := range []Acting{Acts, Answers} {
			ask, err := set.ask(acting, func() string { return set.Team })
			if err != nil {
				t.Fatal(err)
			}
			c, _, _, _ := readCatalogAsking(set.Team, ask)
			if len(c.Hosts) != want {
				t.Errorf("with %q there are %d hosts: %+v", asked, len(c.Hosts), c.Hosts)
			}
		}
	}
	if ask, err := (Settings{InventoryProgram: "/nowhere"}).ask(Reads, nil); ask != nil || err != nil {
		t.Error("anyone who only reads asks someone")
	}
	if _, err := (Settings{InventoryProgram: "/nowhere"}).ask(Acts, nil); prentice.KindOf(err) != prentice.Invalid {
		t.Error(err)
	}
}
