package envcontainer

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"time"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
)

// Use implements environment.Backend.
func (b *Backend) Use(ctx context.Context, id string) (u environment.Use, err error) {
	list, err := b.engine.List(ctx, false, b.carries(id)...)
	if err != nil {
		return u, b.trouble(ctx, err, "%s does not list containers", b)
	}
	for _, c := range list {
		if c.State != "running" {
			continue
		}
		used, err := b.engine.Used(ctx, c.ID)
		if errors.Is(err, container.ErrMissing) {
			continue
		}
		if err != nil {
			return u, b.trouble(ctx, err, "%s does not say what a container uses", b)
		}
		u.Memory += used.Memory.Usage
		u.Processes += used.Processes.Current
		u.CPU += time.Duration(used.CPU.Usage.Total)
	}
	u.Disk, err = b.disk(ctx, id, list)
	return u, err
}

// disk is what an environment has on disk: what its containers wrote, and its volumes.
func (b *Backend) disk(ctx context.Context, id string, list []container.Listed) (bytes int64, err error) {
	volumes, err := b.engine.Volumes(ctx, b.carries(id)...)
	if err != nil {
		return 0, b.trouble(ctx, err, "%s does not list volumes", b)
	}
	for _, v := range volumes {
		bytes += sizeOf(v.Mountpoint)
	}
	for _, c := range list {
		s, err := b.engine.State(ctx, c.ID)
		if err == nil && s.GraphDriver.Data.UpperDir != "" {
			bytes += sizeOf(s.GraphDriver.Data.UpperDir)
		}
	}
	return bytes, nil
}

// sizeOf is what a folder has on disk. It is read without following anything: what is in it
// belongs to the services.
func sizeOf(dir string) (bytes int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error { //nolint:errcheck // what cannot be read counts nothing
		if err != nil {
			return nil //nolint:nilerr // it went meanwhile
		}
		info, err := d.Info()
		if err != nil {
			return nil //nolint:nilerr // so is it here
		}
		if s, ok := info.Sys().(*syscall.Stat_t); ok {
			bytes += s.Blocks * 512
		}
		return nil
	})
	return bytes
}
