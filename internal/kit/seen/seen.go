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
