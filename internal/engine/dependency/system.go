package dependency

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// dpkg reads the packages of a Debian or Ubuntu, of which advisories name the sources.
func dpkg(f lockFile) ([]Dependency, error) {
	root := before(f.path, "/var/lib/dpkg/")
	ecosystem, err := f.system(root)
	if err != nil {
		return nil, err
	}
	var list []Dependency
	for _, p := range stanzas(string(f.text), ": ") {
		if status := p.keys["Status"]; status != "" && !strings.HasSuffix(status, " installed") {
			continue
		}
		if p.keys["Package"] == "" || p.keys["Version"] == "" {
			return nil, fmt.Errorf("the entry of line %d has no package, or no version", p.line)
		}
		d := f.found(p.line, Dependency{Ecosystem: ecosystem, Name: p.keys["Package"], Version: p.keys["Version"]})
		if source, rest, _ := strings.Cut(p.keys["Source"], " "); source != "" {
			d.Source, d.SourceVersion = source, strings.Trim(rest, "()")
		}
		list = append(list, d)
	}
	return list, nil
}

// apk reads the packages of an Alpine, of which advisories name the origins.
func apk(f lockFile) ([]Dependency, error) {
	ecosystem, err := f.system(before(f.path, "/lib/apk/"))
	if err != nil {
		return nil, err
	}
	var list []Dependency
	for _, p := range stanzas(string(f.text), ":") {
		if p.keys["P"] == "" || p.keys["V"] == "" {
			return nil, fmt.Errorf("the entry of line %d has no package, or no version", p.line)
		}
		list = append(list, f.found(p.line, Dependency{Ecosystem: ecosystem, Name: p.keys["P"], Version: p.keys["V"], Licence: p.keys["L"], Source: p.keys["o"]}))
	}
	return list, nil
}

// before is the folder in which the root of a system lies.
func before(name, marker string) string {
	root, _, _ := strings.Cut("/"+name, marker)
	return strings.TrimPrefix(root, "/")
}

// system is the ecosystem of the system at a root, by its os-release.
func (f lockFile) system(root string) (string, error) {
	for _, name := range []string{"etc/os-release", "usr/lib/os-release"} {
		text, err := f.tree.Text(path.Join(root, name))
		if err != nil {
			continue
		}
		said := map[string]string{}
		for line := range strings.Lines(string(text)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			said[key] = strings.Trim(value, `"'`)
		}
		switch version := said["VERSION_ID"]; said["ID"] {
		case "debian":
			if version != "" {
				return "Debian:" + version, nil
			}
			return "", errors.New("its Debian has no version: advisories are by the release")
		case "ubuntu":
			if strings.Contains(said["VERSION"], "LTS") {
				return "Ubuntu:" + version + ":LTS", nil
			}
			return "Ubuntu:" + version, nil
		case "alpine":
			parts := strings.Split(version, ".")
			if len(parts) >= 2 {
				return "Alpine:v" + parts[0] + "." + parts[1], nil
			}
		}
		return "", fmt.Errorf("no advisories are known for a system that calls itself %q %q", said["ID"], said["VERSION_ID"])
	}
	return "", errors.New("there is no etc/os-release beside it, so the system is unknown")
}

// stanza is an entry of a file where they are parted by empty lines.
type stanza struct {
	line int
	keys map[string]string
}

func stanzas(text, sep string) (list []stanza) {
	var s *stanza
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			s = nil
			continue
		}
		if s == nil {
			list = append(list, stanza{n, map[string]string{}})
			s = &list[len(list)-1]
		}
		if key, value, ok := strings.Cut(line, sep); ok && line[0] != ' ' {
			if _, twice := s.keys[key]; !twice {
				s.keys[key] = strings.TrimSpace(value)
			}
		}
	}
	return list
}
