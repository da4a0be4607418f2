package diff_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"prentice/internal/kit/diff"
	"prentice/internal/kit/needtest"
)

// between is what git says of two folders.
func between(t *testing.T, was, is map[string]string, args ...string) []byte {
	t.Helper()
	needtest.Program(t, "git")
	dir := t.TempDir()
	for side, files := range map[string]map[string]string{"a": was, "b": is} {
		for name, text := range files {
			file := filepath.Join(dir, side, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.MkdirAll(filepath.Join(dir, side), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) []byte {
		c := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.org"}, args...)...)
		c.Dir = filepath.Join(dir, "r")
		c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
		out, err := c.Output()
		if err != nil {
			t.Fatalf("git %v: %v", args, err)
		}
		return out
	}
	if err := os.Mkdir(filepath.Join(dir, "r"), 0o700); err != nil {
		t.Fatal(err)
	}
	git("init", "-q")
	for _, side := range []string{"a", "b"} {
		git("--work-tree=../"+side, "add", "-A")
		git("--work-tree=../"+side, "commit", "-q", "--allow-empty", "-m", side)
	}
	return git(append(append([]string{"diff-tree", "-r", "-p", "-M"}, args...), "--full-index", "HEAD~", "HEAD")...)
}

func read(t *testing.T, text []byte, most diff.Limits) []diff.File {
	t.Helper()
	list, _, err := diff.Read(bytes.NewReader(text), most)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func named(t *testing.T, list []diff.File, path string) diff.File {
	t.Helper()
	for _, f := range list {
		if f.Path == path {
			return f
		}
	}
	t.Fatalf("no file %q in %+v", path, list)
	return diff.File{}
}

var long = strings.Repeat("the same line\n", 40)

func TestWhatBecomesOfFilesIsRead(t *testing.T) {
	list := read(t, between(t, map[string]string{
		"changed": "one\ntwo\nthree\n", "gone": "x\n", "old name": long + "y\n", "picture": "a\x00b", "ends": "a", "dos": "a\r\nb\r\n", "-- a/x": "1\n", "odd\n+++ b/evil": "1\n", "latin": "caf\xe9\n",
	}, map[string]string{
		"changed": "one\n2\nthree\n", "new": "z\n", "new name": long + "z\n", "picture": "a\x00c", "ends": "a\n", "dos": "a\nb\r\n", "-- a/x": "2\n", "odd\n+++ b/evil": "2\n", "latin": "caf\xe9s\n", "empty": "",
	}), diff.Usual())
	if len(list) != 11 {
		t.Errorf("%d files: %+v", len(list), list)
	}
	if f := named(t, list, "changed"); f.Kind != diff.Changed || f.Plus != 1 || f.Minus != 1 || len(f.Hunks) != 1 || f.Hunks[0].Lines[1].Text != "two" || f.Hunks[0].Lines[2].New != 2 || f.OldID == "" || f.NewMode != "100644" {
		t.Errorf("%+v", f)
	}
	if f := named(t, list, "new"); f.Kind != diff.Added || f.OldID != "" || f.NewMode != "100644" {
		t.Errorf("%+v", f)
	}
	if f := named(t, list, "gone"); f.Kind != diff.Removed || f.NewID != "" {
		t.Errorf("%+v", f)
	}
	if f := named(t, list, "new name"); f.Kind != diff.Renamed || f.Was != "old name" || f.Plus != 1 {
		t.Errorf("%+v", f)
	}
	if f := named(t, list, "picture"); !f.Binary || f.NewID == "" {
		t.Errorf("%+v", f)
	}
	if l := named(t, list, "ends").Hunks[0].Lines; !l[0].NoEnd || l[1].NoEnd {
		t.Errorf("%+v", l)
	}
	if l := named(t, list, "dos").Hunks[0].Lines; !l[0].CR || l[1].CR || l[0].Text != "a" {
		t.Errorf("%+v", l)
	}
	if f := named(t, list, "odd\n+++ b/evil"); f.Plus != 1 {
		t.Errorf("%+v", f)
	}
	if l := named(t, list, "latin").Hunks[0].Lines; l[0].Text != "caf\uFFFD" {
		t.Errorf("%q", l[0].Text)
	}
	if f := named(t, list, "empty"); f.Kind != diff.Added || len(f.Hunks) != 0 {
		t.Errorf("%+v", f)
	}
}

func TestALineThatLooksLikeAHeadIsALine(t *testing.T) {
	text := "diff --git a/evil b/evil\n--- a/evil\n@@ -1 +1 @@\n\\ no\n"
	f := named(t, read(t, between(t, map[string]string{"x": "1\n"}, map[string]string{"x": "1\n" + text}), diff.Usual()), "x")
	if f.Plus != 4 || len(f.Hunks) != 1 || f.Hunks[0].Lines[1].Text != "diff --git a/evil b/evil" {
		t.Errorf("%+v", f)
	}
}

func TestALongLineIsCutInBoundedMemory(t *testing.T) {
	pr, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	const size = 100 << 20
	go func() {
		fmt.Fprintf(w, "diff --git a/x b/x\nnew file mode 100644\nindex %040d..%040d\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,2 @@\n+", 0, 1) //nolint:errcheck // seen below
		for range size >> 20 {
			w.Write(bytes.Repeat([]byte("x"), 1<<20)) //nolint:errcheck // seen below
		}
		w.Write([]byte("\n+end\n")) //nolint:errcheck // seen below
		w.Close()                   //nolint:errcheck // seen below
	}()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	list, _, err := diff.Read(pr, diff.Usual())
	runtime.ReadMemStats(&after)
	if err != nil || len(list) != 1 || len(list[0].Hunks[0].Lines) != 2 {
		t.Fatalf("%+v %v", list, err)
	}
	if l := list[0].Hunks[0].Lines; l[0].Cut != size-2000 || len(l[0].Text) != 2000 || l[1].Text != "end" || l[1].New != 2 {
		t.Errorf("cut %d of %d, then %+v", l[0].Cut, len(l[0].Text), l[1])
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 150<<20 { // the writer's own are 100 MB
		t.Errorf("%d bytes were asked for", took)
	}
}

func TestWhatIsBeyondTheLimitsIsCounted(t *testing.T) {
	text := between(t, map[string]string{"a": "", "b": "1\n", "c": "1\n"}, map[string]string{"a": long, "b": "2\n", "c": "2\n"})
	list, more, err := diff.Read(bytes.NewReader(text), diff.Limits{Line: 4, File: 10, Lines: 11, Files: 2})
	if err != nil || more != 1 || len(list) != 2 {
		t.Fatalf("%+v %d %v", list, more, err)
	}
	if a := list[0]; !a.Cut || a.Plus != 40 || len(a.Hunks[0].Lines) != 10 || a.Hunks[0].Lines[0].Cut == 0 {
		t.Errorf("%+v", a)
	}
	if b := list[1]; !b.Cut || b.Plus != 1 || b.Minus != 1 {
		t.Errorf("%+v", b)
	}
}

func TestWordsThatAreOthersAreMarked(t *testing.T) {
	for _, c := range []struct{ was, is, marked, beside string }{
		{"price := 10 * n", "price := 12 * n", "[10]", "[12]"},
		{"func a(x int)", "func a(x, y int)", "", "[,][y ]"},
		{"héllo wörld", "héllo world", "[wörld]", "[world]"},
		{"nothing alike", "}", "", ""},
		{"same", "same", "", ""},
	} {
		h := diff.Hunk{Lines: []diff.Line{{Op: diff.Gone, Text: c.was}, {Op: diff.Plus, Text: c.is}}}
		h.Mark()
		if got := marked(h.Lines[0]); got != c.marked {
			t.Errorf("%q: %q", c.was, got)
		}
		if got := marked(h.Lines[1]); got != c.beside {
			t.Errorf("%q: %q", c.is, got)
		}
	}
}

func marked(l diff.Line) (all string) {
	whole := ""
	for _, p := range l.Parts() {
		whole += p.Text
		if p.Marked {
			all += "[" + p.Text + "]"
		}
	}
	if whole != l.Text {
		return "lost: " + whole
	}
	return all
}

func TestSidesStandBesideEachOther(t *testing.T) {
	h := diff.Hunk{Lines: []diff.Line{{Op: diff.Same, Text: "0"}, {Op: diff.Gone, Text: "1"}, {Op: diff.Gone, Text: "2"}, {Op: diff.Plus, Text: "3"}, {Op: diff.Same, Text: "4"}, {Op: diff.Plus, Text: "5"}}}
	var got []string
	for _, r := range h.Rows() {
		one := [2]string{"-", "-"}
		if r.Left != nil {
			one[0] = r.Left.Text
		}
		if r.Right != nil {
			one[1] = r.Right.Text
		}
		got = append(got, one[0]+one[1])
	}
	if all := strings.Join(got, " "); all != "00 13 2- 44 -5" {
		t.Error(all)
	}
}

func TestALineIsFollowedToWhereItIs(t *testing.T) {
	was := make([]string, 30)
	for i := range was {
		was[i] = fmt.Sprintf("line %d", i+1)
	}
	is := append([]string{"new first", "new second"}, was[:9]...) // 10 goes
	is = append(is, was[10:20]...)
	is = append(is, "put in")
	is = append(is, was[20:]...)
	for _, around := range []string{"-U0", "-U3"} {
		f := named(t, read(t, between(t, map[string]string{"x": strings.Join(was, "\n") + "\n"}, map[string]string{"x": strings.Join(is, "\n") + "\n"}, around), diff.Usual()), "x")
		for line, text := range was {
			at, there := f.Follow(line + 1)
			if want := text != "line 10"; there != want || want && is[at-1] != text {
				t.Errorf("%s: %s is followed to %d (%v)", around, text, at, there)
			}
		}
		if at, _ := f.Follow(10); is[at-1] != "line 11" {
			t.Errorf("%s: after the line that is gone comes %q", around, is[at-1])
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ f\n a\n-b\n+c\n\\ No newline at end of file\n"))
	f.Add([]byte("@@ -1 +1 @@\n+x\n\\\n"))
	f.Add([]byte("diff --git a/x b/x\n@@ -9999999999999999999,-1 +0,0 @@\n+x\nrename to \"\\400\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, _, err := diff.Read(bytes.NewReader(text), diff.Limits{Line: 50, File: 20, Lines: 40, Files: 5})
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range list {
			for _, h := range file.Hunks {
				h.Mark()
				h.Rows()
				for _, l := range h.Lines {
					if len(l.Parts()) == 0 || len(l.Text) > 200 {
						t.Fatal(l)
					}
				}
			}
			file.Follow(3)
		}
		diff.Unified(list, func(s string) string { return s })
	})
}

func BenchmarkRead(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1,25000 +1,25000 @@\n")
	for range 25_000 {
		text.WriteString("-\tprice := 10 * count(basket, items) // of all\n+\tprice := 12 * count(basket, items) // of all\n")
	}
	for b.Loop() {
		list, _, err := diff.Read(bytes.NewReader(text.Bytes()), diff.Usual())
		if err != nil || len(list[0].Hunks[0].Lines) != 50_000 {
			b.Fatal(err)
		}
		list[0].Hunks[0].Mark()
	}
}
