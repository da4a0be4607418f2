package tool

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"prentice"
	"prentice/internal/kit/exact"
)

// LockFile is where a repository keeps which programs its tools are.
const LockFile = ".prentice/tools.lock.json"

// Method is how it was verified that a program is the one of its distributor.
type Method string

// The methods. What is none of them verifies nothing.
const (
	Checksum Method = "checksum" // the archive's digest stands in a file of the distributor, and the program in the archive is this one
	SumDB    Method = "sumdb"    // the toolchain lies in the module cache as the go command verified it with the checksum database
	Package  Method = "package"  // the program is as the package manager of the system recorded it
	Seen     Method = "seen"     // only seen here: nothing was verified
)

// means says what each method is, for people.
var means = map[Method]string{
	Checksum: "by the distributor's checksum of the archive",
	SumDB:    "by the checksum database of Go, when it was downloaded",
	Package:  "by the record of the package manager",
	Seen:     "only seen here: no one verified it",
}

// Locked is one program on one platform.
type Locked struct {
	Tool     string    `json:"tool"`
	Version  string    `json:"version"`
	Platform string    `json:"platform"` // linux/amd64
	Program  string    `json:"program"`  // its name, without the folder
	Digest   string    `json:"digest"`   // of the program
	Verified Method    `json:"verified"`
	By       string    `json:"by,omitempty"`      // what it was verified by: the file of checksums, the package and its version, the module
	Archive  string    `json:"archive,omitempty"` // the digest of the archive, where one was looked at
	Day      time.Time `json:"day"`               // when
}

// IsVerified says whether anything but a look says that it is the right program. What names
// a method without what it was verified by, or one that no one knows, is not.
func (l Locked) IsVerified() bool {
	switch l.Verified {
	case Checksum:
		return l.By != "" && digest.MatchString(l.Archive)
	case SumDB, Package:
		return l.By != ""
	}
	return false
}

// Says is how it was verified, in words.
func (l Locked) Says() string {
	if !l.IsVerified() {
		return means[Seen]
	}
	return means[l.Verified] + " (" + l.By + ")"
}

// Lock is the file.
type Lock struct {
	Format int      `json:"format"`
	Tools  []Locked `json:"tools"`
}

var (
	digest   = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	platform = regexp.MustCompile(`^[a-z0-9]{1,20}/[a-z0-9]{1,20}$`)
)

// mostLocked is how many entries a lock may have.
const mostLocked = 1000

// ReadLock reads a lock, strictly: one with a mistake proves nothing.
func ReadLock(text []byte) (Lock, error) {
	var l Lock
	if err := exact.Unmarshal(text, &l); err != nil {
		return Lock{}, prentice.Errorf(prentice.Invalid, "%s is no lock: %w", LockFile, err).Try("write it anew with: prentice tool lock --write")
	}
	wrong := func(format string, args ...any) (Lock, error) {
		return Lock{}, prentice.Errorf(prentice.Invalid, "%s: "+format, append([]any{LockFile}, args...)...).Try("write it anew with: prentice tool lock --write")
	}
	if l.Format != 1 {
		return wrong("format %d is not known", l.Format)
	}
	if len(l.Tools) > mostLocked {
		return wrong("it locks %d programs, at most %d are read", len(l.Tools), mostLocked)
	}
	seen := map[string]bool{}
	for _, one := range l.Tools {
		name := one.Tool + " " + one.Platform
		switch {
		case strange(one.Tool) || strange(one.Version) || strange(one.Program) || strings.Contains(one.Program, "/"):
			return wrong("an entry has no tool, version or program")
		case !platform.MatchString(one.Platform):
			return wrong("%s is locked on no platform", short(one.Tool))
		case !digest.MatchString(one.Digest) || one.Archive != "" && !digest.MatchString(one.Archive):
			return wrong("%s has no digest, such as sha256:…", short(one.Tool))
		case means[one.Verified] == "":
			return wrong("%s is verified by %q, which no one knows", short(one.Tool), short(string(one.Verified)))
		case one.Verified != Seen && !one.IsVerified():
			return wrong("%s says that it was verified, and not by what", short(one.Tool))
		case seen[name]:
			return wrong("%s is locked twice on %s", short(one.Tool), one.Platform)
		}
		seen[name] = true
	}
	return l, nil
}

// Text is the file, the same for the same lock.
func (l Lock) Text() []byte {
	l.Format = 1
	slices.SortFunc(l.Tools, func(a, b Locked) int {
		return cmp.Or(cmp.Compare(a.Tool, b.Tool), cmp.Compare(a.Platform, b.Platform))
	})
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		panic(fmt.Sprintf("a lock cannot be written: %v", err)) // it has nothing that no JSON is
	}
	return b.Bytes()
}

// With is the lock with other entries in the place of those of the same tool and platform.
func (l Lock) With(list []Locked) Lock {
	tools := slices.Clone(list)
	for _, old := range l.Tools {
		if !slices.ContainsFunc(list, func(n Locked) bool { return n.Tool == old.Tool && n.Platform == old.Platform }) {
			tools = append(tools, old)
		}
	}
	return Lock{1, tools}
}

// Found is a program on this machine.
type Found struct {
	Tool     string
	Version  string // "" is that it could not be read
	Path     string
	Platform string
	Digest   string
	Verified Method
	By       string
	Archive  string
}

// Fit is how a machine stands to an entry of a lock, or a pin to the lock.
type Fit struct {
	Tool     string         `json:"tool"`
	Version  string         `json:"version,omitempty"`
	Truth    prentice.Truth `json:"truth"`
	Says     string         `json:"says"`
	Verified bool           `json:"verified"`      // the lock was verified, by more than a look
	How      string         `json:"how,omitempty"` // it was verified
}

// Check compares a lock with what is on a machine. Another version is unknown: that machine
// says nothing of the right one. The same version with another digest is wrong.
func (l Lock) Check(on string, find func(tool string) (Found, bool)) (list []Fit) {
	named := map[string]bool{}
	for _, one := range l.Tools {
		named[one.Tool] = named[one.Tool] || one.Platform == on
	}
	told := map[string]bool{}
	for _, one := range l.Tools {
		fit := Fit{Tool: one.Tool, Version: one.Version, Truth: prentice.NotSeen, Verified: one.IsVerified(), How: one.Says()}
		found, here := find(one.Tool)
		switch {
		case one.Platform != on && (named[one.Tool] || told[one.Tool]):
			continue
		case one.Platform != on:
			fit.Says, fit.Verified = "the lock does not name "+on+", and proves nothing there", false
		case !here:
			fit.Says = "it is not on this machine"
		case found.Version != one.Version:
			fit.Says = "this machine has " + cmp.Or(short(found.Version), "a version that cannot be read") + ", so nothing is known of " + one.Version
		case found.Digest != one.Digest:
			fit.Truth, fit.Says = prentice.Fail, "the program here is another one than was locked, of the same version"
		default:
			fit.Truth, fit.Says = prentice.Pass, "it is the program that was locked"
		}
		told[one.Tool] = true
		list = append(list, fit)
	}
	return list
}

// Misfit is what of a lock does not fit what the repository asks for.
type Misfit struct {
	Locked Locked
	Pin    Pin
}

// Misfits are locked versions that no longer are what the pins of the root ask for.
func (l Lock) Misfits(pins []Pin) (list []Misfit) {
	for _, one := range l.Tools {
		has := wish(one.Tool, one.Version)
		for _, p := range pins {
			if p.Tool == one.Tool && p.Dir() == "." && p.Wish.Known() && has.Known() && len(p.Wish.any) > 0 && !p.Wish.Fits(has) {
				list = append(list, Misfit{one, p})
			}
		}
	}
	return list
}

// Unlocked are the tools of the root's pins that a lock does not have.
func (l Lock) Unlocked(pins []Pin) (names []string) {
	for _, p := range pins {
		if p.Dir() == "." && !slices.Contains(names, p.Tool) && !slices.ContainsFunc(l.Tools, func(o Locked) bool { return o.Tool == p.Tool }) {
			names = append(names, p.Tool)
		}
	}
	slices.Sort(names)
	return names
}
