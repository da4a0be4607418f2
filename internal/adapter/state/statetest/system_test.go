package statetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tools puts programs before those of the machine.
func (w world) tools(texts map[string]string) {
	w.t.Helper()
	bin := w.at(".tools")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		w.t.Fatal(err)
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\nset -eu\n"+strings.ReplaceAll(text, "ROOM", w.folder)), 0o755); err != nil {
			w.t.Fatal(err)
		}
	}
	(*w.env)[0] = "PATH=" + bin + ":/usr/sbin:/usr/bin:/sbin:/bin"
}

// says is what a command prints, with the tools of the world.
func (w world) says(command string) string {
	c := exec.Command("/bin/sh", "-c", command)
	c.Env = *w.env
	out, _ := c.CombinedOutput() //nolint:errcheck // what it prints tells
	return strings.TrimSpace(string(out))
}

// needs skips a test aloud where the machine has not what it needs.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("SKIPPED: there is no %s on this machine", p)
		}
	}
	if out, err := exec.Command("unshare", "-m", "true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: mounts of its own are not allowed here: %s", out)
	}
}

// The system's own tools are tried on a part of the system that is the test's own.
func with(mount, tool string) string {
	return `exec unshare -m sh -c '` + mount + `; exec ` + tool + ` "$@"' x "$@"` + "\n"
}

func TestACronJobIsAdded(t *testing.T) {
	needs(t, "unshare", "crontab")
	w := newWorld(t, false)
	w.write("spool", "", 0o600)
	if err := os.Remove(w.at("spool")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(w.at("spool"), 0o1730); err != nil {
		t.Fatal(err)
	}
	w.tools(map[string]string{"crontab": with("mount --bind ROOM/spool /var/spool/cron/crontabs", "/usr/bin/crontab")})
	table := func() string { return w.says("crontab -l 2>&1 | grep -v '^no crontab' || true") }
	step := w.step("cron", "cd / && echo \"$HOME\" '*' \\% >/dev/null\n", map[string]string{"name": "hello", "schedule": "5 4 * * 1-5"})
	const job = "# prentice: hello\n5 4 * * 1-5 cd / && echo \"$HOME\" '*' \\% >/dev/null"
	w.goes(step, table, "", job)

	// The lines of others stay, and a job of the same name is changed in its place.
	w.says("printf '%s\\n' 'MAILTO=\"\"' '# prentice: hello' '1 1 * * * old' '2 2 * * * theirs' | crontab -")
	const old = "MAILTO=\"\"\n# prentice: hello\n1 1 * * * old\n2 2 * * * theirs"
	if table() != old {
		t.Fatalf("%q", table())
	}
	w2 := w
	step.ID = "other"
	w2.says("true")
	if out, err := w.apply(step); err != nil || !out.OK || table() != "MAILTO=\"\"\n2 2 * * * theirs\n"+job {
		t.Errorf("%+v %v %q", out, err, table())
	}
	if out, err := w.apply(undo(step)); err != nil || !out.OK || !strings.Contains(table(), "1 1 * * * old") || !strings.Contains(table(), "theirs") {
		t.Errorf("%+v %v %q", out, err, table())
	}
}

func TestACronJobCanBePlannedBeforeItsUserIsThere(t *testing.T) {
	needs(t, "unshare", "crontab")
	w := newWorld(t, false)
	step := w.step("cron", "true\n", map[string]string{"name": "hello", "schedule": "5 4 * * *", "user": "not-yet-there"})
	if seen := w.survey(step); seen.So || seen.Now != "absent" || seen.Says != "add cron job hello: 5 4 * * * true; there is no user not-yet-there now" {
		t.Errorf("seen: %+v", seen)
	}
	if out, err := w.apply(step); err != nil || out.OK || !strings.Contains(out.Says, "could not be written") {
		t.Errorf("%+v %v", out, err)
	}
	step.Attrs["state"], step.Body = "absent", ""
	if seen := w.survey(step); !seen.So {
		t.Errorf("seen: %+v", seen)
	}
}

func TestAUserIsMade(t *testing.T) {
	needs(t, "unshare", "useradd", "usermod", "userdel", "getent")
	w := newWorld(t, false)
	for _, name := range []string{"passwd", "shadow", "group", "gshadow", "login.defs", "nsswitch.conf"} {
		raw, err := os.ReadFile(filepath.Join("/etc", name))
		if err != nil && name != "nsswitch.conf" {
			t.Skipf("SKIPPED: %v", err)
		}
		if err := os.MkdirAll(w.at("etc"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(w.at("etc/"+name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(w.at("home"), 0o755); err != nil {
		t.Fatal(err)
	}
	tools := map[string]string{}
	for _, name := range []string{"useradd", "usermod", "userdel", "groupadd", "getent", "id"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("SKIPPED: %v", err)
		}
		tools[name] = with("mount --bind ROOM/etc /etc; mount --bind ROOM/home /home", path)
	}
	w.tools(tools)
	entry := func() string { return w.says("getent passwd deploy-test") }
	step := w.step("user", "", map[string]string{"name": "deploy-test", "uid": "4321", "shell": "/bin/sh", "groups": "adm", "comment": "Deploys, by hand"})
	w.goes(step, entry, "", "deploy-test:x:4321:4321:Deploys, by hand:/home/deploy-test:/bin/sh")

	// Another is changed, and gets back what it had.
	w.says("useradd -u 4400 -m -s /bin/bash -c old deploy-test; usermod -p x1x deploy-test")
	was := entry()
	step = w.step("user", "", map[string]string{"name": "deploy-test", "shell": "/bin/sh", "groups": "adm"})
	step.ID = "other"
	w.goes(step, func() string { return entry() + " " + w.says("id -nG deploy-test") }, was+" deploy-test", strings.Replace(was, "/bin/bash", "/bin/sh", 1)+" deploy-test adm")

	// One that is removed is made again with its number and its password.
	step = w.step("user", "", map[string]string{"name": "deploy-test", "state": "absent"})
	step.ID = "gone"
	w.goes(step, func() string { return entry() + w.says("getent shadow deploy-test | cut -d: -f2") }, was+"x1x", "")
}

// strict is a systemctl that knows one unit and refuses all that it does not expect.
const strict = `state=ROOM/unit
case $*  in
"show --property=LoadState --property=ActiveState --property=SubState --property=UnitFileState -- app.service")
  . "$state"; printf 'LoadState=loaded\nActiveState=%s\nSubState=%s\nUnitFileState=%s\n' "${active%:*}" "${active#*:}" "$file" ;;
"show --property=LoadState --property=ActiveState --property=SubState --property=UnitFileState -- "*)
  printf 'LoadState=not-found\nActiveState=inactive\nUnitFileState=\n' ;;
"reset-failed -- app.service") sed -i 's/ tired//' "$state" ;;
"start -- app.service") if grep -q tired "$state"; then exit 1; fi; . "$state"; echo "active=active file=$file" >"$state" ;;
"stop -- app.service") . "$state"; echo "active=inactive file=$file" >"$state" ;;
"enable -- app.service") . "$state"; echo "active=$active file=enabled" >"$state" ;;
"disable -- app.service") . "$state"; echo "active=$active file=disabled" >"$state" ;;
*) echo "systemctl: unexpected: $*" >&2; exit 64 ;;
esac
`

func TestAServiceIsStartedAndEnabled(t *testing.T) {
	for _, c := range []struct {
		name, before string
		attrs        map[string]string
		after        string
	}{
		{"both", "active=inactive file=disabled", map[string]string{"state": "running", "enabled": "yes"}, "active=active file=enabled"},
		{"only started", "active=inactive file=disabled", map[string]string{"state": "running"}, "active=active file=disabled"},
		{"stopped", "active=active file=enabled", map[string]string{"state": "stopped"}, "active=inactive file=enabled"},
		{"disabled", "active=active file=enabled", map[string]string{"enabled": "no"}, "active=active file=disabled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, false)
			w.tools(map[string]string{"systemctl": strict})
			*w.env = append(*w.env, "SYSTEMD_UNIT_PATH=/nowhere")
			w.write("unit", c.before+"\n", 0o644)
			step := w.step("service", "", c.attrs)
			step.Attrs["name"] = "app.service"
			w.goes(step, func() string { return strings.TrimSpace(w.read("unit")) }, c.before, c.after)
		})
	}
	for name, before := range map[string]string{
		"one that fell too often in a row":        "active=failed file=enabled # tired\n",
		"one that fell and waits for its restart": "active=activating:auto-restart file=enabled\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, false)
			w.tools(map[string]string{"systemctl": strict})
			*w.env = append(*w.env, "SYSTEMD_UNIT_PATH=/nowhere")
			w.write("unit", before, 0o644)
			step := w.step("service", "", map[string]string{"name": "app.service", "state": "running"})
			if out, err := w.apply(step); err != nil || !out.OK || !strings.Contains(w.read("unit"), "active=active") {
				t.Errorf("%+v %v %s", out, err, w.read("unit"))
			}
		})
	}
	t.Run("none that is not there", func(t *testing.T) {
		w := newWorld(t, false)
		w.tools(map[string]string{"systemctl": strict})
		*w.env = append(*w.env, "SYSTEMD_UNIT_PATH=/nowhere")
		step := w.step("service", "", map[string]string{"name": "ghost", "state": "running"})
		if seen := w.survey(step); seen.So || !strings.Contains(seen.Says, "there is no such service now") {
			t.Errorf("seen: %+v", seen)
		}
		if out, err := w.apply(step); err != nil || out.OK || !strings.Contains(out.Says, "there is no service ghost") {
			t.Errorf("%+v %v", out, err)
		}
	})
	t.Run("put back after it crashed", func(t *testing.T) {
		w := newWorld(t, false)
		w.tools(map[string]string{"systemctl": strict})
		*w.env = append(*w.env, "SYSTEMD_UNIT_PATH=/nowhere")
		w.write("unit", "active=inactive file=disabled\n", 0o644)
		step := w.step("service", "", map[string]string{"name": "app.service", "state": "running", "enabled": "yes"})
		if out, err := w.apply(step); err != nil || !out.OK {
			t.Fatalf("%+v %v", out, err)
		}
		w.write("unit", "active=failed file=enabled\n", 0o644)
		if out, err := w.apply(undo(step)); err != nil || !out.OK || !strings.Contains(w.read("unit"), "file=disabled") {
			t.Errorf("%+v %v %s", out, err, w.read("unit"))
		}
	})
}
