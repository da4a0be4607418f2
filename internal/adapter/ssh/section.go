package ssh

import (
	"fmt"
	"strings"
)

// Section is what is said of one host, as a section of an ssh_config that holds for
// it alone.
type Section struct {
	Name, HostName, User, Port, Jump string
	Identities                       []string
}

// Section works out what all the sections that fit a name say of it.
func (c *Config) Section(name string) Section {
	s := c.of(name)
	return Section{Name: name, HostName: s.hostName, User: s.user, Port: s.port, Jump: s.jump, Identities: s.identities}
}

// Says says whether it says anything.
func (s Section) Says() bool {
	return s.HostName+s.User+s.Port+s.Jump != "" || len(s.Identities) > 0
}

// Through are the names of the hosts to jump through.
func (s Section) Through() []string {
	var names []string
	for part := range strings.SplitSeq(s.Jump, ",") {
		if _, host, _, err := split(strings.TrimSpace(part)); err == nil && host != "" {
			names = append(names, host)
		}
	}
	return names
}

// Text is the section.
func (s Section) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Host %s\n", s.Name)
	for _, line := range [][2]string{{"HostName", s.HostName}, {"User", s.User}, {"Port", s.Port}, {"ProxyJump", s.Jump}} {
		if line[1] != "" {
			fmt.Fprintf(&b, "  %s %s\n", line[0], line[1])
		}
	}
	for _, file := range s.Identities {
		fmt.Fprintf(&b, "  IdentityFile %s\n", quoted(strings.ReplaceAll(file, "%", "%%")))
	}
	return b.String()
}
