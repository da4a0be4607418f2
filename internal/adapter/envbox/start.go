package envbox

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
	"prentice/internal/adapter/provider"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/cell"
	"prentice/internal/kit/egress"
)

// Start implements environment.Backend. Of an environment whose keeper ended with an earlier
// prentice the keeper is made again.
func (b *Box) Start(ctx context.Context, s environment.Spec, service string) error {
	i, err := index(s, service)
	if err != nil {
		return err
	}
	if err := check(s); err != nil {
		return err
	}
	if !b.has(s.ID) {
		return unknown(s.ID)
	}
	r := b.room(s.ID)
	ctx, made, err := r.making(ctx)
	if err != nil {
		return err
	}
	defer made()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !b.has(s.ID) {
		return unknown(s.ID)
	}
	if err := r.settle(s); err != nil {
		return err
	}
	return r.start(ctx, s, i)
}

func (r *room) start(ctx context.Context, s environment.Spec, i int) error {
	sv := s.Services[i]
	groups, err := r.entries(sv.Name)
	if err != nil {
		return err
	}
	defer func() { closeAll(groups) }()
	v, argv, err := r.viewOf(s, i, len(groups))
	if err != nil {
		return err
	}
	filter, err := os.Open(r.of.filter)
	if err != nil {
		return err
	}
	files := []*os.File{filter}
	defer func() { closeAll(files) }()
	args, err := cell.InMemory("arguments", []byte(strings.Join(v.args(), "\x00")+"\x00"))
	if err != nil {
		return err
	}
	files = append(files, args)
	for _, f := range v.files {
		content, err := cell.InMemory("file", f.Content)
		if err != nil {
			return err
		}
		files = append(files, content)
	}
	c := cell.Service{
		Name: sv.Name, Links: linksOf(s, i), Open: defaultOpen, File: v.limits.Disk,
		Argv: append([]string{r.of.bwrap, "--args", itoa(v.filter + 1), "--"}, v.limited(argv)...),
	}
	if err := r.reach(ctx, s, c); err != nil {
		return err
	}
	if sv.Shared {
		if err := r.admit(ctx, i, sv, c); err != nil {
			return err
		}
	}
	r.said.Lock()
	r.over = ""
	if r.killed == nil {
		r.killed = map[string]int64{}
	}
	if g := r.services[sv.Name]; g != nil {
		r.killed[sv.Name] = g.Use().Killed
	}
	if r.versions == nil {
		r.versions = map[string]string{}
	}
	r.versions[sv.Name] = Version(sv.Provider)
	r.said.Unlock()
	if err := r.cell.Start(ctx, c, groups, files); err != nil {
		return prentice.Errorf(prentice.Unavailable, "the service %s cannot be begun: %w", sv.Name, err)
	}
	if r.seen == nil {
		r.seen = map[string]cell.Enter{}
	}
	r.seen[sv.Name] = v.enter()
	return nil
}

// viewOf is what a service sees, and the program that it is.
func (r *room) viewOf(s environment.Spec, i, groups int) (view, []string, error) {
	sv := s.Services[i]
	v := view{
		service: sv, limits: ofService(whole(s.Limits), sv.Limits), environment: s.ID,
		status: 3 + groups, filter: 4 + groups, first: 6 + groups, workingDir: sv.WorkingDir,
	}
	if !r.of.place.HasMemory() {
		v.memory = v.limits.Memory
	}
	if !r.of.place.HasPids() {
		v.processes = v.limits.Processes
	}
	v.files = append(known(s, i), sv.Files...)
	if v.workingDir == "" {
		v.workingDir = home
	}
	argv := append(append([]string{}, sv.Entrypoint...), sv.Command...)
	var more map[string]string
	if sv.Provider != "" {
		server, err := provider.Find(sv.Provider)
		if err != nil {
			return v, nil, err
		}
		l, err := launchOf(server, sv)
		if err != nil {
			return v, nil, err
		}
		argv, more = l.Argv, l.Env
		if sv.Shared {
			more["PGPASSWORD"] = passwordOf(sv)
		} else if dir, volume := r.dataOf(sv, l); !volume {
			v.binds = append(v.binds, bind{r.inside(dir), l.Data, false})
		}
	}
	for n, m := range sv.Mounts {
		from := filepath.Join(cell.Place, "volumes", m.Volume)
		switch {
		case m.Volume != "":
		case m.ReadOnly:
			path, err := inTree(filepath.Join(r.of.folder(r.id), "tree", "all"), m.Path)
			if err != nil {
				return v, nil, prentice.Errorf(prentice.Invalid, "the service %s mounts %q: %w", sv.Name, clipped(m.Path), err)
			}
			from = r.inside(path)
		default:
			from = r.inside(r.copyOf(sv.Name, n))
		}
		v.binds = append(v.binds, bind{from, filepath.Clean(m.To), m.ReadOnly})
	}
	v.env = variables(s, sv, more)
	return v, argv, nil
}

// inside is where the keeper has something of the environment's folder.
func (r *room) inside(path string) string {
	return filepath.Join(cell.Place, strings.TrimPrefix(path, r.of.folder(r.id)))
}

// proxyPort is where the proxy stands on the loopback of each service.
const proxyPort = 3128

// reach lets a service reach the hosts that the environment names: the socket is in its own
// network, and this process answers.
func (r *room) reach(ctx context.Context, s environment.Spec, c cell.Service) error {
	if len(s.Hosts) == 0 || r.proxied[c.Name] {
		return nil
	}
	p := &egress.Proxy{Apart: !r.of.near}
	for _, h := range s.Hosts {
		rule, err := egress.ParseRule(h)
		if err != nil {
			return err
		}
		p.Rules = append(p.Rules, rule)
	}
	l, err := r.cell.Listen(ctx, c, proxyPort)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "the service %s cannot be given the hosts that it reaches: %w", c.Name, err)
	}
	in, cancel := context.WithCancel(context.Background())
	over := r.cell.Over()
	context.AfterFunc(in, func() { l.Close() })
	r.serving.Go(func() { p.Serve(in, l) }) //nolint:errcheck // it ends with the environment
	r.serving.Go(func() { <-over; cancel() })
	r.proxied[c.Name] = true
	return nil
}

// admit lets those who share a network with a service to its database in the shared server.
func (r *room) admit(ctx context.Context, i int, sv environment.Service, c cell.Service) error {
	if r.admitted[sv.Name] {
		return nil
	}
	id, err := r.of.commonsNow(ctx)
	if err != nil {
		return err
	}
	server := provider.Server{Kind: sv.Provider}.Stands(sv.Env)
	d := &door{
		user: server.Env["PGUSER"], database: server.Env["PGDATABASE"], name: nameIn(r.id, i), free: make(chan struct{}, mostSessions),
		dial: func() (net.Conn, error) { return r.of.dialCommons(id) },
	}
	l, err := r.cell.ListenFor(ctx, c, server.Port)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "the service %s cannot be given its database: %w", sv.Name, err)
	}
	in, cancel := context.WithCancel(context.Background())
	over := r.cell.Over()
	context.AfterFunc(in, func() { l.Close() })
	r.serving.Go(func() { d.serve(in, l, func(do func()) { r.serving.Go(do) }) })
	r.serving.Go(func() { <-over; cancel() })
	r.admitted[sv.Name] = true
	return nil
}

// Stop implements environment.Backend.
func (b *Box) Stop(ctx context.Context, s environment.Spec, service string) error {
	i, err := index(s, service)
	if err != nil {
		return err
	}
	r, c, err := b.running(s.ID)
	if err != nil || c == nil {
		return err
	}
	sv := s.Services[i]
	name, grace := sv.StopSignal, sv.StopGrace
	if sv.Provider != "" {
		if server, err := provider.Find(sv.Provider); err == nil {
			if l, err := server.Launch(sv.Env, sv.Command); err == nil && name == "" {
				name = l.Signal
			}
		}
	}
	if grace <= 0 {
		grace = 10 * time.Second
	}
	signal, err := signalOf(name)
	if err != nil {
		return err
	}
	if err := c.Stop(ctx, service, signal, grace); err != nil && r.stillAlive(c) {
		return prentice.Errorf(prentice.Unavailable, "the service %s cannot be stopped: %w", service, err)
	}
	return ctx.Err()
}

// running is the cell of an environment; it is nil where nothing runs.
func (b *Box) running(id string) (*room, *cell.Cell, error) {
	if !b.has(id) {
		return nil, nil, unknown(id)
	}
	r := b.room(id)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.alive() {
		return r, nil, nil
	}
	return r, r.cell, nil
}

func (r *room) stillAlive(c *cell.Cell) bool {
	select {
	case <-c.Over():
		return false
	default:
		return true
	}
}

// Dial implements environment.Backend.
func (b *Box) Dial(ctx context.Context, id, service string, port int) (net.Conn, error) {
	if port <= 0 || port > 65535 {
		return nil, prentice.Errorf(prentice.Invalid, "%d is no port", port)
	}
	_, c, err := b.running(id)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, prentice.Errorf(prentice.Unavailable, "nothing runs in the environment %s", id)
	}
	conn, err := c.Dial(ctx, service, port)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the service %s does not answer at port %d: %w", clipped(service), port, err).Try("look what it prints: prentice env logs %s", id)
	}
	return conn, nil
}

// lastLines are what a service printed last, for people.
func (b *Box) lastLines(id, service string) string {
	text, _ := os.ReadFile(filepath.Join(b.folder(id), "logs", service)) // without it nothing was printed
	var list []string
	for line := range bytes.Lines(text) {
		if _, said, err := cell.Entry(line); err == nil {
			list = append(list, strings.TrimSpace(string(said)))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return ": it printed: " + clippedTo(strings.Join(list[max(0, len(list)-5):], " / "), 600)
}
