package inventory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/team/inventory"
)

// FuzzINI holds that no text stands for more hosts than may be, and that every
// host which is read can be named.
func FuzzINI(f *testing.F) {
	f.Add([]byte(shop))
	f.Add([]byte("[a:children]\nb\n[b]\nx[1:3]:22 y='z' w=\"\\\"\"\n"))
	f.Add([]byte("a[0:99][a:z]b[01:20:3]\n[x:vars]\nq=\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, "inventory.ini"), text, 0o644); err != nil {
			t.Fatal(err)
		}
		inv, findings := inventory.Load(dir, nowhere)
		if len(inv.Hosts) > inventory.MaxHosts || len(findings) > 202 {
			t.Fatalf("%d hosts and %d findings", len(inv.Hosts), len(findings))
		}
		reachable(t, inv)
	})
}

// FuzzVars holds that no text beside an inventory makes another host or a wrong
// address of one, and that no template becomes a fact.
func FuzzVars(f *testing.F) {
	f.Add([]byte("ansible_host: 10.0.0.7\nansible_port: 22\nansible_user: deploy\nx: 1\n"))
	f.Add([]byte("a: '{{ b }}'\nl: [1, {m: n}]\npassword: x\nv: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n"))
	f.Add([]byte(`{"ansible_host": null, "a": [], "b": {"c": "d"}}`))
	f.Add([]byte("$ANSIBLE_VAULT;1.1;AES256\n3337\n"))
	f.Add([]byte("a: &a [x]\nb: *a\n"))
	dir := f.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "group_vars"), 0o755); err != nil {
		f.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "inventory.ini"), []byte("web1\n"), 0o644); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, "group_vars/all"), text, 0o644); err != nil {
			t.Fatal(err)
		}
		inv, findings := inventory.Load(dir, nowhere)
		if len(inv.Hosts) != 1 || len(findings) > 202 {
			t.Fatalf("%d hosts and %d findings", len(inv.Hosts), len(findings))
		}
		reachable(t, inv)
		for name, value := range inv.Hosts[0].Facts {
			if strings.Contains(value, "{{") {
				t.Fatalf("%s is %q", name, value)
			}
		}
	})
}

// reachable holds that every host can be named and none is an option.
func reachable(t *testing.T, inv inventory.Inventory) {
	for _, h := range inv.Hosts {
		if _, err := prentice.ParseRef(string(h.Ref)); err != nil || strings.HasPrefix(h.Address, "-") {
			t.Fatalf("host %q at %q", h.Ref, h.Address)
		}
	}
}
