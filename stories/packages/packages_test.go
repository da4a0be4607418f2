// Package packages installs what `make package` makes in a clean Debian root,
// runs it there as its service would, upgrades it, removes it, and starts the
// image in a container. It wants root, debootstrap, rpm, podman and runc.
package packages

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice/internal/kit/freeport"
	"prentice/internal/kit/needtest"
)

// patience is how long anything may take on a busy machine.
const patience = 2 * time.Minute

func TestPackagesAreInstalledUpgradedAndRemoved(t *testing.T) {
	if os.Getuid() != 0 {
		needtest.Missing(t, "root")
	}
	for _, program := range []string{"debootstrap", "rpm", "dpkg-deb"} {
		needtest.Program(t, program)
	}
	older, newer := made(t, "0.1.0"), made(t, "0.2.0")
	base := filepath.Join(t.TempDir(), "base")
	do(t, "debootstrap", "--variant=minbase", "bookworm", base)
	for _, format := range []struct {
		name                              string
		install, upgrade, remove          []string
		keepsChangedSettingsWhenItRemoved string
	}{
		{"deb", []string{"dpkg", "-i", "/prentice_0.1.0_amd64.deb"}, []string{"dpkg", "-i", "/prentice_0.2.0_amd64.deb"}, []string{"dpkg", "-r", "prentice"}, "etc/prentice/prentice.toml"},
		{"rpm", []string{"rpm", "-i", "--nodeps", "--noplugins", "/prentice-0.1.0-1.x86_64.rpm"}, []string{"rpm", "-U", "--nodeps", "--noplugins", "/prentice-0.2.0-1.x86_64.rpm"}, []string{"rpm", "-e", "--noplugins", "prentice"}, "etc/prentice/prentice.toml.rpmsave"},
	} {
		t.Run(format.name, func(t *testing.T) {
			r := &root{t: t, path: filepath.Join(t.TempDir(), "root")}
			do(t, "cp", "-a", base, r.path)
			do(t, "sh", "-c", fmt.Sprintf("cp %s/*.%s %s/*.%s %s/", older, format.name, newer, format.name, r.path))
			if format.name == "rpm" {
				r.brings("rpm")
			}

			r.in(format.install...)
			r.want("bin/sh", "usr/bin/prentice", "usr/lib/systemd/system/prentice.service", "etc/prentice/team", "usr/share/man/man1/prentice.1.gz", "usr/share/bash-completion/completions/prentice")
			r.appends("etc/prentice/prentice.toml", "owner = \"ann\"\n")
			first := r.starts()
			if out := r.in("prentice", "person", "list"); !strings.Contains(out, "ann") {
				t.Errorf("a command in another folder does not find this machine's prentice:\n%s", out)
			}
			first()

			r.in(format.upgrade...)
			if out := r.in("prentice", "version"); !strings.Contains(out, "0.2.0") {
				t.Errorf("after the upgrade: %s", out)
			}
			second := r.starts()
			if out := r.in("prentice", "person", "list"); !strings.Contains(out, "ann") {
				t.Errorf("the upgrade lost the people or the changed settings:\n%s", out)
			}
			second()

			r.in(format.remove...)
			r.want("var/lib/prentice/prentice.db", format.keepsChangedSettingsWhenItRemoved)
			for _, gone := range []string{"usr/bin/prentice", "usr/lib/systemd/system/prentice.service"} {
				if _, err := os.Stat(filepath.Join(r.path, gone)); err == nil {
					t.Errorf("%s is still there after the removal", gone)
				}
			}
		})
	}
}

func TestTheImageServesInAContainerWithoutRights(t *testing.T) {
	if os.Getuid() != 0 {
		needtest.Missing(t, "root")
	}
	podman := needtest.Program(t, "podman")
	needtest.Program(t, "runc")
	dist := made(t, "0.2.0")
	place, err := os.MkdirTemp("/tmp", "pr-") // podman wants a short name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { do(t, "rm", "-rf", place) })
	// Storage of its own, and what works also where control groups are mixed.
	p := func(args ...string) []string {
		return append([]string{podman, "--root", filepath.Join(place, "store"), "--runroot", filepath.Join(place, "run"), "--storage-driver", "vfs", "--runtime", "runc", "--cgroup-manager", "cgroupfs"}, args...)
	}
	do(t, p("load", "-q", "-i", filepath.Join(dist, "prentice_0.2.0_oci.tar"))...)
	t.Cleanup(func() { do(t, p("rm", "-f", "-t", "1", "prentice")...) })
	port, err := freeport.Give()
	if err != nil {
		t.Fatal(err)
	}
	address := freeport.Address(port)
	do(t, p("run", "-d", "--name", "prentice", "--network", "host", "--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges",
		"--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "localhost/prentice:0.2.0", "up", "--listen", address)...)
	answers(t, address, func() string { return do(t, p("logs", "prentice")...) })
	if who := do(t, p("exec", "prentice", "prentice", "person", "list")...); !strings.Contains(who, "owner") {
		t.Errorf("a command in the container does not find its prentice:\n%s", who)
	}
	if user := do(t, p("inspect", "-f", "{{.Config.User}}", "prentice")...); strings.TrimSpace(user) != "65532" {
		t.Errorf("it runs as %s", user)
	}
	do(t, p("stop", "prentice")...)
	if code := do(t, p("inspect", "-f", "{{.State.ExitCode}}", "prentice")...); strings.TrimSpace(code) != "0" {
		t.Errorf("told to stop it ended with %s", code)
	}
}

// works is the folder of what several tests share.
var works string

func TestMain(m *testing.M) {
	var err error
	if works, err = os.MkdirTemp("", "packages-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(works)
	os.Exit(code)
}

// made makes the packages of a version once, for this architecture.
func made(t *testing.T, version string) string {
	t.Helper()
	dist := filepath.Join(works, version)
	if _, err := os.Stat(filepath.Join(dist, "SHA256SUMS")); err == nil {
		return dist
	}
	cmd := exec.Command("packaging/package.sh", version, "amd64")
	cmd.Dir, cmd.Env = "../..", append(os.Environ(), "DIST="+dist)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("package %s: %v\n%s", version, err, out)
	}
	sums := exec.Command("sha256sum", "-c", "SHA256SUMS")
	sums.Dir = dist
	if out, err := sums.CombinedOutput(); err != nil {
		t.Fatalf("checksums: %v\n%s", err, out)
	}
	return dist
}

// root is a Debian of its own.
type root struct {
	t    *testing.T
	path string
}

// in runs a command in the root.
func (r *root) in(words ...string) string {
	r.t.Helper()
	return do(r.t, append([]string{"chroot", r.path, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, words...)...)
}

// brings installs a package of Debian in the root.
func (r *root) brings(name string) {
	r.t.Helper()
	resolver, err := os.ReadFile("/etc/resolv.conf")
	if err == nil {
		err = os.WriteFile(filepath.Join(r.path, "etc/resolv.conf"), resolver, 0o644)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	do(r.t, "sh", "-c", fmt.Sprintf("cp -r /etc/apt/apt.conf.d/. %s/etc/apt/apt.conf.d/; cp -r /etc/apt/sources.list* %s/etc/apt/ 2>/dev/null || true", r.path, r.path))
	do(r.t, "chroot", r.path, "sh", "-c", "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "+name)
}

func (r *root) want(names ...string) {
	r.t.Helper()
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(r.path, name)); err != nil {
			r.t.Error(err)
		}
	}
}

func (r *root) appends(name, text string) {
	r.t.Helper()
	f, err := os.OpenFile(filepath.Join(r.path, name), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// starts starts prentice as its unit says, waits until it has told the service
// manager that it is ready, and returns what ends it.
func (r *root) starts() (stop func()) {
	r.t.Helper()
	socket := filepath.Join(r.path, "run/notify")
	_ = os.Remove(socket)
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		r.t.Fatal(err)
	}
	defer manager.Close()
	if err := os.Chmod(socket, 0o666); err != nil {
		r.t.Fatal(err)
	}
	port, err := freeport.Give()
	if err != nil {
		r.t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command("chroot", "--userspec=prentice:prentice", r.path, "env", "-i", "PATH=/usr/bin:/bin", "HOME=/var/lib/prentice", "NOTIFY_SOCKET=/run/notify",
		"sh", "-c", "cd /etc/prentice && exec /usr/bin/prentice up --listen "+freeport.Address(port))
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if err := manager.SetReadDeadline(time.Now().Add(patience)); err != nil {
		r.t.Fatal(err)
	}
	message := make([]byte, 1024)
	n, err := manager.Read(message)
	if err != nil || !strings.HasPrefix(string(message[:n]), "READY=1\n") {
		r.t.Fatalf("it did not say that it is ready: %q %v\n%s", message[:n], err, said.String())
	}
	return func() {
		r.t.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			r.t.Error(err)
		}
		select {
		case err := <-ended:
			if err != nil {
				r.t.Errorf("told to stop it ended with %v\n%s", err, said.String())
			}
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			r.t.Error("told to stop it went on")
		}
	}
}

// answers waits until someone at an address says that they are ready.
func answers(t *testing.T, address string, log func() string) {
	t.Helper()
	for until := time.Now().Add(patience); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		resp, err := http.Get("http://" + address + "/readyz")
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatalf("no one is ready at %s\n%s", address, log())
}

// do runs a command and returns what it printed.
func do(t *testing.T, words ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
	}
	return string(out)
}
