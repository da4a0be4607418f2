package toolchain

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"prentice"
	"prentice/internal/engine/tool"
	"prentice/internal/kit/clip"
)

// EndsFile is where newer ends of life are kept on a machine, for all repositories; "" is
// nowhere.
type EndsFile string

// mostEnds is how long a file of ends may be, in bytes.
const mostEnds = 1 << 20

// EndsHere is among the data of a person's programs, or where PRENTICE_END_OF_LIFE says.
func EndsHere(env func(string) string) EndsFile {
	if file := env("PRENTICE_END_OF_LIFE"); filepath.IsAbs(file) {
		return EndsFile(file)
	}
	for _, dir := range []string{env("XDG_DATA_HOME"), filepath.Join(env("HOME"), ".local", "share")} {
		if filepath.IsAbs(dir) {
			return EndsFile(filepath.Join(dir, "prentice", "end-of-life.yaml"))
		}
	}
	return ""
}

// Ends are the newest that are known here: those of the file, or those of the program.
func (e EndsFile) Ends(now time.Time) (tool.Ends, error) {
	if e == "" {
		return tool.BuiltIn, nil
	}
	own, err := read(string(e), now)
	if errors.Is(err, fs.ErrNotExist) {
		return tool.BuiltIn, nil
	}
	if err != nil || own.AsOf.Before(tool.BuiltIn.AsOf) {
		return tool.BuiltIn, err
	}
	own.From = string(e)
	for name, life := range tool.BuiltIn.Tools { // what the file does not know stays known, as of its own day
		if _, has := own.Tools[name]; !has {
			own.Tools[name] = life
		}
	}
	return own, nil
}

// Import keeps a file of ends that is whole and newer than what is known here.
func (e EndsFile) Import(file string, now time.Time) (tool.Ends, error) {
	if e == "" {
		return tool.Ends{}, prentice.Errorf(prentice.Invalid, "there is no folder to keep ends of life in: neither HOME nor XDG_DATA_HOME is set").Try("name a file: PRENTICE_END_OF_LIFE=/var/lib/end-of-life.yaml prentice tool import …")
	}
	own, err := read(file, now)
	if errors.Is(err, fs.ErrNotExist) {
		return own, prentice.Errorf(prentice.NotFound, "there is no file %q", clip.Text(file)).Try("name a file of ends of life")
	}
	if err != nil {
		return own, err
	}
	if have, err := e.Ends(now); err == nil && own.AsOf.Before(have.AsOf) {
		return own, prentice.Errorf(prentice.Refused, "%s is of %s, and there are ends of life of %s here", clip.Text(file), own.AsOf.Format(time.DateOnly), have.AsOf.Format(time.DateOnly)).Try("bring newer ones")
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = e.write(text)
	}
	if err != nil {
		return own, prentice.Errorf(prentice.Unavailable, "%s cannot be written: %w", string(e), err).Try("free space, or name another file in PRENTICE_END_OF_LIFE")
	}
	own.From = string(e)
	return own, nil
}

// write puts the file in its place when it is whole.
func (e EndsFile) write(text []byte) error {
	dir := filepath.Dir(string(e))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".ends-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // once it has its name there is nothing to remove
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), string(e))
}

func read(file string, now time.Time) (tool.Ends, error) {
	about, err := os.Stat(file)
	if err != nil {
		return tool.Ends{}, err
	}
	if !about.Mode().IsRegular() || about.Size() > mostEnds {
		return tool.Ends{}, prentice.Errorf(prentice.Invalid, "%s is no file of ends of life: it has %d bytes", clip.Text(file), about.Size()).Try("name a file of at most %d bytes", mostEnds)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return tool.Ends{}, err
	}
	return tool.ReadEnds(text, now)
}
