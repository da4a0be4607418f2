package nearest

import (
	"slices"
	"testing"
)

func TestWhatNoOneKnowsIsNamedWithWhatToWrite(t *testing.T) {
	got := Unknown(map[string]string{"url": "", "metod": "", "colour": "x"}, []string{"method", "url"})
	if want := []Strange{{"colour", "it knows method, url"}, {"metod", `did you mean "method"?`}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Unknown[bool](nil, nil); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}
