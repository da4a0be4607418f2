package procedure_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
	"prentice/internal/team"
)

// rolled is a plan in short: section, id and value of each step, then what is left out.
func rolled(p prentice.Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s %s", s.Section, s.ID)
		if s.Each != "" {
			b.WriteString(" for " + s.Each)
		}
		if s.Done != nil {
			b.WriteString(" done " + s.Done.ID)
		}
		b.WriteString("\n")
	}
	for _, l := range p.LeftOut {
		fmt.Fprintf(&b, "no %s %s: %s\n", l.Section, l, l.Why)
	}
	return b.String()
}

func block(info, body string) string { return "\n```" + info + "\n" + body + "```\n" }

func TestAPlanHasTheStepsThatTheCaseWants(t *testing.T) {
	l := library(t,
		front("inputs:", "  service: {type: service}", "  full: {type: bool, default: false}", "  parts: {type: string, default: a b}")+
			"\n## Check\n"+block(`sh id=look if=${inputs.full}`, "true\n")+
			"\n## Act\n"+
			block(`sh id=first`, "true\n")+
			block(`sh id=part each=${inputs.parts.split(" ")} if=${each != "b"}`, "echo \"$EACH_VALUE $EACH_NUMBER\"\n")+
			block(`sh id=is-part of=part`, "test -e \"$EACH_VALUE\"\n")+
			block(`sh id=host each=${service.hosts}`, "echo \"$EACH_NAME\"\n")+
			block(`uses id=call procedure=other each=${[1, 2]} input.n=${each}`, "")+
			"\n## Undo\n"+block(`sh id=back each=${["x"].filter(p, inputs.full)}`, "true\n"),
		front("procedure: other", "inputs:", "  n: {type: int}")+"\n## Act\n"+block(`sh id=do if=${inputs.n > 1}`, "true\n"))
	plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"service": "checkout", "parts": "a b c"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `act first
act part.1 for a done is-part.1
act part.3 for c done is-part.3
act host.1 for host/web-2
act host.2 for host/web-1
act call.2.do
no check look: if: inputs.full is false
no act part.2 for b: if: each != "b" is false
no act call.1.do: if: inputs.n > 1 is false
no undo back: each: ["x"].filter(p, inputs.full) is an empty list
`
	if got := rolled(plan); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	env := plan.In(prentice.Act)[2].Env
	if env["EACH_VALUE"] != "c" || env["EACH_NAME"] != "c" || env["EACH_NUMBER"] != "3" || plan.In(prentice.Act)[2].Done.Env["EACH_VALUE"] != "c" {
		t.Errorf("the third round sees %v", env)
	}
	if got := plan.In(prentice.Act)[3].Env["EACH_NAME"]; got != "web-2" {
		t.Errorf("a round for a host is called %q", got)
	}
	if plan.Undoable {
		t.Error("a plan without its Undo is said to be undoable")
	}
}

func TestWhatIsLeftOutIsPartOfWhatIsApproved(t *testing.T) {
	text := front("inputs:", "  full: {type: bool}") + "\n## Act\n" + block("sh id=a", "true\n") + block("sh id=b if=${inputs.full}", "true\n")
	l := library(t, text)
	render := func(full string) prentice.Plan {
		p, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"full": full}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	part := render("false")
	bare := part
	bare.LeftOut = nil
	if bare.Hash() == part.Hash() {
		t.Error("the hash does not name what is left out")
	}
	if full := render("true"); len(full.LeftOut) != 0 || len(full.Steps) != 2 {
		t.Errorf("got %s", rolled(full))
	}
}

func TestConditionsAndLoopsAreReadStrictly(t *testing.T) {
	step := func(info string) string { return "\n## Act\n" + block(info, "true\n") }
	for _, c := range []struct{ name, body, want string }{
		{"a condition that is a text", step("sh id=a if=inputs.x"), `p.md:10:12: error: if "inputs.x" is not an expression; write if=${an expression}`},
		{"a bare condition", step("sh id=a if"), "write if=${an expression}"},
		{"more than an expression", step(`sh id=a if="${true} yes"`), "is not an expression"},
		{"a condition of another type", step("sh id=a if=${1}"), "attribute if: expression gives int, wanted bool"},
		{"a loop over what is no list", step("sh id=a each=${true}"), "attribute each: expression gives bool, wanted list(anything)"},
		{"each where nothing loops", step("sh id=a if=${each == 1}"), "there is no \"each\" here; give the step each=${a list}"},
		{"each in its own list", step("sh id=a each=${[each]}"), "there is no \"each\" here"},
		{"a variable of a loop where nothing loops", "\n## Act\n" + block("sh id=a", "echo $EACH_VALUE\n"), "nothing sets $EACH_VALUE; give the step each=${a list}"},
		{"a condition of a question", step("sh id=a") + block("sh id=b of=a if=${true}", "true\n"), "if belongs to step a, which b asks about; take it out"},
		{"a misspelt condition", step("sh id=a fi=${true}"), `knows no attribute "fi"`},
		{"a misspelt input", step("sh id=a each=${inptus.x}"), "did you mean inputs?"},
	} {
		_, findings := parse(front() + c.body)
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%swant %s", c.name, got, c.want)
		}
	}
}

func TestALoopThatCannotBePlannedIsRefused(t *testing.T) {
	for _, c := range []struct{ name, info, data, want string }{
		{"too many rounds", "sh id=a each=${event.data.list}", `{"list":[` + strings.Repeat("1,", 10_000) + `1]}`, "it gives 10001, and a list of at most 100 values is wanted"},
		{"no list", "sh id=a each=${event.data.list}", `{"list":"abc"}`, "it gives a string, and a list"},
		{"a list that is not there", "sh id=a each=${event.data.list}", `{}`, "attribute each of step a cannot be worked out"},
		{"a list of lists", "sh id=a each=${event.data.list}", `{"list":[[1]]}`, "value 1: the value is a"},
		{"maps", "sh id=a each=${event.data.list}", `{"list":[{"a":1}]}`, "add .map(x, x.name)"},
		{"a NUL byte", "sh id=a each=${event.data.list}", "{\"list\":[\"a\\u0000\"]}", "value 1 holds a NUL byte"},
		{"too long a value", "sh id=a each=${event.data.list}", `{"list":["` + strings.Repeat("x", 5000) + `"]}`, "has more than 4096 bytes"},
		{"a condition that is neither", "sh id=a if=${event.data.list}", `{"list":"yes"}`, "it gives a string, wanted true or false"},
	} {
		l := library(t, front()+"\n## Act\n"+block(c.info, "true\n"))
		e := event("x.y", "service/checkout", c.data)
		_, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Event: &e})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
		if k := prentice.KindOf(err); k != prentice.Refused {
			t.Errorf("%s: it is %v", c.name, k)
		}
	}
}

func TestRoundsCountAgainstTheStepsOfAPlan(t *testing.T) {
	values := "${[" + strings.Repeat("1,", 99) + "1]}"
	body := "\n## Act\n"
	for i := range 3 {
		body += block(fmt.Sprintf("sh id=s%d each=%s", i, values), "true\n")
	}
	_, err := procedure.Render(library(t, front()+body), proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
	if err == nil || !strings.Contains(err.Error(), "the plan has more than 200 steps") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkAPlanOf200Rounds(b *testing.B) {
	values := "${[" + strings.Repeat("1,", 99) + "1]}"
	l := library(b, strings.Replace(front(), "max_targets: 9", "max_targets: 50", 1)+"\n## Act\n"+
		block("sh id=a each="+values, "true\n")+block("sh id=b each="+values, "true\n"))
	cat := proceduretest.Catalog()
	for i := range 46 {
		cat.Hosts = append(cat.Hosts, team.Host{Ref: prentice.Ref(fmt.Sprintf("host/h%d", i)), Address: "10.0.0.1"})
	}
	for b.Loop() {
		if _, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "p"}); err != nil {
			b.Fatal(err)
		}
	}
}
