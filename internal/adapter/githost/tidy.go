package githost

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"prentice/internal/engine/push"
)

const (
	largePack   = 512 << 20          // one that is so large is not written anew each time
	forgetEvery = 7 * 24 * time.Hour // what no ref reaches is looked through so often
	forgets     = "2.weeks.ago"      // since when nothing may have reached what is removed
	staleLock   = 10 * time.Minute   // git holds none for so long
	staleFile   = longest + time.Hour
)

// Tidy packs a repository, and writes what makes it quick to read: an index of all packs
// with bitmaps of what each commit reaches, and the graph of commits. Nothing is lost where
// it ends in the middle: git writes what is new before it removes what is old. Objects that
// no ref has reached for two weeks are removed once a week, and only while no push is under
// way on any server: what a push builds on is looked at before its refs move.
func (h *Host) Tidy(ctx context.Context, name string) error {
	dir, err := h.Open(name)
	if err != nil {
		return err
	}
	begun := h.Clock().Add(-time.Second)
	sweep(dir, h.Clock())
	err = h.pack(ctx, dir)
	if err != nil { // a disk that is full is not to stay so by what was begun
		sweepNew(dir, begun)
	}
	return err
}

func (h *Host) pack(ctx context.Context, dir string) error {
	in := []string{"GIT_DIR=" + dir}
	if err := h.long(ctx, dir, in, "pack-refs", "--all", "--prune"); err != nil {
		return err
	}
	if err := h.repack(ctx, dir, in); err != nil {
		return err
	}
	if state, err := storeOf(dir); err != nil || state.Packs == 0 {
		return err
	}
	if err := h.long(ctx, dir, in, "multi-pack-index", "write", "--bitmap", "--no-progress"); err != nil {
		return err
	}
	return h.long(ctx, dir, in, "commit-graph", "write", "--reachable", "--changed-paths", "--no-progress")
}

// repack makes one pack of all that is reached, beside one that is large, and one of what no
// ref reaches.
func (h *Host) repack(ctx context.Context, dir string, in []string) error {
	args := []string{"-c", "repack.writeBitmaps=false", "repack", "--cruft", "-d", "-l", "-q"}
	if large := largest(dir); large != "" {
		args = append(args, "--keep-pack="+large)
	}
	lock, err := alone(dir)
	if err != nil {
		return err
	}
	if lock == nil {
		return h.long(ctx, dir, in, args...)
	}
	defer lock.Close()
	about, err := lock.Stat()
	if err != nil || h.Clock().Sub(about.ModTime()) < forgetEvery {
		lock.Close()
		return errors.Join(err, h.long(ctx, dir, in, args...))
	}
	if err := h.long(ctx, dir, in, append(args, "--cruft-expiration="+forgets)...); err != nil {
		return err
	}
	if err := h.long(ctx, dir, in, "prune", "--expire="+forgets); err != nil {
		return err
	}
	return os.Chtimes(lock.Name(), time.Time{}, h.Clock())
}

// largest is the pack that is not written anew.
func largest(dir string) (name string) {
	size := int64(largePack)
	for _, e := range inFolder(filepath.Join(dir, "objects", "pack")) {
		about, err := e.Info()
		if err == nil && filepath.Ext(e.Name()) == ".pack" && about.Size() >= size {
			name, size = e.Name(), about.Size()
		}
	}
	return name
}

func inFolder(dir string) []fs.DirEntry {
	list, _ := os.ReadDir(dir) //nolint:errcheck // what is not there holds nothing
	return list
}

// sweep takes away what a git left that was killed: locks, and files and quarantines that
// were not done. What is younger may be of one that lives.
func sweep(dir string, now time.Time) {
	old := func(path string, than time.Duration) {
		if about, err := os.Lstat(path); err == nil && now.Sub(about.ModTime()) > than {
			os.RemoveAll(path) //nolint:errcheck // git says so when it is in its way
		}
	}
	objects := filepath.Join(dir, "objects")
	for _, lock := range []string{"packed-refs.lock", "HEAD.lock", "gc.pid", "gc.pid.lock", "objects/pack/multi-pack-index.lock", "objects/info/commit-graph.lock", "objects/info/commit-graphs/commit-graph-chain.lock"} {
		old(filepath.Join(dir, lock), staleLock)
	}
	filepath.WalkDir(filepath.Join(dir, "refs"), func(path string, e fs.DirEntry, err error) error { //nolint:errcheck // what cannot be read stays
		if err == nil && !e.IsDir() && strings.HasSuffix(path, ".lock") {
			old(path, staleLock)
		}
		return nil
	})
	for _, e := range inFolder(objects) {
		if temporary(e.Name()) {
			old(filepath.Join(objects, e.Name()), staleFile)
		}
	}
	for _, e := range inFolder(filepath.Join(objects, "pack")) {
		if temporary(e.Name()) {
			old(filepath.Join(objects, "pack", e.Name()), staleFile)
		}
	}
}

func temporary(name string) bool {
	return strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-") || strings.HasPrefix(name, "incoming-")
}

// sweepNew takes away packs that were begun since and not done. No one else writes packs
// there: pushes lie in quarantine, and who tidies fetches as well.
func sweepNew(dir string, since time.Time) {
	folder := filepath.Join(dir, "objects", "pack")
	for _, e := range inFolder(folder) {
		about, err := e.Info()
		if err == nil && temporary(e.Name()) && about.ModTime().After(since) {
			os.Remove(filepath.Join(folder, e.Name())) //nolint:errcheck // the next sweep finds it
		}
	}
}

// State is how the objects of a repository lie.
func (h *Host) State(name string) (push.Store, error) {
	dir, err := h.Open(name)
	if err != nil {
		return push.Store{}, err
	}
	return storeOf(dir)
}

func storeOf(dir string) (s push.Store, err error) {
	objects := filepath.Join(dir, "objects")
	list, err := os.ReadDir(filepath.Join(objects, "pack"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, cannotWrite(objects, err)
	}
	for _, e := range list {
		about, err := e.Info()
		if err != nil {
			continue // it was packed anew meanwhile
		}
		s.Bytes += about.Size()
		name := e.Name()
		switch {
		case filepath.Ext(name) == ".pack" && !temporary(name):
			s.Packs++
		case name == "multi-pack-index":
			s.Index = true
		case strings.HasPrefix(name, "multi-pack-index-") && filepath.Ext(name) == ".bitmap":
			s.Bitmaps = true
		}
	}
	for _, folder := range inFolder(objects) {
		if len(folder.Name()) != 2 {
			continue
		}
		for _, e := range inFolder(filepath.Join(objects, folder.Name())) {
			if about, err := e.Info(); err == nil {
				s.Loose++
				s.Bytes += about.Size()
			}
		}
	}
	graphs := []string{"commit-graph", "commit-graphs/commit-graph-chain"}
	s.Graph = slices.ContainsFunc(graphs, func(f string) bool { _, err := os.Stat(filepath.Join(objects, "info", f)); return err == nil })
	return s, nil
}
