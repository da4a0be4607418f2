package checkrun

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
)

// madeRun keeps a run of the check build, as one leaves it.
func madeRun(t *testing.T, keep, tree string, result pipeline.Result, text string) {
	t.Helper()
	r, err := newRun(keep, tree, pipeline.Check{Name: "build", Artifacts: []string{"dist/*"}})
	if err != nil {
		t.Fatal(err)
	}
	to := r.path(reportsDir)
	for _, err := range []error{os.MkdirAll(filepath.Join(to, "dist", "deep"), 0o700), os.WriteFile(filepath.Join(to, "dist", "shop"), []byte(text), 0o600), os.WriteFile(filepath.Join(to, "report.xml"), nil, 0o600), os.Symlink("/etc/passwd", filepath.Join(to, "dist", "link")), r.end(result)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatACheckMadeIsOfTheTreeThatItPassedOn(t *testing.T) {
	keep := t.TempDir()
	madeRun(t, keep, "sha256:a", pipeline.Result{Passed: true}, "of a")
	madeRun(t, keep, "sha256:b", pipeline.Result{Passed: false}, "failed on b")
	madeRun(t, keep, "sha256:c", pipeline.Result{Passed: true, Findings: []check.Finding{{Says: "it did not write all"}}}, "part of c")
	f, made, err := Made(keep, "build", "sha256:a", "dist/shop")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, err := io.ReadAll(f); string(text) != "of a" || err != nil || made.Tree != "sha256:a" {
		t.Errorf("%q, %v", text, err)
	}
	for _, c := range []struct {
		check, tree, file, want string
		kind                    prentice.Kind
	}{
		{"build", "sha256:b", "dist/shop", "no run of check build that passed", prentice.NotFound},
		{"build", "sha256:c", "dist/shop", "no run of check build that passed", prentice.NotFound},
		{"build", "sha256:d", "dist/shop", "no run of check build that passed", prentice.NotFound},
		{"build", "", "dist/shop", "no run of check build that passed", prentice.NotFound},
		{"build", "sha256:a", "report.xml", "does not say that it makes", prentice.Invalid},
		{"build", "sha256:a", "dist/../report.xml", "", prentice.Invalid},
		{"build", "sha256:a", "../../secret", "does not say that it makes", prentice.Invalid},
		{"build", "sha256:a", "dist/none", "made no", prentice.NotFound},
		{"build", "sha256:a", "dist/link", "made no", prentice.NotFound},
		{"build", "sha256:a", "dist/deep", "is no file", prentice.Invalid},
		{"../build", "sha256:a", "dist/shop", "no check", prentice.NotFound},
	} {
		if f, _, err := Made(keep, c.check, c.tree, c.file); prentice.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s %s: %v, %v", c.check, c.tree, c.file, f, err)
		}
	}
}
