package checkrun

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/engine/pipeline"
)

// How long runs are kept, and how many of one check.
const (
	mostRuns   = 5
	keptFor    = 7 * 24 * time.Hour
	leftFor    = 24 * time.Hour // what a failed run left
	mostLeft   = 3              // of all checks together
	brought    = "tree.tar"     // all that came back; of a failed run it stays
	logFile    = "log"
	resultFile = "result.json"
	reportsDir = "files"
)

// run is the folder of one run. Its name begins with the time and the process that made
// it, so that the newest is the last and what a killed process left is known.
type run struct {
	dir   string
	check pipeline.Check
	tree  string // the digest of what is checked
}

// Ended is how a run ended, as its folder says.
type Ended struct {
	Check  pipeline.Check  `json:"check"`
	Result pipeline.Result `json:"result"`
	Ended  time.Time       `json:"ended"`
	Tree   string          `json:"tree,omitempty"` // the digest of what was checked
	Dir    string          `json:"-"`
}

// runsIn is where the runs of all checks are, below the folder that a repository keeps.
func runsIn(keep string) string {
	if keep == "" {
		return filepath.Join(os.TempDir(), temporary()+"runs")
	}
	return filepath.Join(keep, "runs")
}

func newRun(keep, tree string, c pipeline.Check) (*run, error) {
	folder := filepath.Join(runsIn(keep), c.Name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "what check %s prints cannot be kept: %w", c.Name, err).Try("look whether you may write there, and whether the disk is full")
	}
	name := time.Now().UTC().Format("20060102T150405.000000") + "-" + strconv.Itoa(os.Getpid()) + "-" + strings.ToLower(rand.Text()[:6])
	r := &run{filepath.Join(folder, name), c, tree}
	return r, os.Mkdir(r.dir, 0o700)
}

func (r *run) log() (*os.File, error) { return r.create(logFile) }

func (r *run) create(name string) (*os.File, error) {
	return os.OpenFile(r.path(name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

func (r *run) remove() error { return os.RemoveAll(r.dir) }

// end writes how it ended, last: a run without it has not ended.
func (r *run) end(result pipeline.Result) error {
	text, err := json.Marshal(Ended{Check: r.check, Result: result, Ended: time.Now().UTC(), Tree: r.tree})
	if err != nil {
		return err
	}
	return os.WriteFile(r.path(resultFile), text, 0o600)
}

// Runs are the runs of a check that have ended, the newest first.
func Runs(keep, name string) (list []Ended) {
	folder := filepath.Join(runsIn(keep), name)
	entries, _ := os.ReadDir(folder) // without a folder there are none
	for _, e := range slices.Backward(entries) {
		var one Ended
		text, err := os.ReadFile(filepath.Join(folder, e.Name(), resultFile))
		if err == nil && json.Unmarshal(text, &one) == nil && one.Check.Name == name {
			one.Dir = filepath.Join(folder, e.Name())
			list = append(list, one)
		}
	}
	return list
}

// Checks are the names of those that were performed.
func Checks(keep string) (names []string) {
	entries, _ := os.ReadDir(runsIn(keep)) // without a folder there are none
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Log is the file with what the run printed.
func (e Ended) Log() string { return filepath.Join(e.Dir, logFile) }

// Left is the file with what the run left, where that is still there.
func (e Ended) Left() (string, bool) {
	file := filepath.Join(e.Dir, brought)
	info, err := os.Lstat(file)
	return file, err == nil && info.Mode().IsRegular()
}

// sweep removes runs that are old or too many, those of processes that are gone without
// an end, and what failed runs left after a while. What cannot be removed stays.
func sweep(runs string, now time.Time) {
	checks, _ := os.ReadDir(runs) // without a folder there is nothing
	var left []string
	for _, c := range checks {
		entries, _ := os.ReadDir(filepath.Join(runs, c.Name())) // so is it here
		for i, e := range slices.Backward(entries) {
			dir := filepath.Join(runs, c.Name(), e.Name())
			_, err := os.Lstat(filepath.Join(dir, resultFile))
			ended := err == nil
			at, _ := time.Parse("20060102T150405.000000", strings.SplitN(e.Name(), "-", 2)[0]) // what is no time is old
			switch age := now.Sub(at); {
			case !ended && isGone(e.Name()), ended && age > keptFor, ended && len(entries)-i > mostRuns:
				os.RemoveAll(dir) //nolint:errcheck // it is tried again
			case ended && age > leftFor:
				os.Remove(filepath.Join(dir, brought)) //nolint:errcheck // most have none
			case ended:
				if _, err := os.Lstat(filepath.Join(dir, brought)); err == nil {
					left = append(left, filepath.Join(dir, brought))
				}
			}
		}
	}
	slices.SortFunc(left, func(a, b string) int {
		return cmp.Compare(filepath.Base(filepath.Dir(b)), filepath.Base(filepath.Dir(a)))
	})
	for _, file := range left[min(len(left), mostLeft):] {
		os.Remove(file) //nolint:errcheck // it is tried again
	}
}

// isGone says whether the process that made a folder is no more.
func isGone(name string) bool {
	parts := strings.Split(name, "-")
	if len(parts) < 3 {
		return true
	}
	pid, err := strconv.Atoi(parts[len(parts)-2])
	return err != nil || pid <= 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// temporary begins the names of folders for the moment.
func temporary() string { return "prentice-check-" + strconv.Itoa(os.Getpid()) + "-" }

// sweepTemporary removes the folders for the moment of processes that are gone.
func sweepTemporary() {
	old, _ := filepath.Glob("/tmp/prentice-check-*-*")
	for _, dir := range old {
		if isGone(filepath.Base(dir)) {
			os.RemoveAll(dir) //nolint:errcheck // that of another user stays
		}
	}
}
