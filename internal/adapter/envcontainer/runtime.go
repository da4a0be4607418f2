package envcontainer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/seen"
)

// perform performs a program in a container of Podman by the runtime that began it. Podman
// itself keeps two processes of every program for five minutes, and health is asked for every
// few seconds. The program has the rights, the limits and the filter of the first one of the
// container; what it is given stands on no command line. It answers ErrMissing where the
// runtime is not known.
func (b *Backend) perform(ctx context.Context, id string, p environment.Program) (int, error) {
	argv, err := b.runtime(ctx, id)
	if err != nil {
		return 0, err
	}
	process, err := processOf(argv.config, p)
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp(b.dir, "exec-")
	if err != nil {
		return 0, prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err).Try("free space under %s", b.dir)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it goes with the rest at the latest
	spec, number := filepath.Join(dir, "process.json"), filepath.Join(dir, "pid")
	if err := os.WriteFile(spec, process, 0o600); err != nil {
		return 0, err
	}
	out := &turns{to: p.Out}
	said := &bytes.Buffer{}
	c := exec.CommandContext(ctx, argv.program, "--log", filepath.Join(dir, "log"), "exec", "--process", spec, "--pid-file", number, id)
	c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr = "/", []string{"PATH=" + os.Getenv("PATH"), "XDG_RUNTIME_DIR=" + os.Getenv("XDG_RUNTIME_DIR")}, p.In, out, out
	if p.Terminal != nil { // the runtime hands on between it and the one within, and follows its size
		before, err := term.GetState(int(p.Terminal.Fd()))
		if err != nil {
			return 0, err
		}
		defer term.Restore(int(p.Terminal.Fd()), before) //nolint:errcheck // it may be gone
		c.Stdin, c.Stdout, c.Stderr = p.Terminal, p.Terminal, p.Terminal
		inCharge(c)
	}
	c.WaitDelay = 2 * time.Second
	c.Cancel = func() error { return errors.Join(endAt(number, id), c.Process.Kill()) }
	err = c.Run()
	endAt(number, id) //nolint:errcheck // it has ended, unless its runtime was ended first
	if text, _ := os.ReadFile(filepath.Join(dir, "log")); len(text) > 0 {
		said.Write(text[:min(len(text), 2000)])
	}
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return 0, context.Cause(ctx)
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return 0, nil
	case !errors.As(err, &ended):
		return 0, prentice.Errorf(prentice.Unavailable, "%q cannot be performed: %w", p.Argv[0], err)
	}
	if _, err := os.Stat(number); err != nil { // it did not begin
		return 0, prentice.Errorf(prentice.Unavailable, "%q cannot be performed: %s", p.Argv[0], strings.TrimSpace(said.String())).Try("look whether the image has it")
	}
	return ended.ExitCode(), nil
}

// began is how a container was begun.
type began struct{ program, config string }

func (b *Backend) runtime(ctx context.Context, id string) (began, error) {
	b.mu.Lock()
	has, known := b.runtimes[id]
	b.mu.Unlock()
	if known {
		return has, nil
	}
	r, err := b.engine.Runtime(ctx, id)
	if err != nil {
		return has, err
	}
	if !slices.Contains([]string{"runc", "crun"}, filepath.Base(r.OCIRuntime)) || !filepath.IsAbs(r.OCIConfigPath) {
		return has, errNoRuntime
	}
	if has.program, err = exec.LookPath(r.OCIRuntime); err != nil {
		return has, errNoRuntime
	}
	has.config = r.OCIConfigPath
	b.mu.Lock()
	b.runtimes[id] = has
	b.mu.Unlock()
	return has, nil
}

var errNoRuntime = errors.New("its runtime is not known")

// processOf is the first process of a container, with another program.
func processOf(config string, p environment.Program) ([]byte, error) {
	text, err := os.ReadFile(config)
	if err != nil {
		return nil, errNoRuntime
	}
	var c struct {
		Process map[string]any `json:"process"`
	}
	if err := json.Unmarshal(text, &c); err != nil || c.Process == nil {
		return nil, errNoRuntime
	}
	env, _ := c.Process["env"].([]any)
	for name, value := range p.Env {
		env = append(env, name+"="+value)
	}
	c.Process["args"], c.Process["env"], c.Process["terminal"] = p.Argv, env, p.Terminal != nil
	return json.Marshal(c.Process)
}

// endAt ends the process whose number is in a file, if it is one of the container.
func endAt(file, id string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil //nolint:nilerr // it did not begin
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return err
	}
	handle, err := os.FindProcess(pid) // it is held, so that no other takes its number meanwhile
	if err != nil {
		return err
	}
	defer handle.Release() //nolint:errcheck // it is let go of
	if _, holds := seen.Groups(pid, word(id)); holds {
		err = handle.Signal(syscall.SIGKILL)
	}
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// turns writes what two print to one, in turn.
type turns struct {
	mu sync.Mutex
	to io.Writer
}

// Write implements io.Writer.
func (w *turns) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.to == nil {
		return len(p), nil
	}
	return w.to.Write(p)
}
