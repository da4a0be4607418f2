package envcontainer

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"prentice"
)

// patience is how long an engine is asked again to remove what it is still at work on.
const (
	patience     = 2 * time.Minute
	defaultGrace = 10 * time.Second
)

// leases is where plugins of networks (CNI) keep the addresses that they gave, and leave a
// folder for each network that there ever was.
const leases = "/var/lib/cni/networks"

// Remove implements environment.Backend: what carries both labels is removed by the names
// that the engine itself has for it, again and again until nothing is listed any more.
func (b *Backend) Remove(ctx context.Context, id string) error {
	if !isID.MatchString(id) {
		return prentice.Errorf(prentice.Invalid, "%q cannot be the ID of an environment", id).Try("list those that there are: env list")
	}
	end, err := b.removing(ctx, id)
	if err != nil {
		return err
	}
	defer end()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		left, err := b.removed(ctx, id)
		if err == nil && left == 0 {
			b.forgotten(id)
			return nil
		}
		select {
		case <-ctx.Done():
			return prentice.Errorf(prentice.Unavailable, "%d things of environment %s are left with %s: %w", left, id, b, errors.Join(err, context.Cause(ctx))).Try("look how the engine is, and stop it again: env stop %s", id)
		case <-time.After(wait):
		}
	}
}

// removed removes once what is there, and answers how much there was.
func (b *Backend) removed(ctx context.Context, id string) (left int, err error) {
	containers, err := b.engine.List(ctx, false, b.carries(id)...)
	if err != nil {
		return 1, err
	}
	for _, c := range containers {
		b.closeOpening(c.ID)
		err = errors.Join(err, b.engine.Remove(ctx, c.ID))
		b.mu.Lock()
		delete(b.ended, c.ID)
		delete(b.begun, c.ID)
		delete(b.runtimes, c.ID)
		b.mu.Unlock()
	}
	volumes, failed := b.engine.Volumes(ctx, b.carries(id)...)
	err = errors.Join(err, failed)
	for _, v := range volumes {
		err = errors.Join(err, b.engine.RemoveVolume(ctx, v.Name))
	}
	networks, failed := b.engine.Networks(ctx, b.carries(id)...)
	err = errors.Join(err, failed)
	for _, n := range networks {
		if failed := b.engine.RemoveNetwork(ctx, n.ID); failed != nil {
			err = errors.Join(err, failed)
		} else if b.engine.Name == "Podman" && strings.HasPrefix(n.Name, "prentice-") && !strings.Contains(n.Name, "/") {
			err = errors.Join(err, os.RemoveAll(filepath.Join(leases, n.Name)))
		}
	}
	pins, failed := b.engine.Tags(ctx, b.repository()+id+":")
	err = errors.Join(err, failed)
	for pin := range pins {
		err = errors.Join(err, b.engine.Untag(ctx, pin))
	}
	return len(containers) + len(volumes) + len(networks) + len(pins), err
}

func (b *Backend) forgotten(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.overfull, id)
	delete(b.measured, id)
	maps.DeleteFunc(b.known, func(key string, _ found) bool { return strings.HasPrefix(key, id+"/") })
}
