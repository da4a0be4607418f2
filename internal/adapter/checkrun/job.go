package checkrun

import (
	"crypto/rand"
	"fmt"
	"path"
	"runtime"
	"strings"
	"time"

	"prentice/internal/adapter/sandbox"
	"prentice/internal/adapter/toolchain"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/variable"
)

// The most that a run may use beside its share of the machine.
const (
	mostProcesses = 4096
	mostPrinted   = 64 << 20
	mostOpen      = 8192
	mostBrought   = 512 << 20
	leastMemory   = 2 << 30
	toComeBack    = 30 * time.Second // the time that a run's results may take, beside its own
)

// atOnce is how many runs the machine bears at the same time.
func atOnce() int { return max(1, min(runtime.NumCPU(), int(memory()/leastMemory))) }

// limits are those of one run: its share of the machine's memory, and all that it writes
// is a part of that.
func limits(timeout time.Duration) sandbox.Limits {
	share := max(leastMemory, memory()*3/4/int64(atOnce()))
	return sandbox.Limits{Time: timeout + toComeBack, Processes: mostProcesses, Memory: share, Disk: share, Output: mostPrinted, Open: mostOpen, Results: mostBrought}
}

// job is a run as the sandbox performs it.
type job struct {
	sandbox.Job
	seal   string // marks the lines by which the steps are told apart
	caches []cache
	values []string // of the secrets that it is given
	images []string // that it is performed with, with their digests
}

// job is how a check is performed on a tree.
func (p *place) job(t *check.Tree, c pipeline.Check) job {
	j := job{Job: p.view(c), seal: rand.Text()}
	j.Files = append(files(t), steps(c)...)
	j.Argv = []string{"timeout", "--kill-after=5", fmt.Sprintf("%.3f", c.Timeout.Seconds()), "/bin/sh", "-c", j.script(c)}
	j.Results = &sandbox.Results{Whole: true, Give: append(c.Reports.All(), c.Artifacts...)}
	if p.box.Mounts() == nil {
		j.caches = cachesOf(t.Keep, append(p.toolsOf(c).Cache, c.Cache...))
	}
	return j
}

// view is the world that a check and those who enter what it left find.
func (p *place) view(c pipeline.Check) sandbox.Job {
	tools := p.toolsOf(c)
	j := sandbox.Job{Scratch: []string{toolchain.Home}, Limits: limits(c.Timeout), Egress: p.egress(c)}
	if p.box.Mounts() == nil {
		for _, l := range tools.Lent {
			j.Mounts = append(j.Mounts, sandbox.Mount{From: l.From, To: l.To})
		}
	}
	j.Env = map[string]string{"HOME": toolchain.Home}
	for name, value := range tools.Env {
		j.Env[name] = value
	}
	j.Env["PATH"] = strings.Join(append(tools.Path, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"), ":")
	return j
}

// files are those of a tree. A submodule is an empty folder, as git leaves it.
func files(t *check.Tree) (list []sandbox.File) {
	for _, f := range t.Files {
		switch f.Mode {
		case check.Submodule:
		case check.Link:
			to, err := t.Content(f)
			if err == nil && len(to) > 0 {
				list = append(list, sandbox.File{Path: f.Path, Link: string(to)})
			}
		default:
			list = append(list, sandbox.File{Path: f.Path, Executable: f.Mode == check.Executable, Open: func() ([]byte, error) { return t.Content(f) }})
		}
	}
	return list
}

const stepFolder = "/run/steps"

func steps(c pipeline.Check) (list []sandbox.File) {
	for i, s := range c.Steps {
		list = append(list, sandbox.File{Path: stepFile(c, i), Open: func() ([]byte, error) { return []byte(s.Body), nil }})
	}
	return list
}

func stepFile(c pipeline.Check, i int) string {
	folder := stepFolder
	if c.Image != "" {
		folder = sandbox.Beside + "/steps"
	}
	return path.Join(folder, fmt.Sprint(i+1))
}

// script performs the steps, each in a shell of its own that ends with the first command
// that fails, and says which one begins.
func (j job) script(c pipeline.Check) string {
	var b strings.Builder
	for _, name := range c.Secrets {
		fmt.Fprintf(&b, "%[1]s=$(cat %[2]s) && export %[1]s || exit 125\n", variable.Of(name), secretFile(c, name))
	}
	for i, s := range c.Steps {
		fmt.Fprintf(&b, "printf '\\n%s %d\\n'\n", j.seal, i)
		shell := "sh -e"
		if s.Shell == "bash" {
			shell = "bash -eo pipefail"
		}
		fmt.Fprintf(&b, "cd /work && %s %s || exit $?\n", shell, stepFile(c, i))
	}
	return b.String()
}
