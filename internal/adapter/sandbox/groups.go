package sandbox

import (
	"os/exec"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/cgroup"
)

// groups are the control groups below which a job gets one of its own.
type groups struct {
	cgroup.Place
	prlimit string
}

// A group is named by the number of the process that made it, so that another knows
// whether that is still there.
const prefix = "prentice-sandbox-"

// findGroups looks where a group can be made, by making one.
func findGroups() (g groups) {
	g.prlimit, _ = exec.LookPath("prlimit")
	g.Place = cgroup.Find(prefix)
	g.CPU = "" // a job may use all that is free
	return g
}

// weaker says in words which limits hold less than they should, and why.
func (g groups) weaker() (list []string) {
	if !g.HasMemory() {
		list = append(list, "memory is limited for each process and not for all of a job together, since prentice may make no control group")
	}
	if !g.HasPids() {
		list = append(list, "processes are counted with all others of the same user, since prentice may make no control group")
	}
	return list
}

// group is what holds one job.
type group struct {
	of groups
	*cgroup.Group
}

func (g groups) make(l Limits) (*group, error) {
	made, err := g.Make(prefix, cgroup.Limits{Processes: l.Processes, Memory: l.Memory})
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "the limits of a sandbox cannot be set: %w", err)
	}
	return &group{g, made}, nil
}

// places are the files into which a process writes its number to be in the groups.
func (g *group) places() string {
	if g.Group == nil {
		return ""
	}
	return strings.Join(g.Entries(), " ")
}

// rlimits hold for each process what a group should hold for all, where there is none.
func (g *group) rlimits(l Limits) (argv []string) {
	if g.of.prlimit == "" {
		return nil
	}
	if !g.of.HasMemory() {
		argv = append(argv, "--as="+strconv.FormatInt(l.Memory, 10))
	}
	if !g.of.HasPids() {
		argv = append(argv, "--nproc="+strconv.Itoa(l.Processes))
	}
	if len(argv) == 0 {
		return nil
	}
	return append([]string{g.of.prlimit}, argv...)
}
