package boot

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyAProxyOfOursSaysWhereARequestComesFrom(t *testing.T) {
	list, err := Settings{Proxies: "127.0.0.1, 10.0.0.0/24"}.proxies()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ fact, peer, header, want string }{
		{"no proxy", "192.0.2.7:5", "198.51.100.1", "192.0.2.7:5"},
		{"a proxy", "127.0.0.1:5", "198.51.100.1", "198.51.100.1:0"},
		{"what a stranger wrote before it", "127.0.0.1:5", "203.0.113.9, 198.51.100.1", "198.51.100.1:0"},
		{"two proxies of ours", "127.0.0.1:5", "198.51.100.1, 10.0.0.7", "198.51.100.1:0"},
		{"a stranger who writes our proxy's address", "127.0.0.1:5", "10.0.0.7, 198.51.100.1", "198.51.100.1:0"},
		{"with a port", "127.0.0.1:5", "198.51.100.1:4444", "198.51.100.1:0"},
		{"IPv6", "[::ffff:127.0.0.1]:5", "2001:db8::1", "[2001:db8::1]:0"},
		{"a proxy that says nothing", "127.0.0.1:5", "", "127.0.0.1:5"},
		{"what is no address", "127.0.0.1:5", "198.51.100.1, unknown", "127.0.0.1:5"},
		{"only proxies", "127.0.0.1:5", "10.0.0.7", "127.0.0.1:5"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if c.header != "" {
			r.Header.Set("X-Forwarded-For", c.header)
		}
		got := ""
		behind(list, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(nil, r)
		if got != c.want {
			t.Errorf("%s: %s, wants %s", c.fact, got, c.want)
		}
	}
	for _, bad := range []string{"proxy.example", "0.0.0.0/0", "::/0", "10.0.0.0/33"} {
		if _, err := (Settings{Proxies: bad}).proxies(); err == nil {
			t.Errorf("%q is taken for proxies", bad)
		}
	}
}
