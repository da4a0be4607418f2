package ssh

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/team"
)

const config = `Host gate spare
  HostName 203.0.113.7
  User warden
Host spare
  HostName 203.0.113.8
Host inner* !inner2 near?
  ProxyJump gate
Host v6 *
  Port 2200
`

func parsed(t *testing.T) *Config {
	t.Helper()
	c, findings := ParseConfig(ConfigFile, []byte(config))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return c
}

func TestHostsAreTheNamesThatStandInFull(t *testing.T) {
	var got []string
	for _, h := range parsed(t).Hosts() {
		got = append(got, fmt.Sprintf("%s %s %s", h.Ref, h.Address, h.At))
	}
	if want := "host/gate warden@203.0.113.7:2200 ssh_config:1|host/spare warden@203.0.113.7:2200 ssh_config:1|host/v6 v6:2200 ssh_config:8"; strings.Join(got, "|") != want {
		t.Errorf("got %s", strings.Join(got, "|"))
	}
	if hosts := (*Config)(nil).Hosts(); len(hosts) != 0 {
		t.Errorf("without a file there are %v", hosts)
	}
}

func TestAKeyThatIsNamedElsewhereComesFirst(t *testing.T) {
	c := parsed(t).With(map[string]string{"gate": "id_fleet"}, nil)
	p, err := locate("gate", "", c, 0)
	if err != nil || len(p.keys) != 1 || p.keys[0] != "id_fleet" {
		t.Errorf("%+v %v", p, err)
	}
	if p, err := locate("alone", "192.0.2.1", (*Config)(nil).With(map[string]string{"alone": "k"}, map[string]string{"alone": "ann@192.0.2.9"}), 0); err != nil || p.keys[0] != "k" || p.jump == nil || p.jump.user != "ann" {
		t.Errorf("%+v %v", p, err)
	}
}

func TestOneMachineUnderTwoNamesIsFound(t *testing.T) {
	host := func(name, address string) team.Host {
		return team.Host{Ref: prentice.NewRef("host", name), Address: address, At: prentice.Pos{File: name}}
	}
	local := func(name string) team.Host {
		return team.Host{Ref: prentice.NewRef("host", name), Local: true, At: prentice.Pos{File: name}}
	}
	here := Here{Ports: []string{"22", "2022"}, Addresses: []netip.Addr{netip.MustParseAddr("198.51.100.4")}}
	for _, c := range []struct {
		name string
		a, b team.Host
		want bool
	}{
		{"at one address", host("a", "192.0.2.1"), host("b", "192.0.2.1:2200"), true},
		{"by another user", host("a", "root@192.0.2.1"), host("b", "deploy@192.0.2.1"), true},
		{"in another case", host("a", "Web.example"), host("b", "web.example"), true},
		{"with a final dot", host("a", "web.example."), host("b", "web.example"), true},
		{"by the name of the other", host("web", ""), host("b", "web:2200"), true},
		{"at another port", host("a", "192.0.2.1:22"), host("b", "192.0.2.1:23"), false},
		{"at a port with a zero before it", host("a", "192.0.2.1:022"), host("b", "192.0.2.1:22"), true},
		{"by IPv6 in two ways", host("a", "[2001:db8:0:0::1]"), host("b", "[2001:DB8::1]"), true},
		{"by IPv4 within IPv6", host("a", "[::ffff:192.0.2.1]"), host("b", "192.0.2.1"), true},
		{"on the loopback in two ways", host("a", "127.0.0.1:2201"), host("b", "[0:0::1]:2201"), true},
		{"on the loopback by its name", host("a", "127.0.0.1:2201"), host("b", "localhost:2201"), true},
		{"on two ports of the loopback", host("a", "127.0.0.1:2201"), host("b", "127.0.0.1:2202"), false},
		{"at two addresses of the loopback", host("a", "127.0.0.2:2201"), host("b", "127.0.0.3:2201"), false},
		{"here and at another address of the loopback", local("a"), host("b", "127.0.0.9:22"), true},
		{"twice here", local("a"), local("b"), true},
		{"at two places here", local("a"), team.Host{Ref: "host/b", Local: true, Place: "box"}, false},
		{"here and at a port of the sshd here", local("a"), host("b", "127.0.0.1:2022"), true},
		{"here and at an address of this machine", local("a"), host("b", "198.51.100.4:22"), true},
		{"here and in what another port leads to", local("a"), host("b", "127.0.0.1:2222"), false},
		{"in another network, behind a jump", host("a", "10.0.0.1"), host("inner1", "10.0.0.1"), false},
		{"in the same network, behind the same jump", host("inner1", "10.0.0.1"), host("inner3", "10.0.0.1"), true},
	} {
		findings, blocked := parsed(t).Twins([]team.Host{c.a, c.b}, here, func(team.Host) bool { return false })
		if got := len(findings) == 1 && findings[0].Error && len(blocked) == 2; got != c.want {
			t.Errorf("%s: %v %v", c.name, findings, blocked)
		}
	}
}

func TestANameThatOnlySSHConfigHasIsAnotherNameOfTheHost(t *testing.T) {
	hosts := []team.Host{{Ref: "host/alias", Address: "192.0.2.1", At: prentice.Pos{File: ConfigFile}}, {Ref: "host/web1", Address: "192.0.2.1", At: prentice.Pos{File: "inventory.ini"}}}
	findings, blocked := parsed(t).Twins(hosts, Here{}, func(h team.Host) bool { return h.At.File == ConfigFile })
	if len(findings) != 1 || findings[0].Error || blocked["host/alias"] != "it is another name of host/web1" || blocked["host/web1"] != "" {
		t.Errorf("%v %v", findings, blocked)
	}
}
