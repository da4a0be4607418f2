package sandbox

import (
	"archive/tar"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// packed is the tree as a stream that is made while it is read. The error is the one
// of the tree, if it could not be read; it is there when the stream has ended.
// It must be closed.
func (j Job) packed() (stream io.ReadCloser, failed <-chan error) {
	from, to := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := j.pack(to)
		ended <- err
		to.CloseWithError(err) //nolint:errcheck // it gives none
	}()
	return from, ended
}

func (j Job) pack(w io.Writer) error {
	t := tar.NewWriter(w)
	for name, text := range who {
		if j.Image != "" {
			break // what the image says of itself stays
		}
		if err := write(t, &tar.Header{Name: name, Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg}, strings.NewReader(text)); err != nil {
			return err
		}
	}
	if j.Tree != nil {
		if err := fs.WalkDir(j.Tree, ".", j.packer(t)); err != nil {
			return err
		}
	}
	for _, f := range j.Files {
		if err := f.pack(t); err != nil {
			return err
		}
	}
	if j.Packed != nil {
		if err := repack(t, j.Packed); err != nil {
			return err
		}
	}
	return t.Close()
}

// who are the files that tell a program who it is and what this machine is called.
var who = map[string]string{
	"etc/passwd":        "root:x:0:0:root:/nonexistent:/bin/sh\nsandbox:x:65534:65534:sandbox:/work:/bin/sh\n",
	"etc/group":         "root:x:0:\nsandbox:x:65534:\n",
	"etc/hosts":         "127.0.0.1 localhost sandbox\n::1 localhost\n",
	"etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}

func write(t *tar.Writer, h *tar.Header, from io.Reader) error {
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err := io.CopyN(t, from, h.Size)
	return err
}

// packer writes what a job may have of a tree. What is none of file, folder and link
// is left out, and so is what stands where the job may not write.
func (j Job) packer(t *tar.Writer) fs.WalkDirFunc {
	return func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !j.below(name) || !d.IsDir() && !d.Type().IsRegular() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		h := &tar.Header{Name: name, Mode: int64(info.Mode().Perm()), Size: info.Size(), ModTime: info.ModTime(), Typeflag: tar.TypeReg}
		if d.IsDir() {
			h.Typeflag, h.Size, h.Name = tar.TypeDir, 0, name+"/"
			return t.WriteHeader(h)
		}
		f, err := j.Tree.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was only read
		return write(t, h, f)
	}
}

// below says whether something of a tree stands where a job may write.
func (j Job) below(name string) bool {
	return slices.ContainsFunc(append([]string{home}, j.Scratch...), func(folder string) bool {
		folder = strings.TrimPrefix(path.Clean(folder), "/")
		return name == folder || strings.HasPrefix(name, folder+"/")
	})
}
