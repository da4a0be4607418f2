package floors

import (
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// countsTo is how far an expression may count that is compiled at every start: what
// counts further costs up to a millisecond, of every command.
const countsTo = 99

var (
	atTheStart = regexp.MustCompile(`(?m)^(?:var |\t)\w+ += regexp\.MustCompile\((.*)\)$`)
	counting   = regexp.MustCompile(`\{\d+,(\d+)\}`)
)

func TestWhatCountsFarIsCompiledWhenItIsUsed(t *testing.T) {
	atRoot(t)
	for _, wrong := range countingFar(t, os.DirFS(".")) {
		t.Error(wrong)
	}
}

func TestAnExpressionThatCountsFarAtTheStartIsFound(t *testing.T) {
	for text, want := range map[string]int{
		"var a = regexp.MustCompile(`^[a-z]{0,251}$`)":               1,
		"var (\n\ta = regexp.MustCompile(`^[a-z]{0,251}[a-z]?$`)\n)": 1,
		"var a = regexp.MustCompile(`^[a-z]{0,61}$`)":                0,
		"var a = pattern.Of(`^[a-z]{0,251}$`)":                       0,
	} {
		found := countingFar(t, fstest.MapFS{"internal/kit/a/a.go": {Data: []byte("package a\n" + text + "\n")}})
		if len(found) != want {
			t.Errorf("%s: %q", text, found)
		}
	}
}

// countingFar lists the expressions that count far and are compiled at the start.
func countingFar(t *testing.T, fsys fs.FS) (found []string) {
	t.Helper()
	for _, name := range named(t, fsys, ".go") {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "stories/") || strings.HasPrefix(name, "bench/") {
			continue
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range atTheStart.FindAllStringSubmatch(string(raw), -1) {
			for _, n := range counting.FindAllStringSubmatch(m[1], -1) {
				if to, err := strconv.Atoi(n[1]); err != nil || to > countsTo {
					found = append(found, name+": "+m[1]+" counts to "+n[1]+" and is compiled at every start: use pattern.Of of internal/kit/pattern")
				}
			}
		}
	}
	return found
}
