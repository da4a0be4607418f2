package sandbox

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"prentice"
)

// Mount is a folder of the machine that a job finds at another place: to read it, or to
// write to it in such a way that the folder stays as it is. What a job writes is in memory
// then, as all that it writes, and can come back by Results.
type Mount struct {
	From, To string
	Write    bool
}

// mount makes the mounts of a job below a folder, in a name space of mounts that ends
// with it: a file system in memory hides what is there. A folder that no other user may
// enter is reached so, too. Folders are named from within, as overlay reads a colon.
const mount = `at=$1; mount -t tmpfs -o mode=0755,size=$2 prentice "$at" && cd "$at" || exit 125; who=$3; mkdir $4 || exit 125; [ -z "$who" ] || [ -z "$5" ] || chown "$who:$who" $5 || exit 125; shift 5; n=0
while [ "$1" != -- ]; do
	if [ "$1" = write ]; then
		( cd "$2" && mount -t overlay -o "lowerdir=.,upperdir=$at/$n.new,workdir=$at/$n.work" prentice "$at/$n" ) || exit 125
	else
		mount --bind "$2" "$at/$n" || exit 125
	fi
	n=$((n+1)); shift 2
done; shift; cd /; exec "$@"`

// places are where mounts can be made: empty folders of every system.
var mountPlaces = []string{"/mnt", "/media", "/srv"}

// place is where the mounts of a job are made: where none of them is from.
func (j Job) place() string {
	for _, at := range mountPlaces {
		info, err := os.Lstat(at)
		good := err == nil && info.IsDir()
		for _, m := range j.Mounts {
			good = good && m.From != at && !strings.HasPrefix(m.From, at+"/")
		}
		if good {
			return at
		}
	}
	return mountPlaces[0]
}

// mounting is what makes the mounts of a job and then goes on.
func (s *Sandbox) mounting(j Job) []string {
	if len(j.Mounts) == 0 {
		return nil
	}
	argv, who := []string{"unshare", "--mount", "--propagation", "private"}, strconv.Itoa(unprivileged)
	if len(s.as) == 0 {
		argv, who = append(argv, "--user", "--map-root-user"), ""
	}
	var folders, uppers, list []string
	for i, m := range j.Mounts {
		n, how := strconv.Itoa(i), "read"
		if folders = append(folders, n); m.Write {
			how, uppers = "write", append(uppers, n+".new")
			folders = append(folders, n+".new", n+".work")
		}
		list = append(list, how, m.From)
	}
	argv = append(argv, "/bin/sh", "-c", mount, "mount", j.place(), strconv.FormatInt(j.Limits.Disk, 10), who, strings.Join(folders, " "), strings.Join(uppers, " "))
	argv = append(argv, list...)
	return append(argv, "--")
}

// mounted is how bubblewrap is told of the mounts.
func (j Job) mounted() (args []string) {
	at := j.place()
	for i, m := range j.Mounts {
		how := "--ro-bind"
		if m.Write {
			how = "--bind"
		}
		args = append(args, how, fmt.Sprintf("%s/%d", at, i), m.To)
	}
	return args
}

// Mounts says why jobs can have no mounts here; nil is that they can.
func (s *Sandbox) Mounts() error { return s.mounts() }

func (s *Sandbox) canMount(j Job) error {
	if len(j.Mounts) == 0 {
		return nil
	}
	return s.mounts()
}

// tryMounts makes one of each sort.
func (s *Sandbox) tryMounts() error {
	if s.proofs.has(mountable) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	j := Job{Mounts: []Mount{{From: s.dir, To: "/a"}, {From: s.dir, To: "/b", Write: true}}, Limits: Limits{}.Whole()}
	argv := append(s.mounting(j), "true")
	out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		return prentice.Errorf(prentice.Unavailable, "folders of this machine cannot be lent to a sandbox: %s", strings.TrimSpace(string(out))).
			Try("let unshare make user and mount namespaces, with overlay (Linux 5.11 or later)")
	}
	s.proofs.keep(mountable)
	return nil
}

// Lendable makes all of a folder that of the user that jobs are, where prentice is
// another one, so that a job may write to what it is lent.
func Lendable(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return filepath.WalkDir(dir, func(file string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(file, unprivileged, unprivileged)
	})
}
