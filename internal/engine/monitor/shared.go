package monitor

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
	"gopkg.in/yaml.v3"

	"prentice"
)

// secretish are names of what may hold a secret.
var secretish = regexp.MustCompile(`(?i)(authorization|cookie|token|secret|passw|pwd|api[-_]?key|\bkey\b|[-_]key\b|credential|session|signature|bearer)`)

// page takes an address on the web: who asks stands in it no longer. ok is false when the
// whole probe is a gap.
func (r *reader) page(n *yaml.Node, what string, p *prentice.Probe, address string) (ok bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	switch {
	case strings.Contains(address, "${"):
		r.gap(n, what, "its address holds a variable of the environment: write the address out")
		return false
	case err != nil || u.Host == "":
		r.gap(n, what, "its address is none on the web")
		return false
	case secretish.MatchString(u.RawQuery):
		r.gap(n, what, "its address holds what may be a secret, and a file of the team must not")
		return false
	}
	if u.User != nil {
		if password, given := u.User.Password(); given && password != "" {
			p.Options["user"] = []string{u.User.Username()}
			p.Options["password"] = []string{r.secret(n, p.Name, "password", what+": password in the address")}
		} else {
			r.gap(n, what+": user in the address", "there is no user without a password here")
		}
		u.User = nil
	}
	p.Kind, p.Target = "http", u.String()
	return true
}

// headers takes headers that are sent. What may be a secret becomes the name of one, where
// prentice has a place for it.
func (r *reader) headers(n *yaml.Node, what string, p *prentice.Probe) {
	names, values := pairs(n)
	for i, name := range names {
		value, at := values[i], what+": header "+name
		scheme, _, _ := strings.Cut(value.Value, " ")
		switch {
		case value.Kind != yaml.ScalarNode:
			r.gap(value, at, "it is no text")
		case strings.EqualFold(name, "Authorization") && strings.EqualFold(scheme, "bearer") && !p.Options.Has("password"):
			p.Options["bearer"] = []string{r.secret(value, p.Name, "bearer", at)}
		case secretish.MatchString(name):
			r.gap(value, at, "it may hold a secret, and no secret stands in such a header here; write user and password, or bearer")
		case strings.Contains(value.Value, "${"):
			r.gap(value, at, "it holds a variable of the environment")
		default:
			p.Options["headers"] = append(p.Options["headers"], name+": "+value.Value)
		}
	}
}

// method takes how a page is asked, and the body.
func (r *reader) method(n *yaml.Node, what string, p *prentice.Probe, method, body string) {
	if method = strings.ToUpper(method); method != "" && method != "GET" {
		p.Options["method"] = []string{method}
	}
	switch {
	case body == "":
	case secretish.MatchString(body) || strings.Contains(body, "${"):
		r.gap(n, what+": body", "it may hold a secret, or a variable of the environment")
	default:
		p.Options["body"] = []string{body}
	}
}

// redirects says what becomes of them: others follow them to any host.
func (r *reader) redirects(n *yaml.Node, what string, p *prentice.Probe, followed bool) {
	switch {
	case !followed:
		p.Options["redirects"] = []string{"none"}
	case p.Options.Text("method") == "POST":
		r.gap(n, what+": redirects", "a POST is not sent on to another host here")
	default:
		p.Options["redirects"] = []string{"any"}
	}
}

// certificate adds a look at the certificate of a page.
func (r *reader) certificate(n *yaml.Node, what, service string, p prentice.Probe, asked string) {
	u, err := url.Parse(p.Target)
	if err != nil || u.Scheme != "https" {
		r.gap(n, what+": "+asked, "there is a certificate only where there is https")
		return
	}
	at := u.Host
	if u.Port() == "" {
		at = net.JoinHostPort(u.Hostname(), "443")
	}
	r.gap(n, what+": "+asked, "became a probe of its own, which judges by the share of the certificate's life that is left")
	r.add(n, service, prentice.Probe{Name: p.Name + "-certificate", Kind: "tls", Target: at, Interval: p.Interval, Timeout: p.Timeout})
}

// domain adds a look at the registration of the name under which a page stands.
func (r *reader) domain(n *yaml.Node, what, service string, p prentice.Probe, asked string) {
	u, err := url.Parse(p.Target)
	name := ""
	if err == nil {
		name, err = publicsuffix.EffectiveTLDPlusOne(strings.TrimSuffix(strings.ToLower(u.Hostname()), "."))
	}
	if err != nil || net.ParseIP(u.Hostname()) != nil {
		r.gap(n, what+": "+asked, "its address stands under no registered name")
		return
	}
	r.gap(n, what+": "+asked, "became a probe of its own, which warns 30 days before the end and fails 7 days before")
	r.add(n, service, prentice.Probe{Name: p.Name + "-domain", Kind: "domain", Target: name, Interval: p.Interval, Timeout: p.Timeout})
}

// wanted takes which statuses are right.
func wanted(p *prentice.Probe, list []string) {
	if len(list) == 1 {
		if code, err := strconv.Atoi(list[0]); err == nil {
			p.Status = code
			return
		}
	}
	if len(list) > 0 {
		p.Options["status"] = list
	}
}

// quoted is a text as CEL has it.
func quoted(s string) string { return strconv.Quote(strings.ToValidUTF8(s, "�")) }

// glob is a pattern of * as one of RE2.
func glob(s string) string {
	parts := strings.Split(s, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return "(?s)^" + strings.Join(parts, ".*") + "$"
}

// member is a path into JSON as CEL has it, or not ok.
func member(path string) (cel string, ok bool) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "$"), ".")
	if path == "" {
		return "json", true
	}
	cel = "json"
	for _, part := range strings.Split(path, ".") {
		m := step.FindStringSubmatch(part)
		if m == nil {
			return "", false
		}
		if m[1] != "" {
			if plain.MatchString(m[1]) && !slices.Contains(reserved, m[1]) {
				cel += "." + m[1]
			} else {
				cel += "[" + quoted(m[1]) + "]"
			}
		}
		cel += m[2]
	}
	return cel, true
}

var (
	step     = regexp.MustCompile(`^([A-Za-z0-9_\-]*)((?:\[[0-9]{1,6}\])*)$`)
	plain    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	number   = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,15})?$`)
	reserved = strings.Fields("as break const continue else false for function if import in let loop package namespace null return true var void while")
)

// literal is a value of JSON as CEL has it.
func literal(s string) string {
	if s == "true" || s == "false" || s == "null" || number.MatchString(s) {
		return s
	}
	return quoted(strings.Trim(s, `"`))
}

// port is host:port of an address without a scheme.
func port(host string, number int) string { return net.JoinHostPort(host, fmt.Sprint(number)) }
