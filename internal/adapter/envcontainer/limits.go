package envcontainer

import (
	"runtime"

	"prentice"
	"prentice/internal/engine/environment"
)

// The defaults of an environment, and the most that a service has which names nothing.
const (
	defaultMemory    = 4 << 30
	defaultProcesses = 4096
	defaultDisk      = 8 << 30
	serviceMemory    = 2 << 30
	serviceProcesses = 1024
	leastMemory      = 16 << 20
	openFiles        = 65536
)

func or[T int | int64 | float64](set, otherwise T) T {
	if set > 0 {
		return set
	}
	return otherwise
}

// whole are the limits of an environment, with the defaults.
func whole(l environment.Limits) environment.Limits {
	return environment.Limits{
		Memory: or(l.Memory, defaultMemory), Processes: or(l.Processes, defaultProcesses),
		Disk: or(l.Disk, defaultDisk), CPUs: or(l.CPUs, float64(runtime.NumCPU())),
	}
}

// shares are what each service may use, so that all together use no more than their
// environment may: an engine limits containers, and not several of them together. Services
// that name no limit share what the others leave.
func shares(s environment.Spec) (map[string]environment.Limits, error) {
	all := whole(s.Limits)
	left, noMemory, noProcesses := all, int64(0), 0
	for _, one := range s.Services {
		left.Memory -= one.Limits.Memory
		left.Processes -= one.Limits.Processes
		if one.Limits.Memory <= 0 {
			noMemory++
		}
		if one.Limits.Processes <= 0 {
			noProcesses++
		}
	}
	memory, processes := left.Memory/max(noMemory, 1), left.Processes/max(noProcesses, 1)
	switch {
	case left.Memory < 0 || noMemory > 0 && memory < leastMemory:
		return nil, prentice.Errorf(prentice.Limited, "the services may use more memory together than the %d MB of their environment", all.Memory>>20).Try("write less as mem_limit of each")
	case left.Processes < 0 || noProcesses > 0 && processes < 2:
		return nil, prentice.Errorf(prentice.Limited, "the services may have more processes together than the %d of their environment", all.Processes).Try("write less as pids_limit of each")
	}
	list := map[string]environment.Limits{}
	for _, one := range s.Services {
		list[one.Name] = environment.Limits{
			Memory: or(one.Limits.Memory, min(memory, serviceMemory)), Processes: or(one.Limits.Processes, min(processes, serviceProcesses)),
			Disk: min(or(one.Limits.Disk, all.Disk), all.Disk), CPUs: min(or(one.Limits.CPUs, all.CPUs), all.CPUs, float64(runtime.NumCPU())),
		}
	}
	return list, nil
}
