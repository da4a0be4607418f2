package hostfacts

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/clip"
)

// Answer is what a look printed, and between which two moments its first word was: our
// clock's, before it was sent and when it came.
type Answer struct {
	Text        string
	Sent, Heard time.Time
}

const (
	mostDisks = 16
	mostCount = int64(1) << 53 // above it is no number of anything
)

// Read is what an answer says. One without its end was cut, and is no look.
func Read(a Answer) (Facts, error) {
	parts := sections(a.Text)
	if _, whole := parts["end"]; !whole {
		return Facts{}, prentice.Errorf(prentice.Unavailable, "its answer is not whole: %q", clip.Text(tail(a.Text))).Try("sign in there by hand, and see what its shell prints")
	}
	f := Facts{At: a.Heard, Busy: -1}
	f.Clock = clock(parts["date"], a)
	f.Ticks, f.CPUs = ticks(parts["stat"])
	f.Memory, f.Swap = memory(parts["meminfo"])
	f.Load = load(parts["loadavg"])
	if n := numbers(parts["uptime"]); len(n) > 0 && n[0] >= 0 && n[0] < 1e10 {
		f.Uptime = time.Duration(n[0] * float64(time.Second)).Round(time.Second)
	}
	if n := numbers(parts["files"]); len(n) == 3 {
		f.Handles = amount(n[0], n[2])
	}
	if n := numbers(parts["connections"]); len(n) == 2 {
		f.Connections = amount(n[0], n[1])
	}
	f.Sockets = sockets(parts["sockets"])
	f.Disks = disks(parts["disks"], parts["inodes"], mounts(parts["mounts"]))
	f.Updates = updates(parts["updates"], a.Heard)
	return f, nil
}

// sections are the lines behind each heading. One that comes twice is what it was first.
func sections(text string) map[string][]string {
	all := map[string][]string{}
	name, there := "", true
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if h, ok := strings.CutPrefix(line, "== "); ok {
			name = h
			if _, there = all[name]; !there {
				all[name] = nil
			}
			continue
		}
		if !there && line != "" {
			all[name] = append(all[name], line)
		}
	}
	return all
}

// tail is the last line of a text that has anything.
func tail(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// numbers are the words of lines, where all are numbers.
func numbers(lines []string) (list []float64) {
	for _, w := range strings.Fields(strings.Join(lines, " ")) {
		n, err := strconv.ParseFloat(w, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil
		}
		list = append(list, n)
	}
	return list
}

// amount is one where that can be; else it is not known.
func amount(used, limit float64) Amount {
	if used < 0 || limit < 1 || limit > float64(mostCount) || used > float64(mostCount) {
		return Amount{}
	}
	return Amount{int64(used), int64(limit)}
}

// clock is by how much the clock there is before ours. Its word was said after it was asked
// for and before it was heard; one without parts of a second is up to a second later.
func clock(lines []string, a Answer) Offset {
	if len(lines) == 0 || a.Sent.IsZero() || a.Heard.Before(a.Sent) {
		return Offset{}
	}
	whole, part, _ := strings.Cut(strings.TrimSpace(lines[0]), ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<34 {
		return Offset{}
	}
	nanos, err := strconv.ParseInt(part, 10, 64)
	coarse := time.Duration(0)
	if err != nil || nanos < 0 || nanos > 999_999_999 || len(part) != 9 {
		nanos, coarse = 0, time.Second
	}
	there := time.Unix(seconds, nanos)
	return Offset{Least: there.Sub(a.Heard), Most: there.Sub(a.Sent) + coarse}
}

// ticks are those of all processors, and how many there are.
func ticks(lines []string) (t Ticks, cpus int) {
	for _, line := range lines {
		w := strings.Fields(line)
		if len(w) < 6 || !strings.HasPrefix(w[0], "cpu") {
			continue
		}
		if w[0] != "cpu" {
			cpus++
			continue
		}
		n := numbers([]string{strings.Join(w[1:min(len(w), 9)], " ")}) // guests are counted in what is before them
		if len(n) < 5 {
			continue
		}
		for i, v := range n {
			t.All += int64(min(max(v, 0), float64(mostCount)))
			if i == 3 || i == 4 { // idle, and waiting for a disk
				t.Idle += int64(min(max(v, 0), float64(mostCount)))
			}
		}
	}
	return t, cpus
}

func memory(lines []string) (memory, swap Amount) {
	kilobytes := map[string]float64{}
	for _, line := range lines {
		name, rest, _ := strings.Cut(line, ":")
		if n := numbers([]string{strings.TrimSuffix(strings.TrimSpace(rest), " kB")}); len(n) == 1 {
			kilobytes[name] = n[0] * 1024
		}
	}
	if free, ok := kilobytes["MemAvailable"]; ok {
		memory = amount(kilobytes["MemTotal"]-free, kilobytes["MemTotal"])
	}
	if free, ok := kilobytes["SwapFree"]; ok {
		swap = amount(kilobytes["SwapTotal"]-free, kilobytes["SwapTotal"])
	}
	return memory, swap
}

func load(lines []string) []float64 {
	if len(lines) == 0 {
		return nil
	}
	w := strings.Fields(lines[0])
	n := numbers(w[:min(len(w), 3)])
	if len(n) != 3 || slices.Min(n) < 0 {
		return nil
	}
	return n
}

func sockets(lines []string) int64 {
	for _, line := range lines {
		if w := strings.Fields(line); len(w) > 2 && w[0] == "TCP:" && w[1] == "inuse" {
			if n, err := strconv.ParseInt(w[2], 10, 32); err == nil && n >= 0 {
				return n
			}
		}
	}
	return 0
}

// mount is how a file system is there.
type mount struct{ kind, options string }

func mounts(lines []string) map[string]mount {
	all := map[string]mount{}
	for _, line := range lines {
		if w := strings.Fields(line); len(w) >= 4 {
			all[strings.ReplaceAll(w[1], `\040`, " ")] = mount{w[2], w[3]}
		}
	}
	return all
}

// df is a line of df -P: the name may have spaces, and so may the folder.
var df = regexp.MustCompile(`^(.+?)\s+([0-9]+)\s+([0-9]+)\s+(-?[0-9]+)\s+(?:[0-9]+%|-)\s+(/.*)$`)

// disks are the file systems that can fill, each once, the shortest folder first.
func disks(bytes, inodes []string, how map[string]mount) (list []Disk) {
	handles := map[string]Amount{}
	for _, line := range inodes {
		if m := df.FindStringSubmatch(line); m != nil {
			n := numbers(m[2:4])
			if len(n) == 2 {
				handles[m[5]] = amount(n[1], n[0])
			}
		}
	}
	var found []Disk
	from := map[string]string{}
	for _, line := range bytes {
		m := df.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		folder, at := m[5], how[m[5]]
		n := numbers(m[2:5])
		if len(n) != 3 || !fills(folder, at) {
			continue
		}
		b := amount(n[1]*1024, (n[1]+max(n[2], 0))*1024) // what is kept for root is no one else's
		if !b.Known() {
			continue
		}
		found = append(found, Disk{Mount: folder, Type: clip.Text(at.kind), Bytes: b, Inodes: handles[folder]})
		from[folder] = m[1]
	}
	slices.SortStableFunc(found, func(a, b Disk) int { return len(a.Mount) - len(b.Mount) })
	seen := map[string]bool{}
	for _, d := range found {
		if source := from[d.Mount]; strings.HasPrefix(source, "/") {
			if seen[source] {
				continue // the same in another place
			}
			seen[source] = true
		}
		if len(list) < mostDisks {
			list = append(list, d)
		}
	}
	return list
}

// images are file systems that are full from the beginning, and those of the kernel.
var images = []string{"squashfs", "iso9660", "erofs", "proc", "sysfs", "devtmpfs", "cgroup2", "efivarfs", "fuse.lxcfs"}

// fills says whether what is mounted there can fill, and matters.
func fills(folder string, m mount) bool {
	if slices.Contains(images, m.kind) || slices.Contains(strings.Split(m.options, ","), "ro") {
		return false
	}
	if m.kind == "overlay" && folder != "/" {
		return false // of containers, on a disk that is there as well
	}
	for _, kernel := range []string{"/dev", "/proc", "/sys", "/run"} {
		if folder == kernel || strings.HasPrefix(folder, kernel+"/") {
			return false
		}
	}
	return len(folder) <= 200 && !strings.ContainsFunc(folder, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd })
}

func updates(lines []string, at time.Time) (u Updates) {
	for _, line := range lines {
		by, count, _ := strings.Cut(line, " ")
		n, err := strconv.Atoi(count)
		switch {
		case err != nil || n < 0 || n > 100_000:
		case by == "restart":
			u.Restart = n > 0
		case by == "apt", by == "dnf", by == "apk":
			u.At, u.By, u.Pending = at, by, n
		}
	}
	if u.At.IsZero() {
		return Updates{}
	}
	return u
}
