package sandbox

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
)

// groups are the control groups below which a job gets one of its own: of version 2
// (https://docs.kernel.org/admin-guide/cgroup-v2.html), or of version 1, where each
// limit has a tree. A path is "" where prentice may not write.
type groups struct {
	unified      string
	pids, memory string
	prlimit      string
}

// A group is named by the number of the process that made it, so that another knows
// whether that is still there.
const prefix = "prentice-sandbox-"

var named = prefix + strconv.Itoa(os.Getpid()) + "-"

// abandoned says whether the process that made a group is gone. An empty group of one
// that is there is about to be filled.
func abandoned(folder string) bool {
	maker, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), prefix), "-")
	pid, err := strconv.Atoi(maker)
	return err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// findGroups looks where a group can be made, by making one.
func findGroups() (g groups) {
	g.prlimit, _ = exec.LookPath("prlimit")
	own := ownGroups()
	for _, below := range []string{own[""], "/"} {
		if dir := filepath.Join("/sys/fs/cgroup", below); limitable(dir, "pids.max", "memory.max") {
			return groups{unified: dir, prlimit: g.prlimit}
		}
	}
	for _, below := range []string{own["pids"], "/"} {
		if dir := filepath.Join("/sys/fs/cgroup/pids", below); g.pids == "" && limitable(dir, "pids.max") {
			g.pids = dir
		}
	}
	for _, below := range []string{own["memory"], "/"} {
		if dir := filepath.Join("/sys/fs/cgroup/memory", below); g.memory == "" && limitable(dir, "memory.limit_in_bytes") {
			g.memory = dir
		}
	}
	return g
}

// ownGroups is where this process stands, by controller; "" is version 2.
func ownGroups() map[string]string {
	own := map[string]string{}
	text, _ := os.ReadFile("/proc/self/cgroup") // without it, the root of each tree is tried
	for line := range strings.Lines(string(text)) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) == 3 {
			own[part[1]] = part[2]
		}
	}
	return own
}

// limitable says whether a group with these limits can be made in a folder. Groups
// that a prentice left when it was killed are removed on the way, with all in them.
func limitable(dir string, files ...string) bool {
	if _, err := os.Stat(filepath.Join(dir, "cgroup.procs")); err != nil {
		return false
	}
	old, _ := filepath.Glob(filepath.Join(dir, prefix+"*"))
	for _, o := range old {
		if abandoned(o) {
			empty(o)
			os.Remove(o) //nolint:errcheck // one that cannot be emptied stays
		}
	}
	trial, err := os.MkdirTemp(dir, named)
	if err != nil {
		return false
	}
	defer os.Remove(trial) //nolint:errcheck // what stays is removed at the next start
	for _, f := range files {
		if f, err := os.OpenFile(filepath.Join(trial, f), os.O_WRONLY, 0); err != nil || f.Close() != nil {
			return false
		}
	}
	return true
}

// empty ends all that is in a group.
func empty(folder string) {
	for range 200 {
		text, _ := os.ReadFile(filepath.Join(folder, "cgroup.procs")) // a group that is gone is empty
		if len(text) == 0 {
			return
		}
		for _, line := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(line); err == nil && pid > 1 {
				syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck // it may have ended just now
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// weaker says in words which limits hold less than they should, and why.
func (g groups) weaker() (list []string) {
	if g.unified == "" && g.memory == "" {
		list = append(list, "memory is limited for each process and not for all of a job together, since prentice may make no control group")
	}
	if g.unified == "" && g.pids == "" {
		list = append(list, "processes are counted with all others of the same user, since prentice may make no control group")
	}
	return list
}

// group is what holds one job.
type group struct {
	of      groups
	folders []string
}

func (g groups) make(l Limits) (*group, error) {
	made := &group{of: g}
	pids := map[string]int64{"pids.max": int64(l.Processes)}
	for _, want := range []struct {
		dir    string
		limits map[string]int64
	}{
		{g.unified, map[string]int64{"pids.max": int64(l.Processes), "memory.max": l.Memory}},
		{g.pids, pids},
		{g.memory, map[string]int64{"memory.limit_in_bytes": l.Memory}},
	} {
		if want.dir == "" {
			continue
		}
		if err := made.add(want.dir, want.limits); err != nil {
			made.remove()
			return nil, prentice.Errorf(prentice.Unavailable, "the limits of a sandbox cannot be set: %w", err)
		}
	}
	return made, nil
}

func (g *group) add(dir string, limits map[string]int64) error {
	folder, err := os.MkdirTemp(dir, named)
	if err != nil {
		return err
	}
	g.folders = append(g.folders, folder)
	for file, n := range limits {
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, file), []byte(strconv.FormatInt(n, 10)), 0))
	}
	if _, missing := os.Stat(filepath.Join(folder, "memory.swap.max")); missing == nil { // what is swapped is used all the same
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, "memory.swap.max"), []byte("0"), 0))
	}
	return err
}

// places are the files into which a process writes its number to be in the groups.
func (g *group) places() string {
	var list []string
	for _, f := range g.folders {
		list = append(list, filepath.Join(f, "cgroup.procs"))
	}
	return strings.Join(list, " ")
}

// rlimits hold for each process what a group should hold for all, where there is none.
func (g *group) rlimits(l Limits) (argv []string) {
	if g.of.prlimit == "" {
		return nil
	}
	if g.of.unified == "" && g.of.memory == "" {
		argv = append(argv, "--as="+strconv.FormatInt(l.Memory, 10))
	}
	if g.of.unified == "" && g.of.pids == "" {
		argv = append(argv, "--nproc="+strconv.Itoa(l.Processes))
	}
	if len(argv) == 0 {
		return nil
	}
	return append([]string{g.of.prlimit}, argv...)
}

// removing is how long the kernel may take to say that the last process of a group is
// gone: a moment, and longer on a busy machine.
const removing = 5 * time.Second

// remove takes the groups away when their last process is gone. One that stays all the
// same is removed by the next process.
func (g *group) remove() {
	late := time.Now().Add(removing)
	for _, f := range g.folders {
		for wait := 2 * time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
			if err := os.Remove(f); err == nil || errors.Is(err, os.ErrNotExist) || time.Now().After(late) {
				break
			}
			time.Sleep(wait)
		}
	}
}
