package procedure_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

func TestAHeadingDecidesOfAllStepsBelowIt(t *testing.T) {
	l := library(t,
		front("inputs:", "  full: {type: bool, default: false}", "  keys: {type: list, default: 'a,b'}")+
			"\n## Act\n"+
			"\n### Prepare {if=${inputs.full}}\n"+block(`sh id=one`, "true\n")+block(`sh id=two each=${inputs.keys}`, "true\n")+
			"\n### Rotate { each=${inputs.keys} }\n"+
			block(`sh id=make`, "echo \"$EACH_VALUE\"\n")+block(`sh id=made of=make`, "test -e \"$EACH_VALUE\"\n")+
			"\n#### Only where it is wanted {if=${inputs.full || each == \"b\"}}\n"+block(`sh id=use if=${each != "c"}`, "true\n")+
			"\n#### Tell\n"+block(`uses id=call procedure=other input.n=${each}`, "")+
			"\n### After the {rounds}\n"+block(`sh id=last`, "true\n")+
			"\n## Undo {if=${inputs.full}}\n"+block(`sh id=back`, "true\n"),
		front("procedure: other", "inputs:", "  n: {type: string}")+"\n## Act\n"+block(`sh id=do`, "true\n"))
	plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
	if err != nil {
		t.Fatal(err)
	}
	want := `act make.1 for a done made.1
act call.1.do
act make.2 for b done made.2
act use.2 for b
act call.2.do
act last
no act one: under Prepare, if: inputs.full is false
no act two: under Prepare, if: inputs.full is false
no act use.1 for a: under Only where it is wanted, if: inputs.full || each == "b" is false
no undo back: under Undo, if: inputs.full is false
`
	if got := rolled(plan); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	plan, err = procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"full": "true", "keys": "c"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := rolled(plan); !strings.Contains(got, "act two.1 for c\nact make.1 for c") || !strings.Contains(got, `no act use.1 for c: if: each != "c" is false`) || !plan.Undoable {
		t.Errorf("got\n%s", got)
	}
}

func TestAHeadingOfChecksThatCaptureDecidesByTarget(t *testing.T) {
	l := library(t, front()+"\n## Check\n"+block(`sh id=look out=old:bool,names:list`, "echo\n")+
		"\n## Act\n\n### Renew {if=${steps.look.out.old}}\n"+block("sh id=a", "true\n")+"\n#### Each {each=${steps.look.out.names}}\n"+block("sh id=b", "true\n")+block("sh id=c", "true\n"))
	req := prentice.RunRequest{Procedure: "p"}
	open, err := procedure.Render(l, proceduretest.Catalog(), req)
	if err != nil || !open.Open {
		t.Fatal(open.Open, err)
	}
	for i, t := range open.Targets {
		old, names := "true", `x,y`
		if i == 1 {
			old, names = "false", ``
		}
		req.Captured = append(req.Captured, prentice.Captured{Step: "look", Target: t.Ref, Name: "old", Value: old}, prentice.Captured{Step: "look", Target: t.Ref, Name: "names", Value: names})
	}
	plan, err := procedure.Render(l, proceduretest.Catalog(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got := rolled(plan); !strings.Contains(got, "act a\nact b.1 for x\nact c.1 for x\nact b.2 for y\nact c.2 for y\n") || !strings.Contains(got, "no act b: under Renew, if: steps.look.out.old is false") {
		t.Errorf("got\n%s", got)
	}
}

func TestWhatAHeadingCannotDecideIsRefusedAtItsPlace(t *testing.T) {
	step := block("sh id=a", "true\n")
	for _, c := range []struct{ about, text, want string }{
		{"a misspelt attribute", "## Act\n### X {iff=${true}}\n" + step, `10:8: error: a heading has no attribute "iff"; did you mean if?`},
		{"one of steps", "## Act\n### X {retry=3}\n" + step, "10:8: error: a heading has no attribute retry; put it on each step"},
		{"no expression", "## Act\n### X {if=true}\n" + step, `10:8: error: if "true" is not an expression; write if=${an expression}`},
		{"no =", "## Act\n### X {if ${true}}\n" + step, "error: an attribute cannot begin with $"},
		{"no list", "## Act\n### X {each=${inputs.n}}\n" + step, "10:15: error: attribute each"},
		{"an unknown name", "## Act\n### X {if=${inputs.m}}\n" + step + block("sh id=b", "true\n"), "10:19: error: attribute if"},
		{"each without rounds", "## Act\n### X {if=${each == 1}}\n" + step, "error: attribute if: "},
		{"twice", "## Act\n### X {if=${true} if=${true}}\n" + step, "error: attribute if appears twice"},
		{"rounds within rounds", "## Act\n### X {each=${[1]}}\n#### Y {each=${[1]}}\n" + step, `error: heading "Y" is in the rounds of another already`},
		{"a step with rounds within rounds", "## Act\n### X {each=${[1]}}\n" + block("sh id=a each=${[1]}", "true\n"), "error: step a is in the rounds of a heading already"},
		{"no step", "## Act\n" + step + "### X {if=${true}}\n\nWords.\n", `error: heading "X" decides about no step`},
		{"prose", "# About {if=${true}}\n## Act\n" + step, `error: heading "About" decides about no step; put it on a heading within`},
		{"no end", "## Act\n### X {if=${true}\n" + step, "error: ${ has no end"},
		{"no brace at the end", "## Act\n### X {if=${true}, \n" + step, "10:8: error: the braces of heading \"X\" have no end"},
		{"no end at all", "## Act\n### X {if=inputs.n\n" + step, "10:8: error: the braces of heading \"X\" have no end; end the heading with }"},
		{"checks that come later", "## Check\n### X {if=${steps.look.out.v}}\n" + block("sh id=look out=v:bool", "echo\n") + "## Act\n" + step, "a check is made before anything is captured"},
	} {
		_, findings := parse(front("inputs:", "  n: {type: int, default: 1}") + c.text)
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) || strings.Count(got, "\n") > 1 {
			t.Errorf("%s: got\n%swant %s", c.about, got, c.want)
		}
	}
}

func TestAMisspeltAttributeOfACallIsSaidWithTheRightOne(t *testing.T) {
	for name, want := range map[string]string{"prosedure": "procedure", "eahc": "each", "iff": "if", "inputs.version": "input.version", "imput.version": "input.version"} {
		_, findings := parse(front() + "## Act\n" + block("uses id=a procedure=other "+name+"=x", ""))
		if got := says(errorsIn(findings)); !strings.Contains(got, "; did you mean "+want+"?") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
