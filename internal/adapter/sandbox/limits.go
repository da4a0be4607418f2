package sandbox

import "time"

// Limits are the most that one job may use. A zero is the default of that limit, so
// that there is no job without limits.
type Limits struct {
	Time      time.Duration
	Processes int   // processes and threads at one time
	Memory    int64 // bytes, of all its processes, what they write among it
	Disk      int64 // bytes that it may write in all its folders together
	Output    int64 // bytes printed
	Open      int   // files open at one time, in a process
	Results   int64 // bytes that come back
}

// The defaults: those of a small test.
const (
	defaultTime      = 10 * time.Minute
	defaultProcesses = 512
	defaultMemory    = 2 << 30
	defaultDisk      = 1 << 30
	defaultOutput    = 16 << 20
	defaultOpen      = 1024
	defaultResults   = 256 << 20
)

// Whole are the limits with the defaults for what is not set.
func (l Limits) Whole() Limits {
	return Limits{
		Time:      or(l.Time, defaultTime),
		Processes: or(l.Processes, defaultProcesses),
		Memory:    or(l.Memory, defaultMemory),
		Disk:      or(l.Disk, defaultDisk),
		Output:    or(l.Output, defaultOutput),
		Open:      or(l.Open, defaultOpen),
		Results:   or(l.Results, defaultResults),
	}
}

func or[T int | int64 | time.Duration](set, otherwise T) T {
	if set > 0 {
		return set
	}
	return otherwise
}
