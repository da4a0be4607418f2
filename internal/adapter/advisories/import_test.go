package advisories_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/advisories"
	"prentice/internal/engine/advisory"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func osv(id, name, fixed string) string {
	return fmt.Sprintf(`{"id": %q, "modified": "2026-11-20T00:00:00Z", "affected": [{"package": {"ecosystem": "Go", "name": %q}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": %q}]}]}]}`, id, name, fixed)
}

func zipped(t *testing.T, files ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "all.zip")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func imported(s advisories.Shelf, from string) (advisory.About, error) {
	return s.Import(context.Background(), advisory.Import{From: from, As: "osv", Now: now})
}

// hits is what the shelf knows of a version of a package of Go.
func hits(t *testing.T, s advisories.Shelf, name string) int {
	t.Helper()
	books, end, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	list, _, err := books.Match("Go", name, "v1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestAnArchiveAFolderAndAFileAreImported(t *testing.T) {
	dir := t.TempDir()
	text := osv("GO-1", "a", "2.0.0")
	for _, name := range []string{"one.json", "below/two.json"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, "GO-1", strings.ToUpper(filepath.Base(name)))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link.json")); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]int{zipped(t, "x/GO-1.json", text, "README.md", "no advisory"): 1, dir: 2, filepath.Join(dir, "one.json"): 1} {
		s := advisories.Shelf{Dir: filepath.Join(t.TempDir(), "deep", "shelf")}
		is, err := imported(s, from)
		if err != nil || is.Advisories != want || is.AsOf.Format(time.DateOnly) != "2026-11-20" || hits(t, s, "a") != want {
			t.Errorf("%s: %+v %v", filepath.Base(from), is, err)
		}
	}
}

func TestWhatCannotBeImportedWholeLeavesWhatWasThere(t *testing.T) {
	s := advisories.Shelf{Dir: t.TempDir()}
	if _, err := imported(s, zipped(t, "GO-1.json", osv("GO-1", "a", "2.0.0"))); err != nil {
		t.Fatal(err)
	}
	before := s.Digest()
	bomb := "{" + strings.Repeat(" ", advisory.MostAdvisory+10) + "}"
	cut := zipped(t, "GO-2.json", osv("GO-2", "a", "2.0.0"), "GO-3.json", strings.Repeat(osv("GO-3", "a", "2.0.0"), 100))
	raw, err := os.ReadFile(cut)
	if err != nil {
		t.Fatal(err)
	}
	raw[60] ^= 0xff
	altered := filepath.Join(t.TempDir(), "altered.zip")
	if err := os.WriteFile(altered, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	for says, from := range map[string]string{
		"one that is no advisory":     zipped(t, "GO-2.json", osv("GO-2", "a", "2.0.0"), "package.json", "{}"),
		"one that is there twice":     zipped(t, "GO-2.json", osv("GO-2", "a", "2.0.0"), "x/GO-2.json", osv("GO-2", "a", "3.0.0")),
		"one of years to come":        zipped(t, "GO-2.json", strings.ReplaceAll(osv("GO-2", "a", "2.0.0"), "2026-", "2999-")),
		"one without a day":           zipped(t, "GO-2.json", strings.ReplaceAll(osv("GO-2", "a", "2.0.0"), "2026-11-20", "0001-01-01")),
		"a bomb":                      zipped(t, "GO-2.json", bomb),
		"none":                        zipped(t, "README.md", "x"),
		"an archive that was altered": altered,
		"no archive":                  writeFile(t, "PK nothing"),
		"nothing":                     filepath.Join(t.TempDir(), "none.zip"),
		"a device":                    "/dev/null",
	} {
		if is, err := imported(s, from); err == nil {
			t.Errorf("%s: %+v", says, is)
		} else if kind := prentice.KindOf(err); kind != prentice.Invalid && kind != prentice.Limited && kind != prentice.NotFound {
			t.Errorf("%s: %v is %v", says, err, kind)
		}
		if s.Digest() != before || hits(t, s, "a") != 1 {
			t.Errorf("%s: what was there is gone", says)
		}
	}
	only(t, s, "osv.advisories")
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// only says that nothing is left beside these.
func only(t *testing.T, s advisories.Shelf, names ...string) {
	t.Helper()
	list, err := os.ReadDir(s.Dir)
	if err != nil || len(list) != len(names) {
		t.Errorf("there are %v, %v", list, err)
	}
}

func TestTwoImportsAtOnceLeaveOneOfThemWhole(t *testing.T) {
	s := advisories.Shelf{Dir: t.TempDir()}
	var files []string
	for i := range 8 {
		var list []string
		for n := range 50 {
			list = append(list, fmt.Sprintf("GO-%d.json", n), osv(fmt.Sprintf("GO-%d", n), fmt.Sprint("p", i), "2.0.0"))
		}
		files = append(files, zipped(t, list...))
	}
	var work sync.WaitGroup
	for _, from := range files {
		work.Go(func() {
			if _, err := imported(s, from); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	whole := 0
	for i := range files {
		if n := hits(t, s, fmt.Sprint("p", i)); n == 50 {
			whole++
		} else if n != 0 {
			t.Errorf("%d of 50 are left of one", n)
		}
	}
	if whole != 1 {
		t.Errorf("%d imports are there", whole)
	}
	only(t, s, "osv.advisories")
}

func TestWhatAKilledImportLeftIsRemovedByTheNext(t *testing.T) {
	s := advisories.Shelf{Dir: t.TempDir()}
	left := filepath.Join(s.Dir, ".new-1")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := imported(s, zipped(t, "GO-1.json", osv("GO-1", "a", "2.0.0"))); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); err != nil {
		t.Error("one that was made a moment ago may be at work")
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	if _, err := imported(s, zipped(t, "GO-1.json", osv("GO-1", "a", "2.0.0"))); err != nil {
		t.Fatal(err)
	}
	only(t, s, "osv.advisories")
}

func TestABookThatCannotBeReadIsSaidAndNothingIsKnown(t *testing.T) {
	s := advisories.Shelf{Dir: t.TempDir()}
	if _, err := imported(s, zipped(t, "GO-1.json", osv("GO-1", "a", "2.0.0"))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.Dir, "osv.advisories")
	if err := os.Truncate(path, 50); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Open(); err == nil || !strings.Contains(err.Error(), "import it again") {
		t.Errorf("one that is cut off is open: %v", err)
	}
	if list, err := s.List(); err != nil || len(list) != 1 || list[0].Wrong == nil {
		t.Errorf("the list says %v %v", list, err)
	}
	if err := s.Remove("../osv"); prentice.KindOf(err) != prentice.NotFound {
		t.Errorf("a name that leads out of the shelf: %v", err)
	}
	if err := s.Remove("osv"); err != nil {
		t.Error(err)
	}
	only(t, s)
}

func TestWhereNothingCanBeWrittenItIsSaid(t *testing.T) {
	file := writeFile(t, "x")
	_, err := imported(advisories.Shelf{Dir: filepath.Join(file, "shelf")}, zipped(t, "GO-1.json", osv("GO-1", "a", "2.0.0")))
	if prentice.KindOf(err) != prentice.Unavailable || !strings.Contains(err.Error(), "those of before stay") {
		t.Errorf("got %v", err)
	}
	if _, err := imported(advisories.Shelf{}, file); prentice.KindOf(err) != prentice.Invalid {
		t.Errorf("without a folder: %v", err)
	}
}

func TestTheShelfIsAmongThePersonsData(t *testing.T) {
	for want, env := range map[string]map[string]string{
		"/x":                        {"PRENTICE_ADVISORIES": "/x", "HOME": "/home/ann"},
		"/data/prentice/advisories": {"XDG_DATA_HOME": "/data", "HOME": "/home/ann"},
		"/home/ann/.local/share/prentice/advisories": {"HOME": "/home/ann", "XDG_DATA_HOME": "here"},
		"": {},
	} {
		if got := advisories.Here(func(name string) string { return env[name] }); got != want {
			t.Errorf("want %q, got %q", want, got)
		}
	}
}
