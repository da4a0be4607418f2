package capacity

import (
	"fmt"
	"hash/fnv"
	"strings"

	"prentice"
	"prentice/internal/engine/hostfacts"
)

// busyUnit is what processors are counted in. They are all in use at times and free again: it is
// no matter for anyone that they were.
const busyUnit = "% busy"

// longestName is how long the name of a resource may be.
const longestName = 60

// named makes the name of a resource of parts. One that was changed for it has a word of its
// own, so that no two things have the same name.
func named(parts ...string) string {
	whole := strings.Join(parts, "-")
	var b strings.Builder
	for _, r := range strings.ToLower(whole) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' && b.Len() > 0 {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	name := strings.TrimRight(b.String(), "-.")
	if name == whole && len(name) <= longestName {
		return name
	}
	h := fnv.New32a()
	h.Write([]byte(whole)) //nolint:errcheck // it takes all
	return fmt.Sprintf("%s-%06x", strings.TrimRight(name[:min(len(name), longestName-7)], "-."), h.Sum32()&0xffffff)
}

// ofHost is what can run out of a host, by what a look at it said. What is not known is left out.
func ofHost(host prentice.Ref, f hostfacts.Facts) (list []Measured) {
	add := func(what, unit string, a hostfacts.Amount) {
		if a.Known() {
			list = append(list, Measured{Name: named(host.Name(), what), About: host, Unit: unit, Used: a.Used, Limit: a.Limit})
		}
	}
	for _, d := range f.Disks {
		folder := strings.TrimSuffix(d.Mount, "/")
		if !strings.Contains(folder, "-") { // a dash of its own keeps its stroke, which tells it apart
			folder = strings.ReplaceAll(folder, "/", "-")
		}
		add("disk"+folder, "bytes", d.Bytes)
		add("inodes"+folder, "files", d.Inodes)
	}
	add("memory", "bytes", f.Memory)
	add("handles", "open files", f.Handles)
	add("connections", "connections", f.Connections)
	if f.Busy >= 0 {
		add("cpu", busyUnit, hostfacts.Amount{Used: int64(100*f.Busy + 0.5), Limit: 100})
	}
	return list
}
