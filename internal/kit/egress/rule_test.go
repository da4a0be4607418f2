package egress

import (
	"net/netip"
	"strings"
	"testing"
)

func TestATargetIsParsedOnceAndStrictly(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, c := range []struct{ name, text, want string }{
		{"a name", "proxy.golang.org:443", "proxy.golang.org:443"},
		{"capitals are the same name", "PROXY.GoLang.org:443", "proxy.golang.org:443"},
		{"the dot of the root is the same name", "proxy.golang.org.:443", "proxy.golang.org:443"},
		{"two dots at the end are none", "proxy.golang.org..:443", ""},
		{"a dot alone", ".:443", ""},
		{"an empty label", "a..b:443", ""},
		{"NUL", "evil.example\x00.golang.org:443", ""},
		{"NUL at the end", "proxy.golang.org\x00:443", ""},
		{"a line end", "proxy.golang.org\r\nHost: x:443", ""},
		{"a tab", "proxy.golang.org\t:443", ""},
		{"a space", " proxy.golang.org:443", ""},
		{"an escape", "proxy%2egolang.org:443", ""},
		{"an escaped NUL", "evil.example%00.golang.org:443", ""},
		{"a backslash", `evil.example\.golang.org:443`, ""},
		{"a slash", "evil.example/.golang.org:443", ""},
		{"a fragment", "evil.example#.golang.org:443", ""},
		{"a question", "evil.example?.golang.org:443", ""},
		{"userinfo", "proxy.golang.org@evil.example:443", ""},
		{"userinfo with a password", "proxy.golang.org:443@evil.example:443", ""},
		{"letters of another script", "prоxy.golang.org:443", ""},
		{"a full-width dot", "proxy。golang.org:443", ""},
		{"bytes that are no text", "proxy.golang\xff.org:443", ""},
		{"a name of another script as DNS has it", "xn--bcher-kva.example:443", "xn--bcher-kva.example:443"},
		{"an underscore", "_dmarc.example.org:443", ""},
		{"a dash at the edge", "-a.example.org:443", ""},
		{"a label that is too long", long + ".org:443", ""},
		{"a name that is too long", strings.Repeat("a.", 127) + "org:443", ""},
		{"a name with digits", "1e100.net:443", "1e100.net:443"},
		{"an address", "192.0.2.1:443", "192.0.2.1:443"},
		{"an address with zeros before", "192.0.2.01:443", ""},
		{"an address of three parts", "127.0.1:443", ""},
		{"an address as a number", "2130706433:443", ""},
		{"an address as a hexadecimal number", "0x7f000001:443", ""},
		{"an address in octal", "0177.0.0.1:443", ""},
		{"an address with a hexadecimal part at its end", "127.0.0.0x1:443", ""},
		{"an address with a dot at its end is the same address", "127.0.0.1.:443", "127.0.0.1:443"},
		{"IPv6", "[2001:DB8::1]:443", "[2001:db8::1]:443"},
		{"IPv6 without brackets", "2001:db8::1:443", ""},
		{"IPv4 in IPv6 is the one of IPv4", "[::ffff:127.0.0.1]:443", "127.0.0.1:443"},
		{"a zone", "[fe80::1%eth0]:443", ""},
		{"an escaped zone", "[fe80::1%25eth0]:443", ""},
		{"IPv4 in brackets", "[127.0.0.1]:443", ""},
		{"a name in brackets", "[proxy.golang.org]:443", ""},
		{"a bracket that is not closed", "[::1:443", ""},
		{"something behind the bracket", "[::1].golang.org:443", ""},
		{"no port", "proxy.golang.org", ""},
		{"an empty port", "proxy.golang.org:", ""},
		{"port 0", "proxy.golang.org:0", ""},
		{"a port with a sign", "proxy.golang.org:+443", ""},
		{"a port with a zero before", "proxy.golang.org:0443", ""},
		{"a port that is too large", "proxy.golang.org:65979", ""},
		{"a port by name", "proxy.golang.org:https", ""},
		{"two ports", "proxy.golang.org:443:443", ""},
		{"nothing", "", ""}, {"a port alone", ":443", ""},
	} {
		got, err := ParseTarget(c.text)
		text := got.String()
		if err != nil {
			text = ""
		}
		if want := strings.TrimSuffix(c.want, ""); text != want {
			t.Errorf("%s: %q is %q (%v), not %q", c.name, c.text, text, err, c.want)
		}
	}
}

func TestARuleIsWrittenInOneWay(t *testing.T) {
	for _, good := range []string{"proxy.golang.org", "git.example.org:8443", "10.1.2.3", "10.1.2.3:5432", "[fd00::1]", "[fd00::1]:443", "localhost:80", "1e100.net"} {
		if r, err := ParseRule(good); err != nil || r.String() != good {
			t.Errorf("%q: %v %v", good, r, err)
		}
	}
	for _, bad := range []string{"", "*", "*.golang.org", "Proxy.golang.org", "proxy.golang.org.", "https://proxy.golang.org", "proxy.golang.org/x", "a:b", "10.0.0.0/8", "127.1", "a b", "a\x00b", "a:0", "a:99999", "[::1", "::1"} {
		if r, err := ParseRule(bad); err == nil {
			t.Errorf("%q is the rule %v", bad, r)
		}
	}
}

func TestARuleWithoutAPortMeansThoseOfTheWeb(t *testing.T) {
	for _, c := range []struct {
		rule, target string
		meets        bool
	}{
		{"a.example", "a.example:443", true}, {"a.example", "a.example:80", true}, {"a.example", "a.example:22", false},
		{"a.example:22", "a.example:22", true}, {"a.example:22", "a.example:443", false},
		{"a.example", "b.a.example:443", false}, {"a.example", "xa.example:443", false}, {"a.example", "a.example.org:443", false},
		{"192.0.2.1", "192.0.2.1:80", true}, {"192.0.2.1", "[::ffff:192.0.2.1]:80", true}, {"192.0.2.1", "192.0.2.2:80", false},
	} {
		r, err := ParseRule(c.rule)
		if err != nil {
			t.Fatal(err)
		}
		target, err := ParseTarget(c.target)
		if err != nil {
			t.Fatal(err)
		}
		if r.meets(target) != c.meets {
			t.Errorf("%s meets %s: %v", c.rule, c.target, !c.meets)
		}
	}
}

func TestWhatOnlyTheNeighboursReachIsNotPublic(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200",
		"192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
		"::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fec0::1", "fd00:ec2::254", "fc00::1", "ff02::1",
		"64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "100::1",
	} {
		if Public(netip.MustParseAddr(text)) {
			t.Errorf("%s is public", text)
		}
	}
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"} {
		if !Public(netip.MustParseAddr(text)) {
			t.Errorf("%s is not public", text)
		}
	}
	for _, text := range []string{"127.0.0.1", "169.254.169.254", "::1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "0.0.0.0"} {
		if !Beside(netip.MustParseAddr(text)) {
			t.Errorf("%s is not beside this machine", text)
		}
	}
	if Beside(netip.MustParseAddr("10.99.98.97")) {
		t.Error("a private address of another machine is beside this one")
	}
}
