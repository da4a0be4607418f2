package statetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// without takes programs from those that steps find on this machine.
func (w world) without(programs ...string) {
	w.t.Helper()
	only := w.at(".only")
	if err := os.MkdirAll(only, 0o755); err != nil {
		w.t.Fatal(err)
	}
	for _, folder := range []string{"/usr/sbin", "/usr/bin", "/sbin", "/bin"} {
		list, _ := os.ReadDir(folder) //nolint:errcheck // not every machine has each
		for _, p := range list {
			os.Symlink(filepath.Join(folder, p.Name()), filepath.Join(only, p.Name())) //nolint:errcheck // it may be there twice
		}
	}
	for _, p := range programs {
		os.Remove(filepath.Join(only, p)) //nolint:errcheck // it may be none of this machine
	}
	(*w.env)[0] = "PATH=" + w.at(".tools") + ":" + only
}

const spec = `Name: hello-test
Version: VERSION
Release: 1
Summary: says hello
License: none
BuildArch: noarch
%description
says hello
%install
mkdir -p %{buildroot}/opt
echo VERSION >%{buildroot}/opt/hello-test
%files
/opt/hello-test
`

// fedora is dnf and rpm with a root of their own, and a repository of two versions of
// one package.
func fedora(t *testing.T) world {
	t.Helper()
	for _, p := range []string{"dnf", "rpm", "rpmbuild", "createrepo_c"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("SKIPPED: there is no %s on this machine", p)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: dnf installs as root only")
	}
	w := newWorld(t, false)
	for _, folder := range []string{"root", "repo", "repos.d"} {
		if err := os.MkdirAll(w.at(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w.write("repos.d/test.repo", "[test]\nname=test\nbaseurl=file://"+w.at("repo")+"\nenabled=1\ngpgcheck=0\n", 0o644)
	for _, version := range []string{"1.0", "2.0"} {
		w.write("hello.spec", strings.ReplaceAll(spec, "VERSION", version), 0o644)
		build := exec.Command("rpmbuild", "-bb", "--quiet", "--define", "_topdir "+w.at("build"), "--define", "_rpmdir "+w.at("repo"), "--define", "_dbpath "+w.at("root/var/lib/rpm"), w.at("hello.spec"))
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	if out, err := exec.Command("createrepo_c", "-q", w.at("repo")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	w.tools(map[string]string{
		"dnf": `exec /usr/bin/dnf --installroot=ROOM/root --releasever=1 --setopt=reposdir=ROOM/repos.d --setopt=cachedir=ROOM/cache --setopt=plugins=0 "$@"` + "\n",
		"rpm": `exec /usr/bin/rpm --root ROOM/root "$@"` + "\n",
	})
	w.without("apt-get")
	return w
}

func TestAPackageIsInstalledByDnfAndPutBack(t *testing.T) {
	w := fedora(t)
	installed := func() string {
		raw, err := os.ReadFile(w.at("root/opt/hello-test"))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(raw))
	}
	step := w.step("package", "", map[string]string{"name": "hello-test"})
	if seen := w.survey(step); seen.So || !strings.HasPrefix(seen.Says, "install hello-test") {
		t.Errorf("seen: %+v", seen)
	}
	w.goes(step, installed, "", "2.0")
	step = w.step("package", "", map[string]string{"name": "hello-test", "version": "1.0-1"})
	step.ID = "one"
	w.goes(step, installed, "", "1.0")
	if out, err := w.apply(step); err != nil || !out.OK {
		t.Fatalf("%+v %v\n%s", out, err, w.log)
	}
	step = w.step("package", "", map[string]string{"name": "hello-test", "version": "2.0-1"})
	step.ID = "two"
	if seen := w.survey(step); seen.Now != "installed 1.0-1" || seen.Says != "change hello-test from 1.0-1 to 2.0-1" {
		t.Errorf("seen: %+v", seen)
	}
	w.goes(step, installed, "1.0", "2.0")
	step = w.step("package", "", map[string]string{"name": "hello-test", "state": "absent"})
	step.ID = "gone"
	w.goes(step, installed, "1.0", "")
	step = w.step("package", "", map[string]string{"name": "no-such-package"})
	step.ID = "none"
	if out, err := w.apply(step); err != nil || out.OK || !strings.Contains(out.Says, "could not be installed") {
		t.Errorf("%+v %v", out, err)
	}
}
