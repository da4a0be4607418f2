package crowd

import "net/netip"

// Peer is the machine that an address, with its port or without, is of, for those who
// count what comes from it. Of an IPv6 address it is the network, since one machine
// may have all of its addresses. What is no address is its own name: a unix socket has
// none.
func Peer(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		with, err := netip.ParseAddrPort(address)
		if err != nil {
			return address
		}
		ip = with.Addr()
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() || ip.IsLoopback() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return network.String()
}

// Around is the network in which someone who has one address has probably more: of
// IPv4 256 of them, of IPv6 what a site is given.
func Around(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	bits := 48
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		bits = 24
	}
	network, err := ip.Prefix(bits)
	if err != nil {
		return ip.String()
	}
	return network.String()
}
