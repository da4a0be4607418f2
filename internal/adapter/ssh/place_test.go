package ssh

import (
	"strings"
	"testing"
)

func TestWhereAHostIsReached(t *testing.T) {
	c, findings := ParseConfig("ssh_config", []byte("# ours\nHost web* !web9\n  User deploy\n  Port 2200\n  IdentityFile deploy_key\n  ProxyJump gate\nHost gate\n  HostName 10.0.0.1\n  User jump\nHost *\n  Port 22\n"))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	for _, k := range []struct{ name, address, want string }{
		{"web1", "10.0.0.7", "deploy@10.0.0.7:2200 deploy_key via jump@10.0.0.1:22 "},
		{"web1", "ann@10.0.0.7:22", "ann@10.0.0.7:22 deploy_key via jump@10.0.0.1:22 "},
		{"web9", "root@[fe80::1]:23", "root@[fe80::1]:23 "},
		{"gate", "", "jump@10.0.0.1:22 "},
	} {
		p, err := locate(k.name, k.address, c, 0)
		if err != nil || p.id() != k.want {
			t.Errorf("%s at %s: %v %v, want %s", k.name, k.address, p.id(), err, k.want)
		}
	}
	if _, err := locate("gate", "10.9.9.9", c, 0); err == nil || !strings.Contains(err.Error(), "at 10.9.9.9 by the catalogue and at 10.0.0.1") {
		t.Errorf("two addresses: %v", err)
	}
	loop, _ := ParseConfig("ssh_config", []byte("Host a\nProxyJump b\nHost b\nProxyJump a\n"))
	if _, err := locate("a", "", loop, 0); err == nil || !strings.Contains(err.Error(), "jumps") {
		t.Errorf("a ring of jumps: %v", err)
	}
}

func TestAVillainsAddressIsNoOption(t *testing.T) {
	for _, address := range []string{"-oProxyCommand=id", "a b", "$(id)", "-l@host", "a;b@host", "host:99999999", "@", "ho\x1bst", "..@host"} {
		if p, err := locate("web1", address, nil, 0); err == nil && strings.ContainsAny(p.address[:1]+p.user[:1], "-$;. \x1b") {
			t.Errorf("%q became %s", address, p.id())
		} else if err == nil {
			t.Errorf("%q was taken for %s", address, p.id())
		}
	}
}

func TestAConfigIsReadStrictly(t *testing.T) {
	for line, want := range map[string]string{
		"ProxyCommand nc %h":       `"ProxyCommand" is not read here`,
		"Usr bob":                  `did you mean "User"?`,
		"User -oX":                 `User "-oX" cannot be used`,
		"Port 0":                   `Port "0" cannot be used`,
		"ProxyJump a,b":            `ProxyJump "a,b" cannot be used`,
		"HostName x@y":             `HostName "x@y" cannot be used`,
		"IdentityFile":             `IdentityFile has no value`,
		"StrictHostKeyChecking no": `"StrictHostKeyChecking" is not read here`,
	} {
		_, findings := ParseConfig("ssh_config", []byte("Host a\n"+line+"\n"))
		if len(findings) != 1 || findings[0].At.Line != 2 || !strings.Contains(findings[0].Text+" "+findings[0].Hint, want) {
			t.Errorf("%s: %+v", line, findings)
		}
	}
}
