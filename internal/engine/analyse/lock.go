package analyse

import (
	"fmt"
	"path"
	"slices"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

// lockOf is the lock file of a manifest, in its folder or above it, and the folder of the
// manifest as seen from there; nil where there is none that can be read: that it cannot be
// read, and that there is none, other rules say.
func lockOf(t *standard.Text, name string) (lock *standard.Text, from string) {
	if foreign(t.Path) {
		return nil, ""
	}
	dir := path.Dir(t.Path)
	for from = "."; ; from, dir = path.Join(path.Base(dir), from), path.Dir(dir) {
		if f, found := t.View.File(path.Join(dir, name)); found && f.Mode != check.Link {
			lock, err := t.View.Open(f)
			if err != nil {
				return nil, ""
			}
			return lock, from
		}
		if dir == "." || dir == "/" {
			return nil, ""
		}
	}
}

// differs is a finding: the manifest asks for something that the lock file does not have so.
func differs(t *standard.Text, lock, what, asks, has, run string) check.Finding {
	says := fmt.Sprintf("it asks for %s %s, and %s has %s", standard.Shown(what), standard.Shown(asks), lock, standard.Shown(has))
	if has == "" {
		says = fmt.Sprintf("it asks for %s %s, which %s does not have", standard.Shown(what), standard.Shown(asks), lock)
	}
	f := t.Of(says)
	f.Key, f.Remedy = what, fmt.Sprintf("run %s, and commit %s", run, lock)
	return f
}

// mostDiffer is how many differences of one manifest are told.
const mostDiffer = 20

func firstOf(list []check.Finding) []check.Finding {
	slices.SortFunc(list, func(a, b check.Finding) int {
		if a.Says < b.Says {
			return -1
		}
		return 1
	})
	return list[:min(len(list), mostDiffer)]
}

// at is what stands in nested tables; nil where one is missing.
func at(v any, keys ...string) any {
	for _, key := range keys {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

func tableAt(v any, keys ...string) map[string]any {
	m, _ := at(v, keys...).(map[string]any)
	return m
}

func textAt(v any, keys ...string) string {
	s, _ := at(v, keys...).(string)
	return s
}

// tables are the tables of an array of them.
func tables(v any) (list []map[string]any) {
	switch v := v.(type) {
	case []map[string]any:
		return v
	case []any:
		for _, one := range v {
			if m, ok := one.(map[string]any); ok {
				list = append(list, m)
			}
		}
	}
	return list
}

// texts are the texts of an array.
func texts(v any) (list []string) {
	all, _ := v.([]any)
	for _, one := range all {
		if s, ok := one.(string); ok {
			list = append(list, s)
		}
	}
	return list
}
