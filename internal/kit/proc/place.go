package proc

import (
	"os"
	"strings"
)

// Place tells where processes see each other: the machine, since it was last
// started, and on Linux the namespace of process numbers. Two processes of one
// place can look for each other's children.
func Place() string {
	name, err := os.Hostname()
	if err != nil {
		name = "unnamed"
	}
	place := []string{name}
	if boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		place = append(place, strings.TrimSpace(string(boot)))
	}
	if space, err := os.Readlink("/proc/self/ns/pid"); err == nil {
		place = append(place, space)
	}
	return strings.Join(place, " ")
}
