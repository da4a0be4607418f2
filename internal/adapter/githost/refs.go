package githost

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"prentice/internal/engine/push"
)

// Refs are the refs of a repository, sorted by name. They are read as git keeps them, in
// files and in one file of many: each push asks twice, and to start git for it costs more
// than to read them. Where they are kept in a way that is not known here, git is asked.
func (h *Host) Refs(ctx context.Context, name string) ([]push.Ref, error) {
	dir, err := h.Open(name)
	if err != nil {
		return nil, err
	}
	if list, known := refsIn(dir); known {
		return list, nil
	}
	out, err := h.git(ctx, dir, nil, []string{"GIT_DIR=" + dir}, "for-each-ref", "--format=%(refname) %(objectname) %(symref)")
	if err != nil {
		return nil, err
	}
	var list []push.Ref
	for line := range strings.Lines(string(out)) {
		part := strings.SplitN(strings.TrimRight(line, "\n"), " ", 3)
		if len(part) == 3 {
			list = append(list, push.Ref{Name: part[0], ID: part[1], Symbolic: part[2]})
		}
	}
	return list, nil
}

// refsIn reads refs. Those in files of their own come first and count more: git writes the
// one file of many before it takes away the others.
func refsIn(dir string) (list []push.Ref, known bool) {
	all := map[string]push.Ref{}
	err := filepath.WalkDir(filepath.Join(dir, "refs"), func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // it was packed or deleted meanwhile
			return nil
		case err != nil || e.IsDir() || strings.HasSuffix(path, ".lock"):
			return err
		case !e.Type().IsRegular():
			return errOther
		}
		raw, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		text := strings.TrimRight(string(raw), " \t\r\n")
		ref := push.Ref{Name: filepath.ToSlash(path[len(dir)+1:]), ID: text}
		if to, is := strings.CutPrefix(text, "ref:"); is {
			ref.ID, ref.Symbolic = "", strings.TrimSpace(to)
		} else if err == nil && !isID(text) {
			err = errOther
		}
		all[ref.Name] = ref
		return err
	})
	if err != nil || packedIn(dir, all) != nil {
		return nil, false
	}
	for _, ref := range all {
		for to, deep := ref, 0; to.Symbolic != "" && deep < 5; deep++ {
			ref.Symbolic, to = to.Symbolic, all[to.Symbolic]
			ref.ID = to.ID
		}
		if ref.ID != "" {
			list = append(list, ref)
		}
	}
	slices.SortFunc(list, func(a, b push.Ref) int { return strings.Compare(a.Name, b.Name) })
	return list, true
}

var errOther = errors.New("refs are kept in another way")

// packedIn adds the refs of the file of many.
func packedIn(dir string, all map[string]push.Ref) (err error) {
	f, err := os.Open(filepath.Join(dir, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for in := bufio.NewReader(f); ; {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return nil
		}
		id, name, cut := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case err != nil:
			return errOther // it ends in the middle of a line
		case line[0] == '#' || line[0] == '^': // what it is, and what a tag is of
		case !cut || !isID(id):
			return errOther
		case all[name].Name == "":
			all[name] = push.Ref{Name: name, ID: id}
		}
	}
}

func isID(s string) bool { return len(s) == 40 && strings.Trim(s, "0123456789abcdef") == "" }
