package boot

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/engine/hostfacts"
	"prentice/internal/engine/preview"
	"prentice/internal/engine/provision"
	"prentice/internal/kit/clip"
	"prentice/internal/skill"
	"prentice/internal/skill/availability"
	"prentice/internal/skill/capacity"
	"prentice/internal/team"
)

// capacity is what the chapter of that name needs.
func (s *System) capacity() capacity.Deps {
	return capacity.Deps{
		DB: s.db, Clock: time.Now, Log: s.log, Send: s.inbox.Send,
		Here:    func() []capacity.Measured { return measuredHere(s.Settings.Data) },
		Set:     func() *provision.Set { return s.Team.now.Load().capacity() },
		Hosts:   func() []team.Host { return s.Team.Catalog().Hosts },
		Look:    s.lookAtHost,
		Endings: s.endings, Aim: s.aimAt, Record: s.ledger.Append,
	}
}

// aimAt finds a service of an environment that prentice made: nothing else can be aimed at.
func (s *System) aimAt(ctx context.Context, env, service string) (capacity.Aim, error) {
	t := &targets{s: s}
	c, err := t.store()
	if err != nil {
		return capacity.Aim{}, err
	}
	e, err := c.Find(ctx, strings.TrimPrefix(env, "env/"))
	if err != nil {
		return capacity.Aim{}, err
	}
	p := previewOf(e, e.ID)
	at, ok := p.Service(service)
	switch {
	case p.State != preview.Ready:
		return capacity.Aim{}, prentice.Errorf(prentice.Conflict, "%s is %s", e.Ref(), p.State).Try("wait until it is ready: prentice env show %s", e.ID)
	case !ok:
		return capacity.Aim{}, prentice.Errorf(prentice.NotFound, "%s has no service %q with an address", e.Ref(), clip.Text(service)).Try("see those that it has: prentice env show %s", e.ID)
	}
	return capacity.Aim{Env: e.Ref(), Service: at.Name, Host: at.Host, Dial: func(ctx context.Context) (net.Conn, error) {
		return t.Dial(ctx, e.ID, at.Name, at.Port)
	}}, nil
}

// heardLook keeps what a look prints, and when its first word came.
type heardLook struct {
	hostfacts.Cut
	first time.Time
}

// Write implements io.Writer.
func (h *heardLook) Write(p []byte) (int, error) {
	if h.first.IsZero() {
		h.first = time.Now()
	}
	return h.Cut.Write(p)
}

// lookAtHost performs a script that only reads on a host of the catalog.
func (s *System) lookAtHost(ctx context.Context, h team.Host, script string) (hostfacts.Answer, error) {
	said, sent := &heardLook{}, time.Now()
	if h.Local && h.Address == "" {
		c := exec.CommandContext(ctx, "/bin/sh", "-c", script)
		c.Env, c.Dir, c.Stdout, c.WaitDelay = []string{"PATH=" + os.Getenv("PATH")}, "/", said, time.Second
		if err := c.Run(); err != nil && ctx.Err() != nil {
			return hostfacts.Answer{}, prentice.Errorf(prentice.Unavailable, "it did not answer in time: %w", ctx.Err())
		}
		return hostfacts.Answer{Text: said.String(), Sent: sent, Heard: said.first}, nil
	}
	out, err := s.reach.Glance(ctx, prentice.Work{Target: h.Target(), Step: prentice.PlannedStep{ID: "look", Body: script}, Log: said}, "")
	if err != nil {
		return hostfacts.Answer{}, err
	}
	if !out.OK {
		return hostfacts.Answer{}, prentice.Errorf(prentice.Unavailable, "the look ended with %s", clip.Text(out.Says))
	}
	return hostfacts.Answer{Text: said.String(), Sent: sent, Heard: said.first}, nil
}

// endings are what probes saw that ends by itself.
func (s *System) endings(ctx context.Context) (list []capacity.Ended, err error) {
	l := skill.At[*availability.Lookout](s.Skills)
	if l == nil {
		return nil, nil
	}
	seen, err := l.Endings(ctx)
	for _, e := range seen {
		kind := "certificate"
		if e.Kind == "domain" {
			kind = "domain"
		}
		list = append(list, capacity.Ended{Name: e.Probe, Kind: kind, About: e.Service, Ends: e.Ends, Says: e.Says, Seen: e.Seen, Pressed: e.Pressed})
	}
	return list, err
}

// measuredHere is what can run out on this machine: the disk of a folder, its inodes, and the
// memory. What cannot be measured is left out.
func measuredHere(dir string) (list []capacity.Measured) {
	about := prentice.NewRef("host", "local")
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err == nil && disk.Blocks > 0 {
		used, size := disk.Blocks-min(disk.Bfree, disk.Blocks), uint64(disk.Bsize)                                                                             //nolint:gosec,unconvert // a block has a size
		list = append(list, capacity.Measured{Name: "disk", About: about, Unit: "bytes", Used: int64(used * size), Limit: int64((used + disk.Bavail) * size)}) //nolint:gosec // a disk has fewer
		if disk.Files > 0 {                                                                                                                                    // some file systems have as many as they want
			list = append(list, capacity.Measured{Name: "inodes", About: about, Unit: "files", Used: int64(disk.Files - min(disk.Ffree, disk.Files)), Limit: int64(disk.Files)}) //nolint:gosec // a disk has fewer
		}
	}
	if total, free := memory(); total > 0 {
		list = append(list, capacity.Measured{Name: "memory", About: about, Unit: "bytes", Used: total - free, Limit: total})
	}
	return list
}
