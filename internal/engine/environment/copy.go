package environment

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/term"
)

// Copy is the files of a folder of someone's, as they were when they were sent, with what that
// machine says of them. It is made by Pack and read by OpenCopy; what is read was sent by
// anyone who may ask for an environment, and is believed in nothing.
type Copy struct {
	Files   fs.FS        `json:"-"`
	Close   func() error `json:"-"`
	Name    string       `json:"name"`              // of the folder
	Commit  string       `json:"commit,omitempty"`  // that is checked out there
	Changed int          `json:"changed,omitempty"` // files that are not as in that commit
	Modules int          `json:"modules,omitempty"` // repositories within it, which are left out
}

// What a copy holds at most.
const (
	mostCopied      = 100_000
	MostCopiedBytes = 512 << 20 // also when it is unpacked
)

// Says is what it was, in a few words.
func (c Copy) Says() string {
	text := "folder " + c.Name
	switch {
	case c.Commit == "":
		text += ", of which nothing is committed"
	case c.Changed == 1:
		text += " at " + c.Commit[:min(10, len(c.Commit))] + ", 1 file not committed"
	case c.Changed > 1:
		text += fmt.Sprintf(" at %s, %d files not committed", c.Commit[:min(10, len(c.Commit))], c.Changed)
	default:
		text += " at " + c.Commit[:min(10, len(c.Commit))]
	}
	if c.Modules > 0 {
		text += fmt.Sprintf(", without %d submodules", c.Modules)
	}
	return text
}

// Pack writes a copy down. The same files are the same bytes, so that they are kept once.
func (c Copy) Pack(to io.Writer) error {
	z := zip.NewWriter(to)
	files, size := 0, int64(0)
	err := fs.WalkDir(c.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if files++; files > mostCopied {
			return tooMuch(fmt.Sprintf("more than %d files", mostCopied))
		}
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		var from io.Reader
		if d.Type()&fs.ModeSymlink != 0 {
			leads, err := fs.ReadLink(c.Files, name)
			if err != nil {
				return err
			}
			h.SetMode(fs.ModeSymlink | 0o777)
			from = strings.NewReader(leads)
		} else {
			f, err := c.Files.Open(name)
			if err != nil {
				return err
			}
			defer f.Close() //nolint:errcheck // it was only read
			h.SetMode(0o644)
			if info, err := f.Stat(); err == nil && info.Mode()&0o111 != 0 {
				h.SetMode(0o755)
			}
			from = f
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		n, err := io.Copy(w, io.LimitReader(from, MostCopiedBytes-size+1))
		if size += n; size > MostCopiedBytes {
			return tooMuch(fmt.Sprintf("more than %d MB that git does not ignore", MostCopiedBytes>>20))
		}
		return err
	})
	about, bad := json.Marshal(c)
	if err = errors.Join(err, bad); err != nil {
		return err
	}
	return errors.Join(z.SetComment(string(about)), z.Close())
}

func tooMuch(what string) error {
	return prentice.Errorf(prentice.Limited, "the folder has %s", what).Try("let git ignore what the environment does not need, or push it and name the repository")
}

// OpenCopy reads one that was sent, and closes the file with it.
func OpenCopy(f *os.File) (c Copy, err error) {
	defer func() {
		if err != nil {
			f.Close() //nolint:errcheck // it was only read
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return c, err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return c, notACopy("no archive of files: " + err.Error())
	}
	if len(z.Comment) > 4<<10 || json.Unmarshal([]byte(z.Comment), &c) != nil {
		return c, notACopy("no archive that prentice has packed")
	}
	c.Name, c.Commit, c.Changed, c.Modules = term.Line(clip.Text(c.Name)), term.Line(clip.Text(c.Commit)), max(0, c.Changed), max(0, c.Modules)
	seen, size := map[string]bool{}, uint64(0)
	for _, one := range z.File {
		mode := one.Mode()
		switch size += one.UncompressedSize64; {
		case !fs.ValidPath(one.Name) || one.Name == "." || strings.ContainsAny(one.Name, "\\\x00") || seen[one.Name]:
			return c, notACopy(fmt.Sprintf("a file is called %q", clip.Text(one.Name)))
		case !mode.IsRegular() && mode.Type() != fs.ModeSymlink:
			return c, notACopy(fmt.Sprintf("%q is no file", clip.Text(one.Name)))
		case len(seen) >= mostCopied || one.UncompressedSize64 > MostCopiedBytes || size > MostCopiedBytes:
			return c, tooMuch(fmt.Sprintf("more than %d files, or than %d MB", mostCopied, MostCopiedBytes>>20))
		}
		seen[one.Name] = true
	}
	c.Files, c.Close = copied{z}, f.Close
	return c, nil
}

func notACopy(what string) error {
	return prentice.Errorf(prentice.Invalid, "what was sent is no copy of a folder: %s", what).Try("let the command line send it: prentice env create .")
}

// copied is the files of a copy, with its links.
type copied struct{ *zip.Reader }

// ReadLink implements fs.ReadLinkFS.
func (c copied) ReadLink(name string) (string, error) {
	if info, err := c.Lstat(name); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: errors.Join(fs.ErrInvalid, err)}
	}
	f, err := c.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(f, 4<<10))
	return string(text), err
}

// Lstat implements fs.ReadLinkFS.
func (c copied) Lstat(name string) (fs.FileInfo, error) {
	f, err := c.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only looked at
	return f.Stat()
}

var _ fs.ReadLinkFS = copied{}
