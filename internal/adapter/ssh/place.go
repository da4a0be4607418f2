package ssh

import (
	"maps"
	"net"
	"net/netip"
	"os/user"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/kit/pattern"
)

// place is where a host is reached.
type place struct {
	name    string // of the host, for people
	user    string
	address string // host:port
	keys    []string
	jump    *place
	blocked string // why it cannot be reached as OpenSSH would
}

// why is why the place cannot be reached, or one that is jumped through.
func (p *place) why() string {
	if p.blocked == "" && p.jump != nil && p.jump.why() != "" {
		return "the way is through " + p.jump.name + ": " + p.jump.why()
	}
	return p.blocked
}

// id tells connections apart.
func (p *place) id() string {
	id := p.user + "@" + p.address + " " + strings.Join(p.keys, ",")
	if p.jump != nil {
		id += " via " + p.jump.id()
	}
	return id
}

var (
	validUser = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$`)
	validHost = pattern.Of(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,252})$`)
	validPort = regexp.MustCompile(`^[0-9]{1,5}$`)
)

// split reads [user@]host[:port], with an IPv6 address in brackets.
func split(text string) (user, host, port string, err error) {
	rest := text
	if before, after, found := strings.Cut(text, "@"); found {
		user, rest = before, after
		if !validUser.MatchString(user) {
			return "", "", "", prentice.Errorf(prentice.Invalid, "%q is not the name of a user", user).Try("use letters, digits and . _ -, not beginning with - or .")
		}
	}
	host = strings.Trim(rest, "[]")
	if h, p, splitErr := net.SplitHostPort(rest); splitErr == nil {
		host, port = h, p
	}
	if net.ParseIP(host) == nil && !validHost.MatchString(host) || port != "" && !validPort.MatchString(port) {
		return "", "", "", prentice.Errorf(prentice.Invalid, "%q is not an address", text).Try("write host, host:port or user@host:port")
	}
	return user, host, port, nil
}

// mostJumps is how many hosts may be jumped through, one after the other.
const mostJumps = 4

// locate draws the place of a host from its address, which is part of the plan,
// and from what the team's ssh_config says of its name.
func locate(name, address string, c *Config, depth int) (*place, error) {
	if depth > mostJumps {
		return nil, prentice.Errorf(prentice.Invalid, "host %s is behind more than %d jumps, or behind a ring of them", name, mostJumps).Try("look at ProxyJump in %s", ConfigFile)
	}
	said := c.of(name)
	if said.blocked != "" {
		return &place{name: name, user: ourName(), address: "blocked.invalid:22", blocked: said.blocked}, nil
	}
	if address == "" {
		address = unbracketed(first(said.hostName, name))
	} else if _, host, _, err := split(address); err == nil && said.hostName != "" && !sameHost(said.hostName, host) {
		return nil, prentice.Errorf(prentice.Invalid, "host %s is at %s by the catalog and at %s by %s", name, host, said.hostName, ConfigFile).Try("let one of them go")
	}
	who, host, port, err := split(address)
	if err != nil {
		return nil, err
	}
	p := &place{name: name, user: first(who, said.user, ourName()), address: net.JoinHostPort(host, first(port, said.port, "22")), keys: said.identities}
	if said.jump == "" || said.jump == "none" {
		return p, nil
	}
	if p.jump, err = locateJump(said.jump, c, depth+1); err != nil {
		return nil, err
	}
	return p, nil
}

// locateJump reads the hosts to jump through, the first of them first: names that
// ssh_config knows, or addresses. The last of several is reached through the one
// before it, whatever is said of its own name, as with OpenSSH.
func locateJump(text string, c *Config, depth int) (*place, error) {
	before, last := "", text
	if i := strings.LastIndexByte(text, ','); i >= 0 {
		before, last = text[:i], text[i+1:]
	}
	who, host, port, err := split(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(last), "ssh://"), "/"))
	if err != nil {
		return nil, err
	}
	config := c
	if before != "" {
		config = c.withoutJump(host)
	}
	p, err := locate(host, "", config, depth)
	if err != nil {
		return nil, err
	}
	p.user = first(who, p.user)
	if port != "" {
		h, _, _ := net.SplitHostPort(p.address) // it was joined above
		p.address = net.JoinHostPort(h, port)
	}
	if before != "" {
		p.jump, err = locateJump(before, c, depth+1)
	}
	return p, err
}

// withoutJump is what a team says, but for the way through to one host.
func (c *Config) withoutJump(name string) *Config {
	jumps := maps.Clone(c.jumps)
	if jumps == nil {
		jumps = map[string]string{}
	}
	jumps[name] = "none"
	return c.With(c.keys, jumps)
}

// sameHost says whether two names or addresses are written alike.
func sameHost(a, b string) bool {
	one, err := netip.ParseAddr(strings.Trim(a, "[]"))
	other, err2 := netip.ParseAddr(strings.Trim(b, "[]"))
	if err == nil && err2 == nil {
		return one.Unmap() == other.Unmap()
	}
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

func first(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// ourName is the user that prentice runs as, as ssh has it too.
func ourName() string {
	if me, err := user.Current(); err == nil && validUser.MatchString(me.Username) {
		return me.Username
	}
	return "root"
}
