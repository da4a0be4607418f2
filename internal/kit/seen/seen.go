// Package seen says what the kernel says of a process: it is asked where an engine or an
// image may say anything of itself.
//
// It refuses to conclude: what may be is judged by who asks.
package seen

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Status are the fields of a process's status.
func Status(pid int) (map[string]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return nil, err
	}
	status := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		field, value, _ := strings.Cut(lines.Text(), ":")
		status[field] = strings.TrimSpace(value)
	}
	return status, nil
}

// exiting is a flag of a process that is ending (PF_EXITING), in the kernel's own count.
const exiting = 4

// Ending says whether a process is no more, is only remembered, or is ending: of such
// a one the kernel says less than was, as that it is in no control group. What was found
// wrong before this is asked may then be no more than that.
func Ending(pid int) bool {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))                 // one that is gone has none
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])) // the name before it may hold anything
	if len(fields) < 7 || fields[0] == "Z" || fields[0] == "X" {
		return true
	}
	flags, err := strconv.ParseUint(fields[6], 10, 64)
	return err != nil || flags&exiting != 0
}

// Groups are the control groups of a process, if a word is in them: that of its container.
func Groups(pid int, word string) (groups string, holds bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	return string(text), pid > 1 && err == nil && bytes.Contains(text, []byte(word))
}

// Limit is the file of a controller by which a control group limits what is in it.
type Limit struct{ controller, v1, v2 string }

// The limits that are looked at.
var (
	Processes = Limit{"pids", "pids.max", "pids.max"}
	Memory    = Limit{"memory", "memory.limit_in_bytes", "memory.max"}
)

// Limited says whether control groups limit it to no more than most, or those above them do.
func Limited(groups string, l Limit, most int64) bool {
	for line := range strings.Lines(groups) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(part) != 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", l.v2
		switch part[1] {
		case "":
		case l.controller:
			root, file = filepath.Join(root, l.controller), l.v1
		default:
			continue
		}
		for dir := filepath.Join(root, part[2]); dir != root && strings.HasPrefix(dir, root); dir = filepath.Dir(dir) {
			text, err := os.ReadFile(filepath.Join(dir, file))
			n, bad := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
			if err == nil && bad == nil && n <= most {
				return true
			}
		}
	}
	return false
}
