package envbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/cgroup"
)

func newID(what string) string { return what + strings.ToLower(rand.Text()[:12]) }

// Remove implements environment.Backend.
func (b *Box) Remove(ctx context.Context, id string) error {
	if !goodID(id) {
		return unknown(id)
	}
	r := b.room(id)
	r.said.Lock()
	r.removes = true
	for _, stop := range r.stop {
		stop()
	}
	r.said.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.close()
	endStrays(b.marker(id))
	err := b.unallot(ctx, id)
	if _, there := b.groups()[id]; there {
		err = errors.Join(err, b.place.End(b.marker(id)))
	}
	if err == nil { // the folder says what is left
		err = b.clear(id)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.rooms, id)
	delete(b.own, id)
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "the environment %s is not gone whole: %w", id, err).Try("it is tried again; what is left carries its ID")
	}
	b.gone[id] = true
	return ctx.Err()
}

// clear removes the folder of an environment: under another name first, so that no one finds half of it.
func (b *Box) clear(id string) error {
	away := filepath.Join(b.dir, ".gone-"+id)
	if err := os.Rename(b.folder(id), away); err != nil && !errors.Is(err, os.ErrNotExist) {
		if err := removeAll(away); err != nil {
			return err
		}
		if err := os.Rename(b.folder(id), away); err != nil {
			return err
		}
	}
	return removeAll(away)
}

// All implements environment.Backend.
func (b *Box) All(ctx context.Context) ([]string, error) {
	found := map[string]bool{}
	list, err := os.ReadDir(b.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		id := strings.TrimPrefix(e.Name(), ".gone-")
		if e.IsDir() && goodID(id) {
			found[id] = true
		}
	}
	for id := range b.groups() {
		found[id] = true
	}
	for _, marker := range b.strays("") {
		found[strings.TrimPrefix(marker, prefix+b.name+"-")] = true
	}
	var ids []string
	for id := range found {
		if !b.inner(id) && !isCommons(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, ctx.Err()
}

// inner says whether an environment is one that this process makes for itself at this moment.
func (b *Box) inner(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rooms[id] != nil && (strings.HasPrefix(id, "prepare") || strings.HasPrefix(id, "trial")) && len(id) > 15
}

// groups are the environments of which there is a control group.
func (b *Box) groups() map[string]bool {
	found := map[string]bool{}
	for _, tree := range b.place.Trees() {
		list, _ := filepath.Glob(filepath.Join(tree, prefix+b.name+"-*"))
		for _, g := range list {
			found[strings.TrimPrefix(filepath.Base(g), prefix+b.name+"-")] = true
		}
	}
	return found
}

// strays are the keepers of this folder's environments that are there, by their marker.
func (b *Box) strays(marker string) (list []string) {
	for m := range keepers(prefix + b.name + "-") {
		if marker == "" || m == marker {
			list = append(list, m)
		}
	}
	return list
}

// keepers are processes by the marker on their command line.
func keepers(begins string) map[string][]int {
	found := map[string][]int{}
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, _ := os.ReadFile(file) // one that has ended has none
		part := bytes.Split(line, []byte{0})
		if len(part) < 3 || string(part[1]) != "prentice-cell" || !strings.HasPrefix(string(part[2]), begins) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			found[string(part[2])] = append(found[string(part[2])], pid)
		}
	}
	return found
}

// endStrays ends the keepers that carry a marker, and waits until they are gone, with all in their cells.
func endStrays(marker string) {
	for range 400 {
		pids := keepers(marker)[marker]
		if len(pids) == 0 {
			return
		}
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // it may have ended just now
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Use implements environment.Backend.
func (b *Box) Use(ctx context.Context, id string) (environment.Use, error) {
	r, c, err := b.running(id)
	if err != nil {
		return environment.Use{}, err
	}
	u := environment.Use{Disk: written(ctx, b.folder(id)) + b.allots(ctx, id)}
	if c == nil {
		return u, ctx.Err()
	}
	said, err := c.Use(ctx)
	if err != nil {
		if r.stillAlive(c) {
			return u, err
		}
		return u, nil
	}
	u.Memory, u.CPU, u.Processes = said.Memory, said.CPU, said.Processes
	for _, tree := range b.place.Trees() {
		if g := (cgroup.Place{Unified: tree}); tree == b.place.Unified || tree == b.place.Memory {
			if n := g.At(b.marker(id)).Use().Memory; n >= 0 {
				u.Memory = n
			}
		}
	}
	return u, ctx.Err()
}
