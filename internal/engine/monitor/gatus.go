package monitor

import (
	"cmp"
	"net"
	"strings"
	"time"

	"prentice"
)

var gatusWhy = map[string]string{
	"alerting":    "who is told stands in notices.yaml and the rotas; keys and addresses of channels are secrets",
	"alerts":      "what calls someone stands in the policy, notices.yaml and the rotas; thresholds were taken as fail_after and pass_after",
	"storage":     "prentice keeps what it sees in its own database",
	"web":         "where prentice listens is a setting of the server",
	"ui":          "pages are not configured",
	"security":    "people and their roles are declared in the team's files",
	"metrics":     "prentice always has /metrics",
	"debug":       "",
	"concurrency": "", "disable-monitoring-lock": "", "skip-invalid-config-update": "",
	"maintenance":         "write it into calendar.yaml",
	"maintenance-windows": "write it into calendar.yaml",
	"external-endpoints":  "they are pushed: declare each as a job in heartbeats.yaml; its address is understood unchanged",
	"suites":              "a probe asks once, and hands nothing on to another: write a command that does it, and a probe of kind command",
	"remote":              "other instances are not asked",
	"connectivity":        "prentice finds out itself that it is cut off",
	"extra-labels":        "write labels into the catalog",
	"announcements":       "announcements are not carried over",
}

var gatusClient = map[string]string{
	"insecure":             "a certificate is always judged; name the file of those to trust as trust:",
	"oauth2":               "prentice asks no one for a token; write bearer: with the name of a secret",
	"identity-aware-proxy": "prentice asks no one for a token",
	"tls":                  "no certificate of the one who asks is sent",
	"dns-resolver":         "the resolver of the machine is asked",
	"tunnel":               "prentice asks over no tunnel: write a probe of kind command",
}

// gatus reads the configuration of Gatus.
func (r *reader) gatus(o *object) {
	for _, n := range o.list("endpoints") {
		r.endpoint(r.object(n, ""))
	}
	// A key that only holds what an anchor names says nothing itself.
	for key, n := range o.keys {
		if _, known := gatusWhy[key]; !known && n.Anchor != "" {
			o.read[key] = true
		}
	}
	r.rest(o, gatusWhy)
}

func (r *reader) endpoint(o *object) {
	name, group := o.text("name"), o.text("group")
	what := cmp.Or(name, "an endpoint without a name")
	o.at = what
	if t := strings.ToLower(o.text("enabled")); t == "false" {
		r.gap(o.n, what, "it is not enabled there")
		return
	}
	p := prentice.Probe{Name: cmp.Or(name, "endpoint"), Options: prentice.Options{}, Interval: cmp.Or(o.length("interval"), time.Minute), Timeout: 10 * time.Second}
	service := cmp.Or(group, name)
	client := r.object(o.node("client"), what+": client")
	if t := client.length("timeout"); t > 0 {
		p.Timeout = t
	}
	switch client.text("network") {
	case "ip4":
		p.Options["ip"] = []string{"4"}
	case "ip6":
		p.Options["ip"] = []string{"6"}
	}
	if !r.gatusTarget(o, client, what, &p) {
		return
	}
	r.thresholds(o, &p)
	delete(o.read, "alerts")
	extra := r.conditions(o, what, service, &p)
	r.rest(client, gatusClient)
	r.rest(o, gatusWhy)
	asked := p
	r.add(o.n, service, p)
	if extra != "" {
		r.certificate(o.node("conditions"), what, service, asked, extra)
	}
}

// thresholds are those of the first alert that has any.
func (r *reader) thresholds(o *object, p *prentice.Probe) {
	for _, n := range o.list("alerts") {
		a := r.object(n, "")
		if f := a.whole("failure-threshold", 0); f > 0 && f <= 1000 && p.FailAfter == 0 {
			p.FailAfter = f
		}
		if s := a.whole("success-threshold", 0); s > 0 && s <= 1000 && p.PassAfter == 0 {
			p.PassAfter = s
		}
	}
}

// gatusTarget takes what is asked; false is a gap.
func (r *reader) gatusTarget(o, client *object, what string, p *prentice.Probe) bool {
	address := o.text("url")
	scheme, rest, _ := strings.Cut(address, "://")
	rest = strings.TrimSuffix(rest, "/")
	plainly := func(kind, target string) bool {
		if strings.Contains(address, "${") || strings.Contains(address, "@") {
			r.gap(o.node("url"), what, "its address holds a variable of the environment, or who asks")
			return false
		}
		p.Kind, p.Target = kind, target
		return true
	}
	if dns := r.object(o.node("dns"), what+": dns"); len(dns.keys) > 0 {
		server := strings.TrimPrefix(address, "dns://")
		if _, _, err := net.SplitHostPort(server); err != nil {
			server = net.JoinHostPort(strings.Trim(server, "[]"), "53")
		}
		ok := plainly("dns", strings.TrimSuffix(dns.text("query-name"), "."))
		p.Options = prentice.Options{"resolver": {server}, "record": {cmp.Or(dns.text("query-type"), "A")}}
		return ok
	}
	switch scheme {
	case "http", "https":
		if !r.page(o.node("url"), what, p, address) {
			return false
		}
		r.headers(o.node("headers"), what, p)
		body := o.text("body")
		if o.truth("graphql") {
			r.gap(o.node("graphql"), what, "a query of GraphQL is not wrapped: write method: POST and the body as JSON")
			return false
		}
		r.method(o.node("body"), what, p, o.text("method"), body)
		r.redirects(o.node("url"), what, p, !client.truth("ignore-redirect"))
		r.proxy(client, "proxy-url", what, p)
		return true
	case "tcp":
		return plainly("tcp", rest)
	case "icmp":
		return plainly("icmp", rest)
	case "tls":
		return plainly("tls", rest)
	case "starttls":
		p.Options["starttls"] = []string{"smtp"}
		return plainly("tls", rest)
	case "grpc", "grpcs":
		if scheme == "grpcs" {
			p.Options["tls"] = []string{"true"}
		}
		return plainly("grpc", rest)
	}
	r.gap(o.node("url"), what, "nothing here asks over %s", cmp.Or(shown(nameOf(scheme, "")), "that"))
	return false
}

func (r *reader) proxy(o *object, key, what string, p *prentice.Probe) {
	switch proxy := o.text(key); {
	case proxy == "":
	case strings.Contains(proxy, "@") || strings.Contains(proxy, "${"):
		r.gap(o.node(key), what+": "+key, "it holds a secret or a variable, and no proxy has one here")
	default:
		p.Options["proxy"] = []string{proxy}
	}
}
