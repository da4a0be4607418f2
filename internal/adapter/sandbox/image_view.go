package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"prentice"
	"prentice/internal/kit/container"
	"prentice/internal/kit/egress"
)

// What a container performs is a script that waits for the files of its job at its input,
// and for nothing else: sh and tar are all that it asks of an image. It prints by its
// output, and brings results back by what is its errors' descriptor elsewhere. A child
// reads on at its input: that has an end when prentice is no more, and then so has the job.
const (
	inImage = `exec 4>&2 2>&1 5<&0
command -v tar >/dev/null || { echo "prentice: the image has no tar, by which it would get its files"; exit 125; }
[ -w /work ] && [ -w /prentice ] || { echo "prentice: the image has a folder of its own at /work or /prentice, where the user of a job may not write"; exit 125; }
head -c "$1" <&5 | tar -x -o -m -f - -C / || { echo "prentice: the tree does not fit into the sandbox"; exit 125; }
( cat <&5 >/dev/null 4>&-; kill -KILL -1 ) &
whole=$2; give=$3; shift 3
cd /work && "$@" </dev/null 4>&- 5<&-
code=$?
cd / && set -f && IFS='
'
if [ $code -ne 0 ] && [ -n "$whole" ]; then give=work; else set +f; fi
set --
for f in $give; do [ -e "$f" ] && set -- "$@" "$f"; done
[ $# = 0 ] || tar -c -f - "$@" >&4 2>/dev/null 5<&-
exit $code`
	forPerson = `exec 5<&0; head -c "$1" <&5 | tar -x -o -m -f - -C / && : >/prentice/.unpacked && cat <&5 >/dev/null`
)

// Beside is a folder that a job in an image may write beside its work folder: images have
// none of that name, so that it is as it is made here. It is its HOME.
const Beside = "/prentice"

// How many volumes an image may have.
const mostVolumes = 16

// spec is how the container of a job is made.
func (w *world) spec(image container.Image, bytes int64) (container.Spec, error) {
	j := w.job
	memory := []string{"/tmp", "/run", "/var/tmp", home, Beside}
	host, err := w.of.host(image, j.Limits, memory)
	if err != nil {
		return container.Spec{}, err
	}
	host.NetworkMode = "none"
	host.Sysctls = map[string]string{"net.ipv4.ip_unprivileged_port_start": "0"} // a network of its own, where any port is free
	for _, s := range j.Services {
		host.ExtraHosts = append(host.ExtraHosts, s.Name+":127.0.0.1")
	}
	spec := container.Spec{
		Image: image.ID, User: fmt.Sprintf("%d:%d", unprivileged, unprivileged), WorkingDir: "/", Env: j.variables(),
		AttachStdin: true, AttachStdout: true, AttachStderr: true, OpenStdin: true, StdinOnce: true,
		Healthcheck: image.Unasked(), HostConfig: host,
		Entrypoint: []string{"/bin/sh", "-c"},
	}
	if j.Terminal != nil {
		spec.Cmd = []string{forPerson, "person", strconv.FormatInt(bytes, 10)}
		return spec, nil
	}
	var give []string
	whole := ""
	if r := j.Results; r != nil {
		for _, g := range r.Give {
			give = append(give, home[1:]+"/"+g)
		}
		if r.Whole {
			whole = "yes"
		}
	}
	spec.Cmd = append([]string{inImage, "job", strconv.FormatInt(bytes, 10), whole, strings.Join(give, "\n")}, j.Argv...)
	return spec, nil
}

// host is what every container is held to: it reads its image, writes to folders in memory,
// gains no rights, and uses no more than its limits.
func (c *Containers) host(image container.Image, l Limits, memory []string) (container.Host, error) {
	h := container.Host{
		ReadonlyRootfs: true, IpcMode: "private", CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges", "seccomp=" + c.filter},
		Memory: l.Memory, MemorySwap: l.Memory, PidsLimit: int64(l.Processes), ShmSize: sharedMemory,
		Tmpfs: map[string]string{}, Ulimits: []container.Ulimit{{Name: "core"}, {Name: "nofile", Soft: int64(l.Open), Hard: int64(l.Open)}},
	}
	var most syscall.Rlimit
	if syscall.Getrlimit(rlimitProcesses, &most) == nil { // engines ask for more than they may give, where no one says how many
		n := int64(min(most.Max, mostOfUser)) //nolint:gosec // it is no more than that
		h.Ulimits = append(h.Ulimits, container.Ulimit{Name: "nproc", Soft: n, Hard: n})
	}
	h.LogConfig.Type = "none"
	how := "rw,exec,nosuid,nodev,mode=1777,size=" + strconv.FormatInt(l.Disk, 10)
	if c.engine.Name == "Podman" {
		how += ",notmpcopyup" // it would take over who may write there from the image
	}
	for _, dir := range memory {
		h.Tmpfs[dir] = how
	}
	// What an image calls a volume would be a folder on the disk of the machine, without a bound.
	if len(image.Config.Volumes) > mostVolumes {
		return h, prentice.Errorf(prentice.Unavailable, "the image has %d volumes, and more than %d are not given", len(image.Config.Volumes), mostVolumes)
	}
	for dir := range image.Config.Volumes {
		if !path.IsAbs(dir) || path.Clean(dir) != dir || strings.ContainsAny(dir, ",:=\\\n") || slices.Contains([]string{"/", "/proc", "/sys", "/dev"}, dir) {
			return h, prentice.Errorf(prentice.Unavailable, "the image has a volume at %q, where none can be given", dir)
		}
		if _, there := h.Tmpfs[dir]; !there {
			m := container.Mount{Type: "tmpfs", Target: dir, TmpfsOptions: &container.TmpfsOptions{SizeBytes: l.Disk, Mode: 0o1777}}
			h.Mounts = append(h.Mounts, m)
		}
	}
	return h, nil
}

const (
	rlimitProcesses = 6       // RLIMIT_NPROC, which package syscall does not name
	mostOfUser      = 1 << 14 // processes of the user of all jobs; a job has a limit of its own
)

// variables are what a job finds set beside what its image sets: what it is to have alone.
func (j Job) variables() (list []string) {
	pairs := map[string]string{"HOME": Beside, "TMPDIR": "/tmp", "LANG": "C.UTF-8", "USER": "sandbox"}
	if j.Egress != nil {
		for _, one := range egress.Environment(nil) {
			name, value, _ := strings.Cut(one, "=")
			pairs[name] = value
		}
	}
	for name, value := range j.Env {
		pairs[name] = value
	}
	for name, value := range pairs {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}

// spooled is what a job begins with, in a file that has no name any more: how much it is
// is said before it is given.
func (c *Containers) spooled(j Job) (file *os.File, bytes int64, err error) {
	if file, err = os.CreateTemp(c.dir, "tree-"); err != nil {
		return nil, 0, err
	}
	err = errors.Join(os.Remove(file.Name()), j.pack(file))
	if err == nil {
		bytes, err = file.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		file.Close() //nolint:errcheck // the first error says it all
		return nil, 0, prentice.Errorf(prentice.Invalid, "the tree of the job could not be read: %w", err)
	}
	return file, bytes, nil
}
