package procedure_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

func TestAnInputIsHeldToWhatItsProcedureSays(t *testing.T) {
	l := library(t, front("inputs:",
		`  version: {type: string, default: v1.0, pattern: 'v[0-9]+\.[0-9]+', doc: a release such as v1.2}`,
		"  n: {type: int, default: 5, min: 1, max: 10}",
		"  rest: {type: duration, default: 1m, min: 10s, max: 1d}",
		"  day: {type: date, default: 2027-01-01, min: 2026-01-01}",
		"  tables: {type: list, default: [orders, items], enum: [orders, items, audit], min: 1, max: 2}")+
		"\n## Act\n"+block(`sh id=a each=${inputs.tables} if=${inputs.day.getFullYear() == 2027}`, "echo $INPUT_TABLES $INPUT_DAY\n"))
	render := func(name, value string) (prentice.Plan, error) {
		in := map[string]string{}
		if name != "" {
			in[name] = value
		}
		return procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: in})
	}
	plan, err := render("", "")
	if err != nil || plan.Inputs["tables"] != "orders,items" || len(plan.Steps) != 2 || plan.Steps[1].Each != "items" || plan.Steps[0].Env["INPUT_DAY"] != "2027-01-01" {
		t.Fatalf("got %v, %v, %s", err, plan.Inputs, rolled(plan))
	}
	if plan, err = render("tables", " audit , "); err != nil || plan.Inputs["tables"] != "audit" {
		t.Errorf("got %v, %v", plan.Inputs, err)
	}
	for _, c := range []struct{ name, value, want string }{
		{"version", "1.0", `input version of procedure p: "1.0" does not match v[0-9]+\.[0-9]+: a release such as v1.2`},
		{"version", "v1.0; reboot", "does not match"},
		{"version", "v1.0\n", "does not match"},
		{"n", "0", "0 is less than 1: give at least 1"},
		{"n", "11", "11 is more than 10: give at most 10"},
		{"rest", "2d", "is more than 24h"},
		{"day", "2025-12-31", "2025-12-31 is less than 2026-01-01"},
		{"day", "tomorrow", "is not a date such as 2027-05-01"},
		{"day", "2027-02-30", "is not a date"},
		{"tables", "orders,itms", `"itms" is not one of orders, items, audit: did you mean items?`},
		{"tables", "orders,items,audit", "3 values is more than 2"},
		{"tables", "", "0 values is less than 1"},
		{"tables", strings.Repeat("orders,", 101), "has more than 100 values"},
	} {
		_, err := render(c.name, c.value)
		if err == nil || !strings.Contains(err.Error()+": "+prentice.HintOf(err), c.want) {
			t.Errorf("%s=%q: got %v: %s, want %s", c.name, c.value, err, prentice.HintOf(err), c.want)
		}
	}
}

func TestBoundsOfInputsAreReadStrictly(t *testing.T) {
	for _, c := range []struct{ input, want string }{
		{"{type: int, pattern: a}", "input x of type int cannot have a pattern; use it with string or list"},
		{"{type: string, pattern: '('}", "pattern of input x: "},
		{"{type: string, min: 1}", "a string has no least and no greatest value"},
		{"{type: int, min: a}", `min of input x: "a" is not a whole number`},
		{"{type: int, min: 5, max: 1}", "min 5 is more than max 1; exchange them"},
		{"{type: int, default: 9, max: 1}", "default of input x: 9 is more than 1"},
		{"{type: string, default: b, pattern: a}", `default of input x: "b" does not match a`},
		{"{type: list, default: ['a,b']}", "has a comma"},
		{"{type: list, enum: ['a,b']}", "has a comma"},
		{"{type: date, default: soon}", "is not a date"},
		{"{type: lst}", "did you mean list?"},
		{"{type: int, mim: 1}", "did you mean min?"},
	} {
		_, findings := parse(front("inputs:", "  x: "+c.input) + act)
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%swant %s", c.input, got, c.want)
		}
	}
}

func TestAListCanComeFromAnEvent(t *testing.T) {
	l := library(t, front("inputs:", "  hosts: {type: list, from: event.data.hosts}")+"\n## Act\n"+block("sh id=a each=${inputs.hosts}", "true\n"))
	for _, c := range []struct{ data, want string }{
		{`{"hosts":["a","b"]}`, "act a.1 for a\nact a.2 for b\n"},
		{`{"hosts":"a, b"}`, "act a.1 for a\nact a.2 for b\n"},
		{`{"hosts":[1]}`, "act a.1 for 1\n"},
		{`{"hosts":["a,b"]}`, "has a comma"},
		{`{"hosts":[{"a":1}]}`, "wanted a single one"},
	} {
		e := event("x.y", "service/checkout", c.data)
		plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Event: &e})
		got := rolled(plan)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s", c.data, got)
		}
	}
}
