package procedure_test

import (
	"fmt"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

// decided is a plan in short, with the targets of each step.
func decided(p prentice.Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s %s", s.Section, s.ID)
		if s.Each != "" {
			b.WriteString(" for " + s.Each)
		}
		if len(s.On) > 0 {
			fmt.Fprintf(&b, " on %s", s.On)
		}
		if s.Attrs["for"] != "" {
			b.WriteString(" waits " + s.Attrs["for"])
		}
		b.WriteString("\n")
	}
	for _, l := range p.LeftOut {
		fmt.Fprintf(&b, "no %s", l)
		if len(l.On) > 0 {
			fmt.Fprintf(&b, " on %s", l.On)
		}
		fmt.Fprintf(&b, ": %s\n", l.Why)
	}
	return b.String()
}

func captured(pairs ...string) (list []prentice.Captured) {
	for _, p := range pairs {
		what, value, _ := strings.Cut(p, "=")
		what, target, _ := strings.Cut(what, "@")
		step, name, _ := strings.Cut(what, ".")
		c := prentice.Captured{Step: step, Name: name, Value: value}
		if target != "" {
			c.Target = prentice.NewRef("host", target)
		}
		list = append(list, c)
	}
	return list
}

func TestWhatAChecksSeeDecidesThePlan(t *testing.T) {
	checks := "\n## Check\n" + block(`sh id=disk out="full:int, parts:list"`, "true\n") + block("sh id=ask where=here out=mode:string", "true\n")
	for _, c := range []struct {
		name, acts string
		captured   []string
		want       string
	}{
		{"before they are made nothing that rests on them is decided", block("sh id=a", "true\n") + block("sh id=b if=${steps.disk.out.full > 90} risk=danger", "true\n") + block("wait id=c for=${steps.ask.out.mode}s", ""), nil,
			"check disk\ncheck ask\nact a\nno b: decided once check disk has been made\nno c: decided once check ask has been made\n"},
		{"a condition is of each target", block("sh id=b if=${steps.disk.out.full > 90}", "true\n"), []string{"disk.full@web-1=95", "disk.full@web-2=40"},
			"check disk\ncheck ask\nact b on [host/web-1]\nno b on [host/web-2]: if: steps.disk.out.full > 90 is false\n"},
		{"one that holds on all of them is for all of them", block("sh id=b if=${steps.disk.out.full > 90}", "true\n"), []string{"disk.full@web-1=95", "disk.full@web-2=96"}, "check disk\ncheck ask\nact b\n"},
		{"a text may differ from target to target", block("wait id=b where=target for=${steps.disk.out.full}s", ""), []string{"disk.full@web-1=95", "disk.full@web-2=40"}, "check disk\ncheck ask\nact b.v1 on [host/web-1] waits 95s\nact b.v2 on [host/web-2] waits 40s\n"},
		{"a loop is of each target", block(`sh id=b each=${steps.disk.out.parts} if=${each != "x"}`, "true\n"), []string{"disk.parts@web-1=p,q", "disk.parts@web-2=p,x"},
			"check disk\ncheck ask\nact b.1.v1 for p on [host/web-1]\nact b.2.v1 for q on [host/web-1]\nact b.1.v2 for p on [host/web-2]\nno b.2 for x on [host/web-2]: if: each != \"x\" is false\n"},
		{"a fold is of all targets", block("wait id=b for=${steps.disk.max.full}s", "") + block("sh id=c each=${steps.disk.distinct.full}", "true\n"), []string{"disk.full@web-1=40", "disk.full@web-2=95"},
			"check disk\ncheck ask\nact b waits 95s\nact c.1 for 40\nact c.2 for 95\n"},
		{"what is captured here is of all targets", block("sh id=b if=${steps.ask.out.mode == \"full\"}", "true\n"), []string{"ask.mode=full"}, "check disk\ncheck ask\nact b\n"},
		{"what is captured is text, whatever it says", block("sh id=b each=${[steps.ask.out.mode]}", "true\n"), []string{`ask.mode=${inputs.x} "; reboot`}, "check disk\ncheck ask\nact b.1 for ${inputs.x} \"; reboot\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := library(t, front()+"\n## Act\n"+c.acts+checks)
			given := []prentice.Captured{}
			if c.captured != nil { // what a case says nothing of
				given = captured("disk.full@web-1=1", "disk.full@web-2=1", "disk.parts@web-1=", "disk.parts@web-2=", "ask.mode=x")
			}
			plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Only: []prentice.Ref{"host/web-1", "host/web-2"}, Captured: append(given, captured(c.captured...)...)})
			if err != nil {
				t.Fatal(err)
			}
			if got := decided(plan); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			if plan.Open != (c.captured == nil) || !plan.Open && len(plan.Captured) != 5 {
				t.Errorf("open is %t, and it says %v", plan.Open, plan.Captured)
			}
			if c.captured == nil && plan.Risk != prentice.Danger {
				t.Errorf("the risk of what may be decided is not the plan's: %s", plan.Risk)
			}
		})
	}
}

func TestAFoldSaysOneThingOfAllTargets(t *testing.T) {
	l := library(t, front()+"\n## Check\n"+block(`sh id=look out="well:bool, age:duration, tags:list, doc:json"`, "true\n")+"\n## Act\n"+
		block("sh id=all if=${steps.look.all.well}", "true\n")+block("sh id=any if=${steps.look.any.well}", "true\n")+
		block(`sh id=max if=${steps.look.max.age == duration("2h")}`, "true\n")+block("sh id=distinct if=${steps.look.distinct.tags.size() == 1 && steps.look.distinct.doc.exists(d, d.n == 2)}", "true\n"))
	plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Only: []prentice.Ref{"host/web-1", "host/web-2"}, Captured: captured(
		"look.well@web-1=true", "look.well@web-2=false", "look.age@web-1=1h0m0s", "look.age@web-2=2h0m0s", "look.tags@web-1=a,b", "look.tags@web-2=a,b", `look.doc@web-1={"n":1}`, `look.doc@web-2={"n":2}`)})
	if err != nil {
		t.Fatal(err)
	}
	if want := "check look\nact any\nact max\nact distinct\nno all: if: steps.look.all.well is false\n"; decided(plan) != want {
		t.Errorf("got\n%s", decided(plan))
	}
}

func TestACheckThatIsLeftOutDecidesNothing(t *testing.T) {
	l := library(t, front("inputs: {deep: {type: bool, default: false}}")+"\n## Check\n"+block("sh id=look if=${inputs.deep} out=n:int", "true\n")+"\n## Act\n"+block("sh id=a if=${steps.look.out.n > 1}", "true\n"))
	_, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
	if err == nil || !strings.Contains(err.Error(), "check look is left out of this plan, and captures nothing") {
		t.Errorf("got %v", err)
	}
}

func TestACalledProcedureIsDecidedByItsOwnChecks(t *testing.T) {
	l := library(t, front()+"\n## Act\n"+block("uses id=one procedure=other", ""),
		front("procedure: other")+"\n## Check\n"+block("sh id=look out=n:int", "true\n")+"\n## Act\n"+block("sh id=a if=${steps.look.out.n > 1}", "true\n")+block("sh id=b", "true\n"))
	for _, c := range []struct {
		captured []prentice.Captured
		want     string
	}{
		{nil, "check one.look\nact one.b\nno one.a: decided once check one.look has been made\n"},
		{captured("one/look.n@web-1=2"), "check one.look\nact one.a\nact one.b\n"},
	} {
		for i := range c.captured {
			c.captured[i].Step = "one.look"
		}
		plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Only: []prentice.Ref{"host/web-1"}, Captured: c.captured})
		if err != nil || decided(plan) != c.want {
			t.Errorf("got\n%s%v", decided(plan), err)
		}
	}
}

func TestWhatChecksCaptureIsAskedForStrictly(t *testing.T) {
	check := "\n## Check\n" + block("sh id=look out=count:int", "true\n")
	for _, c := range []struct{ body, want string }{
		{check + "\n## Act\n" + block("sh id=a if=${steps.look.out.cuont > 1}", "true\n"), `there is no "cuont" here; did you mean count?`},
		{check + "\n## Act\n" + block("sh id=a if=${steps.lok.out.count > 1}", "true\n"), `there is no "lok" here; did you mean look?`},
		{check + "\n## Act\n" + block("sh id=a if=${steps.look.all.count}", "true\n"), `there is no "count" here`},
		{check + "\n## Act\n" + block("sh id=a if=${steps.look.out.count}", "true\n"), "expression gives int, wanted bool"},
		{check + "\n## Act\n" + block("sh id=a where=here if=${steps.look.out.count > 1}", "true\n"), "step a is made once, and check look captures a value of each target; fold it: steps.look.all, any, max or distinct in place of out"},
		{check + "\n## Act\n" + block("uses id=a procedure=b if=${steps.look.out.count > 1}", ""), "step a is made once"},
		{check + "\n## Act\n" + block("sh id=a if=${[steps].exists(s, s.look.out.count > 1)}", "true\n"), "steps is not a value; write steps.ID.out.NAME"},
		{check + block("sh id=b if=${steps.look.out.count > 1}", "true\n") + "\n## Act\n" + block("sh id=a", "true\n"), `there is no "steps" here; a check is made before anything is captured`},
		{"\n## Act\n" + block("sh id=a out=n:int", "true\n") + block("sh id=b if=${steps.a.out.n > 1}", "true\n"), `there is no "steps" here; give a step under ## Check out=NAME:TYPE`},
		{check + "\n## Act\n" + block("sh id=a out=n:int", "true\n") + block("sh id=b if=${steps.a.out.n > 1}", "true\n"), `step a is under Act: what it hands on is known only when it runs, and decides nothing; a later script reads $OUT_A_N`},
		{"\n## Check\n" + block(`sh id=look each=${["x"]} out=n:int`, "true\n") + "\n## Check-up\n\n## Act\n" + block("sh id=b if=${steps.look.out.count > 1}", "true\n"), `there is no "steps" here`},
	} {
		_, findings := parse(front() + c.body)
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%swant %s", c.body, got, c.want)
		}
	}
	_, findings := parse(strings.Replace(front(), "targets: hosts()", `targets: hosts().filter(h, steps.look.out.count > 1)`, 1) + check)
	if got := says(errorsIn(findings)); !strings.Contains(got, "this is worked out before any check is made") {
		t.Errorf("targets: got %s", got)
	}
}
