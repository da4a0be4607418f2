package git

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/check"
)

// The most that is listed of a repository.
const (
	mostList  = 256 << 20
	mostFiles = 1_000_000
)

// Tree is the content of the working tree: what git knows as it is on disk now, and what
// it does not know and is told not to ignore.
func (w *Work) Tree(ctx context.Context) (*check.Tree, error) {
	if w.Top == "" {
		return nil, prentice.Errorf(prentice.Invalid, "%s is a bare repository: it has no working tree", w.Common).Try("check a commit of it: --at HEAD")
	}
	known, dirty, other, err := w.listed(ctx)
	if err != nil {
		return nil, err
	}
	files, err := w.files(known, dirty, other)
	if err != nil {
		return nil, err
	}
	t := w.tree(files)
	t.Digest = prentice.Digest([]byte(t.Digest + "\n" + w.text))
	t.Content = w.fromDisk
	return t, nil
}

// Keep is the folder of the repository's own where what is known of it may be kept.
func (w *Work) Keep() string { return filepath.Join(w.Common, "prentice") }

// tree is files, sorted, as a tree.
func (w *Work) tree(files []check.File) *check.Tree {
	slices.SortFunc(files, func(a, b check.File) int { return cmp.Compare(a.Path, b.Path) })
	return &check.Tree{Name: filepath.Base(w.at()), Files: files, Digest: check.Digest(files), Keep: w.Keep(), Top: w.Top, Root: w.Top, OpenPGP: openPGP}
}

// listed asks git three questions at once: what it knows, which of that is not as it
// knows it, and what else there is.
func (w *Work) listed(ctx context.Context) (known []entry, dirty map[string]change, other []string, err error) {
	var wait sync.WaitGroup
	var outs [3][]byte
	var errs [3]error
	for i, args := range [][]string{
		{"ls-files", "-s", "-z"},
		{"diff-files", "--raw", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"},
		{"ls-files", "-o", "-z", "--exclude-standard"},
	} {
		wait.Go(func() { outs[i], errs[i] = w.run(ctx, nil, mostList, args...) })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil && err != errNo {
			return nil, nil, nil, err
		}
	}
	if known, err = entries(outs[0]); err != nil {
		return nil, nil, nil, err
	}
	return known, changes(outs[1]), split(outs[2]), nil
}

// split parts a list that NULs end.
func split(out []byte) []string {
	out = bytes.TrimSuffix(out, []byte{0})
	if len(out) == 0 {
		return nil
	}
	return strings.Split(string(out), "\x00")
}

// entry is a line of the index.
type entry struct {
	check.File
	unmerged bool
}

// entries reads "MODE ID STAGE\tPATH". Of a path that is in conflict one is taken.
func entries(out []byte) ([]entry, error) {
	lines := split(out)
	if len(lines) > mostFiles {
		return nil, prentice.Errorf(prentice.Limited, "the repository has %d files, and at most %d are checked", len(lines), mostFiles)
	}
	list := make([]entry, 0, len(lines))
	for _, line := range lines {
		head, path, found := strings.Cut(line, "\t")
		if !found || len(head) < 10 {
			continue
		}
		mode, err := strconv.ParseUint(head[:6], 8, 32)
		if err != nil {
			continue
		}
		e := entry{check.File{Path: path, Mode: check.Mode(mode), ID: head[7 : len(head)-2]}, head[len(head)-1] != '0'}
		if n := len(list); n > 0 && list[n-1].Path == path {
			list[n-1] = e
			continue
		}
		list = append(list, e)
	}
	return list, nil
}

// change is how a file on disk is not as git knows it.
type change struct {
	mode check.Mode
	gone bool
}

// changes reads ":OLD NEW ID ID STATUS" and the path after it.
func changes(out []byte) map[string]change {
	words := split(out)
	all := make(map[string]change, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		part := strings.Fields(strings.TrimPrefix(words[i], ":"))
		if len(part) != 5 {
			continue
		}
		mode, _ := strconv.ParseUint(part[1], 8, 32)
		if part[4][0] == 'U' {
			mode = 0
		}
		all[words[i+1]] = change{check.Mode(mode), part[4][0] == 'D'}
	}
	return all
}

// files are the entries as they are on disk.
func (w *Work) files(known []entry, dirty map[string]change, other []string) ([]check.File, error) {
	files := make([]check.File, 0, len(known)+len(other))
	var look []check.File
	for _, e := range known {
		switch c, isDirty := dirty[e.Path]; {
		case isDirty && c.gone:
		case e.Mode == check.Submodule:
			files = append(files, e.File)
		case isDirty || e.unmerged:
			look = append(look, check.File{Path: e.Path, Mode: c.mode})
		default:
			files = append(files, e.File)
		}
	}
	for _, path := range other {
		if !strings.HasSuffix(path, "/") { // a repository within the repository is another one
			look = append(look, check.File{Path: path})
		}
	}
	if len(look) == 0 {
		return files, nil
	}
	if _, err := w.disk(); err != nil {
		return nil, err
	}
	seen := w.lookAt(look)
	return append(files, seen...), nil
}

// Sizes says how long each file is, for those who are going to read.
func (w *Work) Sizes(files []check.File) {
	each(len(files), func(i int) {
		if f := &files[i]; f.Size == 0 && f.Mode != check.Submodule {
			if about, err := os.Lstat(filepath.Join(w.Top, filepath.FromSlash(f.Path))); err == nil {
				f.Size = about.Size()
			}
		}
	})
}
