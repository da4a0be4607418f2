package pipeline_test

import (
	"strings"
	"testing"

	"prentice/internal/engine/pipeline"
)

func TestAReportOfAnotherToolFindsItsErrors(t *testing.T) {
	report := `{"version":"2.1.0","runs":[{"results":[
		{"ruleId":"G1","level":"error","message":{"text":"bad\n thing"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///work/a/b%20c.go"},"region":{"startLine":7}}}]},
		{"ruleId":"G2","level":"warning","message":{"text":"a warning"}},
		{"ruleId":"G3","level":"error","suppressions":[{"kind":"inSource"}],"message":{"text":"suppressed"}},
		{"ruleId":"G4","level":"error","kind":"pass","message":{"text":"passes"}},
		{"level":"error","message":{"text":"outside"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"../../etc/passwd"},"region":{"startLine":-4}}}]}]}]}`
	found, err := pipeline.SARIF([]byte(report))
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	if f := found[0]; f.Says != "G1: bad thing" || f.Path != "a/b c.go" || f.Line != 7 {
		t.Errorf("%+v", f)
	}
	if f := found[1]; f.Says != "outside" || f.Path != "" || f.Line != 0 {
		t.Errorf("%+v", f)
	}
}

func TestAReportThatLiesIsNoEmptyOne(t *testing.T) {
	for name, text := range map[string]string{"nothing": "", "no JSON": "<xml/>", "cut off": `{"version":"2.1.0","runs":[`, "another version": `{"version":"2.2","runs":[]}`, "a list": "[]", "another shape": `{"version":"2.1.0","runs":{"results":1}}`, "deep": strings.Repeat("[", 200_000)} {
		if found, err := pipeline.SARIF([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, found)
		}
	}
}
