package stories

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// machinePath is the script that makes a machine.
var machinePath = whole("testdata/machine.sh")

// hasMachines says whether systemd can be the init of a machine in name spaces of its own.
func hasMachines() bool {
	_, err := os.Stat("/lib/systemd/systemd")
	return err == nil && os.Geteuid() == 0 && sshdPath() != "" &&
		exec.Command("unshare", "-m", "-p", "-C", "-u", "-i", "--fork", "sh", "-c", "mount -t cgroup2 none /tmp").Run() == nil
}

// machineUnits is what its init knows at first.
var machineUnits = map[string]string{
	"default.target":         "[Unit]\nDefaultDependencies=no\nWants=ssh.service\n",
	"multi-user.target":      "[Unit]\nDefaultDependencies=no\n",
	"reboot.target":          "[Unit]\nDefaultDependencies=no\nRequires=systemd-reboot.service\nAfter=systemd-reboot.service\nAllowIsolate=yes\n",
	"systemd-reboot.service": "[Unit]\nDefaultDependencies=no\nSuccessAction=reboot-force\n[Service]\nType=oneshot\nExecStart=/bin/true\n",
	"ssh.service":            "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/sshd_config\nExecReload=/bin/kill -HUP $MAINPID\nKillMode=process\n",
}

// empty is what it has of its own from the beginning, with nothing of this machine.
var empty = []string{"root", "etc/systemd/system", "etc/apt/sources.list.d", "var/spool/cron/crontabs", "var/lib/apt/lists", "home", "etc/containers"}

// machine is a host of the catalog, which is reached over SSH and whose root is its own: a
// real systemd starts and stops what is there. machine NAME ZONE has the label zone.
func machine(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 || len(args) == 2, "machine NAME [ZONE]")
	name, zone := args[0], ""
	if len(args) == 2 {
		zone = fmt.Sprintf("  labels: {zone: %s}\n", args[1])
	}
	port, err := freePort()
	ts.Check(err)
	clientKey(ts)
	newKey(ts, name)
	key, err := os.ReadFile(ts.MkAbs(name + ".key"))
	ts.Check(err)
	may, err := os.ReadFile(ts.MkAbs("authorized_keys"))
	ts.Check(err)
	upper := filepath.Join(ts.MkAbs(name), "upper")
	for _, folder := range empty {
		ts.Check(os.MkdirAll(filepath.Join(upper, folder), 0o755))
		ts.Check(syscall.Setxattr(filepath.Join(upper, folder), "trusted.overlay.opaque", []byte("y"), 0))
	}
	files := map[string][]byte{
		"etc/hostname":                  []byte(name + "\n"),
		"etc/ssh/ssh_host_ed25519_key":  key,
		"root/.ssh/authorized_keys":     may,
		"etc/apt/sources.list":          []byte("deb [trusted=yes] file:/srv/shared/packages ./\n"),
		"etc/ssh/sshd_config":           fmt.Appendf(nil, "Port %s\nListenAddress 127.0.0.1\nHostKey /etc/ssh/ssh_host_ed25519_key\nAuthorizedKeysFile /root/.ssh/authorized_keys\nPidFile none\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nStrictModes no\n", port),
		"etc/systemd/system/.keep":      nil,
		"etc/apt/sources.list.d/.keep":  nil,
		"var/lib/apt/lists/partial/.in": nil,
	}
	for unit, text := range machineUnits {
		files["etc/systemd/system/"+unit] = []byte(text)
	}
	for file, text := range files {
		ts.Check(os.MkdirAll(filepath.Dir(filepath.Join(upper, file)), 0o755))
		ts.Check(os.WriteFile(filepath.Join(upper, file), text, 0o600))
	}
	ts.Check(os.Chmod(filepath.Join(upper, "root/.ssh"), 0o700))
	folder := ts.MkAbs("team/" + name)
	ts.Check(os.MkdirAll(folder, 0o755))
	ts.Check(os.WriteFile(filepath.Join(folder, "catalog-info.yaml"), fmt.Appendf(nil,
		"apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: %s\n%s  annotations:\n    prentice.dev/address: root@127.0.0.1:%s\nspec: {type: host, owner: group:keepers}\n", name, zone, port), 0o644))
	ts.Setenv(strings.ToUpper(name)+"_PORT", port)
	ts.Setenv("MACHINES", filepath.Dir(machinePath))
	powered(ts, name, port)
}

// powered starts a machine and waits until it can be reached. When the story ends, all of
// it goes.
func powered(ts *testscript.TestScript, name, port string) {
	c := exec.Command("/bin/sh", machinePath, ts.MkAbs(name))
	c.Env = append(os.Environ(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin")
	console, err := os.Create(filepath.Join(ts.MkAbs(name), "console"))
	ts.Check(err)
	defer console.Close()
	c.Stdout, c.Stderr = console, console
	ts.Check(c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	ts.Defer(func() {
		c.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have gone already
		select {
		case <-ended:
		case <-time.After(patience):
			ts.Check(errors.Join(errors.New("machine "+name+" does not go"), c.Process.Kill()))
		}
	})
	eventually(ts, func() (bool, string) {
		out, err := exec.Command("ssh-keyscan", "-T", "1", "-p", port, "127.0.0.1").CombinedOutput()
		return err == nil && strings.Contains(string(out), "ssh-ed25519"), string(out)
	})
}

// in runs a command on a machine.
func in(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, len(args) > 1, "in NAME COMMAND…")
	err := ts.Exec("/bin/sh", append([]string{machinePath, ts.MkAbs(args[0]), "in"}, args[1:]...)...)
	if (err != nil) != neg {
		ts.Fatalf("on %s: %v", strings.Join(args, " "), err)
	}
}
