package hostfacts

import (
	"time"
)

// Amount is how much of something there is and how much of it is in use. Without a limit it
// is not known.
type Amount struct {
	Used  int64 `json:"used"`
	Limit int64 `json:"limit"`
}

// Known says whether it is known.
func (a Amount) Known() bool { return a.Limit > 0 }

// Disk is a file system.
type Disk struct {
	Mount  string `json:"mount"`
	Type   string `json:"type,omitempty"`
	Bytes  Amount `json:"bytes"`
	Inodes Amount `json:"inodes,omitzero"`
}

// Facts are what one look at a machine said.
type Facts struct {
	At          time.Time     `json:"at"`
	Uptime      time.Duration `json:"uptime,omitempty"`
	CPUs        int           `json:"cpus,omitempty"`
	Ticks       Ticks         `json:"ticks,omitzero"`
	Busy        float64       `json:"busy"` // the share of its processors that worked since the look before; below zero it is not known
	Load        []float64     `json:"load,omitempty"`
	Memory      Amount        `json:"memory,omitzero"`
	Swap        Amount        `json:"swap,omitzero"`
	Handles     Amount        `json:"handles,omitzero"`     // open files
	Connections Amount        `json:"connections,omitzero"` // that are tracked
	Sockets     int64         `json:"sockets,omitempty"`    // of TCP, in use
	Disks       []Disk        `json:"disks,omitempty"`
	Clock       Offset        `json:"clock,omitzero"`
	Updates     Updates       `json:"updates,omitzero"`
}

// Ticks are what the processors of a machine did since it began.
type Ticks struct {
	All  int64 `json:"all"`
	Idle int64 `json:"idle"`
}

// Offset is by how much the clock of a machine is before ours: between the two. Both are
// zero where that is not known.
type Offset struct {
	Least time.Duration `json:"least"`
	Most  time.Duration `json:"most"`
}

// Known says whether anything is known of it.
func (o Offset) Known() bool { return o != Offset{} }

// Wrong is how far off the clock is at least.
func (o Offset) Wrong() time.Duration {
	switch {
	case o.Least > 0:
		return o.Least
	case o.Most < 0:
		return -o.Most
	}
	return 0
}

// Updates are those that a machine could install.
type Updates struct {
	At      time.Time `json:"at,omitzero"` // when they were counted
	By      string    `json:"by,omitempty"`
	Pending int       `json:"pending"`
	Restart bool      `json:"restart,omitempty"`
}

// After is a look with what only the one before it can say: how much the processors worked
// in between, and the updates, where they were not counted again.
func (f Facts) After(last Facts) Facts {
	f.Busy = -1
	all, idle := f.Ticks.All-last.Ticks.All, f.Ticks.Idle-last.Ticks.Idle
	if last.Ticks.All > 0 && all > 0 && idle >= 0 && idle <= all { // counters begin again when it restarts
		f.Busy = 1 - float64(idle)/float64(all)
	}
	if f.Updates.At.IsZero() {
		f.Updates = last.Updates
	}
	return f
}

// Due says whether a look is due: every host has its own moment of the interval, by its name,
// so that they are not all asked at once. What was never looked at is.
func Due(now, last time.Time, name string, every time.Duration) bool {
	if last.IsZero() || last.After(now) {
		return true
	}
	at := func(t time.Time) int64 { return (t.UnixNano() - int64(offset(name, every))) / int64(every) }
	return at(now) > at(last)
}

// offset is the moment of a name in an interval.
func offset(name string, every time.Duration) time.Duration {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return time.Duration(h % uint64(every)) //nolint:gosec // an interval is positive
}
