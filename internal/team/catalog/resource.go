package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"prentice/internal/team"
)

// resources are those that are no hosts: what procedures act on from a host.
func resources(found *report, names *speller, entries []*entry, hosts map[string]team.Host) []team.Resource {
	var list []team.Resource
	for _, e := range entries {
		if e.entity.Ref.Kind() == "resource" {
			list = append(list, resource(found, names, e, hosts))
		}
	}
	slices.SortFunc(list, func(a, b team.Resource) int { return cmp.Compare(a.Ref, b.Ref) })
	twins(found, list)
	return list
}

// resource draws one. A name in prentice.dev/via that is no host keeps it from
// being acted on: no one could say from where that would be.
func resource(found *report, names *speller, e *entry, hosts map[string]team.Host) team.Resource {
	if e.blocked == "" && found.mentions(e.entity.Ref.Name()) {
		e.blocked = "it is named in what cannot be read"
	}
	r := team.Resource{Ref: e.entity.Ref, Type: e.entity.Type, Owner: e.entity.Owner, System: e.entity.System,
		Address: e.addr, Local: e.local, Place: e.place, Blocked: e.blocked, At: e.entity.At}
	if !e.local && len(e.via) == 0 {
		return r // of another tool, as most are
	}
	r.Facts = facts(found, e)
	if e.local && len(e.via) > 0 {
		found.fail(e.entity.At, "keep one of them", "resource %s says both prentice.dev/local and prentice.dev/via", r.Ref.Name())
		r.Blocked = cmp.Or(r.Blocked, "it says two ways in which it is reached")
		return r
	}
	if e.local {
		r.Via = thisMachine(hosts)
	}
	for _, name := range e.via {
		if h, there := hosts[strings.ToLower(name.text)]; there {
			r.Via = append(r.Via, h)
			continue
		}
		if ref := names.others[key("resource", name.text)]; ref.Kind() == "host" {
			continue
		}
		r.Blocked = cmp.Or(r.Blocked, "it is reached from "+name.text+", which is not known as a host")
		if other := names.all[key("resource", name.text)]; other != nil {
			found.fail(name.at, "name a host there", "prentice.dev/via: %s is not a host", other.entity.Ref)
			continue
		}
		found.fail(name.at, names.hint(found, "resource", name.text), "prentice.dev/via: there is no host %q", name.text)
	}
	return r
}

// thisMachine is the host of the catalog that is the machine itself, if there is
// one: what happens to it happens to what is reached from here.
func thisMachine(hosts map[string]team.Host) []team.Host {
	var list []team.Host
	for _, h := range hosts {
		if h.Local && h.Place == "" {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, func(a, b team.Host) int { return cmp.Compare(a.Ref, b.Ref) })
	return list[:min(1, len(list))] // two are one machine under two names, which is an error of its own
}

// twins finds resources that are one thing under two names: each would be locked by
// itself, and both could be acted on at once. Two are one when they have the same
// place, or the same address and not each a place of its own. An address that means
// the host itself is another on every host.
func twins(found *report, list []team.Resource) {
	places, addresses := map[string][]int{}, map[string][]int{}
	for i, r := range list {
		if r.Place != "" {
			places[strings.ToLower(r.Place)] = append(places[strings.ToLower(r.Place)], i)
		}
		for _, where := range leads(r) {
			addresses[where] = append(addresses[where], i)
		}
	}
	for _, place := range slices.Sorted(maps.Keys(places)) {
		some := places[place]
		for _, i := range some[1:] {
			same(found, &list[some[0]], &list[i], "at the place "+list[i].Place)
		}
	}
	for _, where := range slices.Sorted(maps.Keys(addresses)) {
		some := addresses[where]
		if host := where[:strings.LastIndexByte(where, ':')+1]; where != host {
			some = append(slices.Clone(addresses[host]), some...) // a port that no one says may be this one
		}
		for n, i := range some {
			first := -1
			switch {
			case n == 0:
			case list[i].Place == "":
				first = some[0]
			default:
				first = firstWithout(list, some[:n])
			}
			if first >= 0 && first != i {
				same(found, &list[first], &list[i], "at "+list[i].Address)
			}
		}
	}
}

// firstWithout is the first of some that names no place, or -1.
func firstWithout(list []team.Resource, some []int) int {
	for _, i := range some {
		if list[i].Place == "" {
			return i
		}
	}
	return -1
}

// same blocks two names of one thing.
func same(found *report, a, b *team.Resource, where string) {
	why := fmt.Sprintf("%s and %s are one thing, and a lock on one of them would not hold for the other", a.Ref, b.Ref)
	a.Blocked, b.Blocked = cmp.Or(a.Blocked, why), cmp.Or(b.Blocked, why)
	found.fail(b.At, "keep one name; or, if nothing done to one can touch the other, give each a prentice.dev/place of its own",
		"%s and %s (at %s) are one thing, %s: a lock on one of them would not hold for the other", b.Ref, a.Ref, a.At, where)
}

// leads says where the address of a resource leads to, in one form for all ways to
// write it.
func leads(r team.Resource) []string {
	if r.Address == "" || !r.Reached() {
		return nil
	}
	_, host, port := apart(r.Address)
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	own := host == "localhost" || strings.HasSuffix(host, ".localhost")
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		own, host = ip.IsLoopback() || ip.IsUnspecified(), ip.String()
	}
	where := host + ":" + strings.TrimLeft(port, "0")
	if !own {
		return []string{where}
	}
	list := []string{}
	for _, h := range r.Via {
		list = append(list, "localhost of "+string(h.Ref)+":"+strings.TrimLeft(port, "0"))
	}
	if len(list) == 0 {
		list = append(list, "localhost:"+strings.TrimLeft(port, "0"))
	}
	return list
}
