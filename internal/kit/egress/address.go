package egress

import (
	"net"
	"net/netip"
	"slices"
)

// What is in the world by its form, and is not: addresses of networks and machines that only who is
// beside them can reach, of translations that lead there, and of nothing.
var notOfTheWorld = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
	"168.63.129.16/32", // the metadata of Azure
	"2001::/23",        // Teredo, benchmarks and others
	"2001:db8::/32", "2002::/16", "3fff::/20",
)

// world is where addresses of IPv6 are given out.
var world = netip.MustParsePrefix("2000::/3")

// beside are what no one but this machine, or the cloud that it runs in, answers at.
var beside = prefixes("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32",
	"::/127", "fe80::/10", "fd00:ec2::254/128", "fd20:ce::254/128")

func prefixes(texts ...string) (list []netip.Prefix) {
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// Public says whether an address is one that anyone in the world can be meant by.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" || within(notOfTheWorld, a) {
		return false
	}
	return a.Is4() || world.Contains(a)
}

// Beside says whether an address is this machine, or what its cloud tells it alone.
func Beside(a netip.Addr) bool { return within(beside, a.Unmap()) || ofThisMachine(a.Unmap()) }

// ofThisMachine says whether an address is one that this machine has. One that cannot
// know its own says yes.
func ofThisMachine(a netip.Addr) bool {
	own, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	return slices.ContainsFunc(own, func(one net.Addr) bool {
		n, is := one.(*net.IPNet)
		if !is {
			return false
		}
		ip, is := netip.AddrFromSlice(n.IP)
		return is && ip.Unmap() == a
	})
}
