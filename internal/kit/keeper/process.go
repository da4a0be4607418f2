package keeper

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bootID is the boot that this machine is in; "-" where it does not say.
func bootID() string {
	raw, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "-"
	}
	return strings.TrimSpace(string(raw))
}

// gone is the start of a process that has ended.
const gone = "ended"

// stat is what /proc says of a process: its name, and its fields from the state on.
func stat(pid int) (name string, fields []string) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	from, to := strings.IndexByte(string(raw), '('), strings.LastIndexByte(string(raw), ')')
	if err != nil || from < 0 || to < from {
		return "", nil
	}
	if fields = strings.Fields(string(raw[to+1:])); len(fields) < 20 {
		return "", nil
	}
	return string(raw[from+1 : to]), fields
}

// ident names a process so that no other has the name: its number, the boot, and
// the moment that it was started in, in ticks.
func ident(pid int, boot string) string {
	start := "-"
	if _, fields := stat(pid); fields != nil {
		start = fields[19]
		if fields[0] == "Z" {
			start = gone
		}
	}
	return strconv.Itoa(pid) + " " + boot + " " + start
}

// named is the process that a file names, as it is written there.
func named(file string) (pid int, name string) {
	raw, _ := os.ReadFile(file) // what cannot be read names no one
	line, _, _ := strings.Cut(string(raw), "\n")
	first, _, _ := strings.Cut(line, " ")
	pid, err := strconv.Atoi(first)
	if err != nil || pid < 2 {
		return 0, ""
	}
	return pid, line
}

// alive says whether the process that a file names is there, and is still that one.
func alive(file, boot string) bool {
	pid, name := named(file)
	return pid > 0 && !strings.HasSuffix(name, gone) && ident(pid, boot) == name
}

// late says whether this process was begun so long ago that no one waits for it,
// beside the time that anyone who asks knows of. Its age is that of the shell that began
// it and of the sudo above that, by the machine's own clock.
func (s *server) late(a ask) bool {
	raw, err := os.ReadFile("/proc/uptime")
	up, _, _ := strings.Cut(string(raw), ".")
	now, err2 := strconv.ParseInt(up, 10, 64)
	if err != nil || err2 != nil || s.began < 0 {
		return false
	}
	return time.Duration(now-s.began)*time.Second-a.elapsed > a.latest
}

// ticks is how many of them a second has, in what /proc tells of processes.
const ticks = 100

// beginning is the second after the boot in which this process, the shell that began
// it and the sudo above that shell began; -1 if no one can tell.
func beginning(shell int) int64 {
	began := int64(-1)
	older := func(fields []string) {
		if start, err := strconv.ParseInt(fields[19], 10, 64); err == nil && (began < 0 || start/ticks < began) {
			began = start / ticks
		}
	}
	if _, fields := stat(os.Getpid()); fields != nil {
		older(fields)
	}
	for pid, deep := shell, 0; pid > 1 && deep < 4; deep++ {
		name, fields := stat(pid)
		if fields == nil || deep > 0 && name != "sudo" {
			break
		}
		older(fields)
		pid, _ = strconv.Atoi(fields[1])
	}
	return began
}

// empty waits until no one is left in a group, but not longer than that.
func empty(group int, most time.Duration) bool {
	pause := time.Millisecond
	for until := time.Now().Add(most); ; pause = min(2*pause, 50*time.Millisecond) {
		if syscall.Kill(-group, 0) != nil {
			return true
		}
		if time.Now().After(until) {
			return false
		}
		time.Sleep(pause)
	}
}
