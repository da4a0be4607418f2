package sandbox

import (
	"archive/tar"
	"errors"
	"io"
	"path"
	"strings"
)

// File is one that stands in the work folder when a job begins: a regular file, or a
// link where it leads somewhere. Its path is relative to the work folder, or below /run, or
// in an image below Beside.
type File struct {
	Path       string
	Executable bool
	Link       string
	Open       func() ([]byte, error)
}

func (f File) pack(t *tar.Writer) error {
	name, below := path.Join(home, f.Path)[1:], home[1:]+"/"
	if path.IsAbs(f.Path) {
		name, below = path.Clean(f.Path)[1:], "run/"
	}
	if !strings.HasPrefix(name, below) && !strings.HasPrefix(name, Beside[1:]+"/") {
		return errors.New("a file that stands outside of the work folder")
	}
	h := &tar.Header{Name: name, Mode: 0o644, Typeflag: tar.TypeReg, Format: tar.FormatGNU}
	if f.Executable {
		h.Mode = 0o755
	}
	if f.Link != "" {
		h.Typeflag, h.Linkname = tar.TypeSymlink, f.Link
		return t.WriteHeader(h)
	}
	text, err := f.Open()
	if err != nil {
		return err
	}
	h.Size = int64(len(text))
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = t.Write(text)
	return err
}

// repack copies an archive that a job brought back into the one of its next: of what is
// in it, files, folders and links. It is unpacked within a sandbox, and nowhere else.
func repack(t *tar.Writer, from io.Reader) error {
	in := tar.NewReader(from)
	for {
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if path.Clean(h.Name) == home[1:] {
			continue // the work folder itself is there
		}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeDir, tar.TypeSymlink, tar.TypeLink:
		default:
			continue
		}
		again := &tar.Header{Name: h.Name, Linkname: h.Linkname, Mode: h.Mode & 0o777, Size: h.Size, Typeflag: h.Typeflag, Format: tar.FormatGNU}
		if err := t.WriteHeader(again); err != nil {
			return err
		}
		if _, err := io.Copy(t, in); err != nil {
			return err
		}
	}
}
