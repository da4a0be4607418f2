package catalog

import (
	"maps"
	"net"
	"slices"
	"strings"

	"prentice/internal/team"
)

// Elsewhere are hosts that are declared outside of catalog files. A host of
// Hosts that a file declares too is one host, when both agree. One of Spare
// counts only when no one else declares it.
type Elsewhere struct {
	Hosts, Spare []team.Host
}

// machines adds the hosts that are declared elsewhere. Where two declarations do
// not agree, no one could say which is acted on.
func machines(found *report, entries []*entry, elsewhere Elsewhere) []*entry {
	byName := map[string]*entry{}
	for _, e := range entries {
		if k := key(e.kind, e.entity.Ref.Name()); e.kind == "resource" && byName[k] == nil {
			byName[k] = e
		}
	}
	for i, h := range slices.Concat(elsewhere.Hosts, elsewhere.Spare) {
		name := h.Ref.Name()
		e := byName[key("resource", name)]
		switch {
		case e == nil:
			e = machine(h)
			entries = append(entries, e)
			byName[key("resource", name)] = e
		case i >= len(elsewhere.Hosts):
		case e.entity.Ref != h.Ref:
			found.fail(h.At, "write the name in one way, with spec.type: host there", "host %s is %s at %s", name, e.entity.Ref, e.entity.At)
		default:
			agree(found, e, h)
		}
	}
	return entries
}

// machine is a host that is declared elsewhere as an entity.
func machine(h team.Host) *entry {
	e := team.Entity{Ref: h.Ref, Kind: "Resource", Type: "host", Labels: h.Facts, Groups: h.Groups, At: h.At, Annotations: map[string]string{}}
	switch {
	case h.Local:
		e.Annotations[Prefix+"local"] = "true"
	case h.Address != "":
		e.Annotations[Prefix+"address"] = h.Address
	}
	return &entry{kind: "resource", entity: e, addr: h.Address, local: h.Local, place: h.Place, blocked: h.Blocked}
}

// agree makes one host of two declarations.
func agree(found *report, e *entry, h team.Host) {
	bad := func(what, here, there string) {
		e.blocked = "what is said of it at " + h.At.String() + " and at " + e.entity.At.String() + " does not agree"
		found.fail(h.At, "let one of them go, or make them agree", "host %s has %s %q here and %q at %s", h.Ref.Name(), what, here, there, e.entity.At)
	}
	if e.addr == "" && !e.local {
		e.addr, e.local, e.blocked = h.Address, h.Local, h.Blocked
	} else if h.Blocked != "" { // what is written for prentice says how it is reached
		h.Address, h.Local = "", e.local
	}
	if e.place == "" {
		e.place = h.Place
	}
	if e.local != h.Local {
		bad("the way", way(h.Local), way(e.local))
	}
	address, same := join(h.Ref.Name(), e.addr, h.Address)
	if !same {
		bad("the address", h.Address, e.addr)
	}
	e.addr = address
	for _, k := range slices.Sorted(maps.Keys(h.Facts)) {
		if there, said := e.entity.Labels[k]; said && there != h.Facts[k] {
			bad("the fact "+k, h.Facts[k], there)
		}
	}
	labels := maps.Clone(h.Facts)
	if labels == nil {
		labels = map[string]string{}
	}
	maps.Copy(labels, e.entity.Labels)
	e.entity.Labels, e.entity.Groups = labels, h.Groups
}

func way(local bool) string {
	if local {
		return "local"
	}
	return "ssh"
}

// join makes one address of two, and says whether they agree: what only one of
// them says is added, and the bare name says nothing about where a host is.
func join(name, a, b string) (address string, agree bool) {
	if a == "" || b == "" {
		return a + b, true
	}
	userA, hostA, portA := apart(a)
	userB, hostB, portB := apart(b)
	if hostB == name {
		hostB = ""
	}
	user, sameUser := either(userA, userB)
	host, sameHost := either(hostA, hostB)
	port, samePort := either(portA, portB)
	if port != "" {
		host += ":" + port
	}
	if user != "" {
		host = user + "@" + host
	}
	return host, sameUser && sameHost && (samePort || plainPort(portA) == plainPort(portB))
}

func either(a, b string) (string, bool) {
	if a == "" || b == "" {
		return a + b, true
	}
	return a, strings.EqualFold(a, b)
}

// apart reads [user@]host[:port].
func apart(address string) (user, host, port string) {
	host = address
	if before, after, found := strings.Cut(address, "@"); found {
		user, host = before, after
	}
	if _, p, err := net.SplitHostPort(host); err == nil {
		host, port = strings.TrimSuffix(host, ":"+p), p
	}
	return user, host, port
}

func plainPort(port string) string {
	if port == "" {
		return "22"
	}
	return port
}
