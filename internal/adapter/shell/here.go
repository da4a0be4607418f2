package shell

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"prentice"
	"prentice/internal/kit/outlive"
	"prentice/internal/kit/proc"
)

// here is the way to the shells of this machine. A shell that is asked ends with
// prentice; what it began does not.
type here struct{ k *Kind }

// Name implements outlive.Way.
func (here) Name() string { return "this machine" }

// Home implements outlive.Way.
func (h here) Home() string { return h.k.Home }

// ID implements outlive.Way.
func (here) ID() string { return "here" }

// Ask implements outlive.Way.
func (h here) Ask(ctx context.Context, a outlive.Ask, want string, out func(int64, []byte) error) (outlive.Report, error) {
	a.Nonce, a.Base, a.Dir = outlive.NewNonce(), h.k.Home, h.k.dir()
	text, err := outlive.Program(a)
	if err != nil {
		return outlive.Report{}, prentice.Errorf(prentice.Invalid, "step %s: %w", a.Name, err)
	}
	s := h.open(ctx, text)
	give := context.AfterFunc(ctx, func() { s.from.Close() }) //nolint:errcheck // it never fails
	defer give()
	answer := outlive.NewAnswer(s.from, a.Nonce)
	answer.Want, answer.Claimed = want, a.Claimed
	report, err := answer.Report(out)
	if err != nil && ctx.Err() != nil { // a stop does not wait for the end of anyone who listened
		go s.close(false) //nolint:errcheck // as above
		return outlive.Report{Token: report.Token}, errors.Join(outlive.ErrLost, err)
	}
	wrong := s.close(err == nil && report.State != outlive.Taken)
	switch {
	case err == nil:
		return report, nil
	case errors.Is(wrong, proc.ErrStart):
		return outlive.Report{}, prentice.Errorf(prentice.Unavailable, "no shell comes up on this machine: %w", wrong)
	case errors.Is(err, outlive.ErrSilent), errors.Is(err, outlive.ErrCut):
		return outlive.Report{Token: report.Token}, errors.Join(outlive.ErrLost, err, s.complaint())
	default:
		return report, err
	}
}

// Sweep implements prentice.Detached, for the claims of this machine.
func (k *Kind) Sweep(ctx context.Context, inFlight func() ([]prentice.Work, error)) error {
	there, err := filepath.Glob(filepath.Join(k.Home, "claim-*"))
	if err != nil || len(there) == 0 || k.Home == "" {
		return err
	}
	works, err := inFlight()
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, w := range works {
		wanted[k.Claims.key(w)] = true
	}
	var old []string
	for _, folder := range there {
		if _, key, _ := strings.Cut(filepath.Base(folder), "-"); !wanted[key] {
			old = append(old, key)
		}
	}
	return forget(ctx, here{k}, old)
}

// session is a shell that reads a program.
type session struct {
	from  *io.PipeReader
	kill  context.CancelFunc
	ended chan error
	wrong tail
}

func (h here) open(ctx context.Context, text string) *session {
	ctx, kill := context.WithCancel(ctx)
	from, to := io.Pipe()
	s := &session{from: from, kill: kill, ended: make(chan error, 1)}
	spec := proc.Spec{Argv: []string{"/bin/sh"}, Dir: h.k.dir(), Env: h.k.Env, Stdin: strings.NewReader(text), Out: to, Err: &s.wrong, Grace: h.k.Grace}
	go func() {
		_, err := proc.Run(ctx, spec)
		to.Close()
		s.ended <- err
	}()
	return s
}

// close waits until the shell has ended, and ends it unless it ends by itself. The
// error is that of running it.
func (s *session) close(byItself bool) error {
	if !byItself {
		s.kill()
	}
	s.from.Close()
	err := <-s.ended
	s.kill()
	return err
}

// complaint is the last that the shell wrote to standard error. It is asked when
// the shell has ended.
func (s *session) complaint() error {
	if line := s.wrong.line(); line != "" {
		return errors.New(line)
	}
	return nil
}
