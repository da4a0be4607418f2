package envcontainer

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"prentice"
	"prentice/internal/engine/environment"
)

// What of a tree is copied for one service.
const (
	mostCopied  = 1 << 30
	mostEntries = 200_000
)

// copied is a part of the tree that a service finds at a path: a folder in a volume of its
// own, a file as it is.
type copied struct {
	from, to string
	volume   string // "" is a file
}

// copiesOf are the parts of the tree that a service mounts, by the number of its mount.
func copiesOf(s environment.Spec, one environment.Service) map[int]copied {
	all := map[int]copied{}
	for i, m := range one.Mounts {
		if m.Volume != "" {
			continue
		}
		c := copied{from: m.Path, to: m.To}
		if info, err := fs.Stat(s.Tree, m.Path); err != nil || info.IsDir() {
			c.volume = fmt.Sprintf("tree.%s.%d", one.Name, i)
		}
		all[i] = c
	}
	return all
}

// files are a tar of what a container is given before it begins, in a file without a name.
type files struct {
	*os.File
	size int64
}

// packed packs the configurations, secrets and copies of a service.
func packed(s environment.Spec, one environment.Service, copies map[int]copied) (_ *files, err error) {
	spool, err := os.CreateTemp("", "prentice-files-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			spool.Close() //nolint:errcheck // the first error says it all
		}
	}()
	if err := os.Remove(spool.Name()); err != nil {
		return nil, err
	}
	p := &packer{w: tar.NewWriter(spool), left: mostCopied, entries: mostEntries}
	some := len(one.Files) > 0
	for i := range one.Mounts {
		if c, is := copies[i]; is {
			some = true
			if err := p.tree(s.Tree, c.from, strings.TrimPrefix(c.to, "/")); err != nil {
				return nil, prentice.Errorf(prentice.Invalid, "service %s: %s of the tree cannot be given to it: %w", one.Name, c.from, err).Try("mount a smaller part of it")
			}
		}
	}
	for _, f := range one.Files {
		mode := f.Mode.Perm()
		if mode == 0 {
			mode = 0o444
		}
		if err := p.file(strings.TrimPrefix(f.Path, "/"), mode, int64(len(f.Content)), strings.NewReader(string(f.Content))); err != nil {
			return nil, err
		}
	}
	if err := p.w.Close(); err != nil {
		return nil, err
	}
	if !some {
		return &files{spool, 0}, nil
	}
	size, err := spool.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	return &files{spool, size}, err
}

// packer packs files into a tar, no more than it may.
type packer struct {
	w       *tar.Writer
	left    int64
	entries int
	skip    func(name string, dir bool) (out, whole bool) // what is left out, and whether with all below; nil leaves out nothing
}

var errTooMuch = errors.New("it is too much")

func (p *packer) head(h *tar.Header) error {
	if p.entries--; p.entries < 0 || p.left < h.Size {
		return errTooMuch
	}
	p.left -= h.Size
	h.ModTime, h.Format = time.Unix(0, 0), tar.FormatPAX
	return p.w.WriteHeader(h)
}

func (p *packer) file(name string, mode fs.FileMode, size int64, from io.Reader) error {
	if err := p.head(&tar.Header{Name: name, Mode: int64(mode), Size: size, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	_, err := io.CopyN(p.w, from, size)
	return err
}

// tree packs a part of a tree under another name. Links are packed as links, so that they
// mean what they mean where they come to stand; nothing is followed here.
func (p *packer) tree(tree fs.FS, from, to string) error {
	return fs.WalkDir(tree, from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest := strings.TrimPrefix(strings.TrimPrefix(name, from), "/")
		if from == "." {
			rest = strings.TrimPrefix(name, ".")
		}
		if p.skip != nil && rest != "" {
			if out, whole := p.skip(rest, d.IsDir()); out {
				if whole && d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
		}
		at := path.Join(to, rest)
		info, err := d.Info()
		switch {
		case err != nil:
			return err
		case d.IsDir() && (at == "" || at == "."):
			return nil
		case d.IsDir():
			return p.head(&tar.Header{Name: at + "/", Mode: 0o755, Typeflag: tar.TypeDir})
		case d.Type()&fs.ModeSymlink != 0:
			target, err := fs.ReadLink(tree, name)
			if err != nil {
				return err
			}
			return p.head(&tar.Header{Name: at, Linkname: target, Mode: 0o777, Typeflag: tar.TypeSymlink})
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is neither a file nor a folder nor a link", name)
		}
		f, err := tree.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was only read
		mode := fs.FileMode(0o644)
		if info.Mode()&0o111 != 0 {
			mode = 0o755
		}
		return p.file(at, mode, info.Size(), f)
	})
}
