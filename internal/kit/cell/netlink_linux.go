package cell

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// What is said to the kernel about networks (rtnetlink(7)): a request is a header, a fixed
// part and attributes, each aligned to four bytes.

func attribute(kind uint16, value []byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(value)))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func nested(kind uint16, parts ...[]byte) []byte {
	var all []byte
	for _, p := range parts {
		all = append(all, p...)
	}
	return attribute(kind, all)
}

func text(kind uint16, value string) []byte { return attribute(kind, append([]byte(value), 0)) }

func number(kind uint16, n uint32) []byte {
	return attribute(kind, binary.NativeEndian.AppendUint32(nil, n))
}

// link is the fixed part of a message about an interface.
func link(index int32, flags, change uint32) []byte {
	b := []byte{unix.AF_UNSPEC, 0, 0, 0}
	b = binary.NativeEndian.AppendUint32(b, uint32(index))
	b = binary.NativeEndian.AppendUint32(b, flags)
	return binary.NativeEndian.AppendUint32(b, change)
}

// tell asks the kernel for a change of the network of this thread, and waits until it is made.
func tell(kind uint16, flags uint16, parts ...[]byte) error {
	s, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer unix.Close(s) //nolint:errcheck // it is read
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	m := binary.NativeEndian.AppendUint32(nil, uint32(16+len(body)))
	m = binary.NativeEndian.AppendUint16(m, kind)
	m = binary.NativeEndian.AppendUint16(m, unix.NLM_F_REQUEST|unix.NLM_F_ACK|flags)
	m = append(m, make([]byte, 8)...)
	m = append(m, body...)
	if err := unix.Sendto(s, m, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	answer := make([]byte, 8<<10)
	n, _, err := unix.Recvfrom(s, answer, 0)
	if err != nil {
		return err
	}
	if n < 20 || binary.NativeEndian.Uint16(answer[4:]) != unix.NLMSG_ERROR {
		return fmt.Errorf("the kernel answered with %d bytes that are no acknowledgement", n)
	}
	if code := int32(binary.NativeEndian.Uint32(answer[16:])); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}

const create = unix.NLM_F_CREATE | unix.NLM_F_EXCL

// addBridge makes a bridge in the network of this thread.
func addBridge(name string) error {
	if err := tell(unix.RTM_NEWLINK, create, link(0, unix.IFF_UP, unix.IFF_UP), text(unix.IFLA_IFNAME, name), nested(unix.IFLA_LINKINFO, text(unix.IFLA_INFO_KIND, "bridge"))); err != nil {
		return fmt.Errorf("a bridge: %w", err)
	}
	return nil
}

// vethPeer is VETH_INFO_PEER of linux/veth.h.
const vethPeer = 1

// addPair makes two interfaces that are joined: near in the network of this thread at a
// bridge, far in another network.
func addPair(near, bridge, far string, network int) error {
	at, err := net.InterfaceByName(bridge)
	if err != nil {
		return err
	}
	peer := append(link(0, 0, 0), append(text(unix.IFLA_IFNAME, far), number(unix.IFLA_NET_NS_FD, uint32(network))...)...)
	if err := tell(unix.RTM_NEWLINK, create, link(0, unix.IFF_UP, unix.IFF_UP), text(unix.IFLA_IFNAME, near), number(unix.IFLA_MASTER, uint32(at.Index)),
		nested(unix.IFLA_LINKINFO, text(unix.IFLA_INFO_KIND, "veth"), nested(unix.IFLA_INFO_DATA, attribute(vethPeer, peer)))); err != nil {
		return fmt.Errorf("a pair of interfaces: %w", err)
	}
	return nil
}

// up gives an interface of the network of this thread an address, where it is given one, and lets it carry.
func up(name, address string) error {
	at, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	if address != "" {
		p, err := netip.ParsePrefix(address)
		if err != nil {
			return err
		}
		ip := p.Addr().AsSlice()
		head := []byte{unix.AF_INET, byte(p.Bits()), 0, 0}
		head = binary.NativeEndian.AppendUint32(head, uint32(at.Index))
		if err := tell(unix.RTM_NEWADDR, create, head, attribute(unix.IFA_LOCAL, ip), attribute(unix.IFA_ADDRESS, ip)); err != nil {
			return fmt.Errorf("the address %s: %w", address, err)
		}
	}
	if err := tell(unix.RTM_NEWLINK, 0, link(int32(at.Index), unix.IFF_UP, unix.IFF_UP)); err != nil {
		return fmt.Errorf("the interface %s: %w", name, err)
	}
	return nil
}
