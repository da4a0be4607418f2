// Package prometheus reads which targets a Prometheus scrapes: from its configuration
// (https://prometheus.io/docs/prometheus/latest/configuration/configuration/), from
// what its API answers (/api/v1/targets), or from the API itself.
//
// A target is a host, a port and a page on it that answers; a page that a blackbox
// exporter asks for is one too. Of an address only scheme, host, port and path are
// taken: users, passwords and parameters stay where they are.
//
// It refuses to follow what comes and goes by itself, such as the pods of a cluster,
// and says so.
package prometheus

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"prentice/internal/kit/pattern"
)

// Target is one thing that is scraped.
type Target struct {
	Job  string
	Host string // a name or an address, without brackets
	Port string
	URL  string // of the page that answers, without user and parameters; "" where it answers only those who sign in
	Page bool   // it is a page that a blackbox exporter asks for, and its host need not be the team's
}

// Found is what was read.
type Found struct {
	Targets []Target
	Left    []Left
}

// Left is what was found and not taken, and why.
type Left struct{ What, Why string }

// MostTargets is how many are taken.
const MostTargets = 5000

func (f *Found) leave(what, format string, args ...any) {
	f.Left = append(f.Left, Left{clip(what), fmt.Sprintf(format, args...)})
}

var validHost = pattern.Of(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// add takes a target by its address. Signs says that the page wants someone to sign
// in, or another way of asking than a plain one.
func (f *Found) add(job, address string, signs, page bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		f.leave("a target of job "+clip(job), "its address cannot be read")
		return
	}
	host, port := u.Hostname(), u.Port()
	if _, err := netip.ParseAddr(host); err != nil && !validHost.MatchString(host) {
		f.leave("a target of job "+clip(job), "its host cannot be read")
		return
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		f.leave("a target of job "+clip(job), "its port cannot be read")
		return
	}
	if len(f.Targets) == MostTargets {
		f.leave("all targets behind the first "+strconv.Itoa(MostTargets), "they are too many")
	}
	if len(f.Targets) >= MostTargets {
		return
	}
	t := Target{Job: job, Host: host, Port: port, Page: page}
	if !signs && u.User == nil && len(u.Path) <= 500 {
		plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
		t.URL = plain.String()
	}
	f.Targets = append(f.Targets, t)
}

// at is a URL of an address as static targets have it: host:port, or a whole URL.
func at(scheme, address, path string) string {
	if strings.Contains(address, "://") {
		return address
	}
	if _, _, err := net.SplitHostPort(address); err != nil && strings.Count(address, ":") > 1 && !strings.HasPrefix(address, "[") {
		address = "[" + address + "]"
	}
	return scheme + "://" + address + path
}

func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return strings.ToValidUTF8(s, "?")
}
