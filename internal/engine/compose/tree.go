package compose

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// The bounds of what is read.
const (
	mostFile  = 1 << 20 // bytes of a compose file, or of a file of variables
	mostRead  = 8 << 20 // bytes of all files together
	mostFiles = 100     // compose files and files of variables
	mostLinks = 40      // that one path goes through
)

// root stands for the top of the tree in paths that the library makes absolute. It is far
// below the top of a file system, so that a path which goes above it is seen, and by how far.
const (
	above = "/-/-/-/-/-/-/-/-"
	root  = above + "/the-tree-of-the-revision"
)

// tree opens files of a tree, and follows links only where they stay in it.
type tree struct {
	fs    fs.FS
	bytes int
	files int
}

// errOutside is that a path leaves the tree.
var errOutside = errors.New("it leaves the repository")

// within is a path of the library as one of the tree.
func within(p string) (string, bool) {
	rest, ok := strings.CutPrefix(path.Clean(p), root)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	return path.Clean(strings.TrimPrefix("."+rest, "./")), true
}

// absolute is a path as the library would make it, seen from a folder of the tree.
func absolute(dir, p string) string {
	if path.IsAbs(p) || strings.HasPrefix(p, "~") {
		return "/" + strings.TrimPrefix(p, "/")
	}
	return path.Join(root, dir, p)
}

// shown is a path as people wrote it, or nearly.
func shown(p string) string {
	if in, ok := within(p); ok {
		return in
	}
	if rest, ok := strings.CutPrefix(p, "/~"); ok {
		return "~" + rest
	}
	if from := p; strings.HasPrefix(p, "/-/") {
		up := "../"
		for in := above; in != "/"; in = path.Dir(in) {
			if rest, ok := strings.CutPrefix(from, in+"/"); ok {
				return up + rest
			}
			if from == in {
				return path.Clean(up)
			}
			up += "../"
		}
	}
	return p
}

// real is where a path leads when all links are followed; errOutside where that is not in
// the tree.
func (t *tree) real(name string) (string, error) {
	todo, done := strings.Split(name, "/"), "."
	for links := 0; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if done == "." {
				return "", errOutside
			}
			done = path.Dir(done)
			continue
		}
		next := path.Join(done, part)
		if !fs.ValidPath(next) {
			return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
		}
		about, err := fs.Lstat(t.fs, next)
		if err != nil {
			return "", err
		}
		if about.Mode()&fs.ModeSymlink == 0 {
			done = next
			continue
		}
		to, err := fs.ReadLink(t.fs, next)
		if err != nil {
			return "", err
		}
		if links++; links > mostLinks {
			return "", fmt.Errorf("it goes through more than %d links", mostLinks)
		}
		if path.IsAbs(to) {
			return "", errOutside
		}
		todo = append(strings.Split(to, "/"), todo...)
	}
	return done, nil
}

// about is what stands at a path, after links.
func (t *tree) about(name string) (fs.FileInfo, error) {
	name, err := t.real(name)
	if err != nil {
		return nil, err
	}
	return fs.Lstat(t.fs, name)
}

// read is the content of a file, where it has no more than the bounds.
func (t *tree) read(name string) ([]byte, error) {
	name, err := t.real(name)
	if err != nil {
		return nil, err
	}
	f, err := t.fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	about, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !about.Mode().IsRegular() {
		return nil, errors.New("it is no file")
	}
	text, err := io.ReadAll(io.LimitReader(f, mostFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostFile {
		return nil, fmt.Errorf("it has more than %d bytes", mostFile)
	}
	t.files++
	t.bytes += len(text)
	if t.files > mostFiles || t.bytes > mostRead {
		return nil, fmt.Errorf("it is one too many: at most %d files with %d bytes are read", mostFiles, mostRead)
	}
	return text, nil
}
