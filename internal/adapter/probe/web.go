package probe

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/reach"
)

// web is the kind http: a page answers, and as it should.
type web struct{ p *Prober }

// The words of some of its keys.
var (
	methods   = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost}
	redirects = []string{"same-host", "none", "any"}
)

// Name implements prentice.ProbeKind.
func (web) Name() string { return "http" }

// Keys implements prentice.ProbeKind.
func (web) Keys() []string {
	return []string{"status", "contains", "matches", "has_headers", "expect", "method", "headers", "body", "user", "password", "bearer", "redirects", "ip", "proxy", "trust"}
}

// Lint implements prentice.ProbeKind.
func (web) Lint(q prentice.Probe) []prentice.Finding {
	if !reach.IsWeb(q.Target) {
		return wrong("write http://host:port/path", "target %q is not an address on the web", clip.Text(q.Target))
	}
	return slices.Concat(lintExpected(q), lintAsked(q), lintWay(q))
}

// lintExpected looks at what the answer must be like.
func lintExpected(q prentice.Probe) (found []prentice.Finding) {
	for _, s := range q.Options["status"] {
		if _, _, ok := statuses(s); !ok {
			found = append(found, wrong("write 204, 200-299 or a list of such", "status %q is not a status from 100 to 599, nor from one to another", clip.Text(s))...)
		}
	}
	for _, m := range q.Options["matches"] {
		if _, err := regexp.Compile(m); err != nil {
			found = append(found, wrong("write a pattern of RE2", "matches %q is no pattern: %v", clip.Text(m), err)...)
		}
	}
	for _, h := range q.Options["has_headers"] {
		name, pattern, ok := strings.Cut(h, ": ")
		if _, err := regexp.Compile(pattern); !ok || err != nil || !httpguts.ValidHeaderFieldName(name) {
			found = append(found, wrong("write Name: pattern lines below it", "has_headers %q is not the name of a header and a pattern of RE2", clip.Text(h))...)
		}
	}
	for _, e := range q.Options["expect"] {
		if _, err := conditions.of(e); err != nil {
			found = append(found, wrong("write a condition in CEL over status, headers, body and json, such as json.status == 'ok'", "expect %q: %v", clip.Text(e), err)...)
		}
	}
	return found
}

// lintAsked looks at what is sent.
func lintAsked(q prentice.Probe) (found []prentice.Finding) {
	o := q.Options
	method := methodOf(q)
	if !slices.Contains(methods, method) {
		found = append(found, wrong("use one of "+strings.Join(methods, ", "), "method %q is not one that a probe may send", clip.Text(method))...)
	}
	if o.Has("body") && method != http.MethodPost {
		found = append(found, wrong("write method: POST", "a %s has no body", method)...)
	}
	for _, h := range o["headers"] {
		name, value, ok := strings.Cut(h, ": ")
		switch {
		case !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
			found = append(found, wrong("write Name: value lines below it", "headers %q is not a header", clip.Text(name))...)
		case slices.Contains([]string{"Authorization", "Cookie", "Proxy-Authorization"}, http.CanonicalHeaderKey(name)):
			found = append(found, wrong("write bearer: or user: and password: with the name of a secret", "header %s would hold a secret in a file", name)...)
		}
	}
	if o.Has("user") != o.Has("password") {
		found = append(found, wrong("write user: NAME and password: with the name of a secret", "user and password go together")...)
	}
	if o.Has("bearer") && o.Has("user") {
		found = append(found, wrong("keep one of them", "bearer and user are two ways to say who asks")...)
	}
	return append(found, lintSecrets(o, "password", "bearer")...)
}

// lintWay looks at how the target is reached.
func lintWay(q prentice.Probe) (found []prentice.Finding) {
	o := q.Options
	if r := o.Text("redirects"); r != "" && !slices.Contains(redirects, r) {
		found = append(found, wrong("use one of "+strings.Join(redirects, ", "), "redirects %q is not what is done with a redirect", clip.Text(r))...)
	} else if r == "any" && methodOf(q) == http.MethodPost {
		found = append(found, wrong("write redirects: same-host", "a POST is not sent on to another host")...)
	}
	if proxy := o.Text("proxy"); proxy != "" && !reach.IsWeb(proxy) {
		found = append(found, wrong("write http://host:port", "proxy %q is not the address of a proxy", clip.Text(proxy))...)
	}
	return slices.Concat(found, lintIP(o), lintTrust(o))
}

func lintSecrets(o prentice.Options, keys ...string) (found []prentice.Finding) {
	for _, key := range keys {
		if name := o.Text(key); o.Has(key) && !(prentice.ValidName(name) && !strings.ContainsAny(name, "./\\")) {
			found = append(found, wrong("write the name under which prentice secret set keeps it", "%s is not the name of a secret", key)...)
		}
	}
	return found
}

func lintIP(o prentice.Options) []prentice.Finding {
	if ip := o.Text("ip"); ip != "" && ip != "4" && ip != "6" {
		return wrong("write 4 or 6, or take it out", "ip %q is not a version of the internet protocol", clip.Text(ip))
	}
	return nil
}

func lintTrust(o prentice.Options) []prentice.Finding {
	if file := o.Text("trust"); file != "" && !filepath.IsAbs(file) {
		return wrong("write it from / on", "trust %q depends on where prentice was started", clip.Text(file))
	}
	return nil
}

// methodOf is the method that a probe uses.
func methodOf(q prentice.Probe) string {
	if m := q.Options.Text("method"); m != "" {
		return m
	}
	return http.MethodGet
}

// Says implements prentice.ProbeKind.
func (web) Says(q prentice.Probe) string {
	says := "answers 2xx"
	switch {
	case q.Status != 0:
		says = fmt.Sprintf("answers %d", q.Status)
	case q.Options.Has("status"):
		says = "answers " + strings.Join(q.Options["status"], ", ")
	}
	if m := methodOf(q); m != http.MethodGet {
		says += " to " + m
	}
	for _, h := range q.Options["has_headers"] {
		says += fmt.Sprintf(", with the header %q", h)
	}
	for _, m := range q.Options["matches"] {
		says += fmt.Sprintf(", matching %q", m)
	}
	for _, e := range q.Options["expect"] {
		says += ", so that " + e
	}
	return says
}

// Machine implements prentice.ProbeKind.
func (web) Machine(q prentice.Probe) string {
	u, err := url.Parse(q.Target)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Look implements prentice.ProbeKind.
func (k web) Look(ctx context.Context, q prentice.Probe) prentice.Observation {
	return k.p.http(ctx, q)
}

var _ prentice.ProbeKind = web{}
