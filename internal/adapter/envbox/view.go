package envbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/environment"
	"prentice/internal/kit/cell"
	"prentice/internal/kit/egress"
)

// nobody is who a service is where it names no user.
const nobody = sandbox.Unprivileged

// home is where a service begins, unless it says otherwise.
const home = "/work"

// bind is a folder of the environment that a service sees.
type bind struct {
	from, to string // from is where the keeper has it
	readOnly bool
}

// view is what a service sees, as bubblewrap is told.
type view struct {
	service     environment.Service
	limits      environment.Limits
	binds       []bind
	env         [][2]string
	files       []environment.File // with who it is and whom it knows
	first       int                // the descriptor of the first file; those of the filter and of this list stand before it
	filter      int
	status      int
	see         []string
	scratch     []string
	workingDir  string
	environment string // its ID
	memory      int64  // what each process may have, where no group limits them together
	processes   int    // what its user may have, so
}

// args are all that bubblewrap is told but the program.
func (v view) args() []string {
	uid, gid, _ := user(v.service.User) // it was checked
	args := []string{
		"--seccomp", strconv.Itoa(v.filter), "--json-status-fd", strconv.Itoa(v.status),
		"--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--disable-userns", "--new-session",
		"--uid", strconv.Itoa(uid), "--gid", strconv.Itoa(gid), "--hostname", v.service.Name, "--cap-drop", "ALL", "--clearenv",
		"--size", strconv.FormatInt(v.limits.Disk, 10), "--tmpfs", "/",
		"--proc", "/proc", "--dev", "/dev", "--size", strconv.Itoa(sharedMemory), "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
	}
	args = append(args, sandbox.System(v.see...)...)
	for _, folder := range slices.Concat([]string{"/run", home}, v.scratch) {
		args = append(args, "--dir", folder)
	}
	for _, folder := range []string{"/tmp", "/var/tmp"} {
		args = append(args, "--perms", "1777", "--dir", folder)
	}
	if !v.stands("/var/run") { // where libraries of databases look for sockets
		args = append(args, "--symlink", "../run", "/var/run")
	}
	for _, b := range v.binds {
		how := "--bind"
		if b.readOnly {
			how = "--ro-bind"
		}
		args = append(args, how, b.from, b.to)
	}
	for i, f := range v.files {
		mode := f.Mode.Perm()
		if mode == 0 {
			mode = 0o444
		}
		args = append(args, "--perms", strconv.FormatInt(int64(mode&^0o222|0o400), 8), "--ro-bind-data", strconv.Itoa(v.first+i), f.Path)
	}
	if v.service.ReadOnly {
		args = append(args, "--remount-ro", "/")
	}
	for _, t := range v.service.Tmpfs {
		args = append(args, "--size", strconv.FormatInt(v.limits.Disk, 10), "--tmpfs", t)
	}
	for _, pair := range v.env {
		args = append(args, "--setenv", pair[0], pair[1])
	}
	return append(args, "--chdir", v.workingDir)
}

// stands says whether something of the service stands at a path or below it.
func (v view) stands(at string) bool {
	below := func(p string) bool { return p == at || strings.HasPrefix(p, at+"/") }
	return slices.ContainsFunc(v.binds, func(b bind) bool { return below(b.to) }) || slices.ContainsFunc(v.files, func(f environment.File) bool { return below(f.Path) }) ||
		slices.ContainsFunc(v.service.Tmpfs, below)
}

// variables are all that a service finds set.
func variables(s environment.Spec, sv environment.Service, more map[string]string) [][2]string {
	all := map[string]string{
		"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME": home, "LANG": "C.UTF-8", "HOSTNAME": sv.Name,
	}
	if len(s.Hosts) > 0 {
		for _, e := range egress.Environment(nil) {
			name, value, _ := strings.Cut(e, "=")
			if strings.EqualFold(name, "NO_PROXY") {
				for _, other := range s.Services {
					value += "," + strings.Join(append([]string{other.Name}, other.Aliases...), ",")
				}
			}
			all[name] = value
		}
	}
	for _, given := range []map[string]string{more, sv.Env, sv.Secret} {
		maps.Copy(all, given)
	}
	var list [][2]string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, [2]string{name, all[name]})
	}
	return list
}

// known are the files by which programs know who they are and whom they find.
func known(s environment.Spec, i int) []environment.File {
	uid, gid, _ := user(s.Services[i].User)
	passwd, group := "root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n"
	if uid != 0 {
		passwd += "sandbox:x:" + strconv.Itoa(uid) + ":" + strconv.Itoa(gid) + ":sandbox:" + home + ":/bin/sh\n"
	}
	if gid != 0 {
		group += "sandbox:x:" + strconv.Itoa(gid) + ":\n"
	}
	return []environment.File{
		{Path: "/etc/passwd", Content: []byte(passwd)}, {Path: "/etc/group", Content: []byte(group)},
		{Path: "/etc/hosts", Content: []byte(hosts(s, i))},
		{Path: "/etc/nsswitch.conf", Content: []byte("passwd: files\ngroup: files\nhosts: files\n")},
	}
}

// enter is how a program is performed beside a service.
func (v view) enter() cell.Enter {
	e := cell.Enter{Dir: v.workingDir, Open: defaultOpen, File: v.limits.Disk, Memory: v.memory, Processes: v.processes}
	for _, pair := range v.env {
		e.Env = append(e.Env, pair[0]+"="+pair[1])
	}
	return e
}

// limited is a program that limits itself in what no group limits here.
func (v view) limited(argv []string) []string {
	var limits []string
	if v.memory > 0 {
		limits = append(limits, "--as="+strconv.FormatInt(v.memory, 10))
	}
	if v.processes > 0 {
		limits = append(limits, "--nproc="+strconv.Itoa(v.processes))
	}
	if len(limits) == 0 {
		return argv
	}
	return append(append(append([]string{"prlimit"}, limits...), "--"), argv...)
}
