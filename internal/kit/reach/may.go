package reach

import (
	"fmt"
	"net/netip"
	"slices"
)

// May refuses addresses to which no name of something outside should lead: those of the
// link, at which clouds keep what their machines may do, and this machine itself unless it
// was named. Networks of one's own are reached: what a team has stands there.
func May(address string, here bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%s is no address", address)
	}
	switch ip := at.Addr().Unmap(); {
	case slices.Contains(credentials, ip), ip.IsLinkLocalUnicast(), ip.IsMulticast(), ip.IsUnspecified(), !ip.IsValid():
		return fmt.Errorf("its name leads to %s, where nothing is asked", ip)
	case ip.IsLoopback() && !here:
		return fmt.Errorf("its name leads to this machine (%s); write http://localhost if that is meant", ip)
	}
	return nil
}

// credentials are where clouds keep them for their machines, beside the link's addresses.
var credentials = []netip.Addr{netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("100.100.100.200")}
