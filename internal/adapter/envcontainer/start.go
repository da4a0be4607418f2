package envcontainer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
	"prentice/internal/kit/egress"
	"prentice/internal/kit/netns"
)

// Start implements environment.Backend. A container that was made and never begun may lack
// its files, so that it is made anew; one that has ended is begun again as it is.
func (b *Backend) Start(ctx context.Context, s environment.Spec, name string) error {
	one, found := service(s, name)
	if !found {
		return prentice.Errorf(prentice.NotFound, "environment %s has no service %s", s.ID, name).Try("look at its services: env show %s", s.ID)
	}
	if err := b.judge(s); err != nil {
		return err
	}
	ctx, end, err := b.begin(ctx, s.ID, name)
	if err != nil {
		return err
	}
	defer end()
	if said := b.overfullOf(s.ID); said != "" {
		return prentice.Errorf(prentice.Limited, "environment %s: %s", s.ID, said).Try("remove it, and make one that may write more")
	}
	list, err := b.engine.List(ctx, false, append(b.carries(s.ID), labelService+"="+name)...)
	if err != nil {
		return b.trouble(ctx, err, "%s does not list containers", b)
	}
	for _, c := range list {
		state, err := b.engine.State(ctx, c.ID)
		switch {
		case errors.Is(err, container.ErrMissing):
			continue
		case err != nil:
			return b.trouble(ctx, err, "%s does not say how service %s is", b, name)
		case state.State.Running:
			return b.opened(ctx, state, s.Hosts)
		case state.State.StartedAt.Year() < 2000: // never
			if err := b.engine.Remove(ctx, c.ID); err != nil {
				return b.trouble(ctx, err, "what was left of service %s cannot be removed", name)
			}
			continue
		}
		if err := b.launch(ctx, s, one, c.ID); err != nil {
			return err
		}
		b.mu.Lock()
		b.begun[c.ID]++
		b.mu.Unlock()
		return nil
	}
	err = b.make(ctx, s, one)
	if err != nil && strings.Contains(err.Error(), "is not available in range set") && b.freed(ctx, s, name) {
		err = b.make(ctx, s, one)
	}
	return err
}

// freed lets go of the addresses of a service that plugins of networks (CNI) remember of a
// container that is no more, as after a crash of the machine. They are of no one else.
func (b *Backend) freed(ctx context.Context, s environment.Spec, name string) bool {
	all, err := b.stands(ctx, s)
	if err != nil {
		return false
	}
	for _, one := range all[name] {
		if one.network.Name == b.called(s.ID, "network", one.network.Labels[labelNetwork]) {
			err = errors.Join(err, os.Remove(filepath.Join(leases, one.network.Name, one.at.String())))
		}
	}
	return err == nil || errors.Is(err, os.ErrNotExist)
}

// make makes the container of a service, gives it its files and begins it. One that does not
// begin is removed.
func (b *Backend) make(ctx context.Context, s environment.Spec, one environment.Service) error {
	image, err := b.image(ctx, s, one)
	if err != nil {
		return err
	}
	all, err := b.stands(ctx, s)
	if err != nil {
		return err
	}
	spec, copies, err := b.spec(s, one, image, all)
	if err != nil {
		return err
	}
	files, err := packed(s, one, copies)
	if err != nil {
		return err
	}
	defer files.Close() //nolint:errcheck // it was only read
	for _, c := range copies {
		if c.volume != "" {
			if err := b.makeVolume(ctx, s.ID, c.volume); err != nil {
				return err
			}
		}
	}
	in, cancel := unstopped(ctx)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	id, err := b.engine.Create(in, b.called(s.ID, "service", one.Name), spec)
	if err != nil {
		return b.trouble(ctx, err, "the service %s cannot be made", one.Name)
	}
	err = func() error {
		for _, more := range all[one.Name][1:] {
			at := container.Endpoint{}
			at.IPAMConfig.IPv4Address = more.at.String()
			if err := b.engine.Connect(in, more.network.Name, id, at); err != nil {
				return b.trouble(ctx, err, "the service %s cannot be given its network", one.Name)
			}
		}
		if files.size > 0 {
			if err := b.engine.Put(in, id, files); err != nil {
				return b.trouble(ctx, err, "the service %s cannot be given its files", one.Name)
			}
		}
		return b.launch(ctx, s, one, id)
	}()
	if err != nil {
		again, cancel := unstopped(ctx)
		defer cancel()
		return errors.Join(err, b.engine.Remove(again, id))
	}
	return nil
}

// launch begins a container, and looks at it from outside. Where the engine can, that is
// before the service itself begins.
func (b *Backend) launch(ctx context.Context, s environment.Spec, one environment.Service, id string) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	b.watch()
	in, cancel := unstopped(ctx)
	defer cancel()
	state, err := b.engine.State(in, id)
	if err != nil {
		return b.trouble(ctx, err, "%s does not say how service %s is", b, one.Name)
	}
	if err := asAsked(state); err != nil {
		return err
	}
	l := mustShares(s)[one.Name]
	if b.engine.Init(in, id) == nil {
		if state, err = b.engine.State(in, id); err != nil {
			return b.trouble(ctx, err, "%s does not say how service %s is", b, one.Name)
		}
		if !gone(state.State.Pid, id) {
			if err := b.enclosed(in, s, one, state, l); err != nil {
				return err
			}
		}
	}
	b.mu.Lock()
	delete(b.ended, id)
	b.mu.Unlock()
	if err := b.engine.Start(in, id); err != nil {
		b.closeOpening(id)
		return b.trouble(ctx, err, "the service %s cannot be begun", one.Name)
	}
	for deadline := time.Now().Add(look); ; {
		if state, err = b.engine.State(in, id); err != nil {
			return b.trouble(ctx, err, "%s does not say how service %s is", b, one.Name)
		}
		if !state.State.Running { // it has ended already: its state says how
			return nil
		}
		if err = errors.Join(b.enclosed(in, s, one, state, l), held(state.State.Pid)); err == nil {
			return nil
		}
		if !gone(state.State.Pid, id) && !errors.Is(err, os.ErrNotExist) || time.Now().After(deadline) {
			break
		}
		time.Sleep(50 * time.Millisecond) // its engine has not seen that it ended, or began again
	}
	return errors.Join(err, b.engine.Kill(in, id))
}

// look is how long a container is looked at whose process is not the one that its engine
// says: on a busy machine an engine is late to see that one ended.
const look = 45 * time.Second

// enclosed looks at what a container stands in, and makes in it what an engine cannot: its
// opening, and that files which are given to it are only read.
func (b *Backend) enclosed(ctx context.Context, s environment.Spec, one environment.Service, state container.State, l environment.Limits) error {
	if err := alone(state.State.Pid, state.ID, l); err != nil {
		return err
	}
	var paths []string
	for _, f := range one.Files {
		paths = append(paths, f.Path)
	}
	for i, c := range copiesOf(s, one) {
		if c.volume == "" && one.Mounts[i].ReadOnly {
			paths = append(paths, c.to)
		}
	}
	if err := netns.ReadOnly(state.State.Pid, word(state.ID), paths); err != nil {
		return err
	}
	return b.opened(ctx, state, s.Hosts)
}

func mustShares(s environment.Spec) map[string]environment.Limits {
	all, _ := shares(s) // it was judged
	return all
}

// Rights are those by which images that begin as root become the user that they are for,
// open a port below 1024, and end what they began.
var rights = []string{"CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"}

const rightBits = 1<<0 | 1<<1 | 1<<3 | 1<<5 | 1<<10 | 1<<6 | 1<<7

const (
	sharedMemory = 64 << 20
	mostLog      = "8m"
)

// spec is how the container of a service is made, and what of the tree is copied for it.
func (b *Backend) spec(s environment.Spec, one environment.Service, image container.Image, all map[string][]stand) (container.Spec, map[int]copied, error) {
	l := mustShares(s)[one.Name]
	stands := all[one.Name]
	h := container.Host{
		NetworkMode: stands[0].network.Name, IpcMode: "private", CapDrop: []string{"ALL"}, CapAdd: rights, SecurityOpt: []string{"no-new-privileges", "seccomp=" + b.filter},
		ReadonlyRootfs: one.ReadOnly, Memory: l.Memory, MemorySwap: l.Memory, PidsLimit: int64(l.Processes), NanoCpus: int64(l.CPUs * 1e9),
		ShmSize: min(sharedMemory, l.Memory/2), Tmpfs: map[string]string{}, Init: one.Init, Dns: []string{"127.0.0.1"}, ExtraHosts: hosts(s, all, one.Name),
		Ulimits: []container.Ulimit{
			{Name: "core"}, {Name: "nofile", Soft: openFiles, Hard: openFiles}, {Name: "fsize", Soft: l.Disk, Hard: l.Disk},
			{Name: "nproc", Soft: int64(l.Processes), Hard: int64(l.Processes)},
		},
		LogConfig: container.Log{Type: "json-file", Config: map[string]string{"max-size": mostLog}},
	}
	limitToOwn(h.Ulimits)
	if b.engine.Name == "Podman" {
		// A neighbour of its own link would be the machine, which has an address there.
		h.Sysctls = map[string]string{}
		for i := range stands {
			h.Sysctls["net.ipv6.conf.eth"+strconv.Itoa(i)+".disable_ipv6"] = "1"
		}
	}
	for _, dir := range one.Tmpfs {
		h.Tmpfs[dir] = "rw,exec,nosuid,nodev,mode=1777,size=" + strconv.FormatInt(l.Memory/2, 10)
	}
	copies := copiesOf(s, one)
	for i, m := range one.Mounts {
		mount := container.Mount{Type: "volume", Target: m.To, ReadOnly: m.ReadOnly}
		switch {
		case m.Volume != "":
			mount.Source = b.called(s.ID, "volume", m.Volume)
		case copies[i].volume != "":
			mount.Source = b.called(s.ID, "volume", copies[i].volume)
			mount.ReadOnly = m.ReadOnly && b.engine.Name == "Podman" // Docker fills no volume that is read only
		default:
			continue
		}
		h.Mounts = append(h.Mounts, mount)
	}
	at := container.Endpoint{Aliases: append([]string{one.Name}, one.Aliases...)}
	at.IPAMConfig.IPv4Address = stands[0].at.String()
	spec := container.Spec{
		Image: image.ID, User: one.User, Entrypoint: one.Entrypoint, Cmd: one.Command, WorkingDir: one.WorkingDir, Env: variables(s, one),
		Labels:      b.labels(s.ID, labelService, one.Name, labelHosts, strings.Join(s.Hosts, " "), labelDisk, strconv.FormatInt(whole(s.Limits).Disk, 10)),
		Healthcheck: image.Unasked(), Hostname: one.Name, StopSignal: one.StopSignal, HostConfig: h,
		NetworkingConfig: &container.Networking{EndpointsConfig: map[string]container.Endpoint{stands[0].network.Name: at}},
	}
	return spec, copies, nil
}

// variables are those of a service, and by which it finds its opening, where it may reach
// something outside: what it says itself of a proxy counts more.
func variables(s environment.Spec, one environment.Service) (list []string) {
	all := map[string]string{}
	if len(s.Hosts) > 0 {
		for _, pair := range egress.Environment(nil) {
			name, value, _ := strings.Cut(pair, "=")
			all[name] = value
		}
		for _, other := range s.Services {
			for _, name := range append([]string{other.Name}, other.Aliases...) {
				all["NO_PROXY"] += "," + name
				all["no_proxy"] += "," + name
			}
		}
	}
	for _, pairs := range []map[string]string{one.Env, one.Secret} {
		for name, value := range pairs {
			all[name] = value
		}
	}
	for name, value := range all {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
