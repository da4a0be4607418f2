package dependency

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// npmPackage is an entry of a lock file of npm: of the first version, where dependencies
// hold dependencies, and of the later ones, which list them by their folders.
type npmPackage struct {
	Name         string                `json:"name"`
	Version      string                `json:"version"`
	Dev          bool                  `json:"dev"`
	Link         bool                  `json:"link"`
	Resolved     string                `json:"resolved"`
	Integrity    string                `json:"integrity"`
	License      any                   `json:"license"`
	Dependencies map[string]npmPackage `json:"dependencies"`
}

func npmLock(f lockFile) ([]Dependency, error) {
	var lock struct {
		Version      int                        `json:"lockfileVersion"`
		Packages     map[string]json.RawMessage `json:"packages"`
		Dependencies map[string]npmPackage      `json:"dependencies"`
	}
	if err := json.Unmarshal(f.text, &lock); err != nil && len(lock.Packages) == 0 {
		return nil, fmt.Errorf("it is no lock file of npm: %w", err)
	}
	lines := jsonKeys(f.text)
	if lock.Packages == nil {
		return npmFirst(f, lines, lock.Dependencies, true)
	}
	direct := npmDirect(lock.Packages[""])
	var list []Dependency
	for _, at := range slices.Sorted(maps.Keys(lock.Packages)) {
		i := strings.LastIndex(at, "node_modules/")
		if i < 0 {
			continue // the root, or a folder of the repository
		}
		var p npmPackage
		if err := json.Unmarshal(lock.Packages[at], &p); err != nil {
			return nil, fmt.Errorf("%q is no package: %w", at, err)
		}
		if p.Link {
			continue
		}
		name := p.Name
		if name == "" {
			name = at[i+len("node_modules/"):]
		}
		if p.Version == "" {
			return nil, fmt.Errorf("%q has no version", at)
		}
		list = append(list, f.found(lines[at], Dependency{Ecosystem: "npm", Name: name, Version: p.Version, Dev: p.Dev, Direct: i == 0 && direct[name], Licence: npmLicence(p.License), Digest: p.Integrity}))
	}
	return list, nil
}

// npmDirect is what the root asks for itself.
func npmDirect(root json.RawMessage) map[string]bool {
	var asks struct {
		A map[string]any `json:"dependencies"`
		B map[string]any `json:"devDependencies"`
		C map[string]any `json:"optionalDependencies"`
	}
	direct := map[string]bool{}
	if json.Unmarshal(root, &asks) == nil {
		for _, m := range []map[string]any{asks.A, asks.B, asks.C} {
			for name := range m {
				direct[name] = true
			}
		}
	}
	return direct
}

func npmFirst(f lockFile, lines map[string]int, all map[string]npmPackage, top bool) (list []Dependency, err error) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p := all[name]
		below, err := npmFirst(f, lines, p.Dependencies, false)
		if err != nil {
			return nil, err
		}
		list = append(list, below...)
		called, version := name, p.Version
		if alias, ok := strings.CutPrefix(version, "npm:"); ok {
			if i := strings.LastIndex(alias, "@"); i > 0 {
				called, version = alias[:i], alias[i+1:]
			}
		}
		if strings.HasPrefix(version, "file:") || strings.HasPrefix(version, "link:") {
			continue
		}
		if version == "" {
			return nil, fmt.Errorf("%q has no version", name)
		}
		if strings.Contains(version, "://") || strings.HasPrefix(version, "git") {
			version = "" // it was fetched from elsewhere than the registry
		}
		list = append(list, f.found(lines[name], Dependency{Ecosystem: "npm", Name: called, Version: version, Dev: p.Dev, Digest: p.Integrity}))
	}
	return list, nil
}

// npmLicence is a licence as it stands in a package: a text, or an object of old.
func npmLicence(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		text, _ := v["type"].(string)
		return text
	}
	return ""
}

// jsonKeys is the line on which each key that begins one stands first.
func jsonKeys(text []byte) map[string]int {
	lines := map[string]int{}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimLeft(line, " \t")
		if !strings.HasPrefix(line, `"`) {
			continue
		}
		key, rest, _ := strings.Cut(line[1:], `"`)
		if _, there := lines[key]; !there && strings.HasPrefix(strings.TrimLeft(rest, " "), ":") {
			lines[key] = n
		}
	}
	return lines
}

// yarnLock reads both forms: that of yarn 1, and the YAML of later ones.
func yarnLock(f lockFile) ([]Dependency, error) {
	if !strings.Contains(string(f.text), "yarn lockfile") && !strings.Contains(string(f.text), "__metadata:") {
		return nil, fmt.Errorf("it is no lock file of yarn")
	}
	var list []Dependency
	var d *Dependency
	local := false
	end := func() error {
		if d != nil && !local {
			if d.Version == "" {
				return fmt.Errorf("%q has no version", d.Name)
			}
			list = append(list, *d)
		}
		d, local = nil, false
		return nil
	}
	n := 0
	for line := range strings.Lines(string(f.text)) {
		n++
		line = strings.TrimRight(line, "\r\n ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case line[0] != ' ':
			if err := end(); err != nil {
				return nil, err
			}
			if name, ok := yarnName(line); ok {
				one := f.found(n, Dependency{Ecosystem: "npm", Name: name})
				d, local = &one, strings.Contains(line, "@workspace:") || strings.Contains(line, "@link:") || strings.Contains(line, "@portal:")
			}
		case d != nil && strings.HasPrefix(line, "  ") && line[2] != ' ':
			key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch value = strings.Trim(value, `" `); strings.Trim(strings.TrimSuffix(key, ":"), `"`) {
			case "version":
				d.Version = value
			case "resolution":
				if i := strings.LastIndex(value, "@npm:"); i > 0 {
					d.Name = value[:i]
				}
			case "integrity", "checksum":
				d.Digest = value
			}
		}
	}
	return list, end()
}

// yarnName is the package of the line that begins an entry: the part before the last @
// of its first pattern, or what an alias stands for.
func yarnName(line string) (string, bool) {
	first, _, _ := strings.Cut(strings.TrimSuffix(line, ":"), ",")
	first = strings.Trim(first, `" `)
	if first == "__metadata" {
		return "", false
	}
	if _, alias, ok := strings.Cut(first, "@npm:"); ok && strings.LastIndex(alias, "@") > 0 {
		return alias[:strings.LastIndex(alias, "@")], true
	}
	if i := strings.Index(first[min(1, len(first)):], "@"); i >= 0 {
		return first[:i+1], true
	}
	return first, first != ""
}

// pnpmLock reads the keys of the packages of a lock file of pnpm, of its versions 5 to 9.
func pnpmLock(f lockFile) ([]Dependency, error) {
	if !strings.Contains(string(f.text), "lockfileVersion:") {
		return nil, fmt.Errorf("it is no lock file of pnpm")
	}
	var list []Dependency
	within, n := false, 0
	for line := range strings.Lines(string(f.text)) {
		n++
		line = strings.TrimRight(line, "\r\n ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case line[0] != ' ':
			within = line == "packages:"
		case within && strings.HasPrefix(line, "  ") && line[2] != ' ':
			key := strings.TrimPrefix(strings.Trim(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(line), " {}"), ":"), `'"`), "/")
			name, version := pnpmKey(key)
			if name == "" {
				return nil, fmt.Errorf("line %d is no package", n)
			}
			if strings.HasPrefix(version, "file:") || strings.HasPrefix(version, "link:") {
				continue
			}
			if strings.Contains(version, ":") {
				version = "" // it was fetched from elsewhere than the registry
			}
			list = append(list, f.found(n, Dependency{Ecosystem: "npm", Name: name, Version: version}))
		case within && len(list) > 0 && strings.HasPrefix(line, "    resolution: {integrity: "):
			list[len(list)-1].Digest, _, _ = strings.Cut(strings.TrimSuffix(strings.TrimPrefix(line, "    resolution: {integrity: "), "}"), ",")
		case within && len(list) > 0 && line == "    dev: true":
			list[len(list)-1].Dev = true
		}
	}
	return list, nil
}

// pnpmKey reads name@version(peers), and name/version_peers of old.
func pnpmKey(key string) (name, version string) {
	key, _, _ = strings.Cut(key, "(")
	scope, rest := "", key
	if strings.HasPrefix(key, "@") {
		first, after, ok := strings.Cut(key, "/")
		if !ok {
			return "", ""
		}
		scope, rest = first+"/", after
	}
	end := strings.IndexAny(rest, "@/")
	if end <= 0 {
		return "", ""
	}
	name, version = scope+rest[:end], rest[end+1:]
	if rest[end] == '/' {
		version, _, _ = strings.Cut(version, "_")
	}
	return name, version
}
