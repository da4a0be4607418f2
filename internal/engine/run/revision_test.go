package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unrevised are the writes of runs in a source that do not raise the revision.
func unrevised(source string) (n int) {
	for _, rest := range strings.Split(source, "UPDATE runs SET ")[1:] {
		if !strings.HasPrefix(rest, "revision = revision + 1, ") {
			n++
		}
	}
	return n
}

func TestEveryWriteOfARunRaisesItsRevision(t *testing.T) {
	if unrevised("tx.Exec(`UPDATE runs SET state = ?`)") != 1 || unrevised("`UPDATE runs SET revision = revision + 1, state = ?`") != 0 {
		t.Fatal("a write without a revision is not seen")
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no sources", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := unrevised(string(source)); n > 0 {
			t.Errorf("%s writes a run %d times without raising its revision", file, n)
		}
	}
}
