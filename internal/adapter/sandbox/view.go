package sandbox

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// The user that a job is, inside and, where prentice is root, outside as well:
// nobody's, so that it owns no file of the machine.
const unprivileged = 65534

// home is the work folder: where a job begins, what it may write, and its HOME.
const home = "/work"

// sharedMemory is what programs may share in /dev/shm, in bytes, beside what they write.
const sharedMemory = 64 << 20

// The machine as a job sees it is a list of what is there, not the machine without
// some things: what is not named does not exist. Nothing here holds a socket, a
// secret or anything of a person.
var (
	systemFolders = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}
	systemFiles   = []string{
		"/etc/alternatives", "/etc/ca-certificates", "/etc/debian_version", "/etc/ld.so.cache", "/etc/ld.so.conf",
		"/etc/ld.so.conf.d", "/etc/localtime", "/etc/mime.types", "/etc/os-release", "/etc/protocols", "/etc/services",
		"/etc/ssl/certs", "/etc/ssl/openssl.cnf",
	}
)

// view is how bubblewrap is told what a job sees. Scratch folders are empty here:
// what they hold comes with the tree.
func (j Job) view(name string) []string {
	disk := strconv.FormatInt(j.Limits.Disk, 10)
	args := []string{
		"--unshare-all", "--unshare-user", "--disable-userns", "--new-session", "--die-with-parent",
		"--uid", strconv.Itoa(unprivileged), "--gid", strconv.Itoa(unprivileged), "--hostname", name,
		"--cap-drop", "ALL", "--clearenv",
		"--size", disk, "--tmpfs", "/",
		"--proc", "/proc", "--dev", "/dev", "--size", strconv.Itoa(sharedMemory), "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
	}
	args = append(args, System(j.See...)...)
	args = append(args, j.mounted()...)
	for _, folder := range slices.Concat([]string{"/tmp", "/run", "/var/tmp", home}, j.Scratch) {
		args = append(args, "--dir", folder)
	}
	for _, pair := range j.environment() {
		args = append(args, "--setenv", pair[0], pair[1])
	}
	return append(args, "--chdir", home)
}

// shown lets a job read a file or folder of the machine, a link as the link that it
// is, and nothing where there is nothing.
func shown(path string) []string {
	if to, err := os.Readlink(path); err == nil && filepath.Dir(path) == "/" {
		return []string{"--symlink", to, path}
	}
	return []string{"--ro-bind-try", path, path}
}

// environment is all that a job finds set.
func (j Job) environment() [][2]string {
	pairs := [][2]string{
		{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		{"HOME", home}, {"TMPDIR", "/tmp"}, {"LANG", "C.UTF-8"}, {"USER", "sandbox"},
	}
	for _, name := range slices.Sorted(maps.Keys(j.Env)) {
		pairs = append(pairs, [2]string{name, j.Env[name]})
	}
	return pairs
}
