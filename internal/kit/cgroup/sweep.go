package cgroup

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// How far it is looked for groups that were left, and how long the kernel may take to say
// that the last process of one is gone.
const (
	mostFolders = 20_000
	emptied     = 20
)

// Sweep removes groups whose names begin with prefix and in which there is nothing, wherever
// they are below the roots of the trees: a process that stood in another group made them
// there. One with a process in it stays, of any user, and so do those within it.
func (p Place) Sweep(prefix string) (removed []string) {
	roots := map[string]bool{}
	for controller, dir := range map[string]string{"": p.Unified, "pids": p.Pids, "memory": p.Memory, "cpu": p.CPU} {
		if dir != "" {
			roots[filepath.Join("/sys/fs/cgroup", controller)] = true
		}
	}
	for root := range roots {
		removed = append(removed, sweep(root, prefix, mostFolders)...)
	}
	return removed
}

// sweep looks level by level, so that where there are too many groups the deepest are left out.
func sweep(root, prefix string, most int) (removed []string) {
	for level := []string{root}; len(level) > 0; {
		var next []string
		for _, dir := range level {
			if most--; most < 0 {
				return removed
			}
			for _, inner := range within(dir) {
				switch {
				case !strings.HasPrefix(filepath.Base(inner), prefix):
					next = append(next, inner)
				case vanishes(inner):
					removed = append(removed, inner)
				}
			}
		}
		level = next
	}
	return removed
}

// within are the groups in a group.
func within(dir string) (list []string) {
	entries, _ := os.ReadDir(dir) // one that went meanwhile has none
	for _, e := range entries {
		if e.IsDir() {
			list = append(list, filepath.Join(dir, e.Name()))
		}
	}
	return list
}

// vanishes removes a group with those within it, as far as there is nothing in them, and says
// whether it is gone.
func vanishes(dir string) bool {
	for _, inner := range within(dir) {
		if !vanishes(inner) {
			return false
		}
	}
	for range emptied {
		if err := os.Remove(dir); err == nil || os.IsNotExist(err) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}
