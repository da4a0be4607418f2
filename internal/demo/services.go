package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"prentice"
	"prentice/internal/team"
	"prentice/internal/team/catalog"
)

// Start starts those services of the team that do not run, with the run commands
// of its catalog. It tries them all; the error tells of those that did not
// start, which prentice will then notice as anyone's.
func Start(ctx context.Context, w Where) error {
	if err := w.check(); err != nil {
		return err
	}
	c, findings := catalog.Load(w.Team)
	for _, f := range findings {
		if f.Error {
			return prentice.Errorf(prentice.Invalid, "%s", f.Text).Try("%s", f.Hint).In(f.At)
		}
	}
	var errs []error
	for _, name := range Names() {
		if _, alive := Alive(w.State, name); alive {
			continue
		}
		s, err := c.Service(name)
		if err == nil {
			err = w.control(ctx, s, "start")
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// control gives a service's run command a verb.
func (w Where) control(ctx context.Context, s team.Service, verb string) error {
	if s.Run == "" {
		return prentice.Errorf(prentice.Invalid, "%s names no run command", s.Ref).Try("add annotation prentice.dev/run to its catalog-info.yaml")
	}
	var says bytes.Buffer
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", s.Run+" "+verb)
	cmd.Env = append(w.Env(), "PATH="+os.Getenv("PATH"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = w.State, &says, &says
	if err := cmd.Run(); err != nil {
		return prentice.Errorf(prentice.Unavailable, "%s %s: %w: %s", verb, s.Ref, err, bytes.TrimSpace(says.Bytes())).
			Try("look at %s", LogFile(w.State, s.Ref.Name()))
	}
	return nil
}

// Stop ends the services of the team that run, last started first, and no other
// process.
func Stop(ctx context.Context, w Where) error {
	var errs []error
	names := Names()
	for i := range names {
		if err := stop(ctx, w.State, names[len(names)-1-i], io.Discard); err != nil {
			errs = append(errs, fmt.Errorf("stop the sample team: %w", err))
		}
	}
	return errors.Join(errs...)
}
