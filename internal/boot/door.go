package boot

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/face/api"
	"prentice/internal/face/cli"
	"prentice/internal/op"
)

// open gives the door: a server if one is named or serves the data folder, otherwise
// the data folder itself, for this one request, or the files of a team of which
// prentice was never started. It makes none of them.
func (c *commands) open(ctx context.Context, g cli.Global, o op.Op, in any) (op.Door, func() error, error) {
	set, err := c.settings(g)
	if err != nil {
		return nil, nil, err
	}
	if g.Server != "" {
		return c.far(g.Server, g.Token), func() error { return nil }, nil
	}
	switch there := set.presence(); {
	case o.Name == brakeOp && isFolder(set.Data): // also one that is damaged
		b := &brake{c: c, g: g, set: set}
		return b, b.close, nil
	case o.Name == brakeOp:
		return nil, nil, set.nothingStopped()
	case there == started:
		return c.openHere(ctx, set, g, o)
	case o.Files && (there == teamOnly || o.GivenFile(in)):
		return c.openFiles(ctx, set, g)
	case there == teamOnly:
		return nil, nil, set.notStarted()
	}
	if o.Name == "explain" {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "%w", set.nothingHere()).Try("how the repository that you are in keeps to standards, security and build is told by: prentice check principles")
	}
	return nil, nil, set.nothingHere()
}

// openHere is the door of a data folder on this machine. What only reads writes
// nothing there.
func (c *commands) openHere(ctx context.Context, set Settings, g cli.Global, o op.Op) (op.Door, func() error, error) {
	if at, ok := serving(ctx, set.Data); ok {
		return c.served(at, set, g)
	}
	acting := Answers
	if o.Reads() {
		acting = Reads
	}
	s, err := Open(ctx, set, slog.New(slog.DiscardHandler), acting)
	if held, ok := errors.AsType[*Held](err); ok {
		return c.openSoon(ctx, set, g, held)
	}
	if err != nil {
		return nil, nil, err
	}
	if s.reads && s.Team.now.Load().inForce.Seq == 0 {
		return c.openUnstarted(ctx, set, g, o, s)
	}
	if s.lost == nil && !s.reads {
		if _, _, err := s.Identity.EnsureOwner(ctx, s.Settings.Owner); err != nil {
			return nil, nil, errors.Join(s.lookTrouble(err), s.Close())
		}
	}
	token, err := c.token(set, g)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return near{s, token}, s.Close, nil
}

// openUnstarted is the door of a data folder in which no start came to its end: the
// team's files answer, or say why they cannot.
func (c *commands) openUnstarted(ctx context.Context, set Settings, g cli.Global, o op.Op, s *System) (op.Door, func() error, error) {
	why := s.Team.noPolicy()
	if err := s.Close(); err != nil {
		return nil, nil, err
	}
	switch {
	case o.Files:
		return c.openFiles(ctx, set, g)
	case why != nil:
		return nil, nil, why
	}
	return nil, nil, set.notStarted()
}

// openFiles is the door of a team's files alone: what would be in force at the first
// start, in a data folder that is gone again when the request is answered.
func (c *commands) openFiles(ctx context.Context, set Settings, g cli.Global) (op.Door, func() error, error) {
	folder, err := os.MkdirTemp("", "prentice-reads-")
	if err != nil {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "a folder for the moment: %w", err).Try("free space under %s", os.TempDir())
	}
	scratch := Settings{Data: folder, Team: set.Team, Owner: set.Owner, Listen: set.Listen, Hosts: set.Hosts, PublicURL: set.PublicURL}
	if !isFolder(set.Team) { // a file is looked over, for no team
		scratch.Team = ""
	}
	if scratch, err = scratch.Filled(); err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	s, err := Open(ctx, scratch, slog.New(slog.DiscardHandler), Tries)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	shut := func() error { return errors.Join(s.Close(), os.RemoveAll(folder)) }
	if _, _, err := s.Identity.EnsureOwner(ctx, scratch.Owner); err != nil {
		return nil, nil, errors.Join(err, shut())
	}
	token, err := c.token(scratch, cli.Global{})
	if err != nil {
		return nil, nil, errors.Join(err, shut())
	}
	return near{s, token}, shut, nil
}

// openSoon waits a moment for anyone who holds the data folder to serve it. One that
// does not answer is not told any token.
func (c *commands) openSoon(ctx context.Context, set Settings, g cli.Global, held *Held) (op.Door, func() error, error) {
	for until := time.Now().Add(startPatience); time.Now().Before(until) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if at, ok := serving(ctx, set.Data); ok {
			return c.served(at, set, g)
		}
	}
	if at, ok := servedFrom(set.Data); ok {
		return nil, nil, prentice.Errorf(prentice.Unavailable, "prentice (pid %d) holds the data folder %s and does not answer at %s", at.PID, held.Path, at.URL).
			Try("look at its log and its machine, or end it; prentice stop-all works without it")
	}
	return nil, nil, held
}

// served is the door of a server that has proven itself, and goes on to do so with
// every connection.
func (c *commands) served(at whereabouts, set Settings, g cli.Global) (op.Door, func() error, error) {
	token, err := c.token(set, g)
	return &api.Client{Base: at.URL, Token: token, Secret: at.Secret, Ops: c.ops()}, func() error { return nil }, err
}

func (c *commands) far(url, token string) op.Door {
	return &api.Client{Base: url, Token: token, Ops: c.ops()}
}

// token is the one that was given, or that of anyone who may read the data folder.
func (c *commands) token(set Settings, g cli.Global) (string, error) {
	if g.Token != "" {
		return g.Token, nil
	}
	raw, err := os.ReadFile(filepath.Join(set.Data, "keys", "cli.token"))
	if err != nil {
		return "", prentice.Errorf(prentice.Unauthenticated, "the token of this machine cannot be read: %w", err).Try("give one with --token or PRENTICE_TOKEN")
	}
	return strings.TrimSpace(string(raw)), nil
}

// near is the door of an opened data folder, for anyone who holds the token.
type near struct {
	*System
	token string
}

// Rests implements op.Rester: one operation is done here, and then the folder is
// shut again.
func (n near) Rests() error {
	return prentice.Errorf(prentice.Unavailable, "no prentice serves the data folder %s, so nothing goes on there", n.Settings.Data).
		Try("start it with: prentice up")
}

func (n near) Invoke(ctx context.Context, r op.Request) (any, error) {
	if n.lost != nil && !n.looks(r.Op) {
		return nil, n.lost
	}
	if strings.HasPrefix(r.Op, "policy.") {
		if err := n.Team.noPolicy(); err != nil {
			return nil, err
		}
	}
	actor, err := n.bearer(ctx, n.token)
	if err != nil {
		return nil, err
	}
	actor.Door = "cli"
	r.Actor = actor
	return n.App.Invoke(ctx, r)
}

// looks says whether an operation changes nothing.
func (n near) looks(name string) bool {
	i := slices.IndexFunc(n.App.Ops(), func(o op.Op) bool { return o.Name == name })
	return i >= 0 && n.App.Ops()[i].Risk == prentice.Look
}

func (n near) Watch(ctx context.Context, r op.Request, emit func(any) error) error {
	actor, err := n.bearer(ctx, n.token)
	if err != nil {
		return err
	}
	actor.Door = "cli"
	r.Actor = actor
	return n.App.Watch(ctx, r, emit)
}
