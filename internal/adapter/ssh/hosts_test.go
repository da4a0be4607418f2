package ssh

import (
	"fmt"
	"strings"
	"testing"

	"prentice"
)

const config = `Host gate spare
  HostName 203.0.113.7
  User warden
Host spare
  HostName 203.0.113.8
Host inner* !inner2 near?
  ProxyJump gate
Host [v6] *
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
	if want := "host/gate warden@203.0.113.7:2200 ssh_config:1|host/spare warden@203.0.113.7:2200 ssh_config:1"; strings.Join(got, "|") != want {
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
	host := func(name, address string) prentice.Host {
		return prentice.Host{Ref: prentice.NewRef("host", name), Address: address, At: prentice.Pos{File: name}}
	}
	for _, c := range []struct {
		name string
		a, b prentice.Host
		want bool
	}{
		{"at one address", host("a", "192.0.2.1"), host("b", "192.0.2.1:2200"), true},
		{"by another user", host("a", "root@192.0.2.1"), host("b", "deploy@192.0.2.1"), true},
		{"in another case", host("a", "Web.example"), host("b", "web.example"), true},
		{"by the name of the other", host("web", ""), host("b", "web:2200"), true},
		{"at another port", host("a", "192.0.2.1:22"), host("b", "192.0.2.1:23"), false},
		{"in another network, behind a jump", host("a", "10.0.0.1"), host("inner1", "10.0.0.1"), false},
		{"in the same network, behind the same jump", host("inner1", "10.0.0.1"), host("inner3", "10.0.0.1"), true},
	} {
		findings := parsed(t).Twins([]prentice.Host{c.a, c.b})
		if got := len(findings) == 1 && findings[0].Error; got != c.want {
			t.Errorf("%s: %v", c.name, findings)
		}
	}
	here := prentice.Host{Ref: "host/here", Local: true}
	if findings := parsed(t).Twins([]prentice.Host{here, {Ref: "host/there", Local: true}}); len(findings) != 0 {
		t.Errorf("this machine: %v", findings)
	}
}
