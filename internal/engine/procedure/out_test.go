package procedure_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

func TestAStepHandsOnTypedValues(t *testing.T) {
	l := library(t, front("schemas:", "  pod: {type: object, required: [phase]}")+"\n## Act\n"+
		block(`sh id=look-at out="version:string, pid:int=$.process.pid, pod:json(pod)=$"`, "cat state.json\n")+
		block("sh id=tell", "echo \"$OUT_LOOK_AT_VERSION $OUT_LOOK_AT_PID $OUT_LOOK_AT_POD\"\n"))
	plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p"})
	if err != nil {
		t.Fatal(err)
	}
	want := []prentice.Capture{{Name: "version", Type: "string"}, {Name: "pid", Type: "int", From: "$.process.pid"}, {Name: "pod", Type: "json", From: "$", Schema: `{"required":["phase"],"type":"object"}`}}
	if got := plan.Steps[0].Out; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestWhatIsHandedOnIsReadStrictly(t *testing.T) {
	act := func(info string) string { return "\n## Act\n" + block(info, "true\n") }
	for _, c := range []struct{ body, want string }{
		{act("sh id=a out=version"), `out "version": it is not NAME:TYPE; write out=version:string`},
		{act("sh id=a out"), "it is not NAME:TYPE"},
		{act("sh id=a out=v:strnig"), "strnig is not a type; did you mean string?"},
		{act("sh id=a out=V:string"), "it is not NAME:TYPE"},
		{act("sh id=a out=v:string=last"), "it is not known where it is read; leave the place out for the last line"},
		{act("sh id=a out=v:string=$..x"), "it is not known where it is read"},
		{act("sh id=a out=v:string="), "it is not known where it is read"},
		{act(`sh id=a out="v:string, v:int"`), "out v appears twice"},
		{act("sh id=a out=v:int=file:../x"), "it is not known where it is read"},
		{"\n## Check\n" + block("sh id=a out=v:int=file:x", "true\n"), "it is not known where it is read"},
		{"\n## Check\n" + block("sh id=a", "echo >$PRENTICE_RUN_FOLDER/x\n"), "check a uses $PRENTICE_RUN_FOLDER, and a check leaves nothing behind"},
		{act("sh id=a out=v:int=status"), "it is not known where it is read"},
		{"\n## Act\n" + block("http id=a url=http://localhost out=v:int=cookie", ""), "it is not known where it is read; leave the place out for the last line, or of http the body"},
		{"\n## Act\n" + block("http id=a url=http://localhost method=POST", "name=${inputs.x}\n"), "the data has no fields"},
		{"\n## Act\n" + block("http id=a url=http://localhost method=POST", "{\"a\": ${1 + 1}, b}\n"), "procedures/p.md:11"},
		{act("sh id=a out=api-token:string"), "its name is that of a credential"},
		{act("sh id=a out=v:json(pod)"), "there is no schema pod"},
		{act("sh id=a out=v:int(pod)"), "only json has a schema"},
		{act(`sh id=a out="a:int,b:int,c:int,d:int,e:int,f:int,g:int,h:int,i:int,j:int,k:int"`), "step a hands on 11 values; at most 10 are read"},
		{act("sh id=a otu=v:int"), `"otu"`},
		{"\n## Verify\n" + block("sh id=a out=v:int", "true\n"), "step a cannot hand on a value; put it on a step under ## Check or ## Act"},
		{"\n## Act\n" + block("sh id=a", "true\n") + block("sh id=b of=a out=v:int", "true\n"), "a done? question only says yes or no"},
		{"\n## Act\n" + block("uses id=a procedure=b out=v:int", ""), "a uses step has no attribute out"},
		{"\n## Act\n" + block("wait id=a for=1s out=v:int", ""), "only what prints or answers something hands on values"},
		{"\n## Act\n" + block("sh id=a-b out=c:int", "true\n") + block("sh id=a out=b-c:int", "true\n"), "out b-c of step a would be the variable OUT_A_B_C, which out c of step a-b is already"},
		{"\n## Act\n" + block("sh id=a", "echo $OUT_B_V\n") + block("sh id=b out=v:int", "true\n"), "nothing sets $OUT_B_V; step b hands it on, and comes later"},
		{"\n## Act\n" + block("sh id=b out=v:int", "true\n") + block("sh id=a", "echo $OUT_B_W\n"), "nothing sets $OUT_B_W; did you mean $OUT_B_V?"},
		{"\n## Act\n" + block("sh id=b out=version:int each=${[1, 2]}", "true\n") + block("sh id=a", "echo $OUT_B_2_VERSOIN\n"), "nothing sets $OUT_B_2_VERSOIN; did you mean $OUT_B_1_VERSION?"},
		{"\n## Act\n" + block("sh id=b out=v:int each=${[1, 2]}", "true\n") + block("sh id=a", "echo $OUT_B_V\n"), "nothing sets $OUT_B_V; did you mean $OUT_B_1_V?"},
	} {
		_, findings := parse(front() + c.body)
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%swant %s", c.body, got, c.want)
		}
	}
	for _, c := range []struct{ line, want string }{
		{"  pod: {type: thing}", `type "thing" is not one of`},
		{"  pod: {anyOf: []}", "unknown field"},
		{"  Pod: {type: object}", `"Pod" is not the name of a schema`},
		{"  pod: 7", "schema pod"},
	} {
		_, findings := parse(front("schemas:", c.line) + act("sh id=a out=v:json(pod)"))
		if got := says(errorsIn(findings)); !strings.Contains(got, c.want) {
			t.Errorf("%s: got\n%swant %s", c.line, got, c.want)
		}
	}
	for _, good := range []string{
		front("env: {OUT_DIR: /tmp}") + "\n## Act\n" + block("sh id=a out=v:int", "echo 1\n") + block("sh id=b", "echo $OUT_DIR\n"),
		front() + "\n## Act\n" + block("sh id=b", "echo $OUT_OF_ORDER\n"),
		front() + "\n## Act\n" + block("sh id=b out=v:json=file:state.json", "app >$PRENTICE_RUN_FOLDER/state.json\n"),
		front() + "\n## Act\n" + block(`sh id=a each=${["x"]} out=v:int`, "echo 1\n") + block("sh id=b", "echo $OUT_A_1_V\n"),
	} {
		if _, findings := parse(good); len(errorsIn(findings)) > 0 {
			t.Errorf("%s: %s", good, says(findings))
		}
	}
}

func TestABodyWithExpressionsIsDataInWhichNoValueCanBreakOut(t *testing.T) {
	l := library(t, front("inputs:", "  name: {type: string}", "  n: {type: int}")+"\n## Check\n"+block(`http id=ask url=http://localhost out="code:int=status, tag:string=header:ETag, who:string=$.user.name"`, "")+
		"\n## Act\n"+block("http id=tell url=http://localhost method=POST", "{\"name\": \"${inputs.name}\", \"hello\": \"to ${steps.ask.out.who}\", \"n\": \"${inputs.n}\", \"on\": true}\n")+
		block("http id=plain url=http://localhost method=POST", "a=1&b=$2 {not: data}\n"))
	hostile := `x", "admin": true, "y": "${inputs.n}`
	plan, err := procedure.Render(l, proceduretest.Catalog(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"name": hostile, "n": "7"},
		Captured: captured("ask.code=200", "ask.tag=W/1", `ask.who=ann"}`)})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(plan.In(prentice.Act)[0].Body), &got); err != nil || !reflect.DeepEqual(got, map[string]any{"name": hostile, "hello": `to ann"}`, "n": 7.0, "on": true}) {
		t.Errorf("got %v %v", got, err)
	}
	if body := plan.In(prentice.Act)[1].Body; body != "a=1&b=$2 {not: data}\n" {
		t.Errorf("a body without expressions is %q", body)
	}
}
