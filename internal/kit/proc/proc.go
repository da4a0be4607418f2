// Package proc runs one program as a process group and always comes back.
//
// The child gets exactly the environment it is given and nothing of ours. When
// the context ends, the whole group is sent SIGTERM, is given a grace period,
// and then SIGKILL. Output is copied as it comes, without a limit on lines and
// with back-pressure: a slow writer slows the child, and nothing is lost.
//
// When the program has ended but left others behind in its group, they are
// given a moment to leave it (a daemon does so with setsid) and are then ended
// too, so that a step leaves no process behind by accident. A daemon that still
// holds the output open does not keep Run from returning.
//
// It refuses to search our own PATH, to start a shell on its own, and to hide
// why a program could not be started.
package proc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// The ways in which Run itself goes wrong. A program that ran and ended with a
// code other than 0 is not among them.
var (
	ErrStart    = errors.New("the program could not be started")
	ErrCanceled = errors.New("the program was stopped because the work was cancelled")
	ErrTimeout  = errors.New("the program was stopped because its time was up")
	ErrOutput   = errors.New("what the program printed could not be kept")
)

// DefaultGrace is how long a group may take to end after SIGTERM.
const DefaultGrace = 5 * time.Second

// leaving is how long others in the group may take to leave it after the
// program has ended. A shell that ends right after "setsid daemon &" does so
// before setsid has had its turn.
const leaving = 2 * time.Second

// Spec says what to run. Argv[0] without a slash is looked for on the PATH of
// Env, or on DefaultPath. Env is complete: an empty one is an empty one. Stdin
// nil reads as an empty file; one that has more to give when the program ends
// may be read from once more. Out gets standard output and standard error in the
// order they were written; it must not block for ever. With Err, standard error
// goes there instead. Grace 0 is DefaultGrace.
type Spec struct {
	Argv  []string
	Dir   string
	Env   []string
	Stdin io.Reader
	Out   io.Writer
	Err   io.Writer
	Extra []*os.File // its descriptors from 3 on; nil is a closed one
	Grace time.Duration
}

// Exit is how a program ended. A program ended by a signal has Code 128 plus its
// number, as shells say it, and Signal its name.
type Exit struct {
	Code     int
	Signal   string
	TimedOut bool // the context's deadline ended it
	Strays   bool // it left processes behind in its group, and they were ended
}

// OK says whether the program ended by itself with code 0.
func (e Exit) OK() bool { return e.Code == 0 && e.Signal == "" && !e.TimedOut }

// String is the exit in a few words.
func (e Exit) String() string {
	switch {
	case e.TimedOut:
		return "its time was up"
	case e.Signal != "":
		return "ended by " + e.Signal
	default:
		return fmt.Sprintf("exit code %d", e.Code)
	}
}

// Run runs a program and waits for it and for its group. The Exit is good
// whenever the error is not ErrStart.
func Run(ctx context.Context, s Spec) (Exit, error) {
	cmd, err := command(s)
	if err != nil {
		return Exit{}, err
	}
	if err := ctx.Err(); err != nil {
		return Exit{}, stopped(err, s.Argv[0])
	}
	pipes, err := newStreams(s)
	if err != nil {
		return Exit{}, fmt.Errorf("%w: %s: %w: close files or raise the limit of open files", ErrStart, s.Argv[0], err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = pipes.in.childEnd, pipes.out.childEnd, pipes.err.childEnd

	ended := make(chan error, 1)
	if err := start(cmd, ended); err != nil {
		pipes.discard()
		return Exit{}, explainStart(s, err)
	}
	pipes.begin()
	strays, waitErr := supervise(ctx, cmd.Process.Pid, ended, grace(s))
	kept := pipes.end()

	exit := exitOf(cmd.ProcessState)
	exit.Strays = strays
	return exit, verdict(ctx, s, &exit, waitErr, kept)
}

// verdict is the error of a program that did run.
func verdict(ctx context.Context, s Spec, exit *Exit, wait, kept error) error {
	switch {
	case errors.Is(wait, errStopped):
		exit.TimedOut = errors.Is(ctx.Err(), context.DeadlineExceeded)
		return stopped(ctx.Err(), s.Argv[0])
	case kept != nil:
		return fmt.Errorf("%w: %s: %w", ErrOutput, s.Argv[0], kept)
	default:
		return nil
	}
}

func stopped(cause error, name string) error {
	if errors.Is(cause, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %s", ErrTimeout, name)
	}
	return fmt.Errorf("%w: %s", ErrCanceled, name)
}

func command(s Spec) (*exec.Cmd, error) {
	if len(s.Argv) == 0 || s.Argv[0] == "" {
		return nil, fmt.Errorf("%w: no command was given: name a program", ErrStart)
	}
	path, err := lookup(s.Argv[0], s.Env)
	if err != nil {
		return nil, err
	}
	return &exec.Cmd{
		Path: path, Args: s.Argv, Dir: s.Dir,
		Env:         append([]string{}, s.Env...), // never nil, which would inherit ours
		ExtraFiles:  s.Extra,
		SysProcAttr: attributes(),
	}, nil
}

// start starts the program on a thread of its own that lives as long as the
// program does: the kernel ends the child when the thread that started it ends
// (see attributes), and Go may end a thread at any time.
func start(cmd *exec.Cmd, ended chan<- error) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			ended <- cmd.Wait()
		}
	}()
	return <-started
}

func grace(s Spec) time.Duration {
	if s.Grace > 0 {
		return s.Grace
	}
	return DefaultGrace
}

func exitOf(state *os.ProcessState) Exit {
	status, ok := state.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return Exit{Code: 128 + int(status.Signal()), Signal: signalName(status.Signal())}
	}
	return Exit{Code: state.ExitCode()}
}
