package boot

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var namedCommand = regexp.MustCompile("(?:`|\n)prentice ([a-z][a-z -]*[a-z])")

func TestEveryCommandThatAnExplanationNamesIsThere(t *testing.T) {
	files, err := filepath.Glob("../skill/*/topics/*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../skill/*/here/*.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, file := range append(append(files, more...), "../skill/learning/problems.yaml") {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range namedCommand.FindAllStringSubmatch(string(raw), -1) {
			named++
			words := strings.Fields(strings.Split(found[1], " --")[0])
			c, rest, err := (&commands{}).root().Find(words)
			if err != nil || len(rest) > 0 && c.HasSubCommands() || !c.Runnable() {
				t.Errorf("%s names prentice %s, which is no command", file, found[1])
			}
		}
	}
	if named < 50 {
		t.Errorf("only %d commands were found in %d files", named, len(files)+len(more))
	}
}
