package environments

import (
	"context"
	"errors"
	"sync"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/term"
	"prentice/internal/op"
)

// How many terminals are open at one time, of one who asks and of all, and for how long one is.
const (
	mostShells      = 32
	mostShellsOfOne = 8
	longestShell    = 8 * time.Hour
)

// lingering is how long what was printed is read after a shell has ended, where a program that
// it left behind still holds the terminal.
const lingering = time.Second

// anyShell is the shell of a service: the best that it has.
var anyShell = []string{"/bin/sh", "-c", `command -v bash >/dev/null && exec bash -i; exec sh -i`}

// Left is how a program at a terminal ended.
type Left struct {
	Env     prentice.Ref `json:"env"`
	Service string       `json:"service"`
	Code    int          `json:"code"`
	Seconds int64        `json:"seconds"`
	Shell   bool         `json:"shell,omitempty"` // it was a shell, whose code is that of what was typed last
}

// Text implements op.Texter.
func (l Left) Text() string {
	if l.Shell {
		return ""
	}
	return Entered{Code: l.Code}.Text()
}

// ExitCode implements op.Ender.
func (l Left) ExitCode() int {
	if l.Shell {
		return 0
	}
	return Entered{Code: l.Code}.ExitCode()
}

// shell performs a program beside a service at the terminal of who asks, until it ends, the
// environment is stopped, or the terminal is gone. What is typed is kept nowhere.
func (k *Desk) shell(ctx context.Context, c op.Call, in EnterIn) (Left, error) {
	e, b, in, err := k.within(ctx, in)
	if err != nil {
		return Left{}, err
	}
	ctx, leave, err := k.shells.open(ctx, c.Actor.Ref())
	if err != nil {
		return Left{}, err
	}
	defer leave()
	out := Left{Env: e.Ref(), Service: in.Service, Shell: len(in.Command) == 0}
	if out.Shell {
		in.Command = anyShell
	}
	said := map[string]any{"service": in.Service, "terminal": true}
	if !out.Shell {
		said["command"] = in.Command
	}
	if err := k.Note(ctx, c.Now, prentice.Note{Kind: "environment.entered", Actor: c.Actor.Ref(), Refs: e.Refs(), Data: said}); err != nil {
		return Left{}, err
	}
	began := time.Now()
	out.Code, err = atTerminal(ctx, c.Terminal, func(theirs environment.Program) (int, error) {
		theirs.Argv, theirs.Env["PS1"] = in.Command, in.Service+`:\w\$ `
		return b.Exec(ctx, e.ID, in.Service, theirs)
	})
	err = k.whyLeft(ctx, e, err)
	out.Seconds = int64(time.Since(began).Seconds())
	said = map[string]any{"service": in.Service, "seconds": out.Seconds, "code": out.Code}
	if err != nil {
		delete(said, "code")
		said["why"] = err.Error()
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	noted := k.Note(last, c.Now.Add(time.Since(began)), prentice.Note{Kind: "environment.left", Actor: c.Actor.Ref(), Refs: e.Refs(), Data: said})
	return out, errors.Join(err, noted)
}

// whyLeft says of a program that was ended, or whose terminal went, why.
func (k *Desk) whyLeft(ctx context.Context, e environment.Environment, err error) error {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	now, failed := k.Find(last, e.ID)
	switch {
	case failed == nil && now.Stage != environment.Making && now.Stage != environment.Ready:
		return prentice.Errorf(prentice.Conflict, "%s is %s: what ran there was ended", e.Ref(), now.Stage).Try("make a new one: prentice env create")
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return err
}

// atTerminal lends a terminal of ours, joined to that of a person: a program never has theirs.
func atTerminal(ctx context.Context, t *op.Terminal, do func(environment.Program) (int, error)) (int, error) {
	ours, theirs, err := term.Pair()
	if err != nil {
		return 0, prentice.Errorf(prentice.Unavailable, "no terminal can be made here: %w", err).Try("say what to do instead: prentice env enter ENV SERVICE -- ls")
	}
	defer theirs.Close() //nolint:errcheck // it is closed before, where all went well
	select {
	case s := <-t.Sizes: // before a program asks
		term.Resize(ours, s) //nolint:errcheck // then it keeps its size
	case <-time.After(lingering):
	case <-ctx.Done():
	}
	shown, stop := term.Join(ours, t.In, t.Out, t.Sizes)
	defer stop()
	code, err := do(environment.Program{Env: map[string]string{"TERM": t.Name}, Terminal: theirs})
	theirs.Close() //nolint:errcheck // what was printed has an end now
	select {
	case <-shown:
	case <-time.After(lingering):
	}
	return code, err
}

// shells are the terminals that are open here. They end with the process.
type shells struct {
	mu   sync.Mutex
	of   map[prentice.Ref]int
	all  map[*context.CancelCauseFunc]bool
	over bool
	done sync.WaitGroup
}

// open counts one more, whose context ends when they all do; leave says that it is over.
func (s *shells) open(ctx context.Context, who prentice.Ref) (_ context.Context, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
		return nil, nil, errStops
	case len(s.all) >= mostShells:
		return nil, nil, prentice.Errorf(prentice.Limited, "%d terminals are open in environments, which is the most", mostShells).Try("ask again when one was left")
	case s.of[who] >= mostShellsOfOne:
		return nil, nil, prentice.Errorf(prentice.Limited, "%s has %d terminals open in environments, which is the most", who, mostShellsOfOne).Try("leave one")
	}
	if s.all == nil {
		s.of, s.all = map[prentice.Ref]int{}, map[*context.CancelCauseFunc]bool{}
	}
	ctx, done := context.WithTimeoutCause(ctx, longestShell, prentice.Errorf(prentice.Limited, "the terminal was open for %s, which is the longest", longestShell).Try("enter again"))
	ctx, end := context.WithCancelCause(ctx)
	s.of[who]++
	s.all[&end] = true
	s.done.Add(1)
	return ctx, func() {
		end(nil)
		done()
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.of[who]--; s.of[who] == 0 {
			delete(s.of, who)
		}
		delete(s.all, &end)
		s.done.Done()
	}, nil
}

var errStops = prentice.Errorf(prentice.Unavailable, "the server is stopping").Try("ask again in a moment")

// Run ends all that are open when ctx ends, and waits for them: no program goes on at a
// terminal that no one has.
func (s *shells) Run(ctx context.Context) error {
	<-ctx.Done()
	s.mu.Lock()
	s.over = true
	for end := range s.all {
		(*end)(errStops)
	}
	s.mu.Unlock()
	s.done.Wait()
	return nil
}

var (
	_ op.Texter = Left{}
	_ op.Ender  = Left{}
)
