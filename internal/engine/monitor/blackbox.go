package monitor

import (
	"cmp"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
)

var jobWhy = map[string]string{
	"relabel_configs":            "labels are not rewritten: what a rule makes of an address or a module is not carried over, the usual three are not needed",
	"metric_relabel_configs":     "no series is kept of a probe",
	"file_sd_configs":            "targets in other files are not read: give them as static_configs",
	"honor_labels":               "",
	"honor_timestamps":           "",
	"scheme":                     "",
	"basic_auth":                 "",
	"authorization":              "",
	"tls_config":                 "",
	"proxy_url":                  "",
	"bearer_token":               "",
	"follow_redirects":           "",
	"enable_http2":               "",
	"scrape_timeout":             "",
	"track_timestamps_staleness": "",
}

// blackbox reads the configuration of Prometheus, with the modules that its jobs name.
func (r *reader) blackbox(o *object, text []byte) error {
	if len(text) == 0 {
		return prentice.Errorf(prentice.Invalid, "what the blackbox exporter asks stands in its modules, and they are not given").
			Try("prentice probe import prometheus.yml --modules blackbox.yml")
	}
	top, err := parse(text, "the file of modules")
	if err != nil {
		return err
	}
	names, nodes := pairs(r.object(top, "").node("modules"))
	modules, used := map[string]*yaml.Node{}, map[string]bool{}
	for i, name := range names {
		modules[name] = nodes[i]
	}
	every := cmp.Or(r.object(o.node("global"), "").length("scrape_interval"), time.Minute)
	for _, n := range o.list("scrape_configs") {
		job := r.object(n, "")
		name := job.text("job_name")
		job.at = "job " + cmp.Or(name, "without a name")
		asked := r.object(job.node("params"), "").list("module")
		if len(asked) == 0 && !strings.HasSuffix(job.text("metrics_path"), "/probe") {
			r.gap(n, job.at, "it asks no blackbox exporter: it is measured, not probed")
			continue
		}
		module := "http_2xx"
		if len(asked) > 0 {
			module = asked[0].Value
		}
		if modules[module] == nil {
			r.gap(n, job.at, "its module %s is not in the file of modules", module)
			continue
		}
		used[module] = true
		r.job(job, cmp.Or(job.length("scrape_interval"), every), modules[module], module)
	}
	r.modules = true
	for i, name := range names {
		if !used[name] {
			r.gap(nodes[i], "module "+name, "no job uses it, so nothing says what it asks")
			continue
		}
		r.unread(nodes[i], name)
	}
	r.modules = false
	return nil
}

// job takes the targets of a job.
func (r *reader) job(job *object, every time.Duration, module *yaml.Node, called string) {
	timeout := job.length("scrape_timeout")
	for _, s := range job.list("static_configs") {
		group := r.object(s, job.at+": static_configs")
		for _, t := range group.list("targets") {
			if t.Kind != yaml.ScalarNode {
				r.gap(t, job.at, "a target is no text")
				continue
			}
			p := prentice.Probe{Name: targetName(t.Value), Options: prentice.Options{}, Interval: every, Timeout: timeout}
			r.modular(t, job.at+": "+targetName(t.Value), job.text("job_name"), p, r.object(module, "module "+called), t.Value)
		}
		if group.has("labels") {
			group.read["labels"] = true
			r.gap(group.keys["labels"], group.at, "write labels into the catalog")
		}
		r.rest(group, nil)
	}
	for key := range job.keys {
		if strings.HasSuffix(key, "_sd_configs") && key != "file_sd_configs" {
			job.read[key] = true
			r.gap(job.keys[key], within(job.at, key), "targets that are found while it runs are not asked: write them into the catalog")
		}
	}
	r.rest(job, jobWhy)
}

// targetName is a target without what may be a secret in it.
func targetName(target string) string {
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		return u.Host + strings.TrimSuffix(u.Path, "/")
	}
	return target[strings.LastIndex(target, "@")+1:]
}

// modular takes a target as its module asks it.
func (r *reader) modular(n *yaml.Node, what, service string, p prentice.Probe, m *object, target string) {
	if t := m.length("timeout"); t > 0 {
		p.Timeout = t
	}
	ok, prober := true, m.text("prober")
	part := r.object(m.node(prober), what)
	switch part.text("preferred_ip_protocol") {
	case "ip4", "ip6":
		if f := part.text("ip_protocol_fallback"); f == "false" {
			p.Options["ip"] = []string{strings.TrimPrefix(part.text("preferred_ip_protocol"), "ip")}
		}
	}
	switch prober {
	case "http":
		ok = r.modularHTTP(n, what, &p, part, target)
	case "tcp":
		ok = r.modularTCP(n, what, &p, part, target)
	case "icmp":
		p.Kind, p.Target = "icmp", target
	case "dns":
		p.Kind, p.Target = "dns", strings.TrimSuffix(part.text("query_name"), ".")
		if _, _, err := net.SplitHostPort(target); err != nil {
			target = net.JoinHostPort(strings.Trim(target, "[]"), "53")
		}
		p.Options = prentice.Options{"resolver": {target}, "record": {cmp.Or(part.text("query_type"), "A")}}
		if codes := part.list("valid_rcodes"); len(codes) == 1 && codes[0].Value != "NOERROR" {
			p.Options["code"] = []string{codes[0].Value}
		} else if len(codes) > 1 {
			r.gap(n, what+": valid_rcodes", "one code is wanted here, not several")
		}
	case "grpc":
		p.Kind, p.Target = "grpc", strings.TrimPrefix(target, "grpc://")
		if s := part.text("service"); s != "" {
			p.Options["service"] = []string{s}
		}
		if part.truth("tls") {
			p.Options["tls"] = []string{"true"}
		}
	default:
		r.gap(n, what, "nothing here asks over %s", nameOf(prober, "that"))
		ok = false
	}
	if ok {
		r.add(n, cmp.Or(service, "blackbox"), p)
	}
}

func (r *reader) modularHTTP(n *yaml.Node, what string, p *prentice.Probe, h *object, target string) bool {
	if !strings.Contains(target, "://") {
		target = "http://" + target
	}
	if !r.page(n, what, p, target) {
		return false
	}
	var codes []string
	for _, c := range h.list("valid_status_codes") {
		codes = append(codes, c.Value)
	}
	wanted(p, codes)
	r.headers(h.node("headers"), what, p)
	r.method(n, what, p, h.text("method"), h.text("body"))
	r.redirects(n, what, p, h.text("follow_redirects") != "false" && !h.truth("no_follow_redirects"))
	r.proxy(h, "proxy_url", what, p)
	if b := r.object(h.node("basic_auth"), what); b.has("username") && !p.Options.Has("password") {
		p.Options["user"], p.Options["password"] = []string{b.text("username")}, []string{r.secret(n, p.Name, "password", what+": basic_auth")}
	}
	if (h.has("bearer_token") || h.has("bearer_token_file") || h.has("authorization")) && !p.Options.Has("password") {
		p.Options["bearer"] = []string{r.secret(n, p.Name, "bearer", what+": bearer_token")}
	}
	for _, m := range h.list("fail_if_body_not_matches_regexp") {
		p.Options["matches"] = append(p.Options["matches"], m.Value)
	}
	for _, m := range h.list("fail_if_body_matches_regexp") {
		p.Options["expect"] = append(p.Options["expect"], "!body.matches("+quoted(m.Value)+")")
	}
	if text := h.text("fail_if_body_json_matches_cel"); text != "" {
		p.Options["expect"] = append(p.Options["expect"], "!("+asJSON.Replace(text)+")")
	}
	if text := h.text("fail_if_body_json_not_matches_cel"); text != "" {
		p.Options["expect"] = append(p.Options["expect"], asJSON.Replace(text))
	}
	for _, m := range h.list("fail_if_header_not_matches") {
		if one := r.object(m, what); one.has("header") && !one.truth("allow_missing") {
			p.Options["has_headers"] = append(p.Options["has_headers"], one.text("header")+": "+one.text("regexp"))
		} else {
			r.gap(n, what+": fail_if_header_not_matches", "a header that may be missing is not asked for")
		}
	}
	if h.truth("fail_if_ssl") {
		r.gap(n, what+": fail_if_ssl", "write the address as http, and redirects: none")
	}
	if h.truth("fail_if_not_ssl") && !strings.HasPrefix(p.Target, "https:") {
		r.gap(n, what+": fail_if_not_ssl", "write the address as https")
	}
	r.modularTLS(n, what, p, h)
	return true
}

// asJSON makes of the body, as the exporter calls it, what it is called here.
var asJSON = strings.NewReplacer("body.", "json.", "body[", "json[")

func (r *reader) modularTLS(n *yaml.Node, what string, p *prentice.Probe, o *object) {
	t := r.object(o.node("tls_config"), what+": tls_config")
	if file := t.text("ca_file"); file != "" {
		p.Options["trust"] = []string{file}
	}
	if t.truth("insecure_skip_verify") {
		r.gap(n, what+": insecure_skip_verify", "a certificate is always judged; name the file of those to trust as trust:")
	}
	for _, key := range []string{"cert_file", "server_name"} {
		if t.has(key) {
			r.gap(n, what+": "+key, "there is nothing like it for a %s probe", p.Kind)
		}
	}
}

func (r *reader) modularTCP(n *yaml.Node, what string, p *prentice.Probe, t *object, target string) bool {
	p.Kind, p.Target = "tcp", target
	if t.truth("tls") {
		p.Kind = "tls"
	}
	var send, expect, start []string
	for _, q := range t.list("query_response") {
		one := r.object(q, what)
		if s := one.text("send"); s != "" {
			send = append(send, s)
		}
		if e := one.text("expect"); e != "" {
			expect = append(expect, e)
		}
		if one.truth("starttls") {
			start = append(start, "starttls")
		}
	}
	secret := secretish.MatchString(strings.Join(send, " "))
	switch {
	case len(start) > 0:
		how := startedBy(target)
		if how == "" {
			r.gap(n, what+": query_response", "write starttls: with smtp, imap, pop3, postgres or ldap")
			return false
		}
		p.Options["starttls"] = []string{how}
	case secret:
		r.gap(n, what+": query_response", "what is sent may hold a secret")
		return false
	case p.Kind == "tls" && len(send)+len(expect) > 0:
		r.gap(n, what+": query_response", "what is said within TLS is not looked at; the certificate is")
	case len(expect) > 1 || len(send) > 1:
		r.gap(n, what+": query_response", "one text is sent and one pattern awaited; a conversation is not carried over")
		return false
	default:
		if len(send) == 1 {
			p.Options["send"] = []string{send[0] + "\r\n"}
		}
		if len(expect) == 1 {
			p.Options["reply"] = []string{expect[0]}
		}
	}
	r.modularTLS(n, what, p, t)
	return true
}

// startedBy is the protocol of a port in which TLS begins later, or "".
func startedBy(target string) string {
	_, text, _ := net.SplitHostPort(target)
	number, _ := strconv.Atoi(text)
	return map[int]string{25: "smtp", 587: "smtp", 143: "imap", 110: "pop3", 5432: "postgres", 389: "ldap"}[number]
}

// understood are the keys of modules that are looked at.
var understood = map[string]bool{"valid_status_codes": true, "headers": true, "method": true, "body": true, "follow_redirects": true, "no_follow_redirects": true, "proxy_url": true,
	"basic_auth": true, "bearer_token": true, "bearer_token_file": true, "authorization": true, "fail_if_body_not_matches_regexp": true, "fail_if_body_matches_regexp": true,
	"fail_if_body_json_matches_cel": true, "fail_if_body_json_not_matches_cel": true, "fail_if_header_not_matches": true, "fail_if_ssl": true, "fail_if_not_ssl": true,
	"tls_config": true, "preferred_ip_protocol": true, "ip_protocol_fallback": true, "query_response": true, "tls": true, "query_name": true, "query_type": true, "valid_rcodes": true, "service": true}

// unread notes once what of a module no one has looked at.
func (r *reader) unread(n *yaml.Node, name string) {
	m := r.object(n, "module "+name)
	prober := m.text("prober")
	part := r.object(m.node(prober), m.at)
	m.text("timeout")
	for key := range part.keys {
		part.read[key] = part.read[key] || understood[key]
	}
	if part.text("ip_protocol_fallback") != "false" && part.has("preferred_ip_protocol") {
		r.gap(part.keys["preferred_ip_protocol"], within(m.at, "preferred_ip_protocol"), "both are tried, whichever answers first; ip: 4 or 6 asks over one alone")
	}
	r.rest(part, nil)
	r.rest(m, nil)
}
