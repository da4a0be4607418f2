package capacity

import (
	"fmt"
	"strings"
	"time"

	"prentice/internal/engine/hostfacts"
	"prentice/internal/kit/render"
	"prentice/internal/op"
)

// fullest is the disk of which the most is used, and how much of it that is.
func fullest(f hostfacts.Facts) (folder string, used float64) {
	for _, d := range f.Disks {
		if share := float64(d.Bytes.Used) / float64(max(d.Bytes.Limit, 1)); folder == "" || share > used {
			folder, used = d.Mount, share
		}
	}
	return folder, used
}

// Disk is the fullest disk, as people read it.
func (l HostLine) Disk() string {
	folder, used := fullest(l.Facts)
	if folder == "" {
		return "–"
	}
	return fmt.Sprintf("%.0f %% of %s", 100*used, folder)
}

// Memory is how much of the memory is used.
func (l HostLine) Memory() string { return share(l.Facts.Memory) }

// Busy is how much the processors worked since the look before.
func (l HostLine) Busy() string {
	if l.Facts.CPUs == 0 {
		return "–"
	}
	if l.Facts.Busy < 0 {
		return fmt.Sprintf("of %d", l.Facts.CPUs)
	}
	return fmt.Sprintf("%.0f %% of %d", 100*l.Facts.Busy, l.Facts.CPUs)
}

// Updates are those that wait.
func (l HostLine) Updates() string {
	u := l.Facts.Updates
	switch {
	case u.At.IsZero():
		return "–"
	case u.Restart:
		return fmt.Sprintf("%d, and a restart", u.Pending)
	}
	return fmt.Sprint(u.Pending)
}

// Clock is how far off the clock is.
func (l HostLine) Clock() string {
	o := l.Facts.Clock
	switch {
	case !o.Known():
		return "–"
	case o.Wrong() > 0:
		return "off by " + o.Wrong().Round(time.Millisecond).String() + " at least"
	}
	return "right within " + max(o.Most, -o.Least).Round(time.Millisecond).String()
}

func share(a hostfacts.Amount) string {
	if !a.Known() {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(a.Used)/float64(a.Limit))
}

// Table implements op.Tabler.
func (l HostList) Table() (head []string, rows [][]string) {
	for _, h := range l.Hosts {
		rows = append(rows, []string{h.Name, sign(h.State), h.Busy(), h.Memory(), h.Disk(), h.Updates(), h.Says})
	}
	return []string{"HOST", "STATE", "BUSY", "MEMORY", "FULLEST DISK", "UPDATES", ""}, rows
}

// Empty implements op.Emptier.
func (HostList) Empty() string {
	return "No host is looked at yet. Name those that are to be in capacity.yaml of the team folder:\nhosts: [web1, \"db*\"]"
}

// Fact is one line of what is known of a host.
type Fact struct{ Name, Is string }

// Lines are what is known of a host, a line each.
func (l HostLine) Lines() []Fact {
	f := l.Facts
	if f.At.IsZero() {
		return nil
	}
	list := []Fact{{"Looked at", op.At(f.At)}, {"Busy", l.Busy()}}
	if len(f.Load) == 3 {
		list = append(list, Fact{"Load", fmt.Sprintf("%.2f %.2f %.2f", f.Load[0], f.Load[1], f.Load[2])})
	}
	list = append(list, Fact{"Memory", l.Memory()})
	if f.Swap.Known() {
		list = append(list, Fact{"Swap", share(f.Swap)})
	}
	list = append(list, Fact{"Disk", l.Disk()})
	if f.Handles.Known() {
		list = append(list, Fact{"Open files", fmt.Sprint(f.Handles.Used)})
	}
	if f.Connections.Known() {
		list = append(list, Fact{"Connections", fmt.Sprintf("%d of %d", f.Connections.Used, f.Connections.Limit)})
	} else if f.Sockets > 0 {
		list = append(list, Fact{"Connections", fmt.Sprint(f.Sockets)})
	}
	list = append(list, Fact{"Clock", l.Clock()}, Fact{"Updates", l.Updates()})
	if f.Uptime > 0 {
		list = append(list, Fact{"Up for", render.Span(f.Uptime)})
	}
	return list
}

// Text implements op.Texter.
func (s HostShown) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s\n", s.Ref, sign(s.State), s.Says)
	for _, f := range s.Lines() {
		fmt.Fprintf(&b, "%-12s %s\n", f.Name, f.Is)
	}
	for _, r := range s.Resources {
		fmt.Fprintf(&b, "%s  %s, %s: %s\n", r.Ref, r.InUse(), r.Percent(), r.Says)
	}
	return b.String()
}

var (
	_ op.Tabler  = HostList{}
	_ op.Emptier = HostList{}
	_ op.Texter  = HostShown{}
)
