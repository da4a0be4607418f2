package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/kit/egress"
	"prentice/internal/kit/proc"
)

// A Job is what a sandbox performs, and all that it may see and use. Argv[0] is
// looked for on the PATH within. The tree stands in the root folder at the
// beginning: of what is in it, files, folders and links below the work folder and
// the scratch folders. Files and what is packed stand in the work folder. See are
// paths of the machine that it may read beside the system's programs; to name one
// is to show what is in it. Scratch are folders that it may write beside /work,
// /tmp, /var/tmp and /run. Its standard input is empty, or the terminal; Ask, if there
// is one, is its descriptor 4, to read what it is asked as it goes on. A job has one of
// Ask, Results and Terminal. One with an image is performed by Containers.
type Job struct {
	Argv     []string
	Env      map[string]string
	Tree     fs.FS
	Files    []File
	Packed   io.Reader // a tar archive that a job brought back; nil is none
	See      []string
	Mounts   []Mount
	Scratch  []string
	Limits   Limits
	Out      io.Writer // what it prints; it must not block for ever
	Results  *Results  // what it brings back; nil is nothing
	Terminal *os.File  // what it is performed at; nil is none
	Ask      *os.File
	Egress   *egress.Proxy // what it may reach of the network; nil is nothing
	Image    string        // the ID of an image of an engine of containers; "" is this machine's system
	Services []Service     // that go on beside it
}

// Sandbox is a way to perform jobs that was tried: see New.
type Sandbox struct {
	bwrap   string
	as      []string // what makes a root an unprivileged user
	groups  groups
	filter  string       // the file with the filter of system calls
	dir     string       // a private folder of this sandbox
	mounts  func() error // says whether mounts can be made
	proofs  proofs
	Weaker  []string
	Version string
}

// New finds what a sandbox needs, tries that it holds, and keeps what it needs
// itself in a folder of its own below dir. What is missing is an error of kind
// Unavailable with the command that installs it. Close removes the folder.
func New(ctx context.Context, dir string) (*Sandbox, error) {
	bwrap, err := exec.LookPath("bwrap")
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "there is no sandbox here: bwrap is not installed").Try("apt-get install bubblewrap, or what your system calls it")
	}
	keepFromJobs()
	s := &Sandbox{bwrap: bwrap}
	if os.Geteuid() == 0 {
		if s.as, err = unprivilegedBy(); err != nil {
			return nil, err
		}
	}
	if s.dir, err = os.MkdirTemp(dir, "sandbox-"); err != nil {
		return nil, err
	}
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close removes what the sandbox kept for itself.
func (s *Sandbox) Close() error { return os.RemoveAll(s.dir) }

func (s *Sandbox) ready(ctx context.Context) (err error) {
	if s.filter, err = writeFilter(s.dir); err != nil {
		return err
	}
	if err := os.Chmod(s.dir, 0o711); err != nil { // the filter is opened before the user changes
		return err
	}
	s.groups = findGroups()
	if len(s.groups.weaker()) > 0 { // what a killed prentice left is in no group, or not all of it
		endStrays("")
	}
	s.proofs = s.kept()
	s.mounts = sync.OnceValue(s.tryMounts)
	s.Weaker = s.groups.weaker()
	if s.proofs.has(holds) {
		return nil
	}
	if err := s.prove(ctx); err != nil {
		return err
	}
	s.proofs.keep(holds)
	return nil
}

func unprivilegedBy() ([]string, error) {
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "there is no sandbox for root here: setpriv is not installed, and a job must not be root").Try("apt-get install util-linux, or start prentice as a user of its own")
	}
	user := fmt.Sprint(unprivileged)
	return []string{setpriv, "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs"}, nil
}

// Run performs a job and waits until none of its processes is left. That the
// program fails is no error: see the exit. That its time was up is in the exit as
// well; that it printed more than it may is an error of kind Limited.
func (s *Sandbox) Run(ctx context.Context, j Job) (proc.Exit, error) {
	if len(j.Argv) == 0 {
		return proc.Exit{}, prentice.Errorf(prentice.Invalid, "a job without a program")
	}
	if j.Image != "" || len(j.Services) > 0 {
		return proc.Exit{}, prentice.Errorf(prentice.Invalid, "a job in an image needs an engine of containers")
	}
	j.Limits = j.Limits.Whole()
	ctx, cancel := context.WithTimeoutCause(ctx, j.Limits.Time, context.DeadlineExceeded)
	defer cancel()
	group, err := s.groups.make(j.Limits)
	if err != nil {
		return proc.Exit{}, err
	}
	defer group.Remove()

	if err := s.canMount(j); err != nil {
		return proc.Exit{}, err
	}
	more, back, err := s.opened(j)
	if err != nil {
		return proc.Exit{}, err
	}
	defer func() { closeAll(more) }()
	more, over, err := j.opening(ctx, more)
	if err != nil {
		return proc.Exit{}, err
	}
	status, more, err := withStatus(more)
	if err != nil {
		return proc.Exit{}, errors.Join(err, over())
	}
	defer status.Close() //nolint:errcheck // it was only read
	tree, failed := j.packed()
	defer tree.Close() //nolint:errcheck // it gives none
	out := &bounded{to: j.Out, left: j.Limits.Output, full: cancel}
	name := newName()
	exit, err := proc.Run(ctx, proc.Spec{
		Argv: s.argv(j, name, group, 2+len(more)), Dir: "/", Env: []string{"PATH=" + os.Getenv("PATH")},
		Stdin: tree, Out: out, Grace: time.Second, Extra: more,
	})
	closeAll(more)
	err = errors.Join(err, over())
	if err != nil || exit.Signal != "" {
		endStrays(name)
	}
	select {
	case broken := <-failed:
		if broken != nil && !errors.Is(broken, io.ErrClosedPipe) {
			return exit, prentice.Errorf(prentice.Invalid, "the tree of the job could not be read: %w", broken)
		}
	default: // the job ended before it had read all of it
	}
	took := back()
	if err == nil && !exit.OK() && exit.Signal == "" && !out.over && !ended(status) {
		s.proofs.forget()
		return exit, prentice.Errorf(prentice.Unavailable, "the sandbox could not be made: %s", out.began()).Try("do it again: the sandbox is tried anew")
	}
	switch {
	case out.over:
		return exit, prentice.Errorf(prentice.Limited, "it printed more than %d bytes, and was ended", j.Limits.Output)
	case errors.Is(err, proc.ErrTimeout):
		return exit, nil
	}
	return exit, errors.Join(err, took)
}

// opened is what a job has open beside its input and output: the filter, and what it
// brings results back by or the terminal. back waits for the results.
func (s *Sandbox) opened(j Job) (more []*os.File, back func() error, err error) {
	back = func() error { return nil }
	filter, err := os.Open(s.filter)
	if err != nil {
		return nil, back, err
	}
	more = []*os.File{filter}
	switch {
	case j.Terminal != nil && j.Results != nil, j.Ask != nil && (j.Results != nil || j.Terminal != nil):
		err = prentice.Errorf(prentice.Invalid, "a job has one of a terminal, results and what it is asked by")
	case j.Terminal != nil:
		more, err = withAnother(more, j.Terminal)
	case j.Ask != nil:
		more, err = withAnother(more, j.Ask)
	case j.Results != nil:
		var end *os.File
		if end, back, err = j.Results.receive(j.Limits.Results); err == nil {
			more = append(more, end)
		}
	}
	if err != nil {
		closeAll(more)
	}
	return more, back, err
}

// withStatus adds the descriptor by which bubblewrap says that the job has ended: where
// it could not begin one, it never does.
func withStatus(more []*os.File) (status *os.File, with []*os.File, err error) {
	status, end, err := os.Pipe()
	if err != nil {
		return nil, more, err
	}
	return status, append(more, end), nil
}

// ended says whether the job did: what bubblewrap said is in the pipe, and is short.
func ended(status *os.File) bool {
	status.SetReadDeadline(time.Now().Add(time.Second))  //nolint:errcheck // a pipe has deadlines
	said, _ := io.ReadAll(io.LimitReader(status, 4<<10)) // what was said before an error counts
	return bytes.Contains(said, []byte(`"exit-code"`))
}

// withAnother adds a descriptor of a file that its owner keeps.
func withAnother(more []*os.File, f *os.File) ([]*os.File, error) {
	again, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return more, err
	}
	syscall.CloseOnExec(again)
	return append(more, os.NewFile(uintptr(again), f.Name())), nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close() //nolint:errcheck // it may be closed or none, and was only lent
	}
}

// enter takes its place in the groups that limit it while it still is who prentice is,
// and limits itself in what the shell can, which no program has to be started for.
// unpack puts the tree in place; then the program begins, and what it has open beside
// its input and output is closed to it. One that brings results back is waited for.
const (
	enter  = `for f in $1; do echo $$ >"$f" || exit 125; done; ulimit -c 0 && ulimit -n "$2" || exit 125; shift 2; exec "$@"`
	unpack = `tar -x -m --no-same-owner --no-overwrite-dir -C / -f - || { echo "prentice: the tree does not fit into the sandbox" >&2; exit 125; }; `
	begin  = unpack + `exec "$@" </dev/null 3<&-`
	attend = unpack + `exec setsid --ctty "$@" <&4 >&4 2>&4 3<&- 4<&-`
)

func (s *Sandbox) argv(j Job, name string, g *group, status int) []string {
	argv := []string{"/bin/sh", "-c", enter, "enter", g.places(), strconv.Itoa(j.Limits.Open)}
	argv = append(argv, s.mounting(j)...)
	argv = append(argv, g.rlimits(j.Limits)...)
	argv = append(argv, s.as...)
	argv = append(argv, s.bwrap, "--seccomp", "3", "--json-status-fd", strconv.Itoa(status))
	argv = append(argv, j.view(name)...)
	within := []string{"/bin/sh", "-c"}
	switch {
	case j.Terminal != nil:
		within = append(within, attend, "unpack")
	case j.Results != nil:
		within = append(within, j.Results.script()...)
	default:
		within = append(within, begin, "unpack")
	}
	if within = append(within, j.Argv...); j.Egress != nil {
		within = egress.Opening(openingFile, openingSocket, within)
	}
	return append(append(argv, "--"), within...)
}
