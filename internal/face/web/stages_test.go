package web

import (
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/engine/run"
)

func TestARunOnItsWayHasStagesThatCount(t *testing.T) {
	s := storybook(t, true).site
	d := run.View{Run: prentice.Run{State: prentice.Running, Started: ago(time.Minute)}, ThePlan: somePlan(), Decision: prentice.Decision{Verdict: prentice.Ask, Approvers: 1}, Approvals: []run.Approval{{Yes: true}}}
	d.Steps = []run.StepRecord{
		record("down", prentice.Check, run.Done, "", 50*time.Second), record("disk", prentice.Check, run.Done, "", 50*time.Second),
		record("restart", prentice.Act, run.Done, "", 40*time.Second), record("quiet", prentice.Verify, run.Intended, "", 75*time.Second),
	}
	var told []string
	stages := s.stagesOf(d)
	for _, st := range stages {
		told = append(told, strings.ToLower(st.Name)+" "+string(st.State))
	}
	if got, want := strings.Join(told, ", "), "check done, approval done, act done, verify intended"; got != want {
		t.Fatalf("the stages are %s, want %s", got, want)
	}
	last := stages[3]
	if !last.Now || last.Step != "quiet" || last.Lasts != 150*time.Second || last.Percent != 50 {
		t.Errorf("a wait of 2 min 30 s of which 75 s are over is %+v", last)
	}
	d.Steps[3] = record("quiet", prentice.Verify, run.NotDone, "", 5*time.Second)
	d.State = prentice.Undoing
	if stages = s.stagesOf(d); len(stages) != 5 || stages[3].State != run.NotDone || stages[4].Name != "Undo" {
		t.Errorf("after a failed verification: %+v", stages)
	}
	d.State, d.ThePlan.Targets = prentice.Undone, []prentice.Target{{Ref: "host/web-1"}, {Ref: "host/web-2"}, {Ref: "host/web-3"}}
	d.Steps = append(d.Steps, record("stop", prentice.Undo, run.Done, "host/web-1", 4*time.Second))
	if undo := s.stagesOf(d)[4]; undo.State != run.Done || undo.Done != 1 || undo.Of != 1 {
		t.Errorf("of three hosts the one that was acted on is rolled back: %+v", undo)
	}
}

func TestTheAnswerStandsBesideThePlanAndSaysWhatIsGivenAndWhatHoldsBack(t *testing.T) {
	body := storybook(t, true).as("ann").get("/runs/41").Body.String()
	answer, plan := strings.Index(body, `id="run-answer"`), strings.Index(body, `id="run-plan"`)
	if answer < 0 || plan < answer {
		t.Error("anyone who reads from the top meets the plan, and the answer far below it")
	}
	for _, want := range []string{"0 of 1", "expires", "Reject", "quarter-end until Monday"} {
		if !strings.Contains(body[answer:plan], want) {
			t.Errorf("the answer does not say %q", want)
		}
	}
}

func TestAFailedRunSaysWhatToDoNext(t *testing.T) {
	body := storybook(t, true).as("ann").get("/runs/44").Body.String()
	for _, want := range []string{`action="/do/run.retry"`, "Run again", `/runs/44/log?line=1#L4`, `/procedures/restart-service/plan?input`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if body := storybook(t, true).as("vera").get("/runs/44").Body.String(); strings.Contains(body, "/do/run.retry") {
		t.Error("a viewer has a button that says no")
	}
}

func TestALongScriptIsFoldedAndLosesNothing(t *testing.T) {
	long := strings.Repeat("line\n", 40)
	f := foldOf(long)
	if f.Head+f.Rest != strings.TrimRight(long, "\n") || f.Lines != 32 {
		t.Errorf("%d lines are folded, and together it is another text", f.Lines)
	}
	if f := foldOf("one\ntwo\n"); f.Rest != "" || f.Head != "one\ntwo\n" {
		t.Errorf("a short one: %+v", f)
	}
}
