package boot

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"prentice/internal/adapter/prometheus"
	"prentice/internal/boot/newteam"
)

func findScraped(ctx context.Context, found *newteam.Found, named string) ([]source, error) {
	const usual = "/etc/prometheus/prometheus.yml"
	var targets prometheus.Found
	from := named
	switch {
	case strings.HasPrefix(named, "http://") || strings.HasPrefix(named, "https://"):
		var err error
		if targets, err = prometheus.Ask(ctx, named); err != nil {
			return nil, err
		}
		from = "the Prometheus that was named"
	default:
		path, err := sourceAt(named, usual)
		if err != nil {
			return nil, err
		}
		if path == "" {
			return []source{{"Prometheus", notLooked(named, usual)}}, nil
		}
		if targets, err = prometheus.File(path); err != nil {
			return nil, err
		}
		from = path
	}
	for _, l := range targets.Left {
		found.Leave(l.What, "%s", l.Why)
	}
	addScraped(found, targets.Targets)
	return []source{{from, counted(len(targets.Targets), "target")}}, nil
}

// mostProbes is how many targets of one job become probes of its service.
const mostProbes = 20

// addScraped makes services of jobs, and hosts of the machines that they are on.
func addScraped(found *newteam.Found, targets []prometheus.Target) {
	jobs := map[string]*newteam.Service{}
	var order []string
	for _, t := range targets {
		if t.Page {
			if name := newteam.Name(t.Host); name != "" && jobs["page "+name] == nil && t.URL != "" {
				order = append(order, "page "+name)
				jobs["page "+name] = &newteam.Service{Name: name, URL: t.URL, About: "a page that a blackbox exporter asks for", Probes: []newteam.Probe{{Name: "page", Kind: "http", Target: t.URL}}}
			}
			continue
		}
		host := hostOf(found, t.Host)
		if isHostExporter(t) {
			continue // it tells of the host itself
		}
		name := newteam.Name(t.Job)
		if name == "" {
			found.Leave("a target at "+t.Host, "its job has no name that can be used")
			continue
		}
		s := jobs[name]
		if s == nil {
			s = &newteam.Service{Name: name, About: "a job of Prometheus"}
			jobs[name] = s
			order = append(order, name)
		}
		if host != "" && !slices.Contains(s.Hosts, host) {
			s.Hosts = append(s.Hosts, host)
		}
		if len(s.Probes) == mostProbes {
			found.Leave("targets of job "+name, "more than %d; write probes for those you need", mostProbes)
		}
		if len(s.Probes) < mostProbes {
			s.Probes = append(s.Probes, probeOf(t))
		}
		if s.URL == "" {
			s.URL = t.URL
		}
	}
	for _, name := range order {
		found.Serve(*jobs[name])
	}
}

func probeOf(t prometheus.Target) newteam.Probe {
	if t.URL != "" {
		return newteam.Probe{Name: "metrics", Kind: "http", Target: t.URL}
	}
	return newteam.Probe{Name: "port", Kind: "tcp", Target: net.JoinHostPort(t.Host, t.Port)}
}

// isHostExporter says whether a target tells of its machine and of no service.
func isHostExporter(t prometheus.Target) bool {
	job := strings.ToLower(t.Job)
	return t.Port == "9100" || t.Port == "9182" || job == "node" || strings.HasPrefix(job, "node-") || strings.HasPrefix(job, "node_") || strings.HasPrefix(job, "windows")
}

// hostOf is the name of the host at an address; one that is not known yet becomes
// one.
func hostOf(found *newteam.Found, address string) string {
	if isHere(address) {
		return found.Machine
	}
	if name, known := found.At(address); known {
		return name
	}
	name := newteam.Name(address)
	if _, err := netip.ParseAddr(address); err == nil {
		name = newteam.Name("host-" + address)
	}
	if name == "" || strings.EqualFold(name, found.Machine) {
		return found.Machine
	}
	found.Add(newteam.Host{Name: name, Address: joined("", address, ""), Source: newteam.Scraped})
	return name
}

// isHere says whether an address is one of this machine.
func isHere(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return strings.EqualFold(address, "localhost")
	}
	return ip.IsLoopback() || slices.Contains(here().Addresses, ip.Unmap())
}
