package ssh

import (
	"net"
	"strings"

	"prentice"
	"prentice/internal/team"
)

// Hosts are those that a Host line names in full. A pattern is none.
func (c *Config) Hosts() []team.Host {
	var list []team.Host
	if c == nil {
		return nil
	}
	seen := map[string]bool{}
	c.top.each(func(d directive) {
		if d.word != "host" {
			return
		}
		for _, name := range d.args {
			if strings.ContainsAny(name, `*?!`) || !validHost.MatchString(name) || !prentice.ValidName(name) || seen[strings.ToLower(name)] {
				continue
			}
			seen[strings.ToLower(name)] = true
			list = append(list, team.Host{Ref: prentice.NewRef("host", name), Address: c.of(name).address(name), At: d.at})
		}
	})
	return list
}

// each hands over the lines of a file and of what it includes.
func (s *source) each(do func(directive)) {
	for _, d := range s.lines {
		do(d)
		for _, in := range d.included {
			in.each(do)
		}
	}
}

// address is [user@]host[:port], as the catalog writes it.
func (s said) address(name string) string {
	host := first(s.hostName, name)
	if s.port != "" {
		host = net.JoinHostPort(host, s.port)
	} else {
		host = unbracketed(host)
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
	with := &Config{top: &source{}, keys: keys, jumps: jumps}
	if c != nil {
		with.top, with.there, with.patterns = c.top, c.there, c.patterns
	}
	return with
}
