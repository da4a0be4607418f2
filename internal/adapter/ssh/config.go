package ssh

import (
	"fmt"
	"strconv"
	"strings"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/team/inventory"
)

// ConfigFile is the team's ssh_config, in the team folder.
const ConfigFile = "ssh_config"

// Config is what a team says of reaching its hosts, in OpenSSH's own format and as
// OpenSSH reads it: for each word, the first section that fits a host counts. The
// nil Config says nothing.
type Config struct {
	top   *source
	keys  map[string]string // files that hosts name elsewhere, by name
	jumps map[string]string // and the hosts to jump through
	there *openSSH          // nil when there is none here

	patterns []string // of the files that are included
}

// said is what is said of one host. Blocked says why it cannot be reached from here
// as OpenSSH would.
type said struct {
	hostName, user, port, jump string
	identities                 []string
	blocked                    string
}

// of is what is said of a host by all the sections that fit its name. OpenSSH is
// asked where it is there.
func (c *Config) of(name string) said {
	if c == nil {
		return said{}
	}
	values, doubt := c.top.evaluate(name)
	if theirs, ok := c.there.ask(c.top, name, values); ok {
		values = theirs
	}
	all := values.said(name)
	all.blocked = first(doubt, all.blocked)
	if file := c.keys[name]; file != "" {
		all.identities = append([]string{file}, all.identities...)
	}
	if jump := c.jumps[name]; jump != "" {
		all.jump = jump
	}
	return all
}

// values are what the sections that fit say, as it stands there, by word in lower
// case. The way through is either of proxyjump and proxycommand.
type values struct {
	word       map[string]string
	identities []string
}

func (v *values) set(word, value string) {
	switch {
	case word == "identityfile":
		v.identities = append(v.identities, value)
	case (word == "proxyjump" || word == "proxycommand") && v.word["proxyjump"]+v.word["proxycommand"] != "":
	case v.word[word] == "":
		v.word[word] = value
	}
}

// said puts the values in the form that is used here.
func (v values) said(name string) said {
	s := said{user: v.word["user"], port: v.word["port"], jump: v.word["proxyjump"]}
	block := func(format string, args ...any) {
		if s.blocked == "" {
			s.blocked = fmt.Sprintf(format, args...)
		}
	}
	host, ok := expand(first(v.word["hostname"], name), map[byte]string{'h': name, 'n': name})
	if v.word["hostname"] != "" {
		s.hostName = host
		if _, _, port, err := split(unbracketed(host)); !ok || err != nil || port != "" || strings.Contains(host, "@") {
			block("its HostName %s cannot be used", strconv.Quote(clip.Text(v.word["hostname"])))
		}
	}
	if s.user != "" && !validUser.MatchString(s.user) {
		block("its User %s cannot be used", strconv.Quote(clip.Text(s.user)))
	}
	tokens := s.tokens(name, host)
	if command := v.word["proxycommand"]; command != "" && !strings.EqualFold(command, "none") {
		if s.jump = inventory.JumpOf(command); s.jump == "" {
			block("it is reached by ProxyCommand %s, which is not run here: write ProxyJump", clip.Text(command))
		}
	}
	if strings.EqualFold(s.jump, "none") {
		s.jump = ""
	}
	if s.jump, ok = expand(s.jump, tokens); !ok {
		block("its ProxyJump %s cannot be used", strconv.Quote(clip.Text(v.word["proxyjump"])))
	}
	for _, file := range v.identities {
		if strings.EqualFold(file, "none") {
			continue
		}
		path, ok := expand(file, tokens)
		if !ok {
			block("its IdentityFile %s cannot be used", strconv.Quote(clip.Text(file)))
		}
		s.identities = append(s.identities, path)
	}
	return s
}

// unbracketed is an address of IPv6 in brackets, as split reads it.
func unbracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// ParseConfig reads one ssh_config by itself. What it includes is not there.
func ParseConfig(file string, raw []byte) (*Config, []prentice.Finding) {
	r := &reading{}
	c := &Config{top: r.parse(file, raw, "", 0)}
	return c, append(r.findings, c.look()...)
}

// look says which of the hosts that stand there in full cannot be reached.
func (c *Config) look() []prentice.Finding {
	var findings []prentice.Finding
	for _, h := range c.Hosts() {
		if why := c.Blocked(h.Ref.Name(), ""); why != "" {
			findings = append(findings, prentice.Finding{At: h.At, Text: fmt.Sprintf("host %s cannot be acted on: %s", h.Ref.Name(), why),
				Hint: "nothing, if prentice has no work there: a plan that names it is refused"})
		}
	}
	return findings
}

// Blocked says why a host at an address cannot be reached as OpenSSH would, or "".
func (c *Config) Blocked(name, address string) string {
	p, err := locate(name, address, c, 0)
	if err != nil {
		if e, ok := err.(*prentice.Error); ok {
			return e.Text
		}
		return err.Error()
	}
	return p.why()
}
