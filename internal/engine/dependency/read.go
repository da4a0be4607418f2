package dependency

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// MostDependencies is how many of one file are read. A file with more is not read.
const MostDependencies = 200_000

// reader reads the dependencies that one file names.
type reader func(file lockFile) ([]Dependency, error)

// lockFile is a file with what stands beside it.
type lockFile struct {
	path string
	text []byte
	tree *check.Tree
}

// found is a dependency as this file names it.
func (f lockFile) found(line int, d Dependency) Dependency {
	d.Places = []check.Place{{Path: f.path, Line: line}}
	return d
}

// readers are by the name of the file.
var readers = map[string]reader{
	"go.mod": goMod, "package-lock.json": npmLock, "npm-shrinkwrap.json": npmLock, "yarn.lock": yarnLock, "pnpm-lock.yaml": pnpmLock,
	"requirements.txt": requirements, "poetry.lock": pythonLock, "uv.lock": pythonLock, "pdm.lock": pythonLock, "Cargo.lock": cargoLock, "pom.xml": pom,
}

// unreadable are lock files that no reader is for: what they name is unknown.
var unreadable = []string{"bun.lock", "bun.lockb", "Pipfile.lock", "Gemfile.lock", "composer.lock", "mix.lock", "gradle.lockfile", "packages.lock.json", "deno.lock", "pubspec.lock", "Package.resolved"}

// passedOver are folders of what others wrote, or of examples.
var passedOver = []string{"testdata", "vendor", "node_modules", "third_party", "fixtures", "test-data", "__snapshots__", ".git"}

// readerOf is what reads a file; ok says whether it names dependencies at all.
func readerOf(name string) (read reader, ok bool) {
	for dir := path.Dir(name); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if slices.Contains(passedOver, path.Base(dir)) {
			return nil, false
		}
	}
	base := path.Base(name)
	switch {
	case below(name, "var/lib/dpkg/status"), strings.HasPrefix(path.Base(path.Dir(name)), "status.d") && below(path.Dir(name), "var/lib/dpkg/status.d"):
		return dpkg, !strings.HasSuffix(base, ".md5sums")
	case below(name, "lib/apk/db/installed"):
		return apk, true
	case strings.HasPrefix(base, "requirements") && strings.HasSuffix(base, ".txt"):
		return requirements, true
	case slices.Contains(unreadable, base):
		return nil, true
	}
	read, ok = readers[base]
	return read, ok
}

func below(name, end string) bool { return name == end || strings.HasSuffix(name, "/"+end) }

// Names says whether a file of a tree names dependencies.
func Names(f check.File) bool {
	_, ok := readerOf(f.Path)
	return ok && f.Mode != check.Link && f.Mode != check.Submodule
}

// Of is the inventory of a tree.
func Of(ctx context.Context, t *check.Tree) (Inventory, error) {
	var files []check.File
	for _, f := range t.Files {
		if Names(f) {
			files = append(files, f)
		}
	}
	lists, wrong := make([][]Dependency, len(files)), make([]error, len(files))
	var work sync.WaitGroup
	next := make(chan int)
	for range max(runtime.GOMAXPROCS(0), 1) {
		work.Go(func() {
			for i := range next {
				lists[i], wrong[i] = one(t, files[i])
			}
		})
	}
	for i := range files {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	work.Wait()
	inv := Inventory{Dependencies: []Dependency{}, Files: []string{}}
	for i, f := range files {
		if wrong[i] != nil {
			inv.Unread = append(inv.Unread, Unread{f.Path, clip.To(strings.Join(strings.Fields(wrong[i].Error()), " "), 300)})
			continue
		}
		inv.Files = append(inv.Files, f.Path)
		inv.Dependencies = append(inv.Dependencies, lists[i]...)
	}
	inv.Dependencies = joined(inv.Dependencies)
	return inv, ctx.Err()
}

// one reads one file. A reader that is broken by what stands there has not read it.
func one(t *check.Tree, f check.File) (list []Dependency, err error) {
	defer func() {
		if p := recover(); p != nil {
			list, err = nil, fmt.Errorf("the reader of %s is broken: %v", path.Base(f.Path), p)
		}
	}()
	read, _ := readerOf(f.Path)
	if read == nil {
		return nil, fmt.Errorf("no reader is for %s", path.Base(f.Path))
	}
	text, err := t.Read(f)
	if err != nil {
		return nil, err
	}
	if list, err = read(lockFile{f.Path, text, t}); err != nil {
		return nil, err
	}
	if len(list) > MostDependencies {
		return nil, prentice.Errorf(prentice.Limited, "it names %d dependencies: at most %d are read", len(list), MostDependencies)
	}
	for _, d := range list {
		if why := odd(cmp.Or(d.Name, " "), d.Version); why != "" {
			return nil, fmt.Errorf("%s", why)
		}
	}
	return list, nil
}

// odd says why a name and a version are none: what no package is called would be shown to
// people, and asked for, as if it were one.
func odd(name, version string) string {
	strange := func(s string) bool {
		return len(s) > 300 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > 0x7e })
	}
	switch {
	case strange(name):
		return fmt.Sprintf("%q is no name of a package", clip.To(name, 60))
	case strange(version):
		return fmt.Sprintf("%q is no version of a package", clip.To(version, 60))
	}
	return ""
}
