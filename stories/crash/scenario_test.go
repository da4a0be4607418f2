package crash

import (
	"bytes"
	"os"
	"path/filepath"

	"prentice"
	"prentice/internal/demo"
)

// scenario is a fault, who tells of it, and what should become of it.
type scenario struct {
	name      string
	procedure string
	down      string // the service that is down when it begins
	of        string // the service whose symptom is told; without it the owner asks for the procedure
	before    func(state string) error
	spoil     bool // the verification fails
	stop      bool // everything is stopped before the last start
	effects   func(state string) int
	ends      []prentice.State // those that the run may come to, besides uncertain when maybe
	section   string           // whose passes are points of the sweep
	first     []string         // kills before those of the sweep
	tail      int              // 0, or how many of the last commits are swept
	every     int              // 0, or how many commits there are to one that is swept
	maybe     bool             // no one can tell after a kill in the middle
	alone     bool             // it needs an installation of its own
	bad       *moment          // nil, or what goes wrong besides the kill
}

func scenarios() []scenario {
	good, undone := []prentice.State{prentice.Verified}, []prentice.State{prentice.Undone}
	restart := scenario{name: "restart-service", procedure: "restart-service", down: demo.Payments, of: demo.Payments, effects: started(demo.Payments), section: "Act", ends: good}
	behind := scenario{name: "restart-dependency", procedure: "restart-dependency", down: demo.Payments, of: demo.Checkout, effects: started(demo.Payments), section: "Act", ends: good}
	locked := scenario{name: "clear-stale-lock", procedure: "clear-stale-lock", down: demo.Orders, of: demo.Orders, before: leaveLock, effects: started(demo.Orders), section: "Act", ends: good}
	backup := scenario{name: "nightly-backup", procedure: "nightly-backup", effects: lines("backup/journal"), section: "Act", ends: good}
	charge := scenario{name: "charge-a-fee (no done? question)", procedure: "charge-a-fee", effects: lines("charges"), section: "Act", ends: good, maybe: true}

	far := scenario{name: "charge-far (over SSH, no done? question)", procedure: "charge-far", effects: lines("far-charges"), section: "Act", ends: good}

	useless := func(s scenario, ends []prentice.State, tail int) scenario {
		s.name, s.spoil, s.section, s.ends, s.tail, s.alone = s.name+" does not help", true, "Undo", ends, tail, true
		return s
	}
	again := restart
	again.name, again.section, again.first = "restart-service, killed twice", "", []string{"start:1"}
	stopped := restart
	stopped.name, stopped.stop, stopped.alone, stopped.tail, stopped.ends = "restart-service, then the kill switch", true, true, 1, []prentice.State{prentice.Cancelled, prentice.Verified}
	settings := scenario{name: "place-settings (a file, batches, a question)", procedure: "place-settings", before: unsettled, effects: settlements, section: "Act", ends: good, every: 2}
	list := []scenario{restart, behind, locked, backup, charge, settings,
		useless(restart, undone, 5), useless(locked, undone, 5), useless(backup, undone, 5), useless(behind, undone, 5),
		again, stopped}
	if reachable() {
		list = append(list, far)
	}
	return list
}

// started counts how often a service was started since the trial began.
func started(service string) func(string) int {
	return func(state string) int {
		raw, _ := os.ReadFile(demo.LogFile(state, service)) // a service that was never started has no log
		return bytes.Count(raw, []byte("msg=started"))
	}
}

// lines counts the lines of a file.
func lines(name string) func(string) int {
	return func(state string) int {
		raw, _ := os.ReadFile(filepath.Join(state, name)) // a file that is not there has no lines
		return bytes.Count(raw, []byte("\n"))
	}
}

// leaveLock leaves the lock that a killed orders leaves.
func leaveLock(state string) error {
	return os.WriteFile(demo.LockFile(state), []byte("1\n"), 0o600)
}
