package httpstep

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/nearest"
	"prentice/internal/kit/reach"
)

var (
	methods    = []string{"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
	attributes = []string{"method", "url", "status", "timeout", "bearer", "header.NAME", "id", "risk", "where", "expect", "idempotent", "of"}
)

// method is the step's method; GET when it does not say.
func method(attrs map[string]string) string {
	if m := attrs["method"]; m != "" {
		return m
	}
	return http.MethodGet
}

// safe and idempotent are as in RFC 9110, sections 9.2.1 and 9.2.2.
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

func idempotent(method string) bool {
	return safe(method) || method == http.MethodPut || method == http.MethodDelete
}

func contentType(body string) string {
	if json.Valid([]byte(body)) {
		return "application/json"
	}
	return "text/plain; charset=utf-8"
}

// shown is an address without a password.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Redacted()
}

// Lint implements prentice.StepKind. What is worked out when the plan is made
// (${…}) is looked at then.
func (*Kind) Lint(s prentice.StepSpec) []prentice.Finding {
	var findings []prentice.Finding
	fail := func(hint, text string, args ...any) {
		findings = append(findings, prentice.Finding{At: s.At, Error: true, Text: fmt.Sprintf(text, args...), Hint: hint})
	}
	fixed := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Attrs)) {
		if !strings.Contains(s.Attrs[name], "${") {
			fixed[name] = s.Attrs[name]
		}
		if !slices.Contains(attributes, name) && !isHeader(name) {
			fail(spelling(name), "an http step has no attribute %q", name)
		}
		if strings.EqualFold(name, "header.Authorization") || strings.EqualFold(name, "header.Cookie") {
			fail("name a secret with bearer=NAME", "%s would stand in the plan, where everyone can read it", name)
		}
	}
	if m, given := fixed["method"]; given && !slices.Contains(methods, m) {
		fail("use one of "+strings.Join(methods, ", "), "%q is not a method", m)
	}
	if s.Attrs["url"] == "" {
		fail("write url=http://host:port/path", "an http step names no url")
	} else if address, given := fixed["url"]; given && !reach.IsWeb(address) {
		fail("write url=http://host:port/path", "%q is not an address on the web", address)
	}
	if m, given := fixed["method"]; (given || s.Attrs["method"] == "") && s.Body != "" && safe(method(map[string]string{"method": m})) {
		fail("take the body out, or write method=POST", "a request with method %s sends no body", method(fixed))
	}
	if _, err := read(fixed); err != nil {
		fail(prentice.HintOf(err), "%s", strings.TrimSuffix(err.Error(), ": "+prentice.HintOf(err)))
	}
	return findings
}

func spelling(name string) string {
	if near := nearest.Of(name, attributes); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "it knows " + strings.Join(attributes, ", ")
}

func isHeader(name string) bool {
	header, found := strings.CutPrefix(name, "header.")
	return found && header != "" && strings.Trim(strings.ToLower(header), "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}
