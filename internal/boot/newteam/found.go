// Package newteam drafts the folder of a team that begins with prentice, from what
// was found on a machine and in files of other tools.
//
// Found is what was found: hosts, services, and what was left out with the reason. A
// draft is the files that say it, with comments, in the formats of the team folder.
//
// It refuses to look for itself, to write, and to take over what may be a secret: of
// a host it knows how it is reached and which groups it is in, and no other var.
package newteam

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"prentice"
)

// Found is what was found. The machine is the one that prentice runs on.
type Found struct {
	Group, Person, Zone, Machine string
	Version                      string // of the program

	Hosts    []Host // each once; the earlier source counts more
	Sections []Section
	Services []Service
	Left     []Left
}

// Source is where a host was found, and so where it is written.
type Source string

const (
	Inventory Source = "inventory" // inventory.yaml
	SSH       Source = "ssh"       // ssh_config alone
	Scraped   Source = "scraped"   // catalog-info.yaml
)

// Host is a machine that was found.
type Host struct {
	Name      string
	Address   string // as the catalog writes it: [user@]host[:port]
	Key, Jump string // as an inventory says it
	Groups    []string
	Local     bool
	Place     string
	Source    Source
}

// Service is one that was found. Unit is of a systemd on the machine.
type Service struct {
	Name, Unit, URL string
	About           string // where it was found
	Hosts           []string
	Probes          []Probe
}

// Section is what an ssh_config says of one host, with the hosts that it is reached
// through.
type Section struct {
	Name, Text string
	Through    []string
}

// Probe is a question to ask of a service.
type Probe struct {
	Name   string `yaml:"name"`
	Kind   string `yaml:"kind"`
	Target string `yaml:"target"`
}

// Left is what was found and is not written, and why.
type Left struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Leave notes what is not written.
func (f *Found) Leave(what, format string, args ...any) {
	l := Left{what, fmt.Sprintf(format, args...)}
	if !slices.Contains(f.Left, l) {
		f.Left = append(f.Left, l)
	}
}

// Add takes a host, unless one of its name is there.
func (f *Found) Add(h Host) {
	if f.host(h.Name) == nil {
		f.Hosts = append(f.Hosts, h)
	}
}

func (f *Found) host(name string) *Host {
	for i := range f.Hosts {
		if strings.EqualFold(f.Hosts[i].Name, name) {
			return &f.Hosts[i]
		}
	}
	return nil
}

// Knows says whether a host of the name is there.
func (f *Found) Knows(name string) bool { return f.host(name) != nil }

// At is the name of the host at an address: by its name, or by where it is.
func (f *Found) At(address string) (string, bool) {
	if h := f.host(address); h != nil {
		return h.Name, true
	}
	for _, h := range f.Hosts {
		if !h.Local && strings.EqualFold(bare(h.Address), address) {
			return h.Name, true
		}
	}
	return "", false
}

// bare is the host of an address as the catalog writes it.
func bare(address string) string {
	_, after, found := strings.Cut(address, "@")
	if !found {
		after = address
	}
	if host, _, err := net.SplitHostPort(after); err == nil {
		return host
	}
	return strings.Trim(after, "[]")
}

// Without takes a host out: it is another name of one that stays, or "" if it goes for
// good. Services that run on it go with it.
func (f *Found) Without(name, stays, why string) {
	f.Hosts = slices.DeleteFunc(f.Hosts, func(h Host) bool { return h.Name == name })
	f.Leave("host "+name, "%s", why)
	if !slices.ContainsFunc(f.Sections, func(s Section) bool { return slices.Contains(s.Through, name) }) {
		f.Sections = slices.DeleteFunc(f.Sections, func(s Section) bool { return s.Name == name })
	}
	for i := range f.Services {
		s := &f.Services[i]
		var hosts []string
		for _, h := range s.Hosts {
			if h == name {
				h = stays
			}
			if h != "" && !slices.Contains(hosts, h) {
				hosts = append(hosts, h)
			}
		}
		s.Hosts = hosts
	}
}

// Serve takes a service. One of a unit and one of a job that have one name, and run on
// the same hosts, are one service.
func (f *Found) Serve(s Service) {
	for i := range f.Services {
		is := &f.Services[i]
		switch {
		case !strings.EqualFold(is.Name, s.Name):
			continue
		case slices.Equal(is.Hosts, s.Hosts) && (is.Unit == "" || s.Unit == ""):
			is.Unit += s.Unit
			if is.URL == "" {
				is.URL = s.URL
			}
			is.About += ", " + s.About
			is.Probes = append(is.Probes, s.Probes...)
			return
		case len(s.Hosts) == 1 && s.Name != Name(s.Name+"-"+s.Hosts[0]):
			s.Name = Name(s.Name + "-" + s.Hosts[0])
			f.Serve(s)
			return
		default:
			f.Leave("service "+s.Name, "another one has its name")
			return
		}
	}
	f.Services = append(f.Services, s)
}

var unnamed = regexp.MustCompile(`[^A-Za-z0-9._]+`)

// longestName is that of the catalog's format.
const longestName = 63

// Name makes a name for the catalog of any text; "" if nothing of it can stand in
// one.
func Name(text string) string {
	name := unnamed.ReplaceAllString(strings.TrimSpace(text), "-")
	if len(name) > longestName {
		name = name[:longestName]
	}
	name = strings.Trim(name, "._-")
	if !prentice.ValidName(name) {
		return ""
	}
	return name
}
