package ssh

import (
	"strings"
	"testing"
)

func TestWhereAHostIsReached(t *testing.T) {
	c, findings := ParseConfig("ssh_config", []byte("# ours\nHost web* !web9\n  User deploy\n  Port 2200\n  IdentityFile deploy_key\n  ProxyJump gate\nHost gate\n  HostName 10.0.0.1\n  User jump\nHost *\n  Port 22\nHost chain\n  ProxyJump ann@gate:2022,spare\nHost spare\n  ProxyJump elsewhere\n"))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	for _, k := range []struct{ name, address, want string }{
		{"web1", "10.0.0.7", "deploy@10.0.0.7:2200 deploy_key via jump@10.0.0.1:22 "},
		{"web1", "ann@10.0.0.7:22", "ann@10.0.0.7:22 deploy_key via jump@10.0.0.1:22 "},
		{"web9", "root@[fe80::1]:23", "root@[fe80::1]:23 "},
		{"gate", "", "jump@10.0.0.1:22 "},
		{"chain", "root@192.0.2.1", "root@192.0.2.1:22  via " + ourName() + "@spare:22  via ann@10.0.0.1:2022 "},
	} {
		p, err := locate(k.name, k.address, c, 0)
		if err != nil || p.id() != k.want {
			t.Errorf("%s at %s: %v %v, want %s", k.name, k.address, p.id(), err, k.want)
		}
	}
	if _, err := locate("gate", "10.9.9.9", c, 0); err == nil || !strings.Contains(err.Error(), "at 10.9.9.9 by the catalog and at 10.0.0.1") {
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

func TestWhatOpenSSHCannotReadIsRefusedWithItsLine(t *testing.T) {
	for line, want := range map[string]string{
		"Usr bob":                   `did you mean "User"?`,
		"Port 0":                    `Port "0" cannot be used`,
		"Port ssh":                  `Port "ssh" cannot be used`,
		"IdentityFile":              `IdentityFile has no value`,
		`User "bob`:                 `a quote in User "bob has no end`,
		"HostName a b":              `HostName has more than one value`,
		"Match host":                `Match host has no value`,
		"IgnoreUnknown Usre\nUsr x": `OpenSSH has no word "Usr"`,
	} {
		_, findings := ParseConfig("ssh_config", []byte("Host a\n"+line+"\n"))
		if len(findings) != 1 || !findings[0].Error || findings[0].At.Line < 2 || !strings.Contains(findings[0].Text+" "+findings[0].Hint, want) {
			t.Errorf("%s: %+v", line, findings)
		}
	}
}

func TestWhatIsNotFollowedIsAdviceAndAHostThatDependsOnItIsBlocked(t *testing.T) {
	for text, want := range map[string]string{
		"ProxyCommand nc %h %p":                                   "it is reached by ProxyCommand nc %h %p, which is not run here",
		"ProxyCommand ssh -W %h:%p gate":                          "",
		"ProxyCommand none":                                       "",
		"StrictHostKeyChecking no":                                "",
		"ForwardAgent yes\nLocalForward 1 a:1":                    "",
		"User -oX":                                                `its User "-oX" cannot be used`,
		"HostName x@y":                                            `its HostName "x@y" cannot be used`,
		"HostName %z":                                             `its HostName "%z" cannot be used`,
		"HostName %h.example":                                     "",
		"ProxyJump b\nHost b\nProxyJump a":                        "or behind a ring of them",
		"ProxyJump -oProxyCommand=x":                              "is not an address",
		"IdentityFile %q":                                         `its IdentityFile "%q" cannot be used`,
		"Match exec \"touch ran\"\nProxyJump gate":                "whether ssh_config:3 says ProxyJump for it depends on what is not worked out here",
		"Match host b exec \"touch ran\"\nUser x":                 "",
		"User x\nMatch exec \"touch ran\"\nUser y":                "",
		"Match exec \"touch ran\"\nForwardAgent yes":              "",
		"Match localnetwork 10.0.0.0/8\nHostName b":               "whether ssh_config:3 says HostName",
		"ProxyJump gate\nHost gate\nProxyCommand x":               "the way is through gate: it is reached by ProxyCommand x",
		"IgnoreUnknown UseK*,Colour\nColour red\nUseKeychain yes": "",
	} {
		c, findings := ParseConfig("ssh_config", []byte("Host a\n"+text+"\n"))
		for _, f := range findings {
			if f.Error {
				t.Errorf("%s: %+v", text, f)
			}
		}
		if why := c.Blocked("a", ""); !strings.Contains(why, want) || (why == "") != (want == "") {
			t.Errorf("%s: blocked %q", text, why)
		}
	}
}
