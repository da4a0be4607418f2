package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"prentice/internal/adapter/envcontainer"
	"prentice/internal/engine/environment"
)

// engineEnvironments is what an environment of two services costs in Podman, over the same
// by its command line, in turn.
func engineEnvironments(ctx context.Context) (_ []figure, err error) {
	dir, err := os.MkdirTemp("/tmp", "pr-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	p, end, err := podmanOfItsOwn(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer end()
	b, err := envcontainer.New(ctx, dir, dir)
	if err != nil {
		return nil, err
	}
	defer b.Close() //nolint:errcheck // what it kept goes with the folder
	run := []string{"sleep", "1000"}
	var ours, theirs []time.Duration
	for i := range 7 {
		s := environment.Spec{ID: fmt.Sprintf("bench%d", i), Volumes: []string{"data"}}
		for _, name := range []string{"one", "two"} {
			s.Services = append(s.Services, environment.Service{Name: name, Image: "localhost/tools:1", Command: run, Mounts: []environment.Mount{{Volume: "data", To: "/data"}}})
		}
		begun := time.Now()
		if err := b.Prepare(ctx, s, io.Discard); err != nil {
			return nil, err
		}
		for _, one := range s.Services {
			if err := b.Start(ctx, s, one.Name); err != nil {
				return nil, err
			}
		}
		ours = append(ours, time.Since(begun))
		if err := b.Remove(ctx, s.ID); err != nil {
			return nil, err
		}
		begun = time.Now()
		limits := []string{"run", "-d", "--network", "n", "-v", "v:/data", "--memory", "1g", "--pids-limit", "512", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"}
		for _, argv := range [][]string{
			{"network", "create", "--internal", "n"}, {"volume", "create", "v"},
			append(append(append([]string{}, limits...), "--name", "one", "localhost/tools:1"), run...),
			append(append(append([]string{}, limits...), "--name", "two", "localhost/tools:1"), run...),
		} {
			if err := p(argv...); err != nil {
				return nil, err
			}
		}
		theirs = append(theirs, time.Since(begun))
		if err := errors.Join(p("rm", "-f", "-t", "0", "one", "two"), p("network", "rm", "n"), p("volume", "rm", "v")); err != nil {
			return nil, err
		}
	}
	ratio := percentile(ours, 0.5) / percentile(theirs, 0.5)
	return []figure{{"env.engine.ready", ratio, "×", "≤ 1.2", ratio <= 1.2, fmt.Sprintf(
		"an environment of two services and a volume in Podman (%.0f ms) over network create, volume create and two podman run with the same limits (%.0f ms), half of 7",
		percentile(ours, 0.5), percentile(theirs, 0.5))}}, nil
}

// podmanOfItsOwn is a Podman with its own storage below a folder, whose service is the engine
// that is found, and an image of busybox.
func podmanOfItsOwn(ctx context.Context, dir string) (run func(argv ...string) error, end func(), err error) {
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		return nil, nil, err
	}
	text, err := os.ReadFile(busybox)
	if err != nil {
		return nil, nil, err
	}
	var image bytes.Buffer
	w := tar.NewWriter(&image)
	err = errors.Join(
		w.WriteHeader(&tar.Header{Name: "bin/busybox", Mode: 0o755, Size: int64(len(text))}), second(w.Write(text)),
		w.WriteHeader(&tar.Header{Name: "bin/sleep", Linkname: "busybox", Typeflag: tar.TypeSymlink, Mode: 0o777}), w.Close(),
		os.WriteFile(dir+"/image.tar", image.Bytes(), 0o600),
		os.WriteFile(dir+"/containers.conf", []byte("[containers]\nlog_driver = \"k8s-file\"\n[engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n[network]\nnetwork_config_dir = \""+dir+"/networks\"\n"), 0o600),
		os.WriteFile(dir+"/storage.conf", fmt.Appendf(nil, "[storage]\ndriver = \"overlay\"\ngraphroot = %q\nrunroot = %q\n", dir+"/store", dir+"/run"), 0o600),
	)
	if err != nil {
		return nil, nil, err
	}
	env := append(os.Environ(), "CONTAINERS_CONF="+dir+"/containers.conf", "CONTAINERS_STORAGE_CONF="+dir+"/storage.conf")
	run = func(argv ...string) error {
		c := exec.CommandContext(ctx, "podman", argv...)
		c.Env = env
		if said, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("podman %v: %w: %s", argv, err, said)
		}
		return nil
	}
	if err := run("import", dir+"/image.tar", "localhost/tools:1"); err != nil {
		return nil, nil, err
	}
	service := exec.CommandContext(ctx, "podman", "system", "service", "--time", "0", "unix://"+filepath.Join(dir, "s"))
	service.Env = env
	if err := service.Start(); err != nil {
		return nil, nil, err
	}
	end = func() {
		service.Process.Signal(os.Interrupt)               //nolint:errcheck // it may have ended
		service.Wait()                                     //nolint:errcheck // so is it here
		exec.Command("umount", dir+"/store/overlay").Run() //nolint:errcheck,noctx // and here
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(dir + "/s"); err == nil {
			break
		}
	}
	return run, end, os.Setenv("DOCKER_HOST", "unix://"+dir+"/s")
}

func second(_ int, err error) error { return err }
