package stories

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// canDeputise says whether we may make a user, and whether there is a sudo to ask
// them for a password.
func canDeputise() bool {
	for _, program := range []string{"sudo", "useradd", "userdel"} {
		if _, err := exec.LookPath(program); err != nil {
			return false
		}
	}
	info, err := os.Stat("/etc/sudoers.d")
	return os.Geteuid() == 0 && err == nil && info.IsDir()
}

// deputies is how many there were: stories are told at the same time.
var deputies atomic.Int32

// deputy makes a user with a plain shell, whom nothing is allowed yet. "*" is a
// password that no one has; useradd's own locks the user for keys too.
func deputy(ts *testscript.TestScript, _ bool, args []string) {
	usage(ts, len(args) == 0, "deputy")
	name := fmt.Sprintf("prentice-story-%d", deputies.Add(1))
	rules := "/etc/sudoers.d/" + name
	if _, err := user.Lookup(name); err != nil {
		run(ts, exec.Command("useradd", "-M", "-d", "/nonexistent", "-s", "/bin/sh", "-p", "*", name))
	}
	os.Remove(rules) //nolint:errcheck // those of a story that was killed would let this one in
	for dir := ts.Getenv("WORK"); dir != filepath.Dir(dir) && dir != filepath.Clean(os.TempDir()); dir = filepath.Dir(dir) {
		ts.Check(os.Chmod(dir, 0o711)) // sshd reads the keys as the user
	}
	ts.Defer(func() {
		os.Remove(rules)                    //nolint:errcheck // the story may not have made it
		exec.Command("userdel", name).Run() //nolint:errcheck // the next story finds it
	})
	ts.Setenv("DEPUTY", name)
	ts.Setenv("DEPUTY_RULES", rules)
}
