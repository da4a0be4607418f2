package procedure_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
)

// upgrading has a check of its own, calls a procedure for the databases, and then does
// something on the balancer that depends on what was seen there.
func upgrading(steps string) string {
	return "---\nprocedure: upgrade\nsummary: s\ntargets: 'hosts().filter(h, h.name == \"lb\")'\nlimits: {max_targets: 6}\n---\n## Act\n" +
		"```uses id=db procedure=lagging\n```\n" + steps
}

const lagging = "---\nprocedure: lagging\nsummary: s\ntargets: 'hosts().filter(h, h.name.startsWith(\"db\"))'\nlimits: {max_targets: 3}\noutputs:\n  lag: {type: int, from: look.lag}\n  mode: {type: string, from: ask.mode}\n---\n" +
	"## Check\n```sh id=look out=lag:int\necho 1\n```\n```sh id=ask where=here out=mode:string\necho rw\n```\n" +
	"## Act\n```sh id=catch-up if=${steps.look.out.lag>10}\ntrue\n```\n"

func TestACallWithTargetsOfItsOwnReturnsWhatItsChecksSawThere(t *testing.T) {
	cat := zones("lb", "db-1", "db-2")
	drain := block(`sh id=drain if="${steps.db.max.lag > 10 && steps.db.out.mode == 'rw'}"`, "true\n")
	l := library(t, upgrading(drain), lagging)
	open, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "upgrade"})
	if err != nil || !open.Open {
		t.Fatalf("open %v, %v", open.Open, err)
	}
	var seen []prentice.Captured
	say := func(lag1, lag2 string) {
		seen = []prentice.Captured{{Step: "db.look", Target: "host/db-1", Name: "lag", Value: lag1}, {Step: "db.look", Target: "host/db-2", Name: "lag", Value: lag2}, {Step: "db.ask", Name: "mode", Value: "rw"}}
	}
	say("30", "2")
	plan, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "upgrade", Captured: seen})
	if err != nil || plan.Open || len(plan.Captured) != 3 {
		t.Fatalf("open %v, %v of %v", plan.Open, err, plan.Captured)
	}
	if got, want := aims(plan), "check db.look: db-1 db-2\ncheck db.ask:\nact db.catch-up: db-1\nact drain: lb\nno db.catch-up: if: steps.look.out.lag>10 is false\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	say("3", "2")
	plan, err = procedure.Render(l, cat, prentice.RunRequest{Procedure: "upgrade", Captured: seen})
	if err != nil || !strings.Contains(aims(plan), "no drain: if: steps.db.max.lag > 10") || plan.Open {
		t.Errorf("%v\n%s", err, aims(plan))
	}
	_, err = procedure.Render(l, cat, prentice.RunRequest{Procedure: "upgrade", Captured: seen, Only: []prentice.Ref{"host/lb"}})
	if err == nil || !strings.Contains(err.Error(), "call db is left out of this plan or comes later, and returns nothing") {
		t.Errorf("a fold over targets that are not wanted: %v", err)
	}
}

func TestWhatIsOfEachTargetOfACallIsNotOfThoseOfTheCaller(t *testing.T) {
	l := library(t, upgrading(block("sh id=drain if=${steps.db.out.lag>10}", "true\n")), lagging)
	_, err := procedure.Render(l, zones("lb", "db-1"), prentice.RunRequest{Procedure: "upgrade"})
	if err == nil || !strings.Contains(err.Error(), "call db has targets of its own: fold what it returns, as in steps.db.max.lag") {
		t.Errorf("got %v", err)
	}
}

// What a call would do is left out by name where none of its targets is wanted, and asks
// for nothing.
func TestAgainOnOtherTargetsThanThoseOfACallThatLooks(t *testing.T) {
	l := library(t, upgrading(block("sh id=drain", "true\n")), lagging)
	plan, err := procedure.Render(l, zones("lb", "db-1"), prentice.RunRequest{Procedure: "upgrade", Only: []prentice.Ref{"host/lb"}})
	if err != nil || plan.Open {
		t.Fatalf("open %v, %v", plan.Open, err)
	}
	if got, want := aims(plan), "act drain:\nno db.look: none of the targets of lagging is wanted\nno db.ask: none of the targets of lagging is wanted\nno db.catch-up: none of the targets of lagging is wanted\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// The order of the files is that of the plan: what is called first is done first, though the
// caller has targets too.
func TestACallGoesBeforeWhatStandsBehindIt(t *testing.T) {
	cat := zones("lb", "db-1", "db-2")
	for want, text := range map[string]string{
		"base: db-1 | base: db-2 | upgrade: lb": "```uses id=db procedure=base\n```\n" + block("sh id=own", "true\n"),
		"upgrade: lb | base: db-1 | base: db-2": block("sh id=own", "true\n") + "```uses id=db procedure=base\n```\n",
	} {
		head, _, _ := strings.Cut(upgrading(""), "```")
		plan, err := procedure.Render(library(t, head+text+"## Verify\n"+block("sh id=ok where=target", "true\n"), base), cat, prentice.RunRequest{Procedure: "upgrade"})
		if err != nil || going(plan) != want {
			t.Errorf("goes over %s, want %s: %v", going(plan), want, err)
		}
	}
}
