package git

import (
	"crypto/sha1" //nolint:gosec // it is git's name for a content, and no proof of it
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"

	"prentice"
	"prentice/internal/engine/check"
)

// each does something for all of so many, on all processors.
func each(n int, do func(int)) {
	var wait sync.WaitGroup
	lanes := min(runtime.GOMAXPROCS(0), n/64+1)
	for lane := range lanes {
		wait.Go(func() {
			for i := lane; i < n; i += lanes {
				do(i)
			}
		})
	}
	wait.Wait()
}

// lookAt reads files that git does not know as they are. One that is gone, or is
// neither a file nor a link, is left out.
func (w *Work) lookAt(list []check.File) []check.File {
	each(len(list), func(i int) {
		f, ok := w.look(list[i])
		if !ok {
			f.Path = ""
		}
		list[i] = f
	})
	kept := list[:0]
	for _, f := range list {
		if f.Path != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func (w *Work) look(f check.File) (check.File, bool) {
	about, err := w.root.Lstat(f.Path)
	if err != nil {
		return f, false
	}
	f.Size = about.Size()
	switch mode := about.Mode(); {
	case mode&fs.ModeSymlink != 0:
		f.Mode = check.Link
	case !mode.IsRegular():
		return f, false
	case f.Mode == check.Regular || f.Mode == check.Executable: // as git says it, which knows of disks without modes
	case mode&0o100 != 0:
		f.Mode = check.Executable
	default:
		f.Mode = check.Regular
	}
	if f.ID, err = w.id(f, about); err != nil {
		f.ID = "unreadable:" + about.ModTime().UTC().String() // anyone who reads it is told
	}
	return f, true
}

// id is the digest of a file on disk. One that is too long for anyone to read is known
// by its length and its last change.
func (w *Work) id(f check.File, about fs.FileInfo) (string, error) {
	if about.Size() > check.MostFile {
		node := uint64(0)
		if sys, ok := about.Sys().(*syscall.Stat_t); ok {
			node = sys.Ino
		}
		return fmt.Sprintf("long:%d:%d:%d", about.Size(), about.ModTime().UnixNano(), node), nil
	}
	text, err := w.fromDisk(f)
	if err != nil {
		return "", err
	}
	return w.blobID(text), nil
}

// blobID is git's name for a content.
func (w *Work) blobID(text []byte) string {
	var h hash.Hash = sha1.New() //nolint:gosec // as above
	if w.hash == "sha256" {
		h = sha256.New()
	}
	io.WriteString(h, "blob "+strconv.Itoa(len(text))+"\x00") //nolint:errcheck // a hash takes all
	h.Write(text)                                             //nolint:errcheck // as above
	return hex.EncodeToString(h.Sum(nil))
}

// fromDisk reads a file of the working tree. A link is where it leads, and is not
// followed: neither out of the tree nor within.
func (w *Work) fromDisk(f check.File) ([]byte, error) {
	root, err := w.disk()
	if err != nil {
		return nil, err
	}
	about, err := root.Lstat(f.Path)
	if err != nil {
		return nil, err
	}
	if about.Mode()&fs.ModeSymlink != 0 && f.Mode == check.Link {
		to, err := root.Readlink(f.Path)
		return []byte(to), err
	}
	if !about.Mode().IsRegular() || f.Mode == check.Link {
		return nil, changed(f.Path)
	}
	file, err := root.OpenFile(f.Path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if now, err := file.Stat(); err != nil || !os.SameFile(about, now) {
		return nil, changed(f.Path)
	}
	text, err := io.ReadAll(io.LimitReader(file, check.MostFile+1))
	if err == nil && len(text) > check.MostFile {
		return nil, prentice.Errorf(prentice.Limited, "%q has more than %d bytes: a check reads no more", f.Path, check.MostFile)
	}
	return text, err
}

func changed(path string) error {
	return prentice.Errorf(prentice.Conflict, "%q was changed while it was checked", path).Try("check again")
}
