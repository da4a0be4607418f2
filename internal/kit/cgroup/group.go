package cgroup

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Limits are the most that all in a group may use together; a zero limits nothing.
type Limits struct {
	Processes int
	Memory    int64
	CPUs      float64
}

// Group is one of each tree.
type Group struct {
	place   Place
	folders []string
}

// Make makes a group of a name of its own that begins with prefix.
func (p Place) Make(prefix string, l Limits) (*Group, error) {
	g := &Group{place: p}
	for _, dir := range p.Trees() {
		folder, err := os.MkdirTemp(dir, Named(prefix))
		if err == nil {
			g.folders = append(g.folders, folder)
			err = p.limit(dir, folder, l)
		}
		if err != nil {
			g.Remove()
			return nil, err
		}
	}
	return g, nil
}

// Open is the group of a name, which is made where it is not there, with its limits.
func (p Place) Open(name string, l Limits) (*Group, error) {
	g := &Group{place: p}
	for _, dir := range p.Trees() {
		folder := filepath.Join(dir, name)
		if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, err
		}
		g.folders = append(g.folders, folder)
		if err := p.limit(dir, folder, l); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// At is the group of a name, which may not be there.
func (p Place) At(name string) *Group {
	g := &Group{place: p}
	for _, dir := range p.Trees() {
		g.folders = append(g.folders, filepath.Join(dir, name))
	}
	return g
}

// Within is where groups within a group are.
func (p Place) Within(name string) (Place, error) {
	down := func(dir string) string {
		if dir == "" {
			return ""
		}
		return filepath.Join(dir, name)
	}
	if p.Unified != "" { // what is to be limited within must be passed on
		for _, what := range []string{"+pids", "+memory", "+cpu"} {
			if err := os.WriteFile(filepath.Join(p.Unified, name, "cgroup.subtree_control"), []byte(what), 0); err != nil && what != "+cpu" {
				return Place{}, err
			}
		}
	}
	return Place{Unified: down(p.Unified), Pids: down(p.Pids), Memory: down(p.Memory), CPU: down(p.CPU)}, nil
}

// period is what processors are shared out by, in microseconds.
const period = 100_000

func (p Place) limit(dir, folder string, l Limits) (err error) {
	write := func(file, text string) {
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, file), []byte(text), 0))
	}
	if l.Processes > 0 && (dir == p.Unified || dir == p.Pids) {
		write("pids.max", strconv.Itoa(l.Processes))
	}
	if l.Memory > 0 && dir == p.Unified {
		write("memory.max", strconv.FormatInt(l.Memory, 10))
	}
	if l.Memory > 0 && dir == p.Memory {
		write("memory.limit_in_bytes", strconv.FormatInt(l.Memory, 10))
	}
	if _, missing := os.Stat(filepath.Join(folder, "memory.swap.max")); missing == nil && l.Memory > 0 { // what is swapped is used all the same
		write("memory.swap.max", "0")
	}
	quota := strconv.Itoa(int(l.CPUs * period))
	switch {
	case l.CPUs <= 0:
	case dir == p.CPU && p.Unified == "":
		write("cpu.cfs_period_us", strconv.Itoa(period))
		write("cpu.cfs_quota_us", quota)
	case dir == p.Unified && p.HasCPU():
		write("cpu.max", quota+" "+strconv.Itoa(period))
	}
	return err
}

// Entries are the files into which a process writes its number to be in the group.
func (g *Group) Entries() (list []string) {
	for _, f := range g.folders {
		list = append(list, filepath.Join(f, "cgroup.procs"))
	}
	return list
}

// Enter puts a process into the group.
func (g *Group) Enter(pid int) (err error) {
	for _, f := range g.Entries() {
		err = errors.Join(err, os.WriteFile(f, []byte(strconv.Itoa(pid)), 0))
	}
	return err
}

// removing is how long the kernel may take to say that the last process of a group is
// gone: a moment, and longer on a busy machine.
const removing = 5 * time.Second

// Remove takes the group away when its last process is gone. One that stays all the
// same is removed by the next process.
func (g *Group) Remove() {
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

// End ends all that is in the groups of a name, and in those within them, and removes them.
func (p Place) End(name string) (err error) {
	for _, dir := range p.Trees() {
		err = errors.Join(err, end(filepath.Join(dir, name)))
	}
	return err
}

func end(folder string) error {
	inner, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range inner {
		if e.IsDir() {
			if err := end(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
		}
	}
	Empty(folder)
	for late := time.Now().Add(removing); ; time.Sleep(5 * time.Millisecond) {
		if err = os.Remove(folder); err == nil || errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if time.Now().After(late) {
			return err
		}
	}
}

// Use is what a group uses; a number that cannot be known here is -1.
type Use struct {
	Memory    int64
	Processes int64
	Killed    int64 // processes that were ended because memory was over
	CPU       time.Duration
}

// Use is what all in the group use.
func (g *Group) Use() Use {
	u := Use{Memory: -1, Processes: -1}
	for _, f := range g.folders {
		if n, ok := numberIn(f, "memory.current", "memory.usage_in_bytes"); ok {
			u.Memory = n - max(0, fieldIn(f, "memory.stat", "total_inactive_file", "inactive_file")) // the kernel's cache of files is not used by it
		}
		if n, ok := numberIn(f, "pids.current"); ok {
			u.Processes = n
		}
		if n := max(fieldIn(f, "memory.events", "oom_kill"), fieldIn(f, "memory.oom_control", "oom_kill")); n > 0 {
			u.Killed = n
		}
		if n := fieldIn(f, "cpu.stat", "usage_usec"); n > 0 {
			u.CPU = time.Duration(n) * time.Microsecond
		}
	}
	return u
}

func numberIn(folder string, files ...string) (int64, bool) {
	for _, file := range files {
		if text, err := os.ReadFile(filepath.Join(folder, file)); err == nil {
			n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// fieldIn is the number behind the first of the names that a file has; -1 is that it has none.
func fieldIn(folder, file string, names ...string) int64 {
	text, _ := os.ReadFile(filepath.Join(folder, file)) // without it there is no number
	for _, name := range names {
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) == 2 && f[0] == name {
				if n, err := strconv.ParseInt(f[1], 10, 64); err == nil {
					return n
				}
			}
		}
	}
	return -1
}
