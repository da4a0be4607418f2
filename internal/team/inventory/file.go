package inventory

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"prentice"
	"prentice/internal/kit/strict"
)

// mostBytes is how many bytes all files may have together.
const mostBytes = 64 << 20

// guarded reads a file of the team folder, and reports one that must not be read.
func (t *tree) guarded(root *os.Root, name string) ([]byte, bool) {
	at := prentice.Pos{File: name}
	info, err := root.Stat(name) // before opening: a named pipe would wait for ever
	switch {
	case err != nil:
		t.unreadable(at, err)
		return nil, false
	case !info.Mode().IsRegular():
		t.fail(at, "put a plain file there, or rename this", "is not a plain file")
		return nil, false
	case info.Size() > strict.MaxBytes:
		t.tooLong(at, info.Size())
		return nil, false
	}
	if t.bytes += info.Size(); t.bytes > mostBytes {
		t.fail(at, "take out what says nothing of hosts", "is too much: all files of the inventories have more than %d bytes", mostBytes)
		return nil, false
	}
	f, err := root.Open(name)
	if err != nil {
		t.unreadable(at, err)
		return nil, false
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, strict.MaxBytes))
	if err != nil {
		t.fail(at, "look at the disk", "is not readable: %v", cause(err))
		return nil, false
	}
	if isProgram(raw) && !isVars(name) {
		t.dynamic(name, "is a program")
		return nil, false
	}
	return []byte(strings.TrimPrefix(string(raw), "\ufeff")), true
}

func (t *tree) unreadable(at prentice.Pos, err error) {
	if strings.Contains(err.Error(), "escapes from parent") {
		t.fail(at, "copy it in; links are followed only within the folder", "is a link that leads out of the team folder")
		return
	}
	t.fail(at, "look at the owner and the mode", "is not readable: %v", cause(err))
}

// isText reports a file that cannot be read as text at all.
func (t *tree) isText(name string, raw []byte) bool {
	switch why := notText(raw); {
	case len(raw) > strict.MaxBytes:
		t.tooLong(prentice.Pos{File: name}, int64(len(raw)))
	case why != "":
		t.fail(prentice.Pos{File: name, Line: 1}, "save it as plain UTF-8 without a byte order mark", "%s", why)
	default:
		return true
	}
	return false
}

func (t *tree) tooLong(at prentice.Pos, size int64) {
	hint := "divide it into several files in " + Folder + "/"
	if isVars(at.File) {
		hint = "divide it into several files in a folder that is called like the group or the host"
	}
	t.fail(at, hint, "has %d bytes, at most %d are read", size, strict.MaxBytes)
}

// notText says why a file cannot be read as text at all.
func notText(raw []byte) string {
	switch {
	case strings.HasPrefix(string(raw), "\ufeff"):
		return "the file begins with a byte order mark"
	case !utf8.Valid(raw):
		return "the file is not UTF-8"
	case slices.Contains(raw, 0):
		return "the file holds a NUL byte"
	}
	return ""
}

// isProgram says whether text or bytes are one to run. The mode does not say so: a
// copied file may have any.
func isProgram(raw []byte) bool {
	return strings.HasPrefix(string(raw), "#!") || strings.HasPrefix(string(raw), "\x7fELF")
}

// dynamic notes a list of hosts that is made when it is asked for. Reading runs
// nothing: who writes into the team folder does not thereby run programs on this
// machine, unless the machine's owner lets Ansible be asked.
func (t *tree) dynamic(name, what string) {
	t.programs = append(t.programs, program{name, what})
}

// isVault says whether ansible-vault has encrypted a file as a whole.
func isVault(raw []byte) bool { return strings.HasPrefix(string(raw), "$ANSIBLE_VAULT") }

// cause is what went wrong without the path, which the finding names already.
func cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
