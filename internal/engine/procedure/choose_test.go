package procedure_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

const lookFull = "\n## Check\n```sh id=look out=full:int\ntrue\n```\n"

func choosing(t *testing.T, condition, rest string, caught ...string) (prentice.Plan, error) {
	t.Helper()
	l := library(t, front("targets_if: '"+condition+"'")+lookFull+"\n## Act\n"+block("sh id=a", "true\n")+rest)
	return procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Only: nil, Captured: captured(caught...)})
}

func TestWhatChecksCaptureChoosesTheTargets(t *testing.T) {
	open, err := choosing(t, "steps.look.out.full > 90", "")
	if err != nil || !open.Choosing() || len(open.Targets) < 2 || len(open.NotChosen) > 0 {
		t.Fatalf("%+v, %v", open, err)
	}
	var caught []string
	for i, target := range open.Targets {
		caught = append(caught, "look.full@"+target.Ref.Name()+"="+map[bool]string{true: "95", false: "40"}[i == 1])
	}
	plan, err := choosing(t, "steps.look.out.full > 90", "", caught...)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Open || len(plan.Targets) != 1 || plan.Targets[0].Ref != open.Targets[1].Ref || len(plan.NotChosen) != len(open.Targets)-1 || plan.NotChosen[0].Why != "targets_if: steps.look.out.full > 90 is false" {
		t.Errorf("it acts on %v and not on %v", plan.Targets, plan.NotChosen)
	}
	if len(plan.Captured) != len(open.Targets) || len(plan.LookedAt()) != len(open.Targets) || plan.Subject != plan.Targets[0].Ref {
		t.Errorf("it looked at %v, and captured %v", plan.LookedAt(), plan.Captured)
	}
	other, err := choosing(t, "steps.look.out.full > 90", "", append(caught[1:], strings.Replace(caught[0], "=40", "=41", 1))...)
	if err != nil || other.Hash() == plan.Hash() {
		t.Errorf("another value on a target that is not chosen gives the same plan: %v", err)
	}
	for i := range caught {
		caught[i] = strings.Replace(caught[i], "=95", "=40", 1)
	}
	if _, err := choosing(t, "steps.look.out.full > 90", "", caught...); err == nil || !strings.Contains(err.Error(), "no targets: targets_if: steps.look.out.full > 90 holds on none of") {
		t.Errorf("empty is all: %v", err)
	}
	most, err := choosing(t, "steps.look.out.full == steps.look.max.full && target.name != \"\"", "", append(caught[1:], strings.Replace(caught[0], "=40", "=50", 1))...)
	if err != nil || len(most.Targets) != 1 || most.Targets[0].Ref != open.Targets[0].Ref {
		t.Errorf("a fold is of all that was looked at: %v, %v", most.Targets, err)
	}
}

func TestTheLimitCountsTheTargetsThatAreChosen(t *testing.T) {
	text := strings.Replace(front("targets_if: steps.look.out.full > 90"), "max_targets: 9", "max_targets: 1", 1)
	if !strings.Contains(text, "max_targets: 1") {
		t.Fatal("the sample has another limit")
	}
	l := library(t, text+lookFull+"\n## Act\n"+block("sh id=a", "true\n"))
	open, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
	if err != nil {
		t.Fatal(err)
	}
	one, all := []string{}, []string{}
	for i, target := range open.Targets {
		all = append(all, "look.full@"+target.Ref.Name()+"=95")
		one = append(one, "look.full@"+target.Ref.Name()+"="+map[bool]string{true: "95", false: "1"}[i == 0])
	}
	if plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Captured: captured(one...)}); err != nil || len(plan.Targets) != 1 {
		t.Errorf("%v, %v", plan.Targets, err)
	}
	if _, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Captured: captured(all...)}); err == nil || !strings.Contains(err.Error(), "are more than the procedure's limit of 1") {
		t.Errorf("got %v", err)
	}
}

func TestTargetsIfIsReadStrictly(t *testing.T) {
	for _, c := range []struct{ condition, want string }{
		{"target.local", "targets_if: it asks for nothing that a check captures"},
		{"steps.look.out.fill > 90", "did you mean full?"},
		{"steps.look.out", "targets_if: "},
		{"steps.look.out.full", "targets_if: "},
		{"steps.a.out.n > 1", "targets_if: "},
	} {
		p, findings := parse(front("targets_if: "+c.condition) + lookFull + "\n## Act\n" + block("sh id=a out=n:int", "echo 1\n"))
		if got := says(findings); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s for %q, want %s", c.condition, got, p.TargetsIf, c.want)
		}
	}
}

func TestWhatIsCalledChoosesNoTargets(t *testing.T) {
	l := library(t, front()+"\n## Act\n"+block("uses id=one procedure=other", ""),
		front("procedure: other", "targets_if: steps.look.out.full > 90")+lookFull+"\n## Act\n"+block("sh id=a", "true\n"))
	_, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
	if err == nil || !strings.Contains(err.Error(), "procedure other chooses its targets by what its checks see") {
		t.Errorf("got %v", err)
	}
}

func TestStepsOfTheChosenAreDecidedForThemAlone(t *testing.T) {
	open, err := choosing(t, "steps.look.out.full > 50", block("sh id=b if=${steps.look.out.full > 90}", "true\n"))
	if err != nil {
		t.Fatal(err)
	}
	var caught []string
	for i, target := range open.Targets {
		caught = append(caught, "look.full@"+target.Ref.Name()+"="+map[int]string{0: "95"}[i]+map[bool]string{true: "", false: "40"}[i == 0])
	}
	plan, err := choosing(t, "steps.look.out.full > 50", block("sh id=b if=${steps.look.out.full > 90}", "true\n"), caught...)
	if err != nil || decided(plan) != "check look\nact a\nact b\n" {
		t.Errorf("got\n%s%v", decided(plan), err)
	}
}

// Again on some of the targets looks at these alone, and acts on those of them that are
// chosen now.
func TestAgainOnTargetsOfWhichNotAllAreChosen(t *testing.T) {
	l, cat := library(t, front("targets_if: steps.look.out.full > 90")+lookFull+"\n## Act\n"+block("sh id=a", "true\n")), proceduretest.Catalog()
	open, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "p"})
	if err != nil {
		t.Fatal(err)
	}
	one, two := open.Targets[0].Ref, open.Targets[1].Ref
	plan, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "p", Only: []prentice.Ref{one, two}, Captured: captured("look.full@"+one.Name()+"=10", "look.full@"+two.Name()+"=91")})
	if err != nil || len(plan.Targets) != 1 || plan.Targets[0].Ref != two || len(plan.NotChosen) != 1 || len(plan.LookedAt()) != 2 {
		t.Errorf("%v: acts on %v, not on %v", err, plan.Targets, plan.NotChosen)
	}
}
