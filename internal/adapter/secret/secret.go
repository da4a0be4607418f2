// Package secret gives secrets by name, and keeps those that it is given.
//
// Its words: the store is the data folder's secrets/NAME.age, each value
// encrypted with age to a key of this installation; a file is a secret that
// another person keeps, readable by its owner alone; a command is a program that
// prints one. The team's secrets.yaml says where a name comes from; a name that
// it does not list is in the store, or in the file secrets/NAME.
//
// It refuses values too short to be hidden in logs, files that others can read,
// and to put a value, or what a command said, into an error.
package secret

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/proc"
	"prentice/internal/kit/variable"
	"prentice/internal/team"
)

// mostBytes is the longest secret.
const mostBytes = 64 << 10

// Secrets is where secrets come from. Declared is the team's secrets.yaml of
// this moment.
type Secrets struct {
	Folder   string // of the store, and of files that no declaration names
	Key      string // the file of the store's key
	Declared func() Declarations
}

// Value gives the value of a secret.
func (s *Secrets) Value(ctx context.Context, name string) (string, error) {
	if err := named(name); err != nil {
		return "", err
	}
	value, err := s.value(ctx, name)
	if err != nil {
		return "", err
	}
	return value, fit(name, value)
}

func (s *Secrets) value(ctx context.Context, name string) (string, error) {
	switch d := s.source(name); d.From {
	case Store:
		return s.unseal(name)
	case Command:
		return ask(ctx, name, d)
	default:
		return read(name, d.Path)
	}
}

// source is where a name comes from.
func (s *Secrets) source(name string) Declaration {
	if s.Declared != nil {
		if d, found := s.Declared()[name]; found {
			return d
		}
	}
	path := filepath.Join(s.Folder, name)
	if _, err := os.Lstat(path); err == nil {
		if _, err := os.Lstat(s.path(name)); errors.Is(err, fs.ErrNotExist) {
			return Declaration{From: File, Path: path}
		}
	}
	return Declaration{From: Store}
}

func named(name string) error {
	if prentice.ValidName(name) && !strings.ContainsAny(name, "./\\") {
		return nil
	}
	return prentice.Errorf(prentice.Invalid, "%q is not the name of a secret", name).Try("use letters, digits, dashes and underscores")
}

// free refuses a name under which steps would not find the secret, but something
// else.
func free(name string) error {
	as := variable.Of(name)
	if why := variable.Taken(as); why != "" {
		return prentice.Errorf(prentice.Invalid, "secret %s would be the variable %s: %s", name, as, why).Try("give it another name")
	}
	return nil
}

// fit refuses what could not be hidden, or could not reach a step whole.
func fit(name, value string) error {
	switch {
	case len(value) < mask.MinLen:
		return prentice.Errorf(prentice.Invalid, "secret %s has %d bytes, too few to be hidden in logs", name, len(value)).Try("use at least %d", mask.MinLen)
	case len(value) > mostBytes:
		return prentice.Errorf(prentice.Invalid, "secret %s has more than %d bytes", name, mostBytes).Try("keep large things in a file that only its step reads")
	case strings.ContainsRune(value, 0):
		return prentice.Errorf(prentice.Invalid, "secret %s holds a zero byte, which no environment can hold", name).Try("encode it in base64")
	}
	return nil
}

// read reads a file that no one else can read. A line end after it does not
// count.
func read(name, path string) (string, error) {
	about, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", prentice.Errorf(prentice.NotFound, "secret %s is not set: there is no file %s", name, path).Try("write it there with mode 0600")
	case err != nil:
		return "", prentice.Errorf(prentice.Unavailable, "secret %s: %w", name, err)
	case !about.Mode().IsRegular() || about.Mode().Perm()&0o077 != 0:
		return "", prentice.Errorf(prentice.Refused, "secret %s is %s; others can read it", name, about.Mode()).Try("chmod 600 %s", path)
	case about.Size() > mostBytes+2:
		return "", prentice.Errorf(prentice.Invalid, "secret %s has more than %d bytes", name, mostBytes).Try("look whether %s is the right file", path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", prentice.Errorf(prentice.Unavailable, "secret %s: %w", name, err)
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}

// ask runs the command that prints a secret. What it printed is never repeated.
func ask(ctx context.Context, name string, d Declaration) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	out := &limited{}
	exit, err := proc.Run(ctx, proc.Spec{Argv: d.Command, Dir: "/", Env: []string{"PATH=" + proc.DefaultPath, "LANG=C.UTF-8", "HOME=" + os.Getenv("HOME")}, Out: out})
	switch {
	case errors.Is(err, proc.ErrTimeout):
		return "", prentice.Errorf(prentice.Unavailable, "the command for secret %s was not over after %s", name, d.Timeout).Try("run it by hand; it is in %s", d.At)
	case err != nil && !errors.Is(err, proc.ErrOutput):
		return "", prentice.Errorf(prentice.Unavailable, "the command for secret %s could not be run: %w", name, err).Try("run it by hand; it is in %s", d.At)
	case !exit.OK() || out.over:
		return "", prentice.Errorf(prentice.Unavailable, "the command for secret %s ended with %s", name, exit).Try("run it by hand; it is in %s, and what it prints is not shown here", d.At)
	}
	return strings.TrimRight(string(out.kept), "\r\n"), nil
}

// limited keeps no more than a secret may have.
type limited struct {
	kept []byte
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if len(l.kept)+len(p) > mostBytes+2 {
		l.over = true
		return len(p), nil
	}
	l.kept = append(l.kept, p...)
	return len(p), nil
}

// List is every secret that is declared, stored, or lies in the folder, by name.
// Changed is zero where no one knows.
func (s *Secrets) List(context.Context) ([]team.SecretRecord, error) {
	entries, err := os.ReadDir(s.Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, prentice.Errorf(prentice.Unavailable, "list secrets: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".age"); named(name) == nil {
			names = append(names, name)
		}
	}
	if s.Declared != nil {
		for name := range s.Declared() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	list := []team.SecretRecord{}
	for _, name := range slices.Compact(names) {
		list = append(list, s.record(name))
	}
	return list, nil
}

// Missing is the first of some names under which there is no value, or "".
func (s *Secrets) Missing(names []string) string {
	for _, name := range names {
		if !s.record(name).Set {
			return name
		}
	}
	return ""
}

func (s *Secrets) record(name string) team.SecretRecord {
	d := s.source(name)
	r := team.SecretRecord{Name: name, From: string(d.From), Set: d.From == Command}
	path := d.Path
	if d.From == Store {
		path = s.path(name)
	}
	if about, err := os.Stat(path); path != "" && err == nil {
		r.Set, r.Changed = true, about.ModTime().UTC()
	}
	return r
}
