package dependency

import (
	"cmp"
	"slices"
	"time"

	"prentice/internal/engine/check"
)

// Dependency is a package in one version.
type Dependency struct {
	Ecosystem string    `json:"ecosystem"` // as OSV has it: Go, npm, PyPI, crates.io, Maven, Debian:12, Alpine:v3.20
	Name      string    `json:"name"`
	Version   string    `json:"version"` // "" is unknown
	Direct    bool      `json:"direct"`  // the repository asks for it itself, as far as its files say
	Dev       bool      `json:"dev,omitempty"`
	Licence   string    `json:"licence,omitempty"` // as the lock file says; "" is unknown
	Released  time.Time `json:"released,omitzero"` // as the lock file says
	Digest    string    `json:"digest,omitempty"`  // of the package, as the lock file has it: sha512-…, h1:…

	// Source is the package of a system that this one was built from, by which its
	// advisories go; "" is the package itself.
	Source        string        `json:"source,omitempty"`
	SourceVersion string        `json:"source_version,omitempty"`
	Places        []check.Place `json:"places"`
}

// Key tells a dependency from all others.
func (d Dependency) Key() string { return d.Ecosystem + " " + d.Name + " " + d.Version }

// Asked is the name and the version by which advisories speak of it.
func (d Dependency) Asked() (name, version string) {
	return cmp.Or(d.Source, d.Name), cmp.Or(d.SourceVersion, d.Version)
}

// Unread is a file that names dependencies and could not be read.
type Unread struct {
	Path string `json:"path"`
	Why  string `json:"why"`
}

// Inventory is what a tree is built from.
type Inventory struct {
	Dependencies []Dependency `json:"dependencies"` // by ecosystem, name and version
	Unread       []Unread     `json:"unread,omitempty"`
	Files        []string     `json:"files"` // that were read
}

// joined is the list with each dependency once, with all its places.
func joined(list []Dependency) []Dependency {
	slices.SortStableFunc(list, func(a, b Dependency) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	out := make([]Dependency, 0, len(list))
	for _, d := range list {
		if n := len(out); n > 0 && out[n-1].Key() == d.Key() {
			out[n-1].join(d)
			continue
		}
		out = append(out, d)
	}
	return out
}

func (d *Dependency) join(other Dependency) {
	d.Direct = d.Direct || other.Direct
	d.Dev = d.Dev && other.Dev
	d.Licence, d.Digest = cmp.Or(d.Licence, other.Licence), cmp.Or(d.Digest, other.Digest)
	if d.Released.IsZero() {
		d.Released = other.Released
	}
	for _, p := range other.Places {
		if !slices.Contains(d.Places, p) {
			d.Places = append(d.Places, p)
		}
	}
}
