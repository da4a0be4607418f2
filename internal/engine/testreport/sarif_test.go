package testreport

import (
	"fmt"
	"strings"
	"testing"
)

func TestOfAnAnalysisCountsWhatIsWrongAndNoOneAccepted(t *testing.T) {
	a, err := SARIF(strings.NewReader(`{"version":"2.1.0","runs":[{"invocations":[{"executionSuccessful":false}],
"tool":{"driver":{"rules":[{"id":"advice","defaultConfiguration":{"level":"note"}}]}},
"results":[
 {"ruleId":"a","message":{"text":"one\nline"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"file:///work/src/a%20b.go"},"region":{"startLine":3,"startColumn":-2}}}]},
 {"ruleId":"b","level":"error","message":{},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"../../etc/passwd"}}}]},
 {"ruleId":"advice","message":{"text":"x"}},{"ruleId":"c","kind":"pass","message":{"text":"x"}},{"ruleId":"c","baselineState":"absent"},
 {"ruleId":"d","suppressions":[{}]},{"ruleId":"e","message":{"text":"no"},"suppressions":[{"status":"rejected"}]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%+v", a)
	want := "{Results:[{Rule:a Says:a: one line Path:src/a b.go Line:3 Column:0} {Rule:b Says:b: it says nothing of what it found Path:etc/passwd Line:0 Column:0} {Rule:e Says:e: no Path: Line:0 Column:0}] More:0 Suppressed:1 Broken:1}"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestAnAnalysisThatCannotBeReadSaysWhy(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "is not SARIF",
		`{"version":"2.1.0","runs":[`:    "is not SARIF",
		`{"version":"1.0.0","runs":[]}`:  `version "1.0.0"`,
		`{"version":"2.1.0"}`:            "has 0 runs",
		strings.Repeat("[", 20000):       "is not SARIF",
		strings.Repeat(" ", mostSARIF+1): "more than",
	} {
		if _, err := SARIF(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}
