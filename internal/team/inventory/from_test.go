package inventory

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAnInventoryElsewhereIsReadWithTheVarsBesideIt(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"hosts": "[web]\nweb1\n", "group_vars/web.yml": "ansible_user: ops\n", "all/one": "[db]\ndb1\n", "all/host_vars/db1": "ansible_port: 2222\n", "all/notes.md": "no inventory",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for from, want := range map[string]string{"hosts": "ops@web1", "all": "db1:2222", "all/": "db1:2222"} {
		inv, findings := From(dir+"/"+from, func(string) string { return "" })
		if len(findings) > 0 || len(inv.Hosts) != 1 || inv.Hosts[0].Address != want {
			t.Errorf("%s: %+v %+v", from, inv.Hosts, findings)
		}
	}
	if _, findings := From(filepath.Join(dir, "nowhere"), func(string) string { return "" }); len(findings) != 1 || !findings[0].Error {
		t.Errorf("%+v", findings)
	}
}
