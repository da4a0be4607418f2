package checkrun

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Gone removes the folders below dir that checks of repositories kept, other than those of
// some names: all in which nothing was changed since before. It says how many went.
func Gone(dir string, stays map[string]bool, before time.Time) (n int, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("list the folders of checks: %w", err)
	}
	var errs []error
	for _, e := range entries {
		if !e.IsDir() || stays[e.Name()] || !newest(filepath.Join(dir, e.Name())).Before(before) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			errs = append(errs, fmt.Errorf("remove what checks of a repository kept: %w", err))
			continue
		}
		n++
	}
	return n, errors.Join(errs...)
}

// newest is when something was last changed in a folder of a repository: a run is begun
// three folders down, and a cache is replaced two folders down.
func newest(dir string) (at time.Time) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error { //nolint:errcheck // what cannot be looked at was not changed by us
		if err != nil {
			return nil
		}
		if info, err := d.Info(); err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
		if d.IsDir() && strings.Count(strings.TrimPrefix(path, dir), string(filepath.Separator)) >= 2 {
			return fs.SkipDir
		}
		return nil
	})
	return at
}
