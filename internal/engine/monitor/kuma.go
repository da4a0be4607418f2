package monitor

import (
	"cmp"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
)

var kumaWhy = map[string]string{
	"notificationList":   "who is told stands in notices.yaml and the rotas; keys and addresses of channels are secrets",
	"notificationIDList": "", // as above
	"proxyList":          "", // those that are used are taken
	"version":            "",
	"id":                 "", "weight": "", "pathName": "", "path": "", "childrenIDs": "", "active": "", "forceInactive": "", "includeSensitiveData": "", "screenshot": "",
	"dns_last_result": "", "httpBodyEncoding": "", "packetSize": "", "gamedigGivenPortOnly": "", "grpcEnableTls": "", "dns_resolve_type": "", "dns_resolve_server": "", "method": "",
	"accepted_statuscodes": "", "accepted_statuscodes_json": "", "maxredirects": "", "proxyId": "", "authMethod": "", "kafkaProducerBrokers": "", "kafkaProducerSaslOptions": "", "kafkaProducerSsl": "",
	"kafkaProducerAllowAutoTopicCreation": "", "expiryNotification": "", "timeout": "", "retryInterval": "", "mqttCheckType": "", "jsonPathOperator": "", "port": "", "url": "", "hostname": "",
	"docker_host": "", "docker_container": "", "conditions": "", "maintenance": "", "cacheBust": "", "ping_count": "", "ping_numeric": "", "ping_per_request_timeout": "",
	"resendInterval": "how often someone is told stands in notices.yaml",
	"tags":           "write labels into the catalog",
	"description":    "write it into the catalog",
	"ignoreTls":      "a certificate is always judged; name the file of those to trust as trust:",
}

var kumaNever = map[string]string{
	"push":         "it is pushed: declare it as a job in heartbeats.yaml; its address is understood unchanged",
	"docker":       "write a probe of kind command",
	"postgres":     "its address holds a password: write a probe of kind postgres, with password: and the name of a secret",
	"mysql":        "its address holds a password: write a probe of kind mysql",
	"group":        "it became a service",
	"real-browser": "prentice opens no browser: write a probe of kind http",
}

// kuma reads a backup of Uptime Kuma.
func (r *reader) kuma(o *object) {
	groups, proxies := map[string]string{}, map[string]*object{}
	for _, n := range o.list("proxyList") {
		p := r.object(n, "a proxy")
		proxies[p.text("id")] = p
	}
	for _, n := range o.list("monitorList") {
		if m := r.object(n, ""); m.text("type") == "group" {
			groups[m.text("id")] = m.text("name")
		}
	}
	for _, n := range o.list("monitorList") {
		r.watched(r.object(n, ""), groups, proxies)
	}
	r.rest(o, kumaWhy)
}

func (r *reader) watched(m *object, groups map[string]string, proxies map[string]*object) {
	name, kind := m.text("name"), m.text("type")
	m.at = cmp.Or(name, "a monitor without a name")
	parent := groups[m.text("parent")]
	if kind == "group" {
		return
	}
	if why, known := kumaNever[kind]; known {
		r.gap(m.n, m.at, "%s", why)
		return
	}
	if active := m.text("active"); active == "false" || active == "0" {
		r.gap(m.n, m.at, "it is paused there")
		return
	}
	if m.truth("upsideDown") {
		r.gap(m.n, m.at, "it passes when the target fails, and no probe here does")
		return
	}
	p := prentice.Probe{Name: cmp.Or(name, "monitor"), Options: prentice.Options{}, Interval: cmp.Or(m.length("interval"), time.Minute), Timeout: m.length("timeout"), PassAfter: 1}
	p.FailAfter = min(max(m.whole("maxretries", 0), 0), 999) + 1
	if !r.kumaTarget(m, kind, &p, proxies) {
		return
	}
	service, asked, expires := cmp.Or(parent, name), p, m.truth("expiryNotification")
	r.rest(m, kumaWhy)
	r.add(m.n, service, p)
	if expires && asked.Kind == "http" {
		r.certificate(m.n, m.at, service, asked, "expiryNotification")
	}
}

// kumaTarget takes what is asked; false is a gap.
func (r *reader) kumaTarget(m *object, kind string, p *prentice.Probe, proxies map[string]*object) bool {
	host, number := m.text("hostname"), m.whole("port", 0)
	switch kind {
	case "http", "keyword", "json-query":
		return r.kumaPage(m, kind, p, proxies)
	case "port":
		p.Kind, p.Target = "tcp", port(host, number)
	case "ping":
		p.Kind, p.Target = "icmp", host
	case "dns":
		server := m.text("dns_resolve_server")
		server, rest, _ := strings.Cut(server, ",")
		if rest != "" {
			r.gap(m.n, m.at+": dns_resolve_server", "one resolver is asked; the others are left out")
		}
		p.Kind, p.Target = "dns", strings.TrimSuffix(host, ".")
		p.Options["record"] = []string{cmp.Or(m.text("dns_resolve_type"), "A")}
		if server != "" {
			p.Options["resolver"] = []string{net.JoinHostPort(strings.Trim(strings.TrimSpace(server), "[]"), cmp.Or(m.text("port"), "53"))}
		}
	default:
		r.gap(m.n, m.at, "nothing here asks as type %s does", nameOf(kind, "that"))
		return false
	}
	return true
}

func (r *reader) kumaPage(m *object, kind string, p *prentice.Probe, proxies map[string]*object) bool {
	if !r.page(m.n, m.at, p, m.text("url")) {
		return false
	}
	var codes []string
	for _, c := range m.list("accepted_statuscodes") {
		codes = append(codes, c.Value)
	}
	if len(codes) != 1 || codes[0] != "200-299" {
		wanted(p, codes)
	}
	if text := m.text("headers"); text != "" {
		if n, err := parseJSON([]byte(text), "headers"); err == nil {
			lined(n, m.n.Line, 0)
			r.headers(n, m.at, p)
		} else {
			r.gap(m.n, m.at+": headers", "they are no JSON")
		}
	}
	r.method(m.n, m.at, p, m.text("method"), m.text("body"))
	r.redirects(m.n, m.at, p, m.text("maxredirects") != "0")
	switch auth := m.text("authMethod"); {
	case auth != "" && auth != "basic" && auth != "null":
		r.gap(m.n, m.at+": authMethod", "prentice does not sign in by %s", nameOf(auth, "that"))
		return false
	case m.has("basic_auth_user") && !p.Options.Has("bearer") && !p.Options.Has("password"):
		p.Options["user"], p.Options["password"] = []string{m.text("basic_auth_user")}, []string{r.secret(m.n, p.Name, "password", m.at+": basic_auth_pass")}
	}
	m.read["basic_auth_pass"] = true
	if id := m.text("proxyId"); proxies[id] != nil {
		r.kumaProxy(m, proxies[id], p)
	}
	switch {
	case kind == "keyword" && m.truth("invertKeyword"):
		p.Options["expect"] = []string{"!body.contains(" + quoted(m.text("keyword")) + ")"}
	case kind == "keyword":
		p.Contains = m.text("keyword")
	case kind == "json-query":
		cel, ok := member(m.text("jsonPath"))
		is := cmp.Or(m.text("jsonPathOperator"), "==")
		if !ok || !compares.MatchString(is) {
			r.gap(m.n, m.at+": jsonPath", "write it as expect: in CEL over json")
			return false
		}
		p.Options["expect"] = []string{cel + " " + is + " " + literal(m.text("expectedValue"))}
	}
	return true
}

var compares = regexp.MustCompile(`^(==|!=|<=|>=|<|>)$`)

func (r *reader) kumaProxy(m, proxy *object, p *prentice.Probe) {
	if proxy.truth("auth") || !strings.HasPrefix(proxy.text("protocol"), "http") {
		r.gap(m.n, m.at+": proxyId", "a proxy that wants a password, or is no HTTP proxy, is not used here")
		return
	}
	u := url.URL{Scheme: proxy.text("protocol"), Host: port(proxy.text("host"), proxy.whole("port", 0))}
	p.Options["proxy"] = []string{u.String()}
}

// lined gives all of a document one line: that where it stands as a text.
func lined(n *yaml.Node, line, depth int) {
	n.Line = line
	for _, child := range n.Content {
		if depth < deepest {
			lined(child, line, depth+1)
		}
	}
}
