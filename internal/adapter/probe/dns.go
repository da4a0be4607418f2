package probe

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// names is the kind dns: a resolver knows a name, and answers what is wanted.
type names struct{ p *Prober }

var records = map[string]dnsmessage.Type{
	"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA, "CNAME": dnsmessage.TypeCNAME, "MX": dnsmessage.TypeMX, "NS": dnsmessage.TypeNS,
	"PTR": dnsmessage.TypePTR, "SOA": dnsmessage.TypeSOA, "SRV": dnsmessage.TypeSRV, "TXT": dnsmessage.TypeTXT,
}

var codes = map[dnsmessage.RCode]string{
	dnsmessage.RCodeFormatError: "FORMERR", dnsmessage.RCodeServerFailure: "SERVFAIL", dnsmessage.RCodeNameError: "NXDOMAIN",
	dnsmessage.RCodeNotImplemented: "NOTIMP", dnsmessage.RCodeRefused: "REFUSED",
}

// Name implements prentice.ProbeKind.
func (names) Name() string { return "dns" }

// Keys implements prentice.ProbeKind.
func (names) Keys() []string { return []string{"record", "answers", "resolver", "code"} }

// Lint implements prentice.ProbeKind.
func (names) Lint(q prentice.Probe) (found []prentice.Finding) {
	o := q.Options
	if _, err := dnsmessage.NewName(dotted(q.Target)); err != nil || q.Target == "" || strings.ContainsAny(q.Target, "/: ") {
		found = wrong("write a name, such as shop.example.org", "target %q is not a name", clip.Text(q.Target))
	}
	if r := o.Text("record"); r != "" && records[r] == 0 {
		found = append(found, wrong("use one of "+strings.Join(slices.Sorted(maps.Keys(records)), ", "), "record %q is not one that can be asked for", clip.Text(r))...)
	}
	if r := o.Text("resolver"); r != "" && !reach.IsAddress(r) {
		found = append(found, wrong("write host:port, such as 10.0.0.2:53", "resolver %q is not host:port", clip.Text(r))...)
	}
	if c := o.Text("code"); c != "" && !slices.Contains(slices.Collect(maps.Values(codes)), c) {
		found = append(found, wrong("use one of "+strings.Join(slices.Sorted(maps.Values(codes)), ", "), "code %q is not one that a resolver answers", clip.Text(c))...)
	} else if c != "" && o.Has("answers") {
		found = append(found, wrong("keep one of them", "a resolver that answers %s has no answers", c)...)
	}
	return found
}

// Says implements prentice.ProbeKind.
func (names) Says(q prentice.Probe) string {
	o := q.Options
	says := "has " + recordOf(o)
	switch {
	case o.Has("code"):
		says = "is answered " + o.Text("code")
	case o.Has("answers"):
		says += " " + strings.Join(o["answers"], ", ")
	}
	if r := o.Text("resolver"); r != "" {
		says += " at " + r
	}
	return says
}

// Machine implements prentice.ProbeKind.
func (names) Machine(q prentice.Probe) string {
	host, _, err := net.SplitHostPort(q.Options.Text("resolver"))
	if err != nil {
		return ""
	}
	return host
}

// Look implements prentice.ProbeKind.
func (k names) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	resolver := q.Options.Text("resolver")
	if resolver == "" {
		if resolver = systemResolver(); resolver == "" {
			return unseen("this machine names no resolver in /etc/resolv.conf; write resolver: host:port")
		}
	}
	m, err := k.ask(ctx, resolver, q)
	if err != nil {
		return late(ctx, prentice.Probe{Target: q.Target + " at " + resolver}, err)
	}
	where := fmt.Sprintf("%s at %s", q.Target, resolver)
	if code, wanted := codes[m.RCode], q.Options.Text("code"); m.RCode != dnsmessage.RCodeSuccess || wanted != "" {
		switch {
		case code == "" && m.RCode == dnsmessage.RCodeSuccess:
			return failed(fmt.Sprintf("%s is answered, not %s", where, wanted))
		case code == wanted:
			return prentice.Observation{Truth: prentice.Pass, Says: where + " is answered " + code}
		case m.RCode == dnsmessage.RCodeNameError:
			return failed(where + ": there is no such name (NXDOMAIN)")
		case m.RCode == dnsmessage.RCodeServerFailure:
			return failed(where + ": the resolver could not find out (SERVFAIL)")
		}
		return failed(fmt.Sprintf("%s: the resolver answered with code %d %s", where, m.RCode, code))
	}
	return compare(where, q.Options, answersOf(m, records[recordOf(q.Options)]))
}

// compare holds answers against the wanted ones. All of those must be there, and no others.
func compare(where string, o prentice.Options, got []string) prentice.Observation {
	record := recordOf(o)
	wanted := slices.Clone(o["answers"])
	for i, w := range wanted {
		wanted[i] = same(w)
	}
	slices.Sort(wanted)
	slices.Sort(got)
	switch {
	case len(got) == 0:
		return failed(fmt.Sprintf("%s has no %s", where, record))
	case len(wanted) > 0 && !slices.Equal(wanted, got):
		return failed(fmt.Sprintf("%s has %s %s, not %s", where, record, printed(strings.Join(got, ", ")), strings.Join(wanted, ", ")))
	}
	return prentice.Observation{Truth: prentice.Pass, Says: fmt.Sprintf("%s has %s %s", where, record, printed(strings.Join(got, ", ")))}
}

// same is an answer as it is compared: names have no case and no final dot, and an address
// has one form.
func same(s string) string {
	if ip, err := netip.ParseAddr(s); err == nil {
		return ip.String()
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), "."))
}

func recordOf(o prentice.Options) string {
	if r := o.Text("record"); r != "" {
		return r
	}
	return "A"
}

func dotted(name string) string { return strings.TrimSuffix(name, ".") + "." }

func systemResolver() string {
	f, err := os.Open("/etc/resolv.conf")
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(io.LimitReader(f, 64<<10)); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "nameserver" {
			return net.JoinHostPort(words[1], "53")
		}
	}
	return ""
}

// ask asks over UDP, again each second when nothing comes, and over TCP where the answer
// does not fit.
func (k names) ask(ctx context.Context, resolver string, q prentice.Probe) (dnsmessage.Message, error) {
	name, err := dnsmessage.NewName(dotted(q.Target))
	if err != nil {
		return dnsmessage.Message{}, err
	}
	var id [2]byte
	rand.Read(id[:]) //nolint:errcheck // it never fails
	ask := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: binary.BigEndian.Uint16(id[:]), RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name, Type: records[recordOf(q.Options)], Class: dnsmessage.ClassINET}},
	}
	raw, err := ask.Pack()
	if err != nil {
		return dnsmessage.Message{}, err
	}
	m, err := k.exchange(ctx, "udp", resolver, raw, ask)
	if err == nil && m.Truncated {
		return k.exchange(ctx, "tcp", resolver, raw, ask)
	}
	return m, err
}

func (k names) exchange(ctx context.Context, network, resolver string, raw []byte, ask dnsmessage.Message) (m dnsmessage.Message, err error) {
	c, err := k.p.dialer.DialContext(ctx, network, resolver)
	if err != nil {
		return m, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) }) //nolint:errcheck // it is closed then
	defer stop()
	answer := make([]byte, 64<<10)
	for {
		if network == "tcp" {
			raw = append(binary.BigEndian.AppendUint16(nil, uint16(len(raw))), raw...)
		} else if ctx.Err() == nil {
			c.SetReadDeadline(time.Now().Add(time.Second)) //nolint:errcheck // it is asked again, or read too long
		}
		if _, err := c.Write(raw); err != nil {
			return m, err
		}
		m, err = read(c, network, answer, ask)
		if err == nil || network == "tcp" || ctx.Err() != nil || !errors.Is(err, os.ErrDeadlineExceeded) {
			return m, err
		}
	}
}

// read reads until the answer to a question comes. What answers another one may be forged.
func read(c net.Conn, network string, into []byte, ask dnsmessage.Message) (m dnsmessage.Message, err error) {
	for {
		n := 0
		if network == "tcp" {
			if _, err = io.ReadFull(c, into[:2]); err != nil {
				return m, err
			}
			n, err = io.ReadFull(c, into[:binary.BigEndian.Uint16(into)])
		} else {
			n, err = c.Read(into)
		}
		if err != nil {
			return m, err
		}
		err = m.Unpack(into[:n])
		right := err == nil && m.ID == ask.ID && m.Response && len(m.Questions) == 1 && m.Questions[0].Type == ask.Questions[0].Type &&
			strings.EqualFold(m.Questions[0].Name.String(), ask.Questions[0].Name.String())
		switch {
		case right:
			return m, nil
		case network == "tcp":
			return m, errors.New("what it answered is no answer to the question")
		}
	}
}

// answersOf are the answers of one type, as people write them.
func answersOf(m dnsmessage.Message, of dnsmessage.Type) (all []string) {
	for _, r := range m.Answers {
		if r.Header.Type != of {
			continue // such as the CNAME on the way to an A
		}
		switch b := r.Body.(type) {
		case *dnsmessage.AResource:
			all = append(all, netip.AddrFrom4(b.A).String())
		case *dnsmessage.AAAAResource:
			all = append(all, netip.AddrFrom16(b.AAAA).String())
		case *dnsmessage.CNAMEResource:
			all = append(all, same(b.CNAME.String()))
		case *dnsmessage.NSResource:
			all = append(all, same(b.NS.String()))
		case *dnsmessage.PTRResource:
			all = append(all, same(b.PTR.String()))
		case *dnsmessage.MXResource:
			all = append(all, same(fmt.Sprintf("%d %s", b.Pref, b.MX)))
		case *dnsmessage.SOAResource:
			all = append(all, same(b.NS.String()))
		case *dnsmessage.SRVResource:
			all = append(all, same(fmt.Sprintf("%d %d %d %s", b.Priority, b.Weight, b.Port, b.Target)))
		case *dnsmessage.TXTResource:
			all = append(all, same(strings.Join(b.TXT, "")))
		}
	}
	return all
}

var _ prentice.ProbeKind = names{}
