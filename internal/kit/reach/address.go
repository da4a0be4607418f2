package reach

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// IsWeb says whether s is an absolute http or https address without a password
// in it.
func IsWeb(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return false
	}
	return u.Port() == "" || isPort(u.Port())
}

// IsHere says whether a web address names this machine itself: localhost, or an address
// of the loopback network.
func IsHere(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
}

// IsAddress says whether s is host:port.
func IsAddress(s string) bool {
	host, port, err := net.SplitHostPort(s)
	return err == nil && host != "" && isPort(port)
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}
