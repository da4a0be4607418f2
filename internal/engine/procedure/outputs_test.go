package procedure_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
)

// returning is a procedure that returns what its check and its act hand on.
const returning = "---\nprocedure: base\nsummary: s\ntargets: hosts()\nlimits: {max_targets: 9}\n" +
	"outputs:\n  old: {type: bool, from: look.old, doc: whether it is old}\n  version: {type: string, from: move.version}\n---\n" +
	"## Check\n```sh id=look out=old:bool\necho true\n```\n## Act\n```sh id=move out=version:string\necho 2\n```\n"

func caller(body string, more ...string) string {
	return front(append([]string{"procedure: p"}, more...)...) + "\n## Act\n```uses id=db procedure=base\n```\n" + body
}

func TestWhatTheChecksOfACallReturnDecidesThePlan(t *testing.T) {
	middle := "---\nprocedure: middle\nsummary: s\ntargets: hosts()\nlimits: {max_targets: 9}\noutputs:\n  stale: {type: bool, from: db.old}\n---\n## Act\n```uses id=db procedure=base\n```\n"
	for about, texts := range map[string][]string{
		"directly":        {caller(block("sh id=sweep if=${steps.db.out.old}", "true\n") + block("sh id=all if=${steps.db.any.old} where=here", "true\n")), returning},
		"through another": {strings.Replace(caller(block("sh id=sweep if=${steps.db.out.stale}", "true\n")+block("sh id=all if=${steps.db.any.stale} where=here", "true\n")), "procedure=base", "procedure=middle", 1), returning, middle},
	} {
		l, cat := library(t, texts...), zones("a", "b")
		req := prentice.RunRequest{Procedure: "p"}
		open, err := procedure.Render(l, cat, req)
		if err != nil || !open.Open {
			t.Fatalf("%s: %v, %v\n%s", about, open.Open, err, aims(open))
		}
		check := open.In(prentice.Check)[0].ID
		if got := aims(open); !strings.Contains(got, "no sweep: decided once check "+check+" has been made") {
			t.Errorf("%s: %s", about, got)
		}
		for i, target := range open.Targets {
			req.Captured = append(req.Captured, prentice.Captured{Step: check, Target: target.Ref, Name: "old", Value: []string{"true", "false"}[i]})
		}
		plan, err := procedure.Render(l, cat, req)
		if err != nil {
			t.Fatalf("%s: %v", about, err)
		}
		if got := aims(plan); !strings.Contains(got, "act sweep: a\nact all:\n") || !strings.Contains(got, "no sweep: if: steps.db.out.") {
			t.Errorf("%s: got\n%s", about, got)
		}
		if returns := plan.Calls[0].Returns; len(returns) == 0 || !strings.HasPrefix(returns[0].Step, "db.") || !strings.HasSuffix(returns[0].Step, "look") || returns[0].Of != "old" {
			t.Errorf("%s: returns %+v", about, plan.Calls)
		}
	}
}

func TestWhatAnOutputCannotBeIsRefusedAtItsPlace(t *testing.T) {
	for _, c := range []struct {
		about, want string
		texts       []string
	}{
		{"what an act returns decides nothing", "only what its checks capture decides", []string{caller(block("sh id=a if=${steps.db.out.version == \"2\"}", "true\n")), returning}},
		{"an output that there is not", `f0.md:12:29: error: attribute if: there is no "odl" here; did you mean old?`, []string{caller(block("sh id=a if=${steps.db.out.odl}", "true\n")), returning}},
		{"one of another type", "error: attribute each: expression gives bool, wanted list", []string{caller(block("sh id=a each=${steps.db.out.old}", "true\n")), returning}},
		{"one of each target where a step is made once", "is made once, and check db captures a value of each target", []string{caller(block("sh id=a where=here if=${steps.db.out.old}", "true\n")), returning}},
		{"a step that there is not", "error: output v comes from lok.v, and no step hands that on; did you mean look.v?", []string{front("outputs:", "  v: {type: int, from: lok.v}") + "## Check\n" + block("sh id=look out=v:int", "echo 1\n") + act}},
		{"another type than the step has", "error: output v is string, and step look hands on int; write type: int", []string{front("outputs:", "  v: {type: string, from: look.v}") + "## Check\n" + block("sh id=look out=v:int", "echo 1\n") + act}},
		{"no type", `error: output v has the type ""`, []string{front("outputs:", "  v: {from: look.v}") + "## Check\n" + block("sh id=look out=v:int", "echo 1\n") + act}},
		{"no place", `error: output v does not say where it comes from: "look"`, []string{front("outputs:", "  v: {type: int, from: look}") + "## Check\n" + block("sh id=look out=v:int", "echo 1\n") + act}},
		{"a step in rounds", "planned in rounds; let one step hand on a list", []string{front("outputs:", "  v: {type: int, from: look.v}") + "## Act\n" + block("sh id=look out=v:int each=${[1, 2]}", "echo 1\n")}},
		{"a call that does not return it", "output v comes from the call db, and procedure base returns no such value", []string{caller("", "outputs:", "  v: {type: int, from: db.nothing}"), returning}},
		{"a call that returns another type", "output v comes from the call db", []string{caller("", "outputs:", "  v: {type: int, from: db.version}"), returning}},
		{"the variable of another", "output look_w would be the same variable to a caller as w of step look", []string{front("outputs:", "  look_w: {type: int, from: look.v}") + "## Check\n" + block("sh id=look out=\"v:int, w:int\"", "echo 1\n") + act}},
	} {
		_, findings := shelf(c.texts...)
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) || strings.Count(got, "\n") > 1 {
			t.Errorf("%s: got\n%swant %s", c.about, got, c.want)
		}
	}
}

// A check that decides whether a procedure is called may be the first of several: the plan
// is open until those of the called one have been made as well, and is of the same files
// all the time.
func TestACallThatAChecksDecidesHasChecksOfItsOwn(t *testing.T) {
	outer := front("procedure: p") + "\n## Check\n" + block("sh id=first out=go:bool where=here", "echo true\n") +
		"\n## Act\n" + block("uses id=db procedure=base if=${steps.first.out.go}", "") + block("sh id=own", "true\n")
	l, cat := library(t, outer, returning), zones("a", "b")
	req := prentice.RunRequest{Procedure: "p"}
	var plans []prentice.Plan
	for _, more := range [][]prentice.Captured{nil, {{Step: "first", Name: "go", Value: "true"}}, {{Step: "db.look", Target: "host/a", Name: "old", Value: "true"}, {Step: "db.look", Target: "host/b", Name: "old", Value: "true"}}} {
		req.Captured = append(req.Captured, more...)
		plan, err := procedure.Render(l, cat, req)
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, plan)
	}
	if !plans[0].Open || !plans[1].Open || plans[2].Open || len(plans[0].In(prentice.Check)) != 1 || len(plans[1].In(prentice.Check)) != 2 {
		t.Errorf("open: %v, %v, %v", plans[0].Open, plans[1].Open, plans[2].Open)
	}
	req.Captured[0].Value = "false"
	left, err := procedure.Render(l, cat, prentice.RunRequest{Procedure: "p", Captured: req.Captured[:1]})
	if err != nil || left.Open || len(left.Calls) != 0 {
		t.Fatalf("%v, open %v, calls %v", err, left.Open, left.Calls)
	}
	for i, p := range append(plans, left) {
		if p.Digest != plans[0].Digest {
			t.Errorf("plan %d is of other files: %s, %s", i, p.Digest, plans[0].Digest)
		}
	}
}

func TestAScriptReadsOnlyWhatACallHandsOn(t *testing.T) {
	middle := "---\nprocedure: middle\nsummary: s\ntargets: hosts()\nlimits: {max_targets: 9}\n---\n## Act\n```uses id=in procedure=base each=${[1, 2]}\n```\n```sh id=own out=count:int each=${[1]}\necho 1\n```\n"
	silent := "---\nprocedure: silent\nsummary: s\ntargets: hosts()\nlimits: {max_targets: 9}\n---\n## Act\n```sh id=do\ntrue\n```\n"
	for _, c := range []struct{ calls, reads, want string }{
		{"id=db procedure=base", "$OUT_DB_VERSION $OUT_DB_OLD $OUT_DB_MOVE_VERSION ${OUT_DB_LOOK_OLD}", ""},
		{"id=db procedure=base", "$OUT_DB_VERSOIN", "nothing sets $OUT_DB_VERSOIN; did you mean $OUT_DB_VERSION?"},
		{"id=db procedure=base", "$OUT_DB_LOOK_VERSION", "nothing sets $OUT_DB_LOOK_VERSION"},
		{"id=db procedure=base", "$OUT_DB_ENTIRELY_ELSE", "of call db there are $OUT_DB_OLD, $OUT_DB_VERSION, $OUT_DB_LOOK_OLD, $OUT_DB_MOVE_VERSION"},
		{"id=db procedure=base each=${[1, 2]}", "$OUT_DB_2_VERSION $OUT_DB_1_MOVE_VERSION", ""},
		{"id=db procedure=base each=${[1, 2]}", "$OUT_DB_VERSION", "nothing sets $OUT_DB_VERSION; did you mean $OUT_DB_1_VERSION?"},
		{"id=db procedure=middle", "$OUT_DB_IN_2_VERSION $OUT_DB_IN_1_LOOK_OLD $OUT_DB_OWN_1_COUNT", ""},
		{"id=db procedure=middle", "$OUT_DB_IN_2_VERSOIN", "did you mean $OUT_DB_IN_1_VERSION?"},
		{"id=db procedure=silent", "$OUT_DB_X", "nothing sets $OUT_DB_X; procedure silent hands nothing on"},
	} {
		text := front("procedure: p") + "\n## Act\n" + block("uses "+c.calls, "") + block("sh id=tell", "echo \""+c.reads+"\"\n")
		_, findings := shelf(text, returning, middle, silent)
		got := says(errorsIn(findings))
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s, %s: got\n%swant %s", c.calls, c.reads, got, c.want)
		}
	}
}
