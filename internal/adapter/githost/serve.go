package githost

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/push"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/proc"
)

// Service is what git asks for.
type Service string

// The services.
const (
	Upload  Service = "upload-pack"  // a clone or fetch
	Receive Service = "receive-pack" // a push
)

// Ask is what one git asks of us. The one who asks may have it: who serves a door has
// looked.
type Ask struct {
	Service    Service
	Repository string
	By         prentice.Actor
	Door       string // http or ssh
	Protocol   string // as git says it, such as version=2
	Stateless  bool   // over HTTP
	Advertise  bool   // only what there is
}

// Serve has git do what is asked. What it says is what git says.
func (h *Host) Serve(ctx context.Context, a Ask, in io.Reader, out io.Writer) error {
	dir, err := h.Open(a.Repository)
	if err != nil {
		return err
	}
	free, err := h.enter(ctx, a.Service, a.By.Ref())
	if err != nil {
		return err
	}
	defer free()
	most := h.Limits.filled().Read
	if a.Service == Receive {
		most = h.Limits.filled().Push
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	program := []string{"git"}
	if a.Service == Receive {
		program = bounded()
	}
	args := append(append(program, h.ours()...), string(a.Service))
	if a.Stateless {
		args = append(args, "--stateless-rpc")
	}
	if a.Advertise {
		args = append(args, "--advertise-refs")
	}
	if a.Service == Upload {
		args = append(args, "--strict", "--timeout=120")
	}
	says := &proc.Bounded{Most: 16 << 10}
	spec := proc.Spec{Argv: append(args, dir), Dir: dir, Stdin: in, Out: out, Err: says, Grace: 2 * time.Second}
	if protocol(a.Protocol) {
		spec.Env = h.env("GIT_PROTOCOL=" + a.Protocol)
	} else {
		spec.Env = h.env()
	}
	if a.Service == Receive && !a.Advertise {
		return h.receive(ctx, a, dir, spec, says)
	}
	return ended(ctx, spec, says)
}

// mostMemory is what a git may have that takes a push, beside what it only maps, in KB: a
// pack of a few bytes can ask for any amount.
const mostMemory = 1 << 20

// bounded begins a git that has no more memory than that, where the system can say so.
func bounded() []string {
	return []string{"sh", "-c", "ulimit -d " + itoa(mostMemory) + ` 2>/dev/null; exec "$0" "$@"`, "git"}
}

// ended runs git to its end.
func ended(ctx context.Context, spec proc.Spec, says *proc.Bounded) error {
	exit, err := proc.Run(ctx, spec)
	switch {
	case errors.Is(err, proc.ErrStart):
		return prentice.Errorf(prentice.Unavailable, "repositories are kept with git, and there is none here").Try("install git: apt install git")
	case err != nil:
		return prentice.Errorf(prentice.Canceled, "the connection ended before git did: %w", err)
	case !exit.OK():
		first, _, _ := strings.Cut(strings.TrimSpace(says.String()), "\n")
		return prentice.Errorf(prentice.Invalid, "git did not take it: %s", clip.Text(push.Plain(first))).Try("see what git says at your end")
	}
	return nil
}

// protocol says whether a version of the protocol is written as git writes it.
func protocol(s string) bool {
	return s != "" && len(s) < 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789=:") == ""
}

// receive is ended, with the hooks' way to us.
func (h *Host) receive(ctx context.Context, a Ask, dir string, spec proc.Spec, says *proc.Bounded) error {
	if h.Receiver == nil || h.Objects == nil {
		return prentice.Errorf(prentice.Unavailable, "no pushes are taken here")
	}
	h.sweep(dir)
	lock, err := underWay(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		lock.Close()
		h.sweep(dir) // of a client that went away nothing stays until the next push
	}()
	var files [6]*os.File // three pipes: answers to the hooks, what they say, what is said to the one who pushes
	defer func() {
		for _, f := range files {
			if f != nil {
				f.Close()
			}
		}
	}()
	for i := 0; i < len(files); i += 2 {
		r, w, err := os.Pipe()
		if err != nil {
			return prentice.Errorf(prentice.Unavailable, "no push can be taken now: %w", err).Try("try again in a moment")
		}
		files[i], files[i+1] = r, w
	}
	spec.Extra = []*os.File{files[0], files[3], files[4]}
	t := &talk{host: h, dir: dir, from: bufio.NewReader(files[2]), answer: files[1], says: files[5],
		push: push.Push{Repository: a.Repository, By: a.By, Door: a.Door}}
	over := make(chan error, 1)
	go func() {
		err := t.hold(ctx)
		files[1].Close() // a hook that waits for more hears that there is none
		over <- err
	}()
	out := &hiding{out: spec.Out, path: h.root()}
	spec.Out = out
	err = ended(ctx, spec, says)
	out.end()        //nolint:errcheck // who does not read it has gone
	files[3].Close() // so that we hear that no hook speaks any more
	talked := <-over
	if talked != nil && !errors.Is(talked, io.EOF) && h.Log != nil {
		h.Log.Warn("a push", "repository", a.Repository, "by", a.By.Ref(), "err", talked)
	}
	return err
}
