package dependency

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

var (
	pinned   = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,#\\]+)`)
	unpinned = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)`)
	dashes   = regexp.MustCompile(`[-_.]+`)
)

// pythonName is a name as PyPI compares it.
func pythonName(s string) string { return strings.ToLower(dashes.ReplaceAllString(s, "-")) }

// requirements reads a file of pip. What has no exact version is a dependency in an
// unknown one.
func requirements(f lockFile) ([]Dependency, error) {
	var list []Dependency
	n := 0
	for line := range strings.Lines(string(f.text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "-") || strings.HasPrefix(line, ".") || strings.HasPrefix(line, "/") {
			continue
		}
		if m := pinned.FindStringSubmatch(line); m != nil && !strings.Contains(m[2], "*") {
			list = append(list, f.found(n, Dependency{Ecosystem: "PyPI", Name: pythonName(m[1]), Version: m[2], Direct: true}))
		} else if m := unpinned.FindStringSubmatch(line); m != nil && !strings.Contains(line, "://") {
			list = append(list, f.found(n, Dependency{Ecosystem: "PyPI", Name: pythonName(m[1]), Direct: true}))
		} else if m == nil {
			return nil, fmt.Errorf("line %d is no requirement", n)
		}
	}
	return list, nil
}

var uploaded = regexp.MustCompile(`upload-time = "([^"]+)"`)

// pythonLock reads the packages of poetry.lock, uv.lock and pdm.lock.
func pythonLock(f lockFile) ([]Dependency, error) {
	packages, err := tomlPackages(f)
	if err != nil {
		return nil, err
	}
	var list []Dependency
	local := func(p *tomlPackage) bool { // it is a folder of the repository
		source := p.keys["source"]
		return strings.Contains(source, "editable =") || strings.Contains(source, "virtual =") || strings.Contains(source, "directory =")
	}
	direct := askedFor(packages, local, askedByUV)
	for _, p := range packages {
		if local(p) {
			continue
		}
		d := f.found(p.line, Dependency{Ecosystem: "PyPI", Name: pythonName(p.keys["name"]), Version: p.keys["version"], Direct: direct[p.keys["name"]]})
		for _, m := range uploaded.FindAllStringSubmatch(p.text.String(), -1) {
			if at, err := time.Parse(time.RFC3339, m[1]); err == nil && at.After(d.Released) {
				d.Released = at.UTC() // the youngest of its files: each may be what is installed
			}
		}
		list = append(list, d)
	}
	return list, nil
}

// cargoLock reads the crates of a Cargo.lock; those without a source are of the
// repository itself.
func cargoLock(f lockFile) ([]Dependency, error) {
	packages, err := tomlPackages(f)
	if err != nil {
		return nil, err
	}
	var list []Dependency
	direct := askedFor(packages, func(p *tomlPackage) bool { return p.keys["source"] == "" }, askedByCargo)
	for _, p := range packages {
		if p.keys["source"] == "" {
			continue
		}
		version := p.keys["version"]
		if !strings.HasPrefix(p.keys["source"], "registry+") && !strings.HasPrefix(p.keys["source"], "sparse+") {
			version = "" // of a repository, which may have altered it
		}
		list = append(list, f.found(p.line, Dependency{Ecosystem: "crates.io", Name: p.keys["name"], Version: version, Direct: direct[p.keys["name"]], Digest: p.keys["checksum"]}))
	}
	return list, nil
}

// How the packages of a repository itself name what they ask for.
var (
	askedByUV    = regexp.MustCompile(`\{ name = "([^"]+)"`)
	askedByCargo = regexp.MustCompile(`(?m)^ "([^" ]+)`)
)

// askedFor are the names that the packages of the repository itself ask for.
func askedFor(packages []*tomlPackage, own func(*tomlPackage) bool, name *regexp.Regexp) map[string]bool {
	asked := map[string]bool{}
	for _, p := range packages {
		if !own(p) {
			continue
		}
		for _, m := range name.FindAllStringSubmatch(p.text.String(), -1) {
			asked[m[1]] = true
		}
	}
	return asked
}

// tomlPackage is a table [[package]] of a lock file that a program wrote: a key stands on
// a line, and only those of the table itself are taken.
type tomlPackage struct {
	line int
	keys map[string]string
	text strings.Builder // all lines
}

func tomlPackages(f lockFile) (list []*tomlPackage, err error) {
	var p *tomlPackage
	own := false
	n := 0
	for line := range strings.Lines(string(f.text)) {
		n++
		line = strings.TrimRight(line, " \r\n")
		switch {
		case line == "[[package]]":
			p, own = &tomlPackage{line: n, keys: map[string]string{}}, true
			list = append(list, p)
			continue
		case strings.HasPrefix(line, "[[package.") || strings.HasPrefix(line, "[package."):
			own = false
		case strings.HasPrefix(line, "["):
			p = nil
		}
		if p == nil {
			continue
		}
		p.text.WriteString(line + "\n")
		key, value, ok := strings.Cut(line, " = ")
		if own && ok && !strings.ContainsAny(key, " \t\"'") {
			if _, twice := p.keys[key]; twice {
				return nil, fmt.Errorf("line %d says %s of one package again", n, key)
			}
			p.keys[key] = strings.Trim(value, `"'`)
		}
	}
	for _, p := range list {
		if p.keys["name"] == "" || p.keys["version"] == "" && p.keys["source"] == "" {
			return nil, fmt.Errorf("the package of line %d has no name, or no version", p.line)
		}
	}
	return list, nil
}
