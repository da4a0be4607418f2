package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"reflect"

	"prentice"
	"prentice/internal/op"
)

// MostFileBytes is the largest file that a flag or a word may name.
const MostFileBytes = 16 << 20

// readFile reads a file, or standard input when it is called "-".
func readFile(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return readAll("standard input", stdin)
	}
	file, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAll(name, file)
}

// openFile opens a file that someone named.
func openFile(name string) (*os.File, error) {
	file, err := os.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, prentice.Errorf(prentice.NotFound, "there is no file %q", name).Try("name a file that exists, or - for standard input")
	case errors.Is(err, fs.ErrPermission):
		return nil, prentice.Errorf(prentice.Denied, "you may not read the file %q", name).Try("look at its owner and mode")
	case err != nil:
		return nil, prentice.Errorf(prentice.Invalid, "%w", err)
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		file.Close() //nolint:errcheck // it was only looked at
		return nil, prentice.Errorf(prentice.Invalid, "%q is a folder", name).Try("name a file, or - for standard input")
	}
	return file, nil
}

func readAll(name string, from io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, MostFileBytes+1))
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "read %s: %w", name, err)
	}
	if len(content) > MostFileBytes {
		return nil, prentice.Errorf(prentice.Limited, "%s has more than %d MiB", name, MostFileBytes>>20).Try("send less at a time")
	}
	return content, nil
}

// sendFiles sends the files that an input names before, and puts their digests in the
// place of the names.
func (f *face) sendFiles(ctx context.Context, door op.Door, o op.Op, in any) (any, error) {
	to := reflect.New(o.In).Elem()
	to.Set(reflect.ValueOf(in))
	for _, field := range o.Fields() {
		name := to.FieldByIndex(field.Index)
		folder := field.Folder && op.NamesFolder(name.String())
		if !field.Sent && !folder || name.IsZero() {
			continue
		}
		sender, ok := door.(op.Sender)
		if !ok {
			return nil, prentice.Errorf(prentice.Unavailable, "nothing takes files here").Try("start the server with: prentice up")
		}
		open := func() (io.ReadCloser, error) { return openFile(name.String()) }
		if folder {
			if f.Pack == nil {
				return nil, prentice.Errorf(prentice.Unavailable, "no folders are sent from here")
			}
			open = func() (io.ReadCloser, error) { return f.Pack(ctx, name.String()) }
		}
		digest, err := sendFile(ctx, sender, o.Name, open)
		if err != nil {
			return nil, err
		}
		name.SetString(digest)
	}
	return to.Interface(), nil
}

func sendFile(ctx context.Context, to op.Sender, may string, open func() (io.ReadCloser, error)) (string, error) {
	file, err := open()
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // it was only read
	return to.Send(ctx, may, file)
}
