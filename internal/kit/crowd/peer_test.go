package crowd

import "testing"

func TestAPeerIsTheMachineAndNotItsPort(t *testing.T) {
	for from, want := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1", "[2001:db8::1]:80": "2001:db8::/64", "2001:db8::1": "2001:db8::/64",
		"[2001:db8::2%eth0]:81": "2001:db8::/64", "[::1]:80": "::1", "@": "@", "": "",
	} {
		if got := Peer(from); got != want {
			t.Errorf("%s: %s, want %s", from, got, want)
		}
	}
}

func TestAroundAnAddressIsItsNetwork(t *testing.T) {
	for from, want := range map[string]string{"192.0.2.1": "192.0.2.0/24", "::ffff:192.0.2.9": "192.0.2.0/24", "2001:db8:1:2::3": "2001:db8:1::/48", "@": "@", "": ""} {
		if got := Around(from); got != want {
			t.Errorf("%q: %q, not %q", from, got, want)
		}
	}
}
