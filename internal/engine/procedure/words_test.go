package procedure

import (
	"reflect"
	"testing"
)

func TestWordsAreDividedBeforeValuesAreFilledIn(t *testing.T) {
	for text, want := range map[string][]string{
		"":                           nil,
		"  --port 80\t--fast ":       {"--port", "80", "--fast"},
		"--port ${inputs.port}":      {"--port", "${inputs.port}"},
		"--port=${inputs.port} -v":   {"--port=${inputs.port}", "-v"},
		"${a}${b} ${c}x":             {"${a}${b}", "${c}x"},
		"${a ? 'x y' : 'z'} last":    {"${a ? 'x y' : 'z'}", "last"},
		"first ${a} middle ${b} end": {"first", "${a}", "middle", "${b}", "end"},
	} {
		list, ok := parts(text)
		if got := divided(list); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
