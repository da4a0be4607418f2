package preview

import (
	"net"
	"regexp"
	"strings"

	"prentice"
)

// Local is the domain where no other is set: browsers take every name below it to this
// machine (RFC 6761, 6.3).
const Local = "preview.localhost"

// Domain is that below which each place has a name.
type Domain struct {
	Scheme string // http or https
	Name   string
	Port   string // by which people reach it; "" is that of the scheme
}

var (
	goodDomain = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$`)
	goodLabel  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	goodPort   = regexp.MustCompile(`^[0-9]{1,5}$`)
)

// ParseDomain reads the name of a domain, with a port or without. Below localhost the
// scheme is http, elsewhere it is https.
func ParseDomain(text string) (Domain, error) {
	name, port, found := strings.Cut(strings.ToLower(text), ":")
	if !goodDomain.MatchString(name) || len(name) > 190 || found && !goodPort.MatchString(port) {
		return Domain{}, prentice.Errorf(prentice.Invalid, "the domain of previews %q is none", text).Try("write a name such as preview.example.net, below which every name leads here")
	}
	d := Domain{Scheme: "https", Name: name, Port: port}
	if d.Local() {
		d.Scheme = "http"
	}
	return d, nil
}

// Local says whether its names lead to the machine of whom asks.
func (d Domain) Local() bool { return strings.HasSuffix(d.Name, ".localhost") }

// Named is what a name in a domain means.
type Named struct {
	Place   string
	Service string // "" is the place itself
}

// Covers says whether the host of a request is in the domain, or is the domain.
func (d Domain) Covers(host string) bool {
	name, _ := split(host)
	return name == d.Name || strings.HasSuffix(name, "."+d.Name)
}

// Named reads the host of a request: one label below the domain, SERVICE--PLACE or PLACE.
func (d Domain) Named(host string) (n Named, ok bool) {
	name, port := split(host)
	label, found := strings.CutSuffix(name, "."+d.Name)
	if !found || !goodLabel.MatchString(label) || port != "" && !goodPort.MatchString(port) {
		return n, false
	}
	if service, place, two := strings.Cut(label, "--"); two {
		return Named{place, service}, goodLabel.MatchString(service) && goodLabel.MatchString(place) && !strings.Contains(place, "--")
	}
	return Named{Place: label}, true
}

// Host is the name of a place, or of a service of it, without a port. It is "" where no
// name in a domain can be so.
func (d Domain) Host(n Named) string {
	label := n.Place
	if n.Service != "" {
		label = n.Service + "--" + n.Place
	}
	host := label + "." + d.Name
	if back, ok := d.Named(host); !ok || back != n {
		return ""
	}
	return host
}

// URL is the address of a place without a path, or "" where it has none.
func (d Domain) URL(n Named) string {
	host := d.Host(n)
	switch {
	case host == "":
		return ""
	case d.Port != "" && d.Port != map[string]string{"http": "80", "https": "443"}[d.Scheme]:
		host += ":" + d.Port
	}
	return d.Scheme + "://" + host
}

// split is the name and the port of a host; one final dot is no part of a name.
func split(host string) (name, port string) {
	if h, p, err := net.SplitHostPort(host); err == nil {
		host, port = h, p
	}
	return strings.TrimSuffix(strings.ToLower(host), "."), port
}
