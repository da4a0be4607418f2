package procedure_test

import (
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/procedure"
	"prentice/internal/engine/procedure/proceduretest"
)

const outside = `  release: {type: string, default: v1, choices: {url: "https://registry.example/tags", path: "$.tags"}}`

func TestAPlanHasOnlyValuesThatTheSourceHasNow(t *testing.T) {
	l := library(t, front(`targets: host("web-00")`, "inputs:", outside)+"\n## Act\n"+block(`sh id=a`, "echo\n"))
	sources := l.Sources("p")
	if len(sources) != 1 || len(l.AllSources()) != 1 {
		t.Fatalf("sources: %v", sources)
	}
	key := sources[0].Key()
	lists := func(list prentice.ChoiceList) procedure.Answers {
		return procedure.Answers{Lists: map[string]prentice.ChoiceList{key: list}}
	}
	for _, c := range []struct {
		value   string
		answers procedure.Answers
		kind    prentice.Kind
		says    string
	}{
		{"v2", lists(prentice.ChoiceList{Values: []string{"v2", "v1"}}), 0, ""},
		{"v3", lists(prentice.ChoiceList{Values: []string{"v2", "v1"}}), prentice.Invalid, `"v3" is not one of its choices`},
		{"v1; reboot", lists(prentice.ChoiceList{Values: []string{"v2", "v1"}}), prentice.Invalid, "is not one of its choices"},
		{"v1", lists(prentice.ChoiceList{}), prentice.Invalid, "there is nothing to choose from: https://registry.example/tags"},
		{"v1", lists(prentice.ChoiceList{Values: []string{"v1"}, Failed: "nothing listens there"}), prentice.Unavailable, "cannot be read now: nothing listens there"},
		{"v1", procedure.Answers{}, prentice.Unavailable, "which is not asked from here"},
		{"v9", procedure.Answers{Believed: true}, 0, ""},
	} {
		_, err := procedure.RenderWith(l, zoned(), prentice.RunRequest{Procedure: "p", Inputs: map[string]string{"release": c.value}}, c.answers)
		switch {
		case c.says == "" && err != nil:
			t.Errorf("%s: %v", c.value, err)
		case c.says != "" && (err == nil || prentice.KindOf(err) != c.kind || !strings.Contains(err.Error()+" "+prentice.HintOf(err), c.says)):
			t.Errorf("%s: %v", c.value, err)
		}
	}
}

func TestTheSourcesOfAPlanAreThoseOfItsCallsAsWell(t *testing.T) {
	l := library(t,
		front("inputs:", outside)+"\n## Act\n"+block(`uses id=c procedure=q input.tag=${inputs.release}`, ""),
		front("procedure: q", "inputs:", strings.Replace(outside, "release", "tag", 1), `  zone: {type: string, default: a, choices: {url: "http://localhost:1/zones"}}`)+"\n## Act\n"+block(`sh id=a`, "echo\n"))
	if n := len(l.Sources("p")); n != 2 {
		t.Errorf("%d sources", n)
	}
	if n := len(l.AllSources()); n != 2 {
		t.Errorf("%d of all", n)
	}
}

func TestASourceIsWrittenSoThatItsReadersSeeWhereItGoes(t *testing.T) {
	for _, c := range []struct{ choices, says string }{
		{`{url: "https://registry.example/tags"}`, ""},
		{`{url: "https://registry.example/tags", path: "$.items[*].name", bearer: registry-token, headers: {X-Api-Key: other}, every: 1h}`, ""},
		{`{url: "http://127.0.0.1:5000/tags", bearer: registry-token}`, ""},
		{`{url: "http://registry.example/tags", bearer: registry-token}`, "a secret would be sent so that all on the way can read it"},
		{`{url: "http://registry.example/tags", headers: {X-Api-Key: k}}`, "a secret would be sent so that all on the way can read it"},
		{`{url: "https://u:pw@registry.example/tags"}`, "is not an address on the web"},
		{`{url: "file:///etc/passwd"}`, "is not an address on the web"},
		{`{url: "https://registry.example/${inputs.x}"}`, "is not an address on the web"},
		{`{url: "https://registry.example/", path: "tags"}`, "is no path"},
		{`{url: "https://registry.example/", bearer: "../x"}`, "is not the name of a secret"},
		{`{url: "https://registry.example/", headers: {"X Y": k}}`, "is no header"},
		{`{url: "https://registry.example/", headers: {Host: k}}`, "is not one to choose"},
		{`{url: "https://registry.example/", bearer: k, headers: {authorization: k}}`, "it has bearer and a header Authorization"},
		{`{url: "https://registry.example/", every: 1s}`, "is not how often it is read"},
		{`{url: "https://registry.example/", every: soon}`, "is not how often it is read"},
		{`{url: "https://registry.example/", script: files/x.sh}`, "it names neither an address nor a script, or both"},
		{`{path: "$"}`, "it names neither an address nor a script, or both"},
		{`{script: files/x.sh, bearer: k}`, "a script is given no secrets"},
		{`{script: files/x.sh}`, "there is no team folder to read it from"},
		{`{script: ../x.sh}`, "it is not the name of a file of the team folder"},
		{`{uri: "https://registry.example/"}`, "unknown key \"uri\""},
		{`[a, b]`, "is not a single value"},
	} {
		_, findings := procedure.New([]procedure.File{{Name: "procedures/p.md", Text: []byte(front("inputs:", `  release: {type: string, default: v1, choices: `+c.choices+`}`) + act)}}, proceduretest.Kinds())
		got := says(errorsIn(findings))
		if c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("%s: %s", c.choices, got)
		}
	}
	_, findings := parse(front("inputs:", `  n: {type: int, choices: {url: "https://registry.example/"}}`) + act)
	if got := says(findings); !strings.Contains(got, "cannot be chosen from a list") {
		t.Error(got)
	}
}

func TestACaseSaysWhatASourceAnswers(t *testing.T) {
	l := library(t, front(`targets: host("web-00")`, "inputs:", outside)+"\n## Act\n"+block(`sh id=a`, "echo\n"))
	cases, findings := l.Cases("procedure_test.yaml", []byte(`cases:
- {name: a release that is there, procedure: p, inputs: {release: v2}, choices: {release: [v1, v2]}, risk: change}
- {name: one that is gone, procedure: p, inputs: {release: v9}, choices: {release: [v1, v2]}, refused: is not one of its choices}
- {name: none at all, procedure: p, choices: {release: []}, refused: is not one of its choices}
- {name: not said, procedure: p, refused: is not asked from here}
`))
	if len(findings) > 0 {
		t.Fatal(says(findings))
	}
	for _, r := range l.Test(zoned(), cases).Cases {
		if !r.Pass {
			t.Errorf("%s: %s", r.Name, r.Says)
		}
	}
}
