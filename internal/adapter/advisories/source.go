package advisories

import (
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/engine/advisory"
)

// The bounds of what is imported at once: what an archive says of itself is not believed.
const (
	mostFiles = 2_000_000
	mostBytes = int64(16) << 30
)

// source is where advisories come from: a text for each.
type source interface {
	each(context.Context, func(file string, text []byte) error) error
	Close() error
}

func open(path string) (source, error) {
	about, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, prentice.Errorf(prentice.NotFound, "there is no %s", path).Try("name an archive or a folder with advisories in the OSV format")
	case err != nil:
		return nil, prentice.Errorf(prentice.Invalid, "%s cannot be read: %w", path, err)
	case about.IsDir():
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, prentice.Errorf(prentice.Invalid, "%s cannot be read: %w", path, err)
		}
		return folder{root}, nil
	case !about.Mode().IsRegular():
		return nil, prentice.Errorf(prentice.Invalid, "%s is neither a file nor a folder", path)
	case strings.HasSuffix(path, ".json"):
		return single(path), nil
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, prentice.Errorf(prentice.Invalid, "%s is no zip archive: %w", path, err).Try("fetch it again: it may be cut off")
	}
	return archive{z}, nil
}

// taken counts what was read, and ends what is too much.
type taken struct {
	files int
	bytes int64
}

func (t *taken) read(file string, r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, advisory.MostAdvisory+1))
	t.files++
	t.bytes += int64(len(text))
	switch {
	case err != nil:
		return nil, prentice.Errorf(prentice.Invalid, "%q cannot be read: %w", file, err).Try("nothing was imported; fetch the archive again")
	case len(text) > advisory.MostAdvisory:
		return nil, prentice.Errorf(prentice.Limited, "%q has more than %d bytes, which no advisory has", file, advisory.MostAdvisory).Try("nothing was imported; take it out")
	case t.files > mostFiles || t.bytes > mostBytes:
		return nil, prentice.Errorf(prentice.Limited, "there is more in it than is imported at once: at most %d files with %d GB", mostFiles, mostBytes>>30).Try("nothing was imported; import it in parts, each under its own name")
	}
	return text, nil
}

type archive struct{ *zip.ReadCloser }

func (a archive) each(ctx context.Context, do func(string, []byte) error) error {
	var t taken
	slices.SortStableFunc(a.File, func(x, y *zip.File) int { return cmp.Compare(x.Name, y.Name) })
	for _, f := range a.File {
		if !strings.HasSuffix(f.Name, ".json") || !f.Mode().IsRegular() {
			continue
		}
		if ctx.Err() != nil {
			return prentice.Errorf(prentice.Canceled, "interrupted: nothing was imported")
		}
		r, err := f.Open()
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "%q cannot be read: %w", f.Name, err).Try("nothing was imported; fetch the archive again")
		}
		text, err := t.read(f.Name, r)
		r.Close() //nolint:errcheck // it was read to its end, or is of no use
		if err != nil {
			return err
		}
		if err := do(f.Name, text); err != nil {
			return err
		}
	}
	return nil
}

type folder struct{ *os.Root }

func (d folder) each(ctx context.Context, do func(string, []byte) error) error {
	var t taken
	return fs.WalkDir(d.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return prentice.Errorf(prentice.Invalid, "%q cannot be read: %w", name, err).Try("nothing was imported")
		case ctx.Err() != nil:
			return prentice.Errorf(prentice.Canceled, "interrupted: nothing was imported")
		case e.IsDir() && strings.HasPrefix(e.Name(), ".") && name != ".":
			return fs.SkipDir
		case !e.Type().IsRegular() || !strings.HasSuffix(name, ".json"):
			return nil
		}
		f, err := d.Open(name)
		if err != nil {
			return prentice.Errorf(prentice.Invalid, "%q cannot be read: %w", name, err).Try("nothing was imported")
		}
		defer f.Close() //nolint:errcheck // it was only read
		text, err := t.read(name, f)
		if err != nil {
			return err
		}
		return do(name, text)
	})
}

type single string

func (s single) Close() error { return nil }

func (s single) each(_ context.Context, do func(string, []byte) error) error {
	f, err := os.Open(string(s))
	if err != nil {
		return prentice.Errorf(prentice.Invalid, "%s cannot be read: %w", string(s), err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	var t taken
	name := filepath.Base(string(s))
	text, err := t.read(name, f)
	if err != nil {
		return err
	}
	return do(name, text)
}
