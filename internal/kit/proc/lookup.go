package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// DefaultPath is where programs are looked for when the environment names no
// PATH.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// lookup finds a program on the PATH of its own environment, not on ours. A name
// with a slash is taken as it is. Folders of PATH that are not absolute are
// passed over, because what they mean depends on where one stands.
func lookup(name string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	path := DefaultPath
	for _, e := range env { // the last one counts, as it does for the child
		if p, ok := strings.CutPrefix(e, "PATH="); ok {
			path = p
		}
	}
	for _, folder := range filepath.SplitList(path) {
		file := filepath.Join(folder, name)
		if info, err := os.Stat(file); filepath.IsAbs(folder) && err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return file, nil
		}
	}
	return "", fmt.Errorf("%w: no program %q in %s: install it, or write its full path", ErrStart, name, path)
}

// Find is the file of a program for an environment.
func Find(name string, env []string) (string, error) { return lookup(name, env) }

// Has says whether there is a program for an environment.
func Has(name string, env []string) bool {
	_, err := lookup(name, env)
	return err == nil
}

// explainStart says why a program did not start and what to do about it.
func explainStart(s Spec, err error) error {
	next := "look at the command and at the folder"
	switch {
	case errors.Is(err, fs.ErrNotExist) && missing(s.Dir):
		next = fmt.Sprintf("there is no folder %s: make it, or name another", s.Dir)
	case errors.Is(err, fs.ErrNotExist):
		next = "install the program, or write its full path; of a script, look at the program that its first line names"
	case errors.Is(err, fs.ErrPermission):
		next = "make the file executable for the user that prentice runs as"
	case errors.Is(err, syscall.ENOEXEC):
		next = "give the script a first line such as #!/bin/sh"
	case errors.Is(err, syscall.E2BIG):
		next = "give less on the command line and in the environment; pass big values in a file"
	case errors.Is(err, syscall.EAGAIN):
		next = "too many processes are running: end some, or raise the limit"
	}
	return fmt.Errorf("%w: %s: %w: %s", ErrStart, s.Argv[0], err, next)
}

func missing(folder string) bool {
	if folder == "" {
		return false
	}
	_, err := os.Stat(folder)
	return errors.Is(err, fs.ErrNotExist)
}
