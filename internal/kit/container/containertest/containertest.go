// Package containertest gives tests an engine of containers of their own: a Podman service
// with its own storage, or a Docker daemon where one is installed, and images that are made
// of programs of this machine, since no registry is asked. What is missing skips the test
// aloud (see needtest). It refuses to touch containers or images of the machine.
package containertest

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"prentice/internal/kit/container"
	"prentice/internal/kit/needtest"
)

// Engine is an engine that a test has for itself.
type Engine struct {
	*container.Engine
	Process *os.Process
	t       testing.TB
	ended   chan error
}

// Podman begins a Podman service. While the test runs, it is the engine that is found.
func Podman(t testing.TB) *Engine {
	t.Helper()
	root(t)
	podman := needtest.Program(t, "podman")
	needtest.Program(t, "runc")
	dir := folder(t)
	for file, text := range map[string]string{
		"containers.conf": "[containers]\nlog_driver = \"k8s-file\"\n[engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n[network]\nnetwork_config_dir = \"" + dir + "/networks\"\n",
		"storage.conf":    fmt.Sprintf("[storage]\ndriver = %q\ngraphroot = %q\nrunroot = %q\n", driver(dir), dir+"/store", dir+"/run"),
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append(os.Environ(), "CONTAINERS_CONF="+dir+"/containers.conf", "CONTAINERS_STORAGE_CONF="+dir+"/storage.conf")
	e := begun(t, dir, env, podman, "system", "service", "--time", "0", "unix://"+dir+"/s")
	return e
}

// docker begins a Docker daemon.
func docker(t testing.TB, dockerd string) *Engine {
	t.Helper()
	root(t)
	dir := folder(t)
	return begun(t, dir, os.Environ(), dockerd, "--data-root", dir+"/data", "--exec-root", dir+"/run", "--pidfile", dir+"/pid", "--host", "unix://"+dir+"/s",
		"--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false", "--ip-masq=false")
}

// Each does a test with Podman, and with Docker where that is installed: no test needs it.
func Each(t *testing.T, do func(t *testing.T, e *Engine)) {
	t.Run("podman", func(t *testing.T) { do(t, Podman(t)) })
	if dockerd, err := exec.LookPath("dockerd"); err == nil {
		t.Run("docker", func(t *testing.T) { do(t, docker(t, dockerd)) })
	}
}

func root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		needtest.Missing(t, "root")
	}
}

// folder is a folder with a short name, which sockets want, that is gone afterwards.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pr-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			mounts, _ := os.ReadFile("/proc/self/mountinfo") // without it, removing says what is wrong
			for _, line := range slices.Backward(strings.Split(string(mounts), "\n")) {
				if f := strings.Fields(line); len(f) > 4 && strings.HasPrefix(f[4], dir+"/") {
					syscall.Unmount(f[4], syscall.MNT_DETACH) //nolint:errcheck // so is it here
				}
			}
			err := os.RemoveAll(dir)
			if err == nil {
				return
			}
			if time.Now().After(deadline) {
				t.Error(err)
				return
			}
		}
	})
	return dir
}

// driver is how layers can be stored below a folder: an overlay cannot stand on another.
func driver(dir string) string {
	const overlayfs = 0x794c7630
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil || uint64(s.Type) == overlayfs { //nolint:gosec,unconvert // the number of a file system has 32 bits
		return "vfs"
	}
	return "overlay"
}

func begun(t testing.TB, dir string, env []string, argv ...string) *Engine {
	t.Helper()
	socket := dir + "/s"
	cmd := exec.Command(argv[0], argv[1:]...)
	var said bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &Engine{Process: cmd.Process, t: t, ended: make(chan error, 1)}
	go func() { e.ended <- cmd.Wait() }()
	t.Cleanup(e.end)
	for deadline := time.Now().Add(time.Minute); ; {
		var err error
		if e.Engine, err = container.At(t.Context(), socket); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not answer: %v\n%s", argv[0], err, said.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Setenv("CONTAINER_HOST", "")
	t.Setenv("DOCKER_HOST", "unix://"+socket)
	return e
}

// end removes what is left and ends the engine.
func (e *Engine) end() {
	if e.Engine != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, label := range []string{"dev.prentice.sandbox", "dev.prentice.environment"} {
			all, _ := e.Labelled(ctx, label) // it may be gone
			for id := range all {
				e.Remove(ctx, id) //nolint:errcheck // so is it here
			}
		}
		e.Close()
	}
	e.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have ended
	select {
	case <-e.ended:
	case <-time.After(time.Minute):
		e.Process.Kill() //nolint:errcheck // so is it here
	}
}

// Left are the containers that the engine has.
func (e *Engine) Left() []string {
	e.t.Helper()
	all, err := e.Labelled(context.Background(), "dev.prentice.sandbox")
	if err != nil {
		e.t.Fatal(err)
	}
	var list []string
	for id, labels := range all {
		list = append(list, id[:12]+" "+fmt.Sprint(labels))
	}
	return list
}

// Made is what an image is made of: programs and folders of this machine, files, and what
// a Dockerfile would say of how it is begun.
type Made struct {
	Bare     bool // without the tools of busybox
	Programs []string
	Folders  []string
	Files    map[string]string // those below bin can be performed
	Links    map[string]string
	Empty    []string // folders without anything
	Changes  []string
}

// Image makes an image with the tools of busybox, and answers its ID. It has no tag of its
// own: Podman does not read one here.
func (e *Engine) Image(name string, m Made) string {
	e.t.Helper()
	body, err := m.packed(e.t)
	if err != nil {
		e.t.Fatal(err)
	}
	query := url.Values{"fromSrc": {"-"}, "repo": {name}, "changes": m.Changes}
	client := http.Client{Transport: &http.Transport{DialContext: e.Dial, DisableKeepAlives: true}}
	answer, err := client.Post("http://engine/v1.41/images/create?"+query.Encode(), "application/x-tar", body)
	if err != nil {
		e.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	said, _ := io.ReadAll(answer.Body)
	made, err := e.Engine.Image(e.t.Context(), name)
	if err != nil {
		e.t.Fatalf("%v: %s", err, said)
	}
	return made.ID
}

func (m Made) packed(t testing.TB) (io.Reader, error) {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	busybox := needtest.Program(t, "busybox")
	has := map[string]bool{"bin/busybox": true}
	var applets []byte
	if !m.Bare {
		var err error
		if applets, err = exec.Command(busybox, "--list").Output(); err != nil {
			return nil, err
		}
		if err := copyFile(w, busybox, "bin/busybox"); err != nil {
			return nil, err
		}
	}
	loads := func(program string) error {
		libraries, _ := exec.Command("ldd", program).Output() // one that is static has none
		for word := range strings.FieldsSeq(string(libraries)) {
			if filepath.IsAbs(word) && !has[word] {
				has[word] = true
				if err := copyFile(w, word, word[1:]); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, p := range m.Programs {
		program := needtest.Program(t, p)
		has["bin/"+filepath.Base(p)] = true
		if err := errors.Join(copyFile(w, program, "bin/"+filepath.Base(p)), loads(program)); err != nil {
			return nil, err
		}
	}
	for applet := range strings.FieldsSeq(string(applets)) {
		if !has["bin/"+applet] {
			if err := w.WriteHeader(&tar.Header{Name: "bin/" + applet, Linkname: "busybox", Typeflag: tar.TypeSymlink, Mode: 0o777}); err != nil {
				return nil, err
			}
		}
	}
	for _, dir := range append([]string{"etc", "tmp", "usr/bin", "run", "var", "var/tmp"}, m.Empty...) {
		mode := int64(0o755)
		if strings.HasSuffix(dir, "tmp") {
			mode = 0o1777
		}
		if err := w.WriteHeader(&tar.Header{Name: dir + "/", Typeflag: tar.TypeDir, Mode: mode}); err != nil {
			return nil, err
		}
	}
	for name, to := range m.Links {
		if err := w.WriteHeader(&tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeSymlink, Mode: 0o777}); err != nil {
			return nil, err
		}
	}
	for name, text := range m.Files {
		mode := int64(0o644)
		if strings.HasPrefix(name, "bin/") {
			mode = 0o755
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(text))}); err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, text); err != nil {
			return nil, err
		}
	}
	for _, dir := range m.Folders {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "test" || d.Name() == "__pycache__" || d.Name() == "tests"):
				return fs.SkipDir
			case d.Type().IsRegular() && strings.HasSuffix(path, ".so"):
				return errors.Join(copyFile(w, path, path[1:]), loads(path))
			case d.Type().IsRegular():
				return copyFile(w, path, path[1:])
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return &b, w.Close()
}

func copyFile(w *tar.Writer, from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if err := w.WriteHeader(&tar.Header{Name: to, Mode: int64(info.Mode().Perm()), Size: int64(len(text))}); err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
