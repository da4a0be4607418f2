package procedure_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

// tried is what came of cases, a line each.
func tried(t *testing.T, l *procedure.Library, text string) string {
	t.Helper()
	cases, findings := l.Cases("procedure_test.yaml", []byte(text))
	if len(findings) > 0 {
		t.Fatal(says(findings))
	}
	var b strings.Builder
	r := l.Test(proceduretest.Catalog(), cases)
	for _, c := range r.Cases {
		fmt.Fprintf(&b, "%t %s: %s\n", c.Pass, c.Name, c.Says)
	}
	fmt.Fprintf(&b, "%d failed, untold %s\n", r.Failed, strings.Join(r.Untold, " "))
	return b.String()
}

func TestCasesSayWhatAPlanIsLike(t *testing.T) {
	const event = "event: {type: probe.failed, subject: service/checkout, data: {consecutive: 3}}"
	got := tried(t, samples(t), `
cases:
  - {name: all of it, procedure: restart-service, `+event+`, steps: [down, disk, restart, tell, verify-1, stop], left_out: [], targets: [web-1, web-2], risk: change, undoable: true, subject: service/checkout, env: {restart: {SERVICE_UNIT: checkout.service, EVENT_DATA_CONSECUTIVE: "3"}}}
  - {name: targets by ref, procedure: restart-service, `+event+`, targets: [host/web-1, host/web-2]}
  - {name: other targets, procedure: restart-service, `+event+`, targets: [web-2]}
  - {name: other steps, procedure: restart-service, `+event+`, steps: [restart]}
  - {name: another risk, procedure: restart-service, `+event+`, risk: danger}
  - {name: not undoable, procedure: restart-service, `+event+`, undoable: false}
  - {name: another value, procedure: restart-service, `+event+`, env: {restart: {SERVICE_UNIT: a}}}
  - {name: a value that is not there, procedure: restart-service, `+event+`, env: {restart: {NONE: a}}}
  - {name: a step that is not there, procedure: restart-service, `+event+`, env: {none: {NONE: a}}}
  - {name: refused as it should be, procedure: restart-service, inputs: {service: chekout}, refused: no service "chekout"}
  - {name: refused for another reason, procedure: restart-service, inputs: {service: chekout}, refused: the moon}
  - {name: refused and not expected, procedure: restart-service, inputs: {service: chekout}, risk: change}
  - {name: planned and not expected, procedure: restart-service, inputs: {service: checkout}, refused: no}
  - {name: proposed, `+event+`, proposes: [restart-service]}
  - {name: proposed and not expected, `+event+`, proposes: []}
  - {name: not proposed, event: {type: probe.failed, subject: service/checkout, data: {consecutive: 1}}, proposes: []}
`)
	want := `true all of it: 
true targets by ref: 
false other targets: targets: wanted web-2, got web-1, web-2
false other steps: steps: wanted restart, got down, disk, restart, tell, verify-1, stop
false another risk: risk: wanted danger, got change
false not undoable: undoable: wanted false, got true
false another value: env: SERVICE_UNIT of step restart: wanted "a", got "checkout.service"
false a value that is not there: env: step restart has no NONE
false a step that is not there: env: the plan has no step none, it has down, disk, restart, tell, verify-1, stop
true refused as it should be: 
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for _, line := range []string{
		`false refused for another reason: wanted a refusal that says "the moon", got: `,
		"false refused and not expected: it is refused: ",
		"false planned and not expected: wanted a refusal, got a plan of down, ",
		"true proposed: \n", "false proposed and not expected: wanted none, got restart-service\n", "true not proposed: \n",
		"11 failed, untold call-a-person clean-disk failover-db nightly-backup recover-shop\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("got\n%swant %s", got, line)
		}
	}
}

func TestAMisspeltCaseStopsNoOther(t *testing.T) {
	l := samples(t)
	cases, findings := l.Cases("procedure_test.yaml", []byte("cases:\n  - {name: a, procedure: clean-dsk, risk: look}\n  - {name: b, procedure: clean-disk, event: {}, risk: look}\n  - {name: c, procedure: clean-disk, refused: x}"))
	if len(cases) != 1 || cases[0].Name != "c" || len(findings) != 2 {
		t.Errorf("%+v, %s", cases, says(findings))
	}
}

func TestCasesAreReadStrictly(t *testing.T) {
	l := samples(t)
	for _, c := range []struct{ text, want string }{
		{"", "there are no cases"},
		{"cases: []", "cases is not a list with something in it"},
		{"cases:\n  - {procedure: clean-disk, risk: look}", "the case has no name"},
		{"cases:\n  - {name: a, procedure: clean-dsk, risk: look}", `did you mean "clean-disk"?`},
		{"cases:\n  - {name: a, procedure: clean-disk}", "the case expects nothing"},
		{"cases:\n  - {name: a, risk: look}", "the case names no procedure"},
		{"cases:\n  - {name: a, procedure: clean-disk, rsik: look}", "rsik"},
		{"cases:\n  - {name: a, procedure: clean-disk, risk: lok}", `did you mean "look"?`},
		{"cases:\n  - {name: a, procedure: clean-disk, refused: x, risk: look}", "what is refused has no plan"},
		{"cases:\n  - {name: a, proposes: [clean-disk]}", "proposes says something only of an event"},
		{"cases:\n  - {name: a, event: {type: x.y}, proposes: [clean-disk], risk: look}", "make it two cases"},
		{"cases:\n  - {name: a, event: {}, proposes: []}", "event"},
		{"cases:\n  - {name: a, procedure: clean-disk, inputs: {a: [b]}, risk: look}", "a list has commas between its values"},
		{"cases:\n  - {name: a, procedure: clean-disk, risk: look}\n  - {name: a, procedure: clean-disk, risk: look}", `there is another case "a"; the other one is in line 2`},
		{"cases: &a []", "anchors"},
	} {
		cases, findings := l.Cases("procedure_test.yaml", []byte(c.text))
		if got := says(findings); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s, %v", c.text, got, cases)
		}
	}
}

func BenchmarkAHundredCases(b *testing.B) {
	var text strings.Builder
	text.WriteString("cases:\n")
	for i := range 100 {
		fmt.Fprintf(&text, "  - {name: case %d, procedure: restart-service, inputs: {service: checkout}, risk: change}\n", i)
	}
	for b.Loop() {
		l := samples(b)
		cases, _ := l.Cases("procedure_test.yaml", []byte(text.String()))
		if r := l.Test(proceduretest.Catalog(), cases); r.Failed > 0 {
			b.Fatal(r)
		}
	}
}
