package cgroup

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Place is where groups can be made, by tree; a tree that is "" is one where this process may not write.
type Place struct {
	Unified           string // version 2
	Pids, Memory, CPU string // version 1
}

// Find looks where a group can be made, by making one whose name begins with a prefix and the
// number of this process. Groups of that prefix whose maker is gone are removed on the way.
func Find(prefix string) (p Place) {
	own := stands()
	for _, below := range []string{own[""], "/"} {
		if dir := filepath.Join("/sys/fs/cgroup", below); Limitable(dir, prefix, "pids.max", "memory.max") {
			return Place{Unified: dir}
		}
	}
	for _, tree := range []struct {
		name string
		to   *string
		file string
	}{{"pids", &p.Pids, "pids.max"}, {"memory", &p.Memory, "memory.limit_in_bytes"}, {"cpu", &p.CPU, "cpu.cfs_quota_us"}} {
		for _, below := range []string{own[tree.name], "/"} {
			if dir := filepath.Join("/sys/fs/cgroup", tree.name, below); *tree.to == "" && Limitable(dir, prefix, tree.file) {
				*tree.to = dir
			}
		}
	}
	return p
}

// Trees are the folders in which there are groups.
func (p Place) Trees() (list []string) {
	for _, dir := range []string{p.Unified, p.Pids, p.Memory, p.CPU} {
		if dir != "" {
			list = append(list, dir)
		}
	}
	return list
}

// HasMemory says whether memory can be limited for several processes together.
func (p Place) HasMemory() bool { return p.Unified != "" || p.Memory != "" }

// HasPids says whether processes can be counted by group.
func (p Place) HasPids() bool { return p.Unified != "" || p.Pids != "" }

// HasCPU says whether processors can be shared out.
func (p Place) HasCPU() bool {
	if p.Unified == "" {
		return p.CPU != ""
	}
	text, _ := os.ReadFile(filepath.Join(p.Unified, "cgroup.controllers")) // without it there is none
	return strings.Contains(" "+strings.TrimSpace(string(text))+" ", " cpu ")
}

// stands is where this process stands, by controller; "" is version 2.
func stands() map[string]string {
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

// Named is how a group begins that is known by who made it.
func Named(prefix string) string { return prefix + strconv.Itoa(os.Getpid()) + "-" }

// abandoned says whether the process that made a group is gone. An empty group of one
// that is there is about to be filled.
func abandoned(folder, prefix string) bool {
	maker, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), prefix), "-")
	pid, err := strconv.Atoi(maker)
	return err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// Limitable says whether a group with these limits can be made in a folder. Groups
// that a process left when it was killed are removed on the way, with all in them.
func Limitable(dir, prefix string, files ...string) bool {
	if _, err := os.Stat(filepath.Join(dir, "cgroup.procs")); err != nil {
		return false
	}
	old, _ := filepath.Glob(filepath.Join(dir, prefix+"*"))
	for _, o := range old {
		if abandoned(o, prefix) {
			Empty(o)
			os.Remove(o) //nolint:errcheck // one that cannot be emptied stays
		}
	}
	trial, err := os.MkdirTemp(dir, Named(prefix))
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

// Empty ends all that is in a group.
func Empty(folder string) {
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
