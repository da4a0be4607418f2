package advisories

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"prentice"
	"prentice/internal/engine/advisory"
	"prentice/internal/kit/clip"
)

// Shelf is the folder. It is made when the first book comes.
type Shelf struct{ Dir string }

const ending = ".advisories"

var sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,59}$`)

// Here is where the shelf of a person is: where PRENTICE_ADVISORIES says, or among the data
// that programs keep for them. "" is nowhere.
func Here(env func(string) string) string {
	if dir := env("PRENTICE_ADVISORIES"); dir != "" {
		return dir
	}
	if dir := env("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "prentice", "advisories")
	}
	if home := env("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "prentice", "advisories")
	}
	return ""
}

// names are the sources that have a book.
func (s Shelf) names() ([]string, error) {
	if s.Dir == "" {
		return nil, nil
	}
	list, err := os.ReadDir(s.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the advisories cannot be read: %w", err).Try("see who may read %s", s.Dir)
	}
	var names []string
	for _, e := range list {
		if name, ok := strings.CutSuffix(e.Name(), ending); ok && sourceName.MatchString(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// List is the books that are there, by their sources.
func (s Shelf) List() ([]advisory.Shelved, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	var list []advisory.Shelved
	for _, name := range names {
		one := advisory.Shelved{About: advisory.About{Source: name}}
		if f, size, err := s.open(name); err != nil {
			one.Wrong = err
		} else {
			one.Bytes = size
			if b, err := advisory.ReadAbout(f, size); err != nil {
				one.Wrong = err
			} else {
				one.About, one.Source = b.About, name
			}
			f.Close() //nolint:errcheck // it was only read
		}
		list = append(list, one)
	}
	return list, nil
}

func (s Shelf) open(name string) (*os.File, int64, error) {
	f, err := os.OpenFile(filepath.Join(s.Dir, name+ending), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, prentice.Errorf(prentice.Unavailable, "the advisories of %s cannot be read: %w", name, err).Try("see who may read %s", s.Dir)
	}
	about, err := f.Stat()
	if err == nil && !about.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	if err != nil {
		f.Close() //nolint:errcheck // it was only opened
		return nil, 0, prentice.Errorf(prentice.Unavailable, "the advisories of %s cannot be read: %w", name, err)
	}
	return f, about.Size(), nil
}

// Open opens all books. One that cannot be read is an error, and none is open: what it knew
// is unknown.
func (s Shelf) Open() (advisory.Library, func(), error) {
	names, err := s.names()
	if err != nil {
		return nil, nil, err
	}
	var files []*os.File
	end := func() {
		for _, f := range files {
			f.Close() //nolint:errcheck // it was only read
		}
	}
	var all advisory.Library
	for _, name := range names {
		f, size, err := s.open(name)
		if err == nil {
			files = append(files, f)
			var b *advisory.Book
			if b, err = advisory.Open(f, size); err == nil {
				b.Source = name
				all = append(all, b)
			}
		}
		if err != nil {
			end()
			return nil, nil, prentice.Errorf(prentice.Unavailable, "advisories of %s: %w", name, err)
		}
	}
	return all, end, nil
}

// Digest is of all that is known: two shelves with one digest know the same.
func (s Shelf) Digest() string {
	list, err := s.List()
	if err != nil {
		return "unread " + err.Error()
	}
	var b strings.Builder
	for _, one := range list {
		if one.Wrong != nil {
			return "unread " + one.Wrong.Error()
		}
		b.WriteString(one.Source + " " + one.AsOf.UTC().String() + " " + one.Digest + "\n")
	}
	if b.Len() == 0 {
		return "none"
	}
	return prentice.Digest([]byte(b.String()))
}

// Remove takes a book off the shelf.
func (s Shelf) Remove(source string) error {
	names, err := s.names()
	if err != nil {
		return err
	}
	if !slices.Contains(names, source) {
		return prentice.Errorf(prentice.NotFound, "there are no advisories of %q", clip.To(source, 60)).Try("see which there are: prentice advisory list")
	}
	return os.Remove(filepath.Join(s.Dir, source+ending))
}

// sourceOf is the name of a source, by the file that it came in where no one says another.
func sourceOf(said, file string) (string, error) {
	base := strings.ToLower(filepath.Base(filepath.Clean(file)))
	name := cmp.Or(said, strings.TrimSuffix(strings.TrimSuffix(base, ".zip"), ".json"))
	if !sourceName.MatchString(name) {
		return "", prentice.Errorf(prentice.Invalid, "%q is no name of a source", clip.To(name, 60)).Try("name it in small letters and digits: --as osv-go")
	}
	return name, nil
}
