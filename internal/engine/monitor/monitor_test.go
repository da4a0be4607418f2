package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
	"prentice/internal/engine/monitor"
)

const gatus = `
defaults: &all
  group: shop
  interval: 30s
  alerts: [{type: slack, failure-threshold: 5, success-threshold: 4}]
alerting: {slack: {webhook-url: "https://hooks.slack.com/T0/hunter2"}}
endpoints:
  - name: front page
    <<: *all
    url: https://ann:hunter2@shop.example/health?full=1
    headers: {X-Api-Key: hunter2, Accept: application/json}
    client: {timeout: 2s, insecure: true}
    conditions:
      - "[STATUS] == any(200, 204)"
      - "[BODY].queue.jobs[0] < 5"
      - "[BODY].state == UP"
      - "len([BODY].items) > 0"
      - "[BODY] == pat(*ready*)"
      - "[RESPONSE_TIME] < 300"
      - "[CERTIFICATE_EXPIRATION] > 48h"
      - "[DOMAIN_EXPIRATION] > 720h"
      - "[IP] == 10.0.0.1"
  - name: any status
    url: http://shop.example/
    conditions: ["[CONNECTED] == true"]
  - name: resolver
    url: 10.0.0.2
    dns: {query-name: shop.example., query-type: AAAA}
    conditions: ["[DNS_RCODE] == NXDOMAIN"]
  - {name: port, url: "tcp://db.example:5432", conditions: ["[CONNECTED] == true"]}
  - {name: gone, url: "http://x.example", enabled: false}
  - {name: session, url: "ssh://x.example:22", ssh: {username: a, password: hunter2}}
  - {name: query, url: "http://x.example/?token=hunter2"}
`

func TestWhatGatusLooksAtIsCarriedOverOrSaid(t *testing.T) {
	read := convert(t, monitor.File{Text: []byte(gatus)})
	page := probe(t, read, "shop", "front-page")
	if page.Target != "https://shop.example/health?full=1" || page.Interval != 30*time.Second || page.Timeout != 300*time.Millisecond || page.FailAfter != 5 || page.PassAfter != 4 {
		t.Errorf("the page is asked as %+v", page)
	}
	for key, want := range map[string][]string{
		"status": {"200", "204"}, "user": {"ann"}, "password": {"front-page-password"}, "headers": {"Accept: application/json"}, "redirects": {"any"},
		"expect": {"json.queue.jobs[0] < 5", `json.state == "UP"`, "size(json.items) > 0"}, "matches": {"(?s)^.*ready.*$"},
	} {
		if !slices.Equal(page.Options[key], want) {
			t.Errorf("%s is %q, not %q", key, page.Options[key], want)
		}
	}
	if c := probe(t, read, "shop", "front-page-certificate"); c.Kind != "tls" || c.Target != "shop.example:443" {
		t.Errorf("the certificate is asked as %+v", c)
	}
	if d := probe(t, read, "shop", "front-page-domain"); d.Kind != "domain" || d.Target != "shop.example" {
		t.Errorf("the registration is asked as %+v", d)
	}
	if p := probe(t, read, "any-status", "any-status"); p.Options.Text("status") != "100-599" {
		t.Errorf("what asks for no status is asked as %+v", p)
	}
	if p := probe(t, read, "resolver", "resolver"); p.Target != "shop.example" || p.Options.Text("resolver") != "10.0.0.2:53" || p.Options.Text("record") != "AAAA" || p.Options.Text("code") != "NXDOMAIN" {
		t.Errorf("the resolver is asked as %+v", p)
	}
	said(t, read, "6 alerting: who is told", "11 front page: header X-Api-Key: it may hold a secret", "12 front page: client: insecure: ", "19 front page: [RESPONSE_TIME] < 300: became the timeout",
		"21 front page: [DOMAIN_EXPIRATION]: became a probe of its own", "22 front page: [IP] == 10.0.0.1: there is nothing like it", "31 gone: it is not enabled", "32 session: nothing here asks over ssh", "33 query: its address holds what may be a secret")
}

const scraped = `
global: {scrape_interval: 20s}
scrape_configs:
  - job_name: pages
    metrics_path: /probe
    params: {module: [page]}
    static_configs:
      - targets: [https://ann:hunter2@shop.example/, blog.example]
        labels: {team: web}
    relabel_configs: [{source_labels: [__address__], target_label: __param_target}]
  - job_name: mail
    scrape_interval: 1m
    metrics_path: /probe
    params: {module: [greets]}
    file_sd_configs: [{files: [a.json]}]
    static_configs: [{targets: ["mail.example:25"]}]
  - {job_name: node, static_configs: [{targets: ["n:9100"]}]}
`

const modules = `
modules:
  page:
    prober: http
    timeout: 4s
    http:
      valid_status_codes: [200, 301]
      no_follow_redirects: true
      fail_if_body_not_matches_regexp: ["wel+come"]
      fail_if_body_matches_regexp: ["err\"or"]
      fail_if_header_not_matches: [{header: Server, regexp: nginx}]
      body_size_limit: 1MB
      authorization: {credentials: hunter2}
  greets:
    prober: tcp
    tcp: {query_response: [{expect: "^220"}]}
  unused: {prober: icmp}
`

func TestWhatABlackboxExporterAsksIsCarriedOverOrSaid(t *testing.T) {
	read := convert(t, monitor.File{Text: []byte(scraped), Modules: []byte(modules)})
	p := probe(t, read, "pages", "shop.example")
	if p.Target != "https://shop.example/" || p.Interval != 20*time.Second || p.Timeout != 4*time.Second {
		t.Errorf("the page is asked as %+v", p)
	}
	for key, want := range map[string][]string{
		"status": {"200", "301"}, "redirects": {"none"}, "matches": {"wel+come"}, "expect": {`!body.matches("err\"or")`}, "has_headers": {"Server: nginx"}, "password": {"shop-example-password"},
	} {
		if !slices.Equal(p.Options[key], want) {
			t.Errorf("%s is %q, not %q", key, p.Options[key], want)
		}
	}
	if p := probe(t, read, "pages", "blog.example"); p.Target != "http://blog.example" || p.Options.Text("bearer") != "blog-example-bearer" {
		t.Errorf("a target without a scheme is asked as %+v", p)
	}
	if p := probe(t, read, "mail", "mail.example-25"); p.Kind != "tcp" || p.Options.Text("reply") != "^220" || p.Interval != time.Minute {
		t.Errorf("the port is asked as %+v", p)
	}
	said(t, read, "9 job pages: static_configs: write labels", "10 job pages: relabel_configs: labels are not rewritten", "15 job mail: file_sd_configs: targets in other files", "17 job node: it asks no blackbox",
		"modules 12 module page: body_size_limit: there is nothing like it", "modules 17 module unused: no job uses it")
	if _, err := monitor.Convert(monitor.File{Text: []byte(scraped)}, nil); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("without the modules it says %v", err)
	}
}

const kuma = `{
 "version": "1.23.11",
 "notificationList": [{"id": 1, "config": "{\"token\":\"hunter2\"}"}],
 "monitorList": [
  {"id": 1, "name": "Shop", "type": "group", "active": true},
  {"id": 2, "name": "Front 🏪", "type": "keyword", "url": "https://shop.example/", "method": "POST", "body": "{\"a\":1}", "keyword": "welcome", "parent": 1, "interval": 60, "timeout": 48, "maxretries": 2, "maxredirects": 0,
   "headers": "{\"Authorization\": \"Bearer hunter2\"}", "expiryNotification": true, "ignoreTls": true, "accepted_statuscodes": ["200-299", "404"], "active": true, "notificationIDList": {"1": true}, "upsideDown": false, "hunger": "much"},
  {"id": 3, "name": "json", "type": "json-query", "url": "http://shop.example/api", "jsonPath": "$.a-b.c", "expectedValue": "7", "interval": 20, "active": 1, "maxredirects": 10},
  {"id": 4, "name": "inverse", "type": "keyword", "url": "http://shop.example/", "keyword": "fatal", "invertKeyword": true, "active": true},
  {"id": 5, "name": "db", "type": "postgres", "databaseConnectionString": "postgres://u:hunter2@db/x", "active": true},
  {"id": 6, "name": "push", "type": "push", "pushToken": "hunter2", "active": true},
  {"id": 7, "name": "off", "type": "ping", "hostname": "h", "active": false},
  {"id": 8, "name": "turned", "type": "ping", "hostname": "h", "active": true, "upsideDown": true},
  {"id": 9, "name": "names", "type": "dns", "hostname": "shop.example", "dns_resolve_server": "10.0.0.2", "port": 53, "dns_resolve_type": "MX", "active": true}
 ]}`

func TestWhatUptimeKumaLooksAtIsCarriedOverOrSaid(t *testing.T) {
	read := convert(t, monitor.File{Text: []byte(kuma)})
	p := probe(t, read, "Shop", "Front")
	if p.Contains != "welcome" || p.Timeout != 48*time.Second || p.FailAfter != 3 || p.PassAfter != 1 {
		t.Errorf("the page is asked as %+v", p)
	}
	for key, want := range map[string][]string{"status": {"200-299", "404"}, "bearer": {"Front-bearer"}, "method": {"POST"}, "body": {`{"a":1}`}, "redirects": {"none"}} {
		if !slices.Equal(p.Options[key], want) {
			t.Errorf("%s is %q, not %q", key, p.Options[key], want)
		}
	}
	if p := probe(t, read, "json", "json"); p.Options.Text("expect") != `json["a-b"].c == 7` || p.Options.Text("redirects") != "any" {
		t.Errorf("the query is asked as %+v", p)
	}
	if p := probe(t, read, "inverse", "inverse"); p.Options.Text("expect") != `!body.contains("fatal")` || p.Contains != "" {
		t.Errorf("what must not be there is asked as %+v", p)
	}
	if p := probe(t, read, "names", "names"); p.Options.Text("resolver") != "10.0.0.2:53" || p.Options.Text("record") != "MX" {
		t.Errorf("the resolver is asked as %+v", p)
	}
	said(t, read, "3 notificationList: who is told", "7 Front 🏪: hunger: there is nothing like it", "7 Front 🏪: ignoreTls: a certificate is always judged", "10 db: its address holds a password", "11 push: it is pushed", "12 off: it is paused", "13 turned: it passes when the target fails")
}

func TestNoSecretOfAnotherMonitorIsWritten(t *testing.T) {
	for _, f := range []monitor.File{{Text: []byte(gatus)}, {Text: []byte(scraped), Modules: []byte(modules)}, {Text: []byte(kuma)}} {
		read := convert(t, f)
		text, err := read.Catalog()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "hunter2") || strings.Contains(fmt.Sprint(read), "hunter2") {
			t.Errorf("of %s it writes a secret:\n%s", read.From, text)
		}
		if len(read.Secrets) == 0 || !strings.Contains(text, "from: store, probes: [") {
			t.Errorf("of %s it names no secret", read.From)
		}
		again := yaml.NewDecoder(strings.NewReader(text))
		for range read.Services {
			var one any
			if err := again.Decode(&one); err != nil {
				t.Fatalf("what was written of %s is no YAML: %v\n%s", read.From, err, text)
			}
		}
	}
}

func TestWhatIsNoFileOfAMonitorIsRefused(t *testing.T) {
	for _, text := range []string{"", "a: 1", "[1]", "{", "{}x", `{"a":`, "a: *b", strings.Repeat(" ", monitor.MaxBytes+1), "endpoints: !!binary x", strings.Repeat("[", 200), `{"a":` + strings.Repeat("[", 200), "a: &a [*a]\nendpoints: *a"} {
		if _, err := monitor.Convert(monitor.File{Text: []byte(text)}, nil); prentice.KindOf(err) != prentice.Invalid || prentice.HintOf(err) == "" {
			t.Errorf("of %.40q it says %v", text, err)
		}
	}
}

func TestAServiceHasNoMoreProbesThanTheCatalogTakes(t *testing.T) {
	var b strings.Builder
	b.WriteString("endpoints:\n")
	for range 120 {
		b.WriteString("  - {name: one, group: all, url: 'tcp://a.example:1'}\n")
	}
	read := convert(t, monitor.File{Text: []byte(b.String())})
	if len(read.Services) != 3 || len(read.Services[0].Probes) != 50 || read.Services[1].Name != "all-2" || read.Services[0].Probes[1].Name != "one-2" {
		t.Errorf("120 of one name became %d services", len(read.Services))
	}
}

func FuzzConvert(f *testing.F) {
	for _, text := range []string{gatus, scraped, kuma} {
		f.Add([]byte(text), []byte(modules), "")
	}
	f.Add([]byte("endpoints: [{name: \"\\u2028# x\", url: 'http://a/'}]"), []byte{}, monitor.Gatus)
	f.Fuzz(func(t *testing.T, text, modules []byte, from string) {
		read, err := monitor.Convert(monitor.File{From: from, Text: text, Modules: modules}, nil)
		if err != nil {
			return
		}
		written, err := read.Catalog()
		if err != nil {
			t.Fatal(err)
		}
		d := yaml.NewDecoder(strings.NewReader(written))
		for _, s := range read.Services {
			var one struct {
				Metadata struct {
					Name        string
					Annotations map[string]string
				}
			}
			if err := d.Decode(&one); err != nil || one.Metadata.Name != s.Name {
				t.Fatalf("service %q is written as %q: %v\n%s", s.Name, one.Metadata.Name, err, written)
			}
			var probes []map[string]any
			if err := yaml.Unmarshal([]byte(one.Metadata.Annotations["prentice.dev/probes"]), &probes); err != nil || len(probes) != len(s.Probes) {
				t.Fatalf("%d probes are written as %d: %v\n%s", len(s.Probes), len(probes), err, written)
			}
			for i, p := range probes {
				if p["target"] != strings.ToValidUTF8(s.Probes[i].Target, "�") {
					t.Fatalf("target %q is written as %q", s.Probes[i].Target, p["target"])
				}
			}
		}
		var more any
		if err := d.Decode(&more); err == nil {
			t.Fatalf("more than its services is written: %v\n%s", more, written)
		}
	})
}

func convert(t *testing.T, f monitor.File) monitor.Read {
	t.Helper()
	read, err := monitor.Convert(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func probe(t *testing.T, read monitor.Read, service, name string) prentice.Probe {
	t.Helper()
	for _, s := range read.Services {
		for _, p := range s.Probes {
			if s.Name == service && p.Name == name {
				return p
			}
		}
	}
	t.Fatalf("there is no probe %s of %s in %+v", name, service, read.Services)
	return prentice.Probe{}
}

// said wants gaps, each by its line and how it begins.
func said(t *testing.T, read monitor.Read, want ...string) {
	t.Helper()
	var all []string
	for _, g := range read.Gaps {
		line := fmt.Sprintf("%d %s: %s", g.Line, g.What, g.Why)
		if g.Modules {
			line = "modules " + line
		}
		all = append(all, line)
	}
	for _, w := range want {
		if !slices.ContainsFunc(all, func(line string) bool { return strings.HasPrefix(line, w) }) {
			t.Errorf("no gap begins with %q; there are:\n%s", w, strings.Join(all, "\n"))
		}
	}
}
