package keeper

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// A claim consists of a dozen files, and to make them anew costs a file system more than
// all else that a short step costs. So the folder of one that went is made ready to be that of the
// next, if no one holds its output open and no one has changed what it consists of. One stays for the
// helper that comes next.

// lines are the files of a claim that are written over, and what they hold before.
var lines = map[string]string{
	"status": strings.Repeat("-", 128) + "\n", "keeper": strings.Repeat("-", 128) + "\n", "group": strings.Repeat("-", 128) + "\n",
	"read": "0 " + strings.Repeat("-", 64) + "\n", "left": "0 " + strings.Repeat("-", 64) + "\n",
}

// emptied are those that are empty before, or are written anew.
var emptied = map[string]bool{"claim": true, "out-0": true, "armed": true, "room": true}

// spareDir is where this process keeps the folder that is made ready.
func (c claim) spareDir() string { return c.base + "/spare-" + text(int64(os.Getpid())) }

// bequeath leaves the folder that is ready to the helper that comes next.
func (s *server) bequeath() {
	if s.spare != "" && os.Rename(s.spare, s.spare[:strings.LastIndexByte(s.spare, '-')]) != nil {
		os.RemoveAll(s.spare) //nolint:errcheck // it is swept one day
	}
}

// inherit looks, once, for the folder that an earlier helper left.
func (s *server) inherit(c claim) {
	if s.spare != "" || s.inherited {
		return
	}
	s.inherited = true
	if os.Rename(c.base+"/spare", c.spareDir()) != nil {
		return
	}
	if s.spare = c.spareDir(); !ready(s.spare) {
		os.RemoveAll(s.spare) //nolint:errcheck // it is swept one day
		s.spare = ""
	}
}

// remove takes the folder of a claim away, or keeps it for the next one.
func (s *server) remove(c claim) {
	finished := s.finished(c)
	delete(s.runs, c.dir)
	if s.spare == "" && finished && os.Rename(c.dir, c.spareDir()) == nil {
		if ready(c.spareDir()) {
			s.spare = c.spareDir()
			return
		}
		os.RemoveAll(c.spareDir()) //nolint:errcheck // it is swept one day
	}
	os.RemoveAll(c.dir) //nolint:errcheck // as above
}

// finished says whether a script has ended and no one holds its output open any more. Of one that
// another process kept, its claim says so.
func (s *server) finished(c claim) bool {
	if r := s.runs[c.dir]; r != nil {
		return isClosed(r.ended) && isClosed(r.drained)
	}
	_, ended := c.ended()
	return ended && c.has("drained")
}

// ready makes the folder of a claim that went ready, if it is as it was made.
func ready(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	seen := 0
	for _, last := range []bool{false, true} { // what goes goes first: it may be another name of what stays
		for _, e := range entries {
			name := e.Name()
			line, over := lines[name]
			goes := name == "begun" || name == "relay" || name == "drained" || name == "more" || strings.HasPrefix(name, "out-") && name != "out-0"
			switch {
			case goes && !last:
				err = os.Remove(dir + "/" + name)
			case goes || !last:
			case over || emptied[name]:
				seen++
				err = renew(dir+"/"+name, line)
			case name == "s" && e.IsDir():
				seen++
			default:
				return false
			}
			if err != nil {
				return false
			}
		}
	}
	scripts, err := os.ReadDir(dir + "/s")
	return err == nil && len(scripts) == 1 && seen == len(lines)+len(emptied)+1
}

// renew writes a file of ours anew, which no one else has a name of.
func renew(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	about, err := f.Stat()
	if err != nil {
		return err
	}
	is, known := about.Sys().(*syscall.Stat_t)
	if !known || !about.Mode().IsRegular() || is.Mode&0o777 != 0o600 || int(is.Uid) != os.Geteuid() || is.Nlink > 1 {
		return errors.New("it was changed")
	}
	if about.Size() != int64(len(text)) {
		if err := f.Truncate(0); err != nil {
			return err
		}
	}
	_, err = f.WriteString(text)
	return err
}

// reuse makes a claim of the folder that is ready. It says whether it has; a claim that is
// there already is not replaced.
func (s *server) reuse(c claim, a ask) bool {
	if s.spare == "" {
		return false
	}
	spare := s.spare
	scripts, err := os.ReadDir(spare + "/s")
	if err == nil && len(scripts) == 1 {
		err = os.Rename(spare+"/s/"+scripts[0].Name(), spare+"/s/"+a.name+".sh")
	}
	if err == nil {
		err = errors.Join(renew(spare+"/s/"+a.name+".sh", a.script+"\n"), renew(spare+"/claim", a.token+"\n"))
	}
	if err == nil {
		err = renameNew(spare, c.dir)
	}
	if errors.Is(err, fs.ErrExist) {
		return false
	}
	s.spare = ""
	if err != nil {
		os.RemoveAll(spare) //nolint:errcheck // it is swept one day
	}
	return err == nil
}

// renameNew renames a folder to a name that no one has, by renameat2(2). Where there is none, a
// folder that is not empty does not lose its name either.
func renameNew(from, to string) error {
	call := map[string]uintptr{"amd64": 316, "arm64": 276}[runtime.GOARCH]
	if call == 0 || runtime.GOOS != "linux" {
		return os.Rename(from, to)
	}
	const here, noReplace = ^uintptr(99), 1 // AT_FDCWD, RENAME_NOREPLACE
	one, err1 := syscall.BytePtrFromString(from)
	other, err2 := syscall.BytePtrFromString(to)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	_, _, no := syscall.Syscall6(call, here, uintptr(unsafe.Pointer(one)), here, uintptr(unsafe.Pointer(other)), noReplace, 0)
	switch no {
	case 0:
		return nil
	case syscall.EINVAL, syscall.ENOSYS: // a file system that does not know it
		return os.Rename(from, to)
	}
	return no
}
