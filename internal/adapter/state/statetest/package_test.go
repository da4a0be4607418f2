package statetest

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository is apt and dpkg with a root of their own, and a repository of two versions
// of one package.
func repository(t *testing.T) world {
	t.Helper()
	for _, p := range []string{"apt-get", "apt-cache", "dpkg", "dpkg-deb", "dpkg-query"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("SKIPPED: there is no %s on this machine", p)
		}
	}
	w := newWorld(t, false)
	for _, folder := range []string{"root/etc/apt/apt.conf.d", "root/etc/apt/preferences.d", "root/var/lib/dpkg/info", "root/var/lib/dpkg/updates", "root/var/lib/apt/lists/partial", "root/var/cache/apt/archives/partial", "root/var/log/apt", "repo"} {
		if err := os.MkdirAll(w.at(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.write("root/var/lib/dpkg/status", "", 0o644)
	w.write("root/etc/apt/sources.list", "deb [trusted=yes] file:"+w.at("repo")+" ./\n", 0o644)
	w.write("apt.conf", strings.ReplaceAll(`Dir "ROOM/root"; Dir::State::status "ROOM/root/var/lib/dpkg/status"; Dir::Bin::dpkg "/usr/bin/dpkg"; APT::Sandbox::User "root";
DPkg::Options { "--root=ROOM/root"; "--force-not-root"; "--log=/dev/null"; }; DPkg::Path "";
`, "ROOM", w.folder), 0o644)
	packages := ""
	for _, version := range []string{"1.0-1", "2.0-1"} {
		control := "Package: hello-test\nVersion: " + version + "\nArchitecture: all\nMaintainer: A Tester <tester@example.org>\nDescription: says hello\n"
		folder := "build-" + version
		if err := os.MkdirAll(w.at(folder+"/DEBIAN"), 0o755); err != nil {
			t.Fatal(err)
		}
		w.write(folder+"/DEBIAN/control", control, 0o644)
		w.write(folder+"/hello-test", version+"\n", 0o644)
		deb := "hello-test_" + version + "_all.deb"
		if out, err := exec.Command("dpkg-deb", "--root-owner-group", "-b", w.at(folder), w.at("repo/"+deb)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		raw := w.read("repo/" + deb)
		packages += control + fmt.Sprintf("Filename: ./%s\nSize: %d\nSHA256: %x\n\n", deb, len(raw), sha256.Sum256([]byte(raw)))
	}
	w.write("repo/Packages", packages, 0o644)
	w.tools(map[string]string{
		"apt-get": "APT_CONFIG=ROOM/apt.conf exec /usr/bin/apt-get \"$@\"\n", "apt-cache": "APT_CONFIG=ROOM/apt.conf exec /usr/bin/apt-cache \"$@\"\n",
		"dpkg-query": "exec /usr/bin/dpkg-query --admindir=ROOM/root/var/lib/dpkg \"$@\"\n",
	})
	if out := w.says("apt-get update"); strings.Contains(out, "E:") {
		t.Skipf("SKIPPED: apt does not read a repository of files here: %s", out)
	}
	return w
}

func TestAPackageIsInstalledAndPutBack(t *testing.T) {
	w := repository(t)
	installed := func() string {
		raw, err := os.ReadFile(filepath.Join(w.folder, "root/hello-test"))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(raw))
	}
	step := w.step("package", "", map[string]string{"name": "hello-test"})
	if seen := w.survey(step); seen.Says != "install hello-test 2.0-1" {
		t.Errorf("seen: %+v", seen)
	}
	w.goes(step, installed, "", "2.0-1")
	step = w.step("package", "", map[string]string{"name": "hello-test", "version": "1.0-1"})
	step.ID = "one"
	w.goes(step, installed, "", "1.0-1")
	if out, err := w.apply(step); err != nil || !out.OK {
		t.Fatalf("%+v %v\n%s", out, err, w.log)
	}
	step = w.step("package", "", map[string]string{"name": "hello-test", "version": "2.0-1"})
	step.ID = "two"
	w.goes(step, installed, "1.0-1", "2.0-1")
	step = w.step("package", "", map[string]string{"name": "hello-test", "state": "absent"})
	step.ID = "gone"
	w.goes(step, installed, "1.0-1", "")
	step = w.step("package", "", map[string]string{"name": "no-such-package"})
	step.ID = "none"
	if out, err := w.apply(step); err != nil || out.OK || !strings.Contains(out.Says, "could not be installed") {
		t.Errorf("%+v %v", out, err)
	}
}
