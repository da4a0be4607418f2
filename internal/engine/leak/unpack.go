package leak

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// Bounds are how much of an archive is unpacked, all archives within it counted.
type Bounds struct {
	Bytes int64 // in all
	Files int
	Deep  int // archives within archives
}

// Usual are the bounds of a search.
var Usual = Bounds{Bytes: 64 << 20, Files: 10_000, Deep: 3}

// ErrTooMuch is that an archive holds more than is unpacked.
var ErrTooMuch = errors.New("it holds more than is unpacked")

// Archive says whether a file is one that Unpack reads.
func Archive(text []byte) bool { return archiveOf(text) != "" }

func archiveOf(text []byte) string {
	switch {
	case bytes.HasPrefix(text, []byte("PK\x03\x04")):
		return "zip"
	case bytes.HasPrefix(text, []byte("\x1f\x8b\x08")):
		return "gzip"
	case len(text) > 262 && string(text[257:262]) == "ustar":
		return "tar"
	}
	return ""
}

// Binary says whether a file is no text, as git judges it.
func Binary(text []byte) bool { return bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 }

// Unpack tells of each file in an archive, whose name is that of the archive, ! and its
// own. Nothing is written anywhere. An error comes after all that could be read.
func Unpack(name string, text []byte, most Bounds, tell func(name string, text []byte)) error {
	u := &unpacking{left: most, tell: tell}
	return u.open(name, text, 0)
}

type unpacking struct {
	left Bounds
	tell func(string, []byte)
}

func (u *unpacking) open(name string, text []byte, deep int) error {
	if deep >= u.left.Deep {
		return fmt.Errorf("%w: archives within archives, %d deep", ErrTooMuch, deep)
	}
	switch archiveOf(text) {
	case "zip":
		return u.zip(name, text, deep)
	case "gzip":
		return u.gzip(name, text, deep)
	}
	return u.tar(name, bytes.NewReader(text), deep)
}

func (u *unpacking) zip(name string, text []byte, deep int) error {
	r, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range r.File {
		if f.FileInfo().IsDir() {
			continue
		}
		in, err := f.Open()
		if err == nil {
			err = u.file(name+"!"+path.Clean(f.Name), in, deep)
		}
		if errors.Is(err, ErrTooMuch) {
			return err
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (u *unpacking) gzip(name string, text []byte, deep int) error {
	in, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return err
	}
	inner := strings.TrimSuffix(path.Base(name), path.Ext(name))
	return u.file(name+"!"+inner, in, deep)
}

func (u *unpacking) tar(name string, in io.Reader, deep int) error {
	r := tar.NewReader(in)
	for {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		if err := u.file(name+"!"+path.Clean(head.Name), r, deep); err != nil {
			return err
		}
	}
}

// file reads one, as far as the bounds let it.
func (u *unpacking) file(name string, in io.Reader, deep int) error {
	if u.left.Files--; u.left.Files < 0 {
		return fmt.Errorf("%w: too many files", ErrTooMuch)
	}
	text, err := io.ReadAll(io.LimitReader(in, u.left.Bytes+1))
	if int64(len(text)) > u.left.Bytes {
		return fmt.Errorf("%w: too many bytes", ErrTooMuch)
	}
	u.left.Bytes -= int64(len(text))
	switch {
	case Archive(text):
		return errors.Join(err, u.open(name, text, deep+1))
	case !Binary(text):
		u.tell(name, text)
	}
	return err
}
