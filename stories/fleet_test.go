package stories

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/crypto/ssh"

	"prentice/internal/kit/outlive/sshtest"
)

// fleet raises the service fleet: N hosts, h1 to hN, that answer over SSH, of
// which each whose number ends with one of the first DOWN digits is down.
func fleet(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 2, "fleet N DOWN")
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	down, err := strconv.Atoi(args[1])
	ts.Check(err)
	clientKey(ts)
	raw, err := os.ReadFile(filepath.Join(ts.Getenv("PRENTICE_DATA"), "ssh", "id_ed25519"))
	ts.Check(err)
	key, err := ssh.ParsePrivateKey(raw)
	ts.Check(err)
	hosts := sshtest.New(key)
	var catalog, known strings.Builder
	var names []string
	for i := 1; i <= n; i++ {
		name := fmt.Sprint("h", i)
		home := ts.MkAbs(filepath.Join("homes", name))
		ts.Check(os.MkdirAll(home, 0o700))
		address := fmt.Sprintf("127.0.%d.%d:9", 9+i/200, 1+i%200) // where no one listens
		if i%10 < 10-down {
			var l net.Listener
			var line string
			l, line, err = hosts.Raise("127.0.0.1:0", home)
			ts.Check(err)
			ts.Defer(func() { l.Close() })
			address = l.Addr().String()
			known.WriteString(line)
		} else {
			known.WriteString(fmt.Sprintf("[127.0.%d.%d]:9 %s", 9+i/200, 1+i%200, ssh.MarshalAuthorizedKey(key.PublicKey())))
		}
		names = append(names, name)
		fmt.Fprintf(&catalog, "apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: %s\n  annotations:\n    prentice.dev/address: %s\nspec: {type: host, owner: group:keepers}\n---\n", name, address)
	}
	fmt.Fprintf(&catalog, "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: fleet\n  annotations:\n    prentice.dev/hosts: %s\nspec: {type: service, lifecycle: production, owner: group:keepers}\n", strings.Join(names, ","))
	ts.Check(os.MkdirAll(ts.MkAbs("team/fleet"), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs("team/fleet/catalog-info.yaml"), []byte(catalog.String()), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("team/known_hosts"), []byte(known.String()), 0o644))
}
