package inventory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/inventory"
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
		if len(inv.Hosts) > inventory.MaxHosts || len(findings) > 101 {
			t.Fatalf("%d hosts and %d findings", len(inv.Hosts), len(findings))
		}
		for _, h := range inv.Hosts {
			if _, err := prentice.ParseRef(string(h.Ref)); err != nil || strings.HasPrefix(h.Address, "-") {
				t.Fatalf("host %q at %q", h.Ref, h.Address)
			}
		}
	})
}
