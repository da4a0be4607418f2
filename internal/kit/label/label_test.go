package label

import (
	"strings"
	"testing"
)

func TestAMatcherComparesAsAlertmanagerDoes(t *testing.T) {
	labels := map[string]string{"alertname": "HighLoad", "host": "web-1", "größe": "ü", "lines": "a\nb"}
	for text, fits := range map[string]bool{
		`alertname=HighLoad`: true, `alertname="HighLoad"`: true, ` alertname = "HighLoad" `: true, `alertname=highload`: false,
		`host=~web-.*`: true, `host=~web`: false, `host!~web-.*`: false, `host!="web-2"`: true, `none=""`: true, `none!=""`: false, `none=~.*`: true,
		`größe="ü"`: true, `"größe"=~"[üö]"`: true, `lines="a\nb"`: true, `lines=~a.b`: true, `host=~"web-\d"`: true, `host=~"web-\\d"`: true, `host=~"web\.1"`: false, `host!~"\"\d"`: true,
	} {
		m, err := Parse(text)
		if err != nil || m.Fits(labels) != fits {
			t.Errorf("%s: %v, %v", text, m.Fits(labels), err)
		}
		again, err := Parse(m.String())
		if err != nil || again.Fits(labels) != fits {
			t.Errorf("%s is written %s: %v", text, m, err)
		}
	}
	if Fit(nil, labels) {
		t.Error("no matcher matches everything")
	}
}

func TestWhatIsNoMatcherIsRefused(t *testing.T) {
	for _, text := range []string{"", "=", "alertname", "=x", `a="x`, `a=x"`, `a=~(`, `a=~x{1001}`, `a b=c`, `""=x`, "a=" + strings.Repeat("x", 1001), strings.Repeat("x", 201) + "=a", "a=\xff", `a=~"(x{500}){500}"`, `a="\d"x"`, `a="\d\"`} {
		if m, err := Parse(text); err == nil {
			t.Errorf("%q is read as %v", text, m)
		}
	}
}

func TestAMatcherForEverythingSelectsNothing(t *testing.T) {
	for text, selects := range map[string]bool{
		`a=x`: true, `a=""`: false, `a!=x`: false, `a!~x`: false, `a=~.*`: false, `a=~.+`: false, `a=~"(?i).+|x"`: false, `a=~"[^\\n]+"`: false, `a=~web-.*`: true, `a=~x|y`: true, `a=~"|x"`: false,
	} {
		if m, err := Parse(text); err != nil || m.Selects() != selects {
			t.Errorf("%s selects %v, %v", text, m.Selects(), err)
		}
	}
}

// Tried in every way that it might fit, it would not end.
func TestAHostilePatternIsTriedOnce(t *testing.T) {
	m, err := Parse(`a=~(x+x+)+y`)
	if err != nil {
		t.Fatal(err)
	}
	if m.Fits(map[string]string{"a": strings.Repeat("x", 100_000)}) {
		t.Error("fits")
	}
}
