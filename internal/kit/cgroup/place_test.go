package cgroup

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

const prefix = "prentice-trial-"

// An empty group may be one that is about to be filled.
func TestOfGroupsOnlyThoseOfTheDeadAreTaken(t *testing.T) {
	dir, dead := t.TempDir(), deadProcess(t)
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for maker, stays := range map[int]bool{os.Getpid(): true, dead: false} {
		group := filepath.Join(dir, fmt.Sprintf("%s%d-1", prefix, maker))
		if err := os.Mkdir(group, 0o700); err != nil {
			t.Fatal(err)
		}
		if !Limitable(dir, prefix) {
			t.Fatal("no group can be made")
		}
		if _, err := os.Stat(group); (err == nil) != stays {
			t.Errorf("the group of process %d, which stays: %v: %v", maker, stays, err)
		}
	}
}

// deadProcess is the number of a process that has ended.
func deadProcess(t *testing.T) int {
	t.Helper()
	p, err := os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); err != nil {
		t.Fatal(err)
	}
	return p.Pid
}
