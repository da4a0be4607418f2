package ssh

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"prentice"
)

// Hosts are those that a Host line names in full. A pattern is none.
func (c *Config) Hosts() []prentice.Host {
	var list []prentice.Host
	seen := map[string]bool{}
	if c == nil {
		return nil
	}
	for _, s := range c.sections {
		for _, name := range s.patterns {
			if strings.ContainsAny(name, `*?[]!\`) || !validHost.MatchString(name) || !prentice.ValidName(name) || seen[strings.ToLower(name)] {
				continue
			}
			seen[strings.ToLower(name)] = true
			list = append(list, prentice.Host{Ref: prentice.NewRef("host", name), Address: c.of(name).address(name), At: s.at})
		}
	}
	return list
}

// address is [user@]host[:port], as the catalogue writes it.
func (s said) address(name string) string {
	host := first(s.hostName, name)
	if s.port != "" {
		host = net.JoinHostPort(host, s.port)
	}
	if s.user != "" {
		host = s.user + "@" + host
	}
	return host
}

// HostName is where a host is by what is said of its name, or "".
func (c *Config) HostName(name string) string { return c.of(name).hostName }

// With is what a team says, with the files of private keys and the hosts to jump
// through that it names elsewhere, by the names of hosts. They come before those of
// ssh_config.
func (c *Config) With(keys, jumps map[string]string) *Config {
	if len(keys)+len(jumps) == 0 {
		return c
	}
	with := &Config{keys: keys, jumps: jumps}
	if c != nil {
		with.sections = c.sections
	}
	return with
}

// Twins finds the hosts that are one machine under two names: each would be
// locked by itself, and both could be acted on at once. A machine is where it is
// reached, whoever signs in there.
func (c *Config) Twins(hosts []prentice.Host) []prentice.Finding {
	var findings []prentice.Finding
	seen := map[string]prentice.Host{}
	for _, h := range hosts {
		if h.Local {
			continue
		}
		p, err := locate(h.Ref.Name(), h.Address, c, 0)
		if err != nil {
			continue // whoever acts on the host is told
		}
		where := p.where()
		other, twice := seen[where]
		if !twice {
			seen[where] = h
			continue
		}
		findings = append(findings, prentice.Finding{At: h.At, Error: true,
			Text: fmt.Sprintf("%s and %s (at %s) are one machine, at %s: a lock on one of them would not hold for the other", h.Ref, other.Ref, other.At, where),
			Hint: "keep one name, and give that host both sets of facts and groups"})
	}
	slices.SortStableFunc(findings, func(a, b prentice.Finding) int { return strings.Compare(a.At.String(), b.At.String()) })
	return findings
}

// where is the machine, whoever signs in there.
func (p *place) where() string {
	where := strings.ToLower(p.address)
	if p.jump != nil {
		where += " through " + p.jump.where()
	}
	return where
}
