// Package proceduretest holds what tests of procedures need: kinds of step that
// do nothing, and a small team with a catalog.
package proceduretest

import (
	"context"
	"fmt"
	"strings"

	"prentice"
	"prentice/internal/team"
)

// Kinds are sh, bash, http, probe, wait and human: they know their attributes, and
// applying one reaches nothing.
func Kinds() []prentice.StepKind {
	return []prentice.StepKind{
		kind{name: "sh", script: "sh", attrs: []string{"sudo"}, body: true},
		kind{name: "bash", script: "bash", body: true},
		kind{name: "http", attrs: []string{"url", "method", "status"}, needs: "url"},
		kind{name: "probe", attrs: []string{"service", "settle", "silence"}, needs: "service"},
		kind{name: "wait", attrs: []string{"for"}, needs: "for"},
		kind{name: "human", body: true},
	}
}

type kind struct {
	name   string
	script string
	attrs  []string
	needs  string
	body   bool
}

// Name implements prentice.StepKind.
func (k kind) Name() string { return k.name }

// Needs implements prentice.StepKind.
func (k kind) Needs() prentice.StepNeeds {
	return prentice.StepNeeds{Script: k.script, Person: k.name == "human", Asks: k.name == "http"}
}

// Lint implements prentice.StepKind.
func (k kind) Lint(s prentice.StepSpec) []prentice.Finding {
	var findings []prentice.Finding
	for name := range s.Attrs {
		if !strings.Contains(" "+strings.Join(k.attrs, " ")+" ", " "+name+" ") {
			findings = append(findings, prentice.Finding{Error: true, Text: fmt.Sprintf("a %s step knows no attribute %q", k.name, name)})
		}
	}
	if k.needs != "" && s.Attrs[k.needs] == "" {
		findings = append(findings, prentice.Finding{Error: true, Text: fmt.Sprintf("a %s step needs %s", k.name, k.needs)})
	}
	if k.body && strings.TrimSpace(s.Body) == "" {
		findings = append(findings, prentice.Finding{Error: true, Text: fmt.Sprintf("a %s step says nothing", k.name)})
	}
	return findings
}

// Says implements prentice.StepKind.
func (k kind) Says(s prentice.PlannedStep) string {
	if k.body {
		line, _, _ := strings.Cut(strings.TrimSpace(s.Body), "\n")
		return line
	}
	return strings.TrimSpace(k.name + " " + s.Attrs[k.needs])
}

// Apply implements prentice.StepKind.
func (kind) Apply(context.Context, prentice.Work) (prentice.Outcome, error) {
	return prentice.Outcome{OK: true}, nil
}

// Done implements prentice.StepKind.
func (kind) Done(context.Context, prentice.Work) (prentice.Answer, error) {
	return prentice.Unknown, nil
}

// Catalog is a shop: checkout on two hosts, its database on one, and a
// forgotten service that runs nowhere.
func Catalog() *team.Catalog {
	web1 := team.Host{Ref: "host/web-1", Address: "10.0.0.1", Facts: map[string]string{"zone": "a"}}
	web2 := team.Host{Ref: "host/web-2", Address: "10.0.0.2", Facts: map[string]string{"zone": "b"}}
	db1 := team.Host{Ref: "host/db-1", Address: "10.0.1.1"}
	return &team.Catalog{
		Entities: []team.Entity{{Ref: "system/shop", Kind: "System"}, {Ref: "system/empty", Kind: "System"}},
		Services: []team.Service{
			{Ref: "service/checkout", Title: "Checkout", Owner: "group/shop", System: "system/shop", Unit: "checkout.service",
				URL: "http://127.0.0.1:8080", Hosts: []team.Host{web2, web1}, DependsOn: []prentice.Ref{"service/orders-db"}},
			{Ref: "service/forgotten", Title: "Forgotten"},
			{Ref: "service/orders-db", Title: "Orders", System: "system/shop", Unit: "postgresql.service", Hosts: []team.Host{db1}},
		},
		Hosts: []team.Host{db1, {Ref: "host/here", Local: true}, web1, web2},
	}
}

var _ prentice.StepKind = kind{}
