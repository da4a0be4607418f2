package verdictfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"prentice"
	"prentice/internal/engine/testreport"
)

// ran adds a run of one case to the history in a folder.
func ran(t *testing.T, dir string, n int) (testreport.History, error) {
	t.Helper()
	r, err := testreport.Read(strings.NewReader(fmt.Sprintf("<testsuite><testcase name='t%d'/></testsuite>", n)))
	if err != nil {
		t.Fatal(err)
	}
	return Cases{dir}.Add(t.Context(), func(h *testreport.History) { h.Add(noon, testreport.Run{Check: "unit", On: "digest"}, r) })
}

func TestTwoRunsAtOnceLoseNoCase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "prentice")
	var wait sync.WaitGroup
	for n := range 20 {
		wait.Go(func() {
			if _, err := ran(t, dir, n); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if h, err := (Cases{dir}).History(); err != nil || len(h.Cases) != 20 {
		t.Errorf("%d cases, %v", len(h.Cases), err)
	}
}

func TestAHistoryThatIsDamagedIsSaidAndMadeAnew(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "cases.json")
	if err := os.WriteFile(file, []byte("sha256:0\n{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (Cases{dir}).History(); err == nil || !strings.Contains(err.Error(), "the history of test cases, in "+file+", is damaged") {
		t.Error(err)
	}
	if h, err := ran(t, dir, 1); err == nil || len(h.Cases) != 1 {
		t.Errorf("%+v, %v", h, err)
	}
	if h, err := ran(t, dir, 2); err != nil || len(h.Cases) != 2 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestAHistoryThatCannotBeKeptIsGivenAllTheSame(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err := ran(t, filepath.Join(file, "x"), 1); prentice.KindOf(err) != prentice.Unavailable || len(h.Cases) != 1 {
		t.Errorf("%+v, %v", h, err)
	}
}
