package tool

import (
	"maps"
	"path/filepath"
	"slices"
	"time"

	"prentice/internal/engine/check"
)

// Exactly is the version that something has, as it says it itself.
func Exactly(tool, version string) Wish {
	w := wish(tool, version)
	if strange(version) {
		return Wish{Text: "unknown", Form: Unclear}
	}
	return w
}

// Names are the tools whose ends are known.
func (e Ends) Names() []string { return slices.Sorted(maps.Keys(e.Tools)) }

// EndOf is the versions of a tool that end on a day; no day is that none was announced.
type EndOf struct {
	Line string
	Day  time.Time
}

// Lines are the ends, as their file has them.
func (l Life) Lines() (list []EndOf) {
	for _, one := range l.ends {
		list = append(list, EndOf{one.line, one.day})
	}
	return list
}

// Shows says whether a file shows that a tool is used, whichever version that is.
func Shows(f check.File) bool { return makers[f.Path] != "" }

// Locked is the entry of a program in a lock.
func (f Found) Locked(day time.Time) Locked {
	return Locked{Tool: f.Tool, Version: f.Version, Platform: f.Platform, Program: filepath.Base(f.Path), Digest: f.Digest, Verified: f.Verified, By: f.By, Archive: f.Archive, Day: day.UTC().Truncate(24 * time.Hour)}
}

// Pinning says whether a file is there to say which version of a tool is used, or locks one.
func Pinning(f check.File) bool {
	return readerOf(f) != nil && !manifest(f.Path) || f.Path == LockFile
}
