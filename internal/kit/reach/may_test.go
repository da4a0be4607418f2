package reach_test

import (
	"strings"
	"testing"

	"prentice/internal/kit/reach"
)

func TestANameDoesNotLeadToThisMachine(t *testing.T) {
	if err := reach.May("127.0.0.1:80", false); err == nil || !strings.Contains(err.Error(), "leads to this machine") {
		t.Error(err)
	}
	for _, at := range []string{"127.0.0.1:80", "[::1]:80"} {
		if err := reach.May(at, true); err != nil {
			t.Error(err)
		}
	}
	for _, at := range []string{"10.1.2.3:443", "192.0.2.1:443", "[2001:db8::1]:443"} {
		if err := reach.May(at, false); err != nil {
			t.Error(err)
		}
	}
	for _, at := range []string{"[fd00:ec2::254]:80", "100.100.100.200:80", "224.0.0.1:80"} {
		if reach.May(at, true) == nil {
			t.Errorf("%s is asked", at)
		}
	}
}
