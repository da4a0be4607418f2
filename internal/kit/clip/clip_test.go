package clip_test

import (
	"strings"
	"testing"

	"prentice/internal/kit/clip"
)

func TestWhatIsShortenedSaysSoAndKeepsWholeCharacters(t *testing.T) {
	for given, want := range map[string]string{
		"":                            "",
		"short":                       "short",
		strings.Repeat("x", 80):       strings.Repeat("x", 80),
		strings.Repeat("x", 81):       strings.Repeat("x", 80) + "…",
		strings.Repeat("ä", 50):       strings.Repeat("ä", 40) + "…",
		"x" + strings.Repeat("ä", 50): "x" + strings.Repeat("ä", 39) + "…",
	} {
		if got := clip.Text(given); got != want {
			t.Errorf("%q became %q", given, got)
		}
	}
}
