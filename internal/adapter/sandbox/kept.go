package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"prentice"
)

// provedFor is how long a proof that was kept is believed, within one boot of the machine.
const provedFor = 24 * time.Hour

// proofs are what was tried and held, so that not every start tries it again: in this
// process, and in files of this user. A proof is known by a digest of all that it depends
// on, see basis; a file is believed only where no other user could have put it.
type proofs struct {
	dir   string // "" keeps none
	basis string
}

// proved are the proofs of this process: the key is what was tried, and its basis.
var proved sync.Map

// kept finds the proofs of a sandbox.
func (s *Sandbox) kept() proofs {
	p := proofs{basis: s.basis()}
	if dir, err := os.UserCacheDir(); err == nil {
		p.dir = filepath.Join(dir, "prentice", "sandbox")
	}
	return p
}

// has says whether something was tried and held.
func (p proofs) has(what string) bool {
	name := p.name(what)
	if at, found := proved.Load(name); found {
		return time.Since(at.(time.Time)) < provedFor
	}
	if p.dir == "" || !ours(p.dir) {
		return false
	}
	info, err := os.Lstat(filepath.Join(p.dir, name))
	if err != nil || !info.Mode().IsRegular() || !onlyOurs(info) {
		return false
	}
	age := time.Since(info.ModTime())
	return age >= 0 && age < provedFor
}

// keep remembers that something held. What cannot be kept is tried again.
func (p proofs) keep(what string) {
	name := p.name(what)
	proved.Store(name, time.Now())
	if p.dir == "" || os.MkdirAll(p.dir, 0o700) != nil || !ours(p.dir) {
		return
	}
	old, _ := os.ReadDir(p.dir) // without any there is nothing to remove
	for _, e := range old {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > provedFor {
			os.Remove(filepath.Join(p.dir, e.Name())) //nolint:errcheck // it is not believed
		}
	}
	file := filepath.Join(p.dir, name)
	os.Remove(file)                                                       //nolint:errcheck // mostly there is none
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // never what someone put there
	if err == nil {
		f.Close() //nolint:errcheck // it is empty
	}
}

// forget takes back what is kept, as it turned out to hold no longer.
func (p proofs) forget() {
	for _, what := range []string{holds, mountable} {
		proved.Delete(p.name(what))
		if p.dir != "" {
			os.Remove(filepath.Join(p.dir, p.name(what))) //nolint:errcheck // it may not be there
		}
	}
}

// What is proved.
const (
	holds     = "holds"
	mountable = "mounts"
)

func (p proofs) name(what string) string {
	_, sum, _ := strings.Cut(prentice.Digest([]byte(what+"\x00"+p.basis)), ":")
	return sum
}

// ours says whether only this user can put something into a folder: it is this user's, no
// one else may write to it, and no one else can move it or what it stands in.
func ours(dir string) bool {
	at, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	info, err := os.Lstat(at)
	if err != nil || !info.IsDir() || !onlyOurs(info) {
		return false
	}
	for at != "/" {
		at = filepath.Dir(at)
		info, err := os.Lstat(at)
		if err != nil || !keptBy(info, 0) && !keptBy(info, os.Geteuid()) {
			return false
		}
	}
	return true
}

func onlyOurs(info os.FileInfo) bool {
	return keptBy(info, os.Geteuid()) && info.Mode().Perm()&0o022 == 0
}

// keptBy says whether something is a user's, and what is in it can be moved by no other.
func keptBy(info os.FileInfo, user int) bool {
	about, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(about.Uid) == user && (info.Mode().Perm()&0o022 == 0 || info.Mode()&os.ModeSticky != 0)
}

// basis is all that a proof depends on: this boot and kernel, who and where we are, what
// the kernel allows, the programs and the very command.
func (s *Sandbox) basis() string {
	var b bytes.Buffer
	for _, file := range []string{
		"/proc/sys/kernel/random/boot_id", "/proc/version", "/proc/self/attr/current", "/proc/self/uid_map",
		"/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
	} {
		text, err := os.ReadFile(file)
		fmt.Fprintf(&b, "%s %q %t\n", file, text, errors.Is(err, os.ErrNotExist))
	}
	for _, space := range []string{"user", "mnt", "pid", "net", "cgroup"} {
		id, err := os.Readlink("/proc/self/ns/" + space)
		fmt.Fprintln(&b, id, err)
	}
	fmt.Fprintln(&b, os.Geteuid(), os.Getegid(), s.groups.Unified, s.groups.Pids, s.groups.Memory)
	self, err := os.Executable()
	fmt.Fprintln(&b, self, err)
	for _, program := range []string{self, s.bwrap, "/bin/sh", "setpriv", "prlimit", "unshare", "mount", "tar"} {
		fmt.Fprintln(&b, fileOf(program))
	}
	filter, err := os.ReadFile(s.filter)
	fmt.Fprintf(&b, "%x %v\n", filter, err)
	fmt.Fprintf(&b, "%q %q %q\n", s.argv(Job{Limits: Limits{}.Whole()}, "", new(group), 4), trials, mount)
	return b.String()
}

// fileOf is which file a program is, and when it was changed last in any way.
func fileOf(program string) string {
	path, err := exec.LookPath(program)
	if err != nil {
		return program + " is not here"
	}
	var about unix.Stat_t
	if err := unix.Stat(path, &about); err != nil {
		return path + " cannot be seen"
	}
	return fmt.Sprint(path, about.Dev, about.Ino, about.Size, about.Mtim, about.Ctim)
}
