package statetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// openrc is where OpenRC is unpacked for tests: installed it would be the init of this
// machine. .ci/needs puts it there.
const openrc = "/opt/openrc"

const appScript = `#!/sbin/openrc-run
start() {
  ebegin "Starting app"
  setsid sleep 1000 >/dev/null 2>&1 </dev/null &
  echo $! >/run/app.pid
  eend 0
}
stop() {
  ebegin "Stopping app"
  kill "$(cat /run/app.pid)"
  eend $?
}
`

// gentoo is OpenRC in a root of its own, with one service.
func gentoo(t *testing.T) world {
	t.Helper()
	if _, err := os.Stat(openrc + "/sbin/rc-service"); err != nil {
		t.Skipf("SKIPPED: there is no OpenRC on this machine: %v", err)
	}
	needs(t, "unshare", "chroot")
	w := newWorld(t, false)
	for _, folder := range []string{"usr", "proc", "dev", "tmp", "run/openrc/exclusive", "run/openrc/starting", "run/openrc/started", "run/openrc/stopping", "run/openrc/stopped", "run/openrc/inactive", "run/openrc/wasinactive",
		"run/openrc/failed", "run/openrc/hotplugged", "run/openrc/daemons", "run/openrc/options", "run/openrc/scheduled", "run/openrc/tmp", "etc/init.d", "etc/insserv.conf.d", "etc/runlevels/default", "etc/conf.d"} {
		if err := os.MkdirAll(w.at("root/"+folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range []string{"bin", "sbin", "lib", "etc/rc.conf"} {
		if out, err := exec.Command("cp", "-a", filepath.Join(openrc, part), w.at("root/"+filepath.Dir(part))).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	w.linked("/usr/bin", "root/bin")
	triples, _ := filepath.Glob(openrc + "/lib/*-linux-gnu*") //nolint:errcheck // the pattern is good
	for _, lib := range triples {
		w.linked("/usr/lib/"+filepath.Base(lib), "root/lib/"+filepath.Base(lib))
	}
	w.linked("/usr/lib", "root/lib")
	if err := os.Symlink("usr/lib64", w.at("root/lib64")); err != nil {
		t.Fatal(err)
	}
	w.write("root/run/openrc/softlevel", "default\n", 0o644)
	w.write("root/etc/insserv.conf", "", 0o644)
	w.write("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", 0o644)
	w.write("root/etc/group", "root:x:0:\n", 0o644)
	w.write("root/etc/init.d/app", appScript, 0o755)
	within := `exec unshare -m sh -eu -c 'r=$1; shift; mount --bind /usr $r/usr; mount --rbind /proc $r/proc; mount --bind /dev $r/dev; exec chroot $r "$@"' - ROOM/root `
	w.tools(map[string]string{"rc-service": within + `/sbin/rc-service "$@"` + "\n", "rc-update": within + `/sbin/rc-update "$@"` + "\n"})
	w.without("systemctl")
	t.Cleanup(func() { w.says("rc-service app stop") })
	if out := w.says("rc-service app status"); !strings.Contains(out, "stopped") {
		t.Skipf("SKIPPED: OpenRC cannot be run in a root of its own here: %s", out)
	}
	return w
}

// linked has what is in a folder of the machine in one of the world, where it has
// nothing of that name.
func (w world) linked(from, to string) {
	w.t.Helper()
	list, err := os.ReadDir(from)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range list {
		os.Symlink(filepath.Join(from, e.Name()), w.at(filepath.Join(to, e.Name()))) //nolint:errcheck // it may be there
	}
}

func TestAServiceOfOpenRCIsStartedAndEnabled(t *testing.T) {
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		t.Skip("SKIPPED: this machine has systemd at work")
	}
	w := gentoo(t)
	state := func() string {
		now := "stopped"
		if strings.Contains(w.says("rc-service app status"), "started") {
			now = "started"
		}
		if strings.Contains(w.says("rc-update show default"), "app") {
			now += ", enabled"
		}
		return now
	}
	for i, c := range []struct {
		attrs         map[string]string
		before, after string
	}{
		{map[string]string{"state": "running"}, "stopped", "started"},
		{map[string]string{"enabled": "yes"}, "stopped", "stopped, enabled"},
		{map[string]string{"state": "running", "enabled": "yes"}, "stopped", "started, enabled"},
	} {
		step := w.step("service", "", c.attrs)
		step.Attrs["name"], step.ID = "app", string(rune('a'+i))
		w.goes(step, state, c.before, c.after)
	}
	step := w.step("service", "", map[string]string{"name": "app", "state": "running", "enabled": "yes"})
	if out, err := w.apply(step); err != nil || !out.OK {
		t.Fatalf("%+v %v\n%s", out, err, w.log)
	}
	step = w.step("service", "", map[string]string{"name": "app", "state": "stopped", "enabled": "no"})
	step.ID = "off"
	w.goes(step, state, "started, enabled", "stopped")
	step = w.step("service", "", map[string]string{"name": "ghost", "state": "running"})
	step.ID = "ghost"
	if seen := w.survey(step); seen.So || !strings.Contains(seen.Says, "there is no such service now") {
		t.Errorf("seen: %+v", seen)
	}
}
