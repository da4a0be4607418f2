package envbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"prentice"
	"prentice/internal/engine/environment"
)

// Prepare implements environment.Backend.
func (b *Box) Prepare(ctx context.Context, s environment.Spec, tell io.Writer) error {
	if err := b.Can(ctx, s); err != nil {
		return err
	}
	if tell == nil {
		tell = io.Discard
	}
	return b.prepare(ctx, s, tell)
}

func (b *Box) prepare(ctx context.Context, s environment.Spec, tell io.Writer) error {
	b.mu.Lock()
	gone := b.gone[s.ID]
	b.mu.Unlock()
	if gone {
		return removed(s.ID)
	}
	r := b.room(s.ID)
	ctx, made, err := r.making(ctx)
	if err != nil {
		return err
	}
	defer made()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.settle(s); err != nil {
		return err
	}
	if err := r.fill(ctx, s, tell); err != nil {
		return errors.Join(full(err), ctx.Err())
	}
	return ctx.Err()
}

// The most that a tree may be.
const (
	mostTree  = 2 << 30
	mostFiles = 300_000
)

// fill writes what an environment begins with, each part once: what a kill left half is made again.
func (r *room) fill(ctx context.Context, s environment.Spec, tell io.Writer) error {
	own, err := r.owner()
	if err != nil {
		return err
	}
	folder := r.of.folder(r.id)
	for _, v := range s.Volumes {
		dir := filepath.Join(folder, "volumes", v)
		if err := os.Mkdir(dir, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := os.Chmod(dir, 0o777); err != nil {
			return err
		}
		if err := chown(dir, own); err != nil {
			return err
		}
	}
	if s.Tree != nil {
		if err := once(filepath.Join(folder, "tree", "all"), func(to string) error {
			fmt.Fprintln(tell, "writing the content of the revision") //nolint:errcheck // it is for people
			return unpack(ctx, s.Tree, to, own)
		}); err != nil {
			return err
		}
	}
	for i, sv := range s.Services {
		if sv.Provider != "" {
			if err := r.provide(ctx, s, i, own, tell); err != nil {
				return err
			}
		}
		for n, m := range sv.Mounts {
			if m.Volume != "" || m.ReadOnly {
				continue
			}
			from, err := inTree(filepath.Join(folder, "tree", "all"), m.Path)
			if err != nil {
				return prentice.Errorf(prentice.Invalid, "the service %s mounts %q: %w", sv.Name, clipped(m.Path), err)
			}
			if err := once(r.copyOf(sv.Name, n), func(to string) error { return copyAll(ctx, from, to, own) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyOf is where a service has its own copy of a part of the tree, which it may write to.
func (r *room) copyOf(service string, mount int) string {
	return filepath.Join(r.of.folder(r.id), "copies", fmt.Sprintf("%s.%d", service, mount))
}

// once makes something under another name, and gives it its own when it is whole.
func once(path string, do func(to string) error) error {
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	half := path + ".half"
	if err := removeAll(half); err != nil {
		return err
	}
	if err := do(half); err != nil {
		return err
	}
	return os.Rename(half, path)
}

func chown(path string, own int) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return os.Lchown(path, own, own)
}

// inTree is a path of the tree, which no link leads out of.
func inTree(tree, path string) (string, error) {
	at := tree
	for _, name := range splitPath(filepath.Clean(path)) {
		at = filepath.Join(at, name)
		info, err := os.Lstat(at)
		if err != nil {
			return "", errors.New("the revision has no such file or folder")
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			return "", errors.New("it leads through a link")
		}
	}
	return at, nil
}
