package ssh

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/team"
)

// Here is what of this machine says that an address leads to it: the ports that its
// sshd listens on, and its own addresses.
type Here struct {
	Ports     []string
	Addresses []netip.Addr
}

// Twins finds the hosts that are one machine under two names: each would be locked
// by itself, and both could be acted on at once. A machine is where it is reached,
// anyone who signs in there. Blocked are those that nothing may be planned for; a name
// that only ssh_config has is another name of the host, and that is no error.
func (c *Config) Twins(hosts []team.Host, here Here, alias func(team.Host) bool) (findings []prentice.Finding, blocked map[prentice.Ref]string) {
	blocked = map[prentice.Ref]string{}
	seen := map[string]team.Host{}
	ordered := slices.Clone(hosts)
	slices.SortStableFunc(ordered, func(a, b team.Host) int { return number(alias(a)) - number(alias(b)) })
	for _, h := range ordered {
		where := ""
		if h.Local {
			where = thisMachine
			if h.Place != "" {
				where += ", at " + strings.ToLower(h.Place)
			}
		} else if h.Blocked != "" {
			continue
		} else if p, err := locate(h.Ref.Name(), h.Address, c, 0); err == nil && p.why() == "" {
			where = p.where(here)
		} else {
			continue // what is acted on there is refused
		}
		other, twice := seen[where]
		switch {
		case !twice:
			seen[where] = h
		case alias(h):
			blocked[h.Ref] = "it is another name of " + string(other.Ref)
			findings = append(findings, prentice.Finding{At: h.At, Text: fmt.Sprintf("%s is another name of %s (at %s)", h.Ref.Name(), other.Ref, other.At), Hint: "nothing: act on " + string(other.Ref)})
		default:
			why := fmt.Sprintf("%s and %s are one machine, and a lock on one of them would not hold for the other", h.Ref, other.Ref)
			blocked[h.Ref], blocked[other.Ref] = why, why
			findings = append(findings, prentice.Finding{At: h.At, Error: true,
				Text: fmt.Sprintf("%s and %s (at %s) are one machine, %s: a lock on one of them would not hold for the other", h.Ref, other.Ref, other.At, shownWhere(where)),
				Hint: apart(h, other)})
		}
	}
	slices.SortStableFunc(findings, func(a, b prentice.Finding) int { return strings.Compare(a.At.String(), b.At.String()) })
	return findings, blocked
}

// apart says how two names become one, or two places.
func apart(h, other team.Host) string {
	if h.Local && other.Local {
		return "keep one name; or, if nothing done in one can touch the other, as in a container, give one the annotation prentice.dev/place (in an inventory: prentice_place)"
	}
	return "keep one name, and give that host both sets of facts and groups"
}

// thisMachine is where the machine is that prentice runs on.
const thisMachine = "this machine"

func shownWhere(where string) string {
	if strings.HasPrefix(where, thisMachine) {
		return where
	}
	return "at " + where
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

var ipv4Loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// where is the machine, anyone who signs in there, in one form for all ways to write
// its address.
func (p *place) where(here Here) string {
	i := strings.LastIndexByte(p.address, ':')
	host, port := strings.Trim(p.address[:i], "[]"), strings.TrimLeft(p.address[i+1:], "0")
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	loop := host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "ip6-localhost"
	own := false
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap().WithZone("")
		loop = ip == netip.IPv6Loopback() || ip == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || ip.IsUnspecified()
		own = ip.IsLoopback() || slices.Contains(here.Addresses, ip)
		host = ip.String()
	}
	if p.jump != nil {
		return host + ":" + port + " through " + p.jump.where(here)
	}
	if (loop || own) && slices.Contains(here.Ports, port) {
		return thisMachine
	}
	if ip, err := netip.ParseAddr(host); loop && (err != nil || ip.IsUnspecified() || ip == netip.IPv6Loopback() || ip == ipv4Loopback) {
		host = "localhost" // another address of 127.0.0.0/8 may be another container
	}
	return host + ":" + port
}

// SSHDPorts are the ports that the sshd of this machine listens on, by its own
// settings below a folder such as /etc/ssh; 22 without any.
func SSHDPorts(folder string) []string {
	files, _ := filepath.Glob(filepath.Join(folder, "sshd_config.d", "*.conf")) // the pattern is good
	var ports []string
	for _, name := range append(files, filepath.Join(folder, "sshd_config")) {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if words := strings.Fields(lines.Text()); len(words) > 1 && strings.EqualFold(words[0], "port") {
				ports = append(ports, words[1])
			}
		}
		f.Close()
	}
	if len(ports) == 0 {
		return []string{"22"}
	}
	return ports
}
