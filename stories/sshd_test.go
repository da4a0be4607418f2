package stories

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"prentice/internal/kit/outlive/helpertest"
)

// sshdPath is where sshd is: outside most people's PATH, and it must be started
// by its full name.
func sshdPath() string {
	for _, path := range []string{"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/lib/ssh/sshd"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// sshd is another machine: a real sshd with a host key of its own and a home
// folder of its own, which is the folder NAME. It becomes a host of the
// catalog. $NAME_KEY is its fingerprint, in capitals. Started again, it has the
// same key and port.
func sshd(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "sshd NAME")
	name, home := args[0], ts.MkAbs(args[0])
	key, conf := ts.MkAbs(name+".key"), ts.MkAbs(name+".conf")
	if _, err := os.Stat(conf); err != nil {
		port, err := freePort()
		ts.Check(err)
		ts.Check(os.MkdirAll(filepath.Join(home, "bin"), 0o755))
		clientKey(ts)
		ts.Check(os.WriteFile(conf, fmt.Appendf(nil, "Port %s\nListenAddress 127.0.0.1\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nSetEnv HOME=%s PATH=%s/bin:/usr/local/bin:/usr/bin:/bin\n",
			port, key, ts.MkAbs("authorized_keys"), home, home), 0o600))
		ts.Setenv(strings.ToUpper(name)+"_PORT", port)
		newKey(ts, name)
		folder := ts.MkAbs("team/" + name)
		ts.Check(os.MkdirAll(folder, 0o755))
		ts.Check(os.WriteFile(filepath.Join(folder, "catalog-info.yaml"), fmt.Appendf(nil,
			"apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: %s\n  annotations:\n    prentice.dev/address: 127.0.0.1:%s\nspec:\n  type: host\n  owner: group:keepers\n", name, port), 0o644))
	}
	if os.Geteuid() == 0 {
		ts.Check(os.MkdirAll("/run/sshd", 0o755))
	}
	c := exec.Command(sshdPath(), "-D", "-e", "-f", conf)
	said := &spoken{}
	c.Stderr = said
	ts.Check(c.Start())
	of(ts).far[name] = c
	ts.Defer(func() { off(c) })
	eventually(ts, func() (bool, string) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+ts.Getenv(strings.ToUpper(name)+"_PORT"))
		if err != nil {
			return false, said.String()
		}
		return conn.Close() == nil, ""
	})
}

// newkey gives a machine another host key, as one has that was set up anew.
func newkey(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1, "newkey NAME")
	newKey(ts, args[0])
}

func newKey(ts *testscript.TestScript, name string) {
	file := ts.MkAbs(name + ".key")
	os.Remove(file) //nolint:errcheck // the first has no predecessor
	run(ts, exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file))
	out, err := exec.Command("ssh-keygen", "-lf", file+".pub").Output()
	ts.Check(err)
	ts.Setenv(strings.ToUpper(name)+"_KEY", strings.Fields(string(out))[1])
}

// builtHelper is the helper that prentice puts on hosts like this one, as its folder holds it.
var builtHelper = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "story-helper-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := helpertest.Folder(folder); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, helpertest.File()))
})

// withoutHelper is the variable of a story whose prentice has no helper for hosts.
const withoutHelper = "WITHOUT_HELPER"

func setupWithoutHelper(env *testscript.Env) error {
	env.Setenv(withoutHelper, "yes")
	return setup(env)
}

// clientKey is prentice's own key, and the list of those that may sign in. With the
// first of the machines prentice has the helper that it puts there.
func clientKey(ts *testscript.TestScript) {
	if ts.Getenv(withoutHelper) == "" {
		raw, err := builtHelper()
		ts.Check(err)
		folder := ts.MkAbs(".helper")
		ts.Check(os.MkdirAll(folder, 0o755))
		ts.Check(os.WriteFile(filepath.Join(folder, helpertest.File()), raw, 0o644))
		ts.Setenv("PRENTICE_STORY_HELPER", folder)
	}
	file := filepath.Join(ts.Getenv("PRENTICE_DATA"), "ssh", "id_ed25519")
	if _, err := os.Stat(file); err == nil {
		return
	}
	ts.Check(os.MkdirAll(filepath.Dir(file), 0o700))
	run(ts, exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file))
	raw, err := os.ReadFile(file + ".pub")
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("authorized_keys"), raw, 0o644))
}

// cut ends the connections of a machine in the middle; it stays up.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).far[args[0]] != nil, "cut NAME")
	if hangUp(of(ts).far[args[0]].Process.Pid) == 0 {
		ts.Fatalf("%s has no connections", args[0])
	}
}

// unplug ends a machine's sshd and its connections.
func unplug(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 1 && of(ts).far[args[0]] != nil, "unplug NAME")
	off(of(ts).far[args[0]])
}

func off(c *exec.Cmd) {
	if c.ProcessState != nil {
		return
	}
	hangUp(c.Process.Pid)
	c.Process.Kill() //nolint:errcheck // it may have gone already
	c.Wait()         //nolint:errcheck // it was killed
}

// hangUp ends the processes that serve one connection each.
func hangUp(listener int) int { return signalServing(listener, syscall.SIGKILL) }

// signalServing sends them a signal, and says to how many.
func signalServing(listener int, signal syscall.Signal) (told int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && fields[1] == strconv.Itoa(listener) && syscall.Kill(pid, signal) == nil {
			told++
		}
	}
	return told
}
