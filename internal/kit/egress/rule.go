package egress

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Rule names what may be reached: a host by its name or its address, at one port, or at
// those of the web where the port is 0.
type Rule struct {
	Name string
	Addr netip.Addr
	Port uint16
}

// The ports of a rule that names none.
const (
	web    = 80
	secure = 443
)

// longestName is that of a name in DNS.
const longestName = 253

// name is a host name: letters, digits and dashes, dots between. What DNS knows beside
// that no host is called.
var name = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// ParseRule reads a rule: proxy.golang.org, git.example.org:8443, 10.1.2.3 or [fd00::1]:443.
func ParseRule(text string) (Rule, error) {
	host, port, err := split(text, false)
	if err != nil {
		return Rule{}, err
	}
	if strings.ToLower(text) != text {
		return Rule{}, errors.New("it is written in small letters")
	}
	if strings.HasSuffix(host, ".") {
		return Rule{}, errors.New("it ends in a dot")
	}
	t, err := target(host, port)
	return Rule(t), err
}

// String is the rule as it is written.
func (r Rule) String() string {
	host := r.Name
	if r.Addr.IsValid() {
		host = r.Addr.String()
		if r.Addr.Is6() {
			host = "[" + host + "]"
		}
	}
	if r.Port == 0 {
		return host
	}
	return host + ":" + strconv.Itoa(int(r.Port))
}

// meets says whether a target is what the rule names.
func (r Rule) meets(t Target) bool {
	return r.Name == t.Name && r.Addr == t.Addr && r.at(t.Port)
}

func (r Rule) at(port uint16) bool {
	return r.Port == port || r.Port == 0 && (port == web || port == secure)
}

// Target is what a program asks for: a host by its name or its address, and a port.
type Target Rule

// String is host and port.
func (t Target) String() string { return Rule(t).String() }

// Rule is the rule that names a target: ports of the web need not be said.
func (t Target) Rule() Rule {
	t.Port = portOf(t.Port)
	return Rule(t)
}

// ParseTarget reads what a program asks for, once. A name in capitals or with the dot of
// the root at its end is the same host; what is no plain name or address is refused.
func ParseTarget(text string) (Target, error) {
	host, port, err := split(text, true)
	if err != nil {
		return Target{}, err
	}
	return target(strings.TrimSuffix(strings.ToLower(host), "."), port)
}

// split takes host and port apart. An address of IPv6 stands in brackets.
func split(text string, needsPort bool) (host string, port uint16, err error) {
	if len(text) > longestName+8 {
		return "", 0, errors.New("it is too long")
	}
	host, digits, found := text, "", false
	if rest, is := strings.CutPrefix(text, "["); is {
		host, digits, is = strings.Cut(rest, "]")
		if !is {
			return "", 0, errors.New("its bracket is not closed")
		}
		host = "[" + host
		if digits, found = strings.CutPrefix(digits, ":"); !found && digits != "" {
			return "", 0, errors.New("there is something behind its bracket")
		}
	} else {
		host, digits, found = strings.Cut(text, ":")
	}
	switch {
	case found:
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || n == 0 || digits[0] < '1' || digits[0] > '9' {
			return "", 0, fmt.Errorf("%.20q is no port", digits)
		}
		return host, uint16(n), nil
	case needsPort:
		return "", 0, errors.New("it names no port")
	}
	return host, 0, nil
}

// target is a host as it is compared and dialled.
func target(host string, port uint16) (Target, error) {
	if inner, is := strings.CutPrefix(host, "["); is {
		addr, err := netip.ParseAddr(inner)
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return Target{}, errors.New("it is no address of IPv6")
		}
		return Target{Addr: addr.Unmap(), Port: port}, nil
	}
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is4() {
		return Target{Addr: addr, Port: port}, nil
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case len(host) > longestName || !name.MatchString(host):
		return Target{}, errors.New("it is no name of a host: letters, digits, dashes and dots, names of other scripts as xn--…")
	case last[0] >= '0' && last[0] <= '9':
		return Target{}, errors.New("it is an address that is written in another way than 192.0.2.1")
	}
	return Target{Name: host, Port: port}, nil
}
