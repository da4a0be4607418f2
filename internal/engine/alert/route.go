package alert

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"prentice"
	"prentice/internal/kit/label"
	"prentice/internal/kit/nearest"
	"prentice/internal/team"
)

// Alert is what of an alert decides where it goes.
type Alert struct {
	Fingerprint string
	Labels      map[string]string
	Group       string            // by which its sender groups it; "" is unknown
	GroupLabels map[string]string // that are the same in its group
}

// Known is what the catalog says about names.
type Known struct {
	Services []team.Service
	Hosts    []team.Host
}

// Route decides about one alert.
func (r *Rules) Route(a Alert, known Known) Routing {
	var team []rule
	if r != nil {
		team = r.rules
	}
	var route Routing
	var why []string
	answer := func(rule rule, empty bool, what, is string) bool {
		if !empty || is == "" || !label.Fit(rule.match, a.Labels) {
			return false
		}
		why = append(why, fmt.Sprintf("%s %s by %s", what, is, rule.named()))
		return true
	}
	service := ""
	for _, rule := range team {
		if answer(rule, route.Severity == "", "severity", rule.severity) {
			route.Severity = rule.severity
		}
		if answer(rule, route.Do == "", "do", string(rule.do)) {
			route.Do = rule.do
		}
		if answer(rule, route.Owner == "", "owner", string(rule.owner)) {
			route.Owner = rule.owner
		}
		if name := filled(rule.service, a.Labels); answer(rule, service == "", "service", name) {
			service = name
		}
	}
	if route.Severity == "" {
		route.Severity = SeverityOf(a.Labels)
	}
	if route.Do == "" {
		says := ""
		route.Do, says = byDefault(a.Labels["alertname"], route.Severity)
		why = append(why, says)
	}
	about(&route, a, service, known)
	if r != nil && route.Owner == "" {
		route.Owner = r.Owner
	}
	route.Why = strings.Join(why, "; ")
	return route
}

// byDefault is what becomes of an alert when no rule of the team says it. It fits
// kube-prometheus: one alert there always fires, and one only keeps others quiet.
func byDefault(name, severity string) (Do, string) {
	switch {
	case name == "Watchdog" || name == "InfoInhibitor":
		return Record, fmt.Sprintf("record by default: %s is no fault", name)
	case severity == Info:
		return Record, "record by default: its severity is info"
	case severity == Warning:
		return Incident, "incident by default: its severity is warning, for which no one is called"
	case severity == "":
		return Notify, "notify by default: it has no severity"
	}
	return Notify, "notify by default: its severity is " + severity
}

// SeverityOf is an alert's severity in the words that prentice tells apart.
func SeverityOf(labels map[string]string) string {
	said := strings.ToLower(strings.TrimSpace(labels["severity"]))
	switch said {
	case "critical", "page", "crit", "emergency", "fatal", "disaster":
		return Critical
	case "warning", "warn":
		return Warning
	case "info", "none", "informational", "information", "debug", "notice":
		return Info
	}
	if r := []rune(said); len(r) > 40 {
		said = string(r[:40])
	}
	return said
}

// about finds what an alert is about: the service that it names, else the host,
// else itself, together with those of its group.
func about(r *Routing, a Alert, service string, known Known) {
	label := "the service of its rule"
	if service == "" {
		service, label = a.Labels["service"], "the label service"
	}
	if service != "" {
		s, hint := known.service(service)
		if s != nil {
			r.Subject = s.Ref
			if r.Owner == "" {
				r.Owner = s.Owner
			}
			return
		}
		r.Hint = fmt.Sprintf("%s is %q, and the catalog has no such service%s", label, shown(service), hint)
	}
	name := a.Labels["alertname"]
	r.Group = groupOf(a, name)
	if host := known.host(a.Labels); host != "" {
		r.Subject = host
		return
	}
	r.Subject = prentice.NewRef("alert", nameOf(name)+"-"+r.Group)
}

// service finds a service by its exact name, or says which was probably meant.
func (k Known) service(name string) (*team.Service, string) {
	names := make([]string, len(k.Services))
	for i, s := range k.Services {
		if names[i] = s.Ref.Name(); names[i] == name || string(s.Ref) == name {
			return &k.Services[i], ""
		}
	}
	for _, n := range names {
		if strings.EqualFold(n, strings.TrimSpace(name)) {
			return nil, fmt.Sprintf(": did you mean %s?", n)
		}
	}
	if near := nearest.Of(strings.ToLower(strings.TrimSpace(name)), names); near != "" {
		return nil, fmt.Sprintf(": did you mean %s?", near)
	}
	return nil, ""
}

// host finds the host that an alert names, by its name or by its address.
func (k Known) host(labels map[string]string) prentice.Ref {
	for _, label := range []string{"host", "hostname", "node", "nodename", "instance"} {
		said := labels[label]
		if bare, _, err := net.SplitHostPort(said); err == nil {
			said = bare
		}
		if said == "" {
			continue
		}
		for _, h := range k.Hosts {
			address := h.Address
			if bare, _, err := net.SplitHostPort(address); err == nil {
				address = bare
			}
			if h.Ref.Name() == said || string(h.Ref) == said || strings.EqualFold(address, said) {
				return h.Ref
			}
		}
	}
	return ""
}

// groupOf is a short name for the alerts that are one fault: those of one name in
// one group of their sender. Without a group each is its own.
func groupOf(a Alert, name string) string {
	parts := []string{name}
	switch {
	case len(a.GroupLabels) > 0:
		for _, label := range slices.Sorted(maps.Keys(a.GroupLabels)) {
			parts = append(parts, label, a.GroupLabels[label])
		}
	case a.Group != "":
		parts = append(parts, a.Group)
	default:
		parts = append(parts, a.Fingerprint)
	}
	return prentice.Digest([]byte(strings.Join(parts, "\x00")))[len("sha256:"):][:8]
}

// nameOf is an alert's name as a part of a ref.
func nameOf(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < 0x80 && prentice.ValidName("x"+string(r)) {
			return r
		}
		return '-'
	}, name)
	name = strings.Trim(name[:min(len(name), 60)], "-._:@")
	if name == "" {
		return "unnamed"
	}
	return name
}

func shown(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
