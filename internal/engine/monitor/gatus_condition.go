package monitor

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"prentice"
)

var condition = regexp.MustCompile(`^\s*(.+?)\s+(==|!=|<=|>=|<|>)\s+(.+?)\s*$`)

// conditions takes those of an endpoint. Extra is the one that asks for a look at the
// certificate, or "".
func (r *reader) conditions(o *object, what, service string, p *prentice.Probe) (extra string) {
	anyStatus := p.Kind == "http"
	for _, n := range o.list("conditions") {
		text := n.Value
		at := what + ": " + text
		m := condition.FindStringSubmatch(text)
		switch {
		case n.Kind != yaml.ScalarNode || m == nil:
			r.gap(n, what+": a condition", "it is none that is understood here")
			continue
		case secretish.MatchString(text):
			r.gap(n, what+": a condition", "it may hold a secret: write it as expect: in CEL")
			continue
		}
		left, is, right := m[1], m[2], m[3]
		if strings.HasPrefix(left, "[STATUS]") {
			anyStatus = false
		}
		if strings.HasPrefix(left, "[CERTIFICATE_EXPIRATION]") {
			if p.Kind != "tls" {
				extra = "[CERTIFICATE_EXPIRATION]"
				continue
			}
			r.gap(n, at, "the certificate is judged by the share of its life that is left")
			continue
		}
		if strings.HasPrefix(left, "[DOMAIN_EXPIRATION]") && p.Kind == "http" {
			r.domain(n, what, service, *p, "[DOMAIN_EXPIRATION]")
			continue
		}
		if why := condense(p, left, is, right); why != "" {
			r.gap(n, at, "%s", why)
		}
	}
	if anyStatus {
		p.Options["status"] = []string{"100-599"} // it asks for no status there
	}
	return extra
}

// condense takes one condition into a probe, or says why not.
func condense(p *prentice.Probe, left, is, right string) (why string) {
	switch {
	case left == "[CONNECTED]" && is == "==" && right == "true":
		return ""
	case left == "[RESPONSE_TIME]" && (is == "<" || is == "<="):
		ms, err := strconv.Atoi(right)
		if err != nil || ms < 10 {
			return "it is no time of 10 ms or more"
		}
		p.Timeout = min(p.Timeout, time.Duration(ms)*time.Millisecond)
		return "became the timeout: what takes longer fails"
	case left == "[RESPONSE_TIME]":
		return "a probe asks no one to be slow"
	case left == "[DOMAIN_EXPIRATION]":
		return "write a probe of kind domain with the registered name as its target"
	case left == "[DNS_RCODE]" && is == "==" && p.Kind == "dns":
		if right != "NOERROR" {
			p.Options["code"] = []string{right}
		}
		return ""
	case left == "[BODY]" && is == "==" && p.Kind == "dns" && !strings.Contains(right, "("):
		p.Options["answers"] = append(p.Options["answers"], right)
		return ""
	case p.Kind != "http":
		return fmt.Sprintf("a %s probe does not look at that", p.Kind)
	case left == "[STATUS]":
		return status(p, is, right)
	case strings.Contains(left, "[BODY]"):
		return body(p, left, is, right)
	}
	return "there is nothing like it here"
}

// all are what stands between the brackets of any(…), or the one.
func all(right string) []string {
	if inner, ok := strings.CutPrefix(right, "any("); ok && strings.HasSuffix(inner, ")") {
		parts := strings.Split(strings.TrimSuffix(inner, ")"), ",")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return parts
	}
	return []string{right}
}

func status(p *prentice.Probe, is, right string) string {
	codes := all(right)
	for _, c := range codes {
		if code, err := strconv.Atoi(c); err != nil || code < 100 || code > 599 {
			return "it compares with what is no status"
		}
	}
	code, _ := strconv.Atoi(codes[0])
	if p.Status != 0 || p.Options.Has("status") || is == "!=" {
		if len(codes) > 1 {
			return "a second condition on the status cannot have several"
		}
		if p.Status == 0 && !p.Options.Has("status") {
			p.Options["status"] = []string{"100-599"}
		}
		p.Options["expect"] = append(p.Options["expect"], fmt.Sprintf("status %s %d", is, code))
		return ""
	}
	switch {
	case is == "==":
		wanted(p, codes)
	case len(codes) > 1:
		return "several are compared only by =="
	default:
		p.Options["status"] = []string{map[string]string{
			"<": fmt.Sprintf("100-%d", max(code-1, 100)), "<=": fmt.Sprintf("100-%d", code),
			">": fmt.Sprintf("%d-599", min(code+1, 599)), ">=": fmt.Sprintf("%d-599", code),
		}[is]}
	}
	return ""
}

// body takes a condition on what a page says.
func body(p *prentice.Probe, left, is, right string) string {
	add := func(key, value string) string {
		p.Options[key] = append(p.Options[key], value)
		return ""
	}
	if pattern, ok := strings.CutPrefix(right, "pat("); ok && strings.HasSuffix(pattern, ")") && is == "==" {
		if left != "[BODY]" {
			return "write it as expect: in CEL, with matches()"
		}
		return add("matches", glob(strings.TrimSuffix(pattern, ")")))
	}
	function := ""
	if m := called.FindStringSubmatch(left); m != nil {
		function, left = m[1], m[2]
	}
	path, ok := strings.CutPrefix(left, "[BODY]")
	if ok && path == "" && function == "" {
		var each []string
		for _, v := range all(right) {
			each = append(each, "body "+is+" "+quoted(v))
		}
		return add("expect", strings.Join(each, joint(is)))
	}
	cel, understood := member(path)
	if !ok || !understood || strings.Contains(right, "(") && !strings.HasPrefix(right, "any(") || strings.Contains(right, "[") {
		return "write it as expect: in CEL"
	}
	switch function {
	case "len":
		cel = "size(" + cel + ")"
	case "has":
		if !strings.HasPrefix(cel[strings.LastIndexAny(cel, ".]"):], ".") {
			return "write it as expect: in CEL"
		}
		cel = "has(" + cel + ")"
	}
	var each []string
	for _, v := range all(right) {
		each = append(each, cel+" "+is+" "+literal(v))
	}
	return add("expect", strings.Join(each, joint(is)))
}

// joint is what stands between several of which any may be it, or none.
func joint(is string) string {
	if is == "!=" {
		return " && "
	}
	return " || "
}

var called = regexp.MustCompile(`^(len|has)\((.+)\)$`)
