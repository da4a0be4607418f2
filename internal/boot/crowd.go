package boot

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"

	"prentice"
	"prentice/internal/kit/crowd"
)

// What a request may cost: its body has so much time and size, and each part of an
// answer so long to be taken. Streams may last.
const (
	bodyPatience   = 30 * time.Second
	answerPatience = 30 * time.Second
	mostBody       = 16 << 20 // more than any face reads

	mostConnections  = 8192
	leastConnections = 16
)

// guarded makes a server keep its bounds: half of the files that this process may
// have open are left for its work. Bodies of some requests may be long.
func guarded(s *http.Server, long func(*http.Request) bool) {
	most := mostConnections
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil {
		most = int(max(leastConnections, min(files.Cur/2, mostConnections))) //nolint:gosec // it is small
	}
	(&crowd.Bound{Most: most, Reading: bodyPatience, Writing: answerPatience, Size: mostBody, Clock: time.Now, Long: long}).Guard(s)
}

// behind lets requests that come through a proxy of ours come from where the proxy
// had them: the last address in X-Forwarded-For that is no proxy of ours. What a
// stranger writes there is before it and is not believed.
func behind(proxies []netip.Prefix, next http.Handler) http.Handler {
	if len(proxies) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && among(proxies, from.Addr()) {
			if client, ok := forwarded(proxies, r.Header.Values("X-Forwarded-For")); ok {
				r.RemoteAddr = netip.AddrPortFrom(client, 0).String()
			}
		}
		next.ServeHTTP(w, r)
	})
}

func forwarded(proxies []netip.Prefix, headers []string) (netip.Addr, bool) {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for _, hop := range slices.Backward(hops) {
		hop = strings.TrimSpace(hop)
		if host, _, err := net.SplitHostPort(hop); err == nil {
			hop = host
		}
		ip, err := netip.ParseAddr(strings.Trim(hop, "[]"))
		if err != nil {
			return ip, false // anyone who wrote this is no proxy that we understand
		}
		if ip = ip.Unmap().WithZone(""); !among(proxies, ip) {
			return ip, true
		}
	}
	return netip.Addr{}, false
}

func among(proxies []netip.Prefix, ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// proxies reads the addresses and networks of the setting.
func (s Settings) proxies() (list []netip.Prefix, err error) {
	for _, text := range strings.Split(s.Proxies, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if ip, ipErr := netip.ParseAddr(text); ipErr == nil {
			p, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if err != nil || p.Bits() == 0 {
			return nil, prentice.Errorf(prentice.Invalid, "proxies: %q is not the address of a proxy", text).Try("write addresses or networks with commas between them, such as 127.0.0.1, 10.0.0.0/24; not the whole world")
		}
		list = append(list, p.Masked())
	}
	return list, nil
}
