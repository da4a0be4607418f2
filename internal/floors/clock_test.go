package floors

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// A machine that is busy is slow, and nothing is wrong with it. So no test says how
// long something may take, and what waits for something waits a minute.
var (
	tooLong = regexp.MustCompile(`time\.Since\(\w+\)(?:; \w+)? >=? `)
	tooSoon = regexp.MustCompile(`(?:for \w+ := time\.Now\(\)\.Add|<-time\.After|(?:deadline|until|give) := time\.Now\(\)\.Add)\((?:[1-5]?\d ?\* ?)?time\.Second\)`)
)

func TestNoTestFailsByASlowMachine(t *testing.T) {
	atRoot(t)
	for _, wrong := range hurried(t, os.DirFS(".")) {
		t.Error(wrong)
	}
}

func TestATestThatHurriesIsFound(t *testing.T) {
	for text, want := range map[string]int{
		"if took := time.Since(began); took > time.Minute {":                         1,
		"if err != nil || time.Since(began) > 10*time.Second {":                      1,
		"case <-time.After(20 * time.Second):":                                       1,
		"for end := time.Now().Add(5*time.Second); ; {":                              1,
		"deadline := time.Now().Add(time.Second)":                                    1,
		"case <-time.After(time.Minute):":                                            0,
		"case <-time.After(150 * time.Millisecond): // nothing comes in such a time": 0,
		"for time.Since(begun) < patience {":                                         0,
	} {
		found := hurried(t, fstest.MapFS{"internal/kit/a/a_test.go": {Data: []byte(text + "\n")}, "internal/kit/a/a.go": {Data: []byte(text + "\n")}})
		if len(found) != want {
			t.Errorf("%s: %q", text, found)
		}
	}
}

// hurried lists the lines of tests, and of what helps them, that a slow machine fails.
func hurried(t *testing.T, fsys fs.FS) (found []string) {
	t.Helper()
	for _, name := range named(t, fsys, ".go") {
		if !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(path.Dir(name), "test") || name == "internal/floors/clock_test.go" {
			continue
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), `"testing/synctest"`) { // its clock goes on by itself
			continue
		}
		for line := range strings.Lines(string(raw)) {
			if tooLong.MatchString(line) || tooSoon.MatchString(line) {
				found = append(found, name+": a slow machine fails it: "+strings.TrimSpace(line))
			}
		}
	}
	return found
}
