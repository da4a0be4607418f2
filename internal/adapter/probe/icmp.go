package probe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"prentice"
	"prentice/internal/kit/clip"
)

// echo is the kind icmp: a machine answers a ping. It needs no privilege where the machine
// lets its group ping; elsewhere nothing is seen.
type echo struct{}

// Name implements prentice.ProbeKind.
func (echo) Name() string { return "icmp" }

// Keys implements prentice.ProbeKind.
func (echo) Keys() []string { return []string{"ip"} }

// Lint implements prentice.ProbeKind.
func (echo) Lint(q prentice.Probe) []prentice.Finding {
	if _, err := netip.ParseAddr(q.Target); err != nil && (q.Target == "" || strings.ContainsAny(q.Target, "/: ")) {
		return wrong("write a name or an address", "target %q is not a machine", clip.Text(q.Target))
	}
	return lintIP(q.Options)
}

// Says implements prentice.ProbeKind.
func (echo) Says(prentice.Probe) string { return "answers a ping" }

// Machine implements prentice.ProbeKind.
func (echo) Machine(q prentice.Probe) string { return q.Target }

// Look implements prentice.ProbeKind.
func (echo) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip"+q.Options.Text("ip"), q.Target)
	if err != nil {
		return unreached(q, err)
	}
	if len(ips) == 0 {
		return failed(q.Target + " has no address")
	}
	ip := ips[0].Unmap()
	network, local, ask, yes, protocol := "udp4", "0.0.0.0", icmp.Type(ipv4.ICMPTypeEcho), icmp.Type(ipv4.ICMPTypeEchoReply), 1
	if ip.Is6() {
		network, local, ask, yes, protocol = "udp6", "::", ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply, 58
	}
	c, err := icmp.ListenPacket(network, local)
	if err != nil {
		if errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
			return unseen("this machine does not let prentice ping: widen net.ipv4.ping_group_range to its group")
		}
		return unseen("a ping cannot be sent here: " + clip.Text(err.Error()))
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.SetReadDeadline(time.Unix(1, 0)) }) //nolint:errcheck // it is closed then
	defer stop()
	nonce := rand.Text()
	raw, err := (&icmp.Message{Type: ask, Body: &icmp.Echo{Seq: 1, Data: []byte(nonce)}}).Marshal(nil)
	if err != nil {
		return unseen(err.Error())
	}
	if _, err := c.WriteTo(raw, &net.UDPAddr{IP: ip.AsSlice(), Zone: ip.Zone()}); err != nil {
		return late(ctx, q, err)
	}
	for answer := make([]byte, 1500); ; {
		n, _, err := c.ReadFrom(answer)
		if err != nil {
			return late(ctx, q, err)
		}
		m, err := icmp.ParseMessage(protocol, answer[:n])
		if err != nil || m.Type != yes {
			continue
		}
		if body, is := m.Body.(*icmp.Echo); is && string(body.Data) == nonce {
			return prentice.Observation{Truth: prentice.Pass, Says: fmt.Sprintf("%s answered a ping from %s", q.Target, ip)}
		}
	}
}

var _ prentice.ProbeKind = echo{}
