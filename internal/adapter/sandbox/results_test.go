package sandbox_test

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"prentice"
	"prentice/internal/adapter/sandbox"
	"prentice/internal/kit/proc"
)

func file(path, text string) sandbox.File {
	return sandbox.File{Path: path, Open: func() ([]byte, error) { return []byte(text), nil }}
}

// brought is what a job brought back, by place.
func brought(t *testing.T, archive []byte) map[string]string {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	taken, err := sandbox.Take(bytes.NewReader(archive), root, func(place string) string { return place })
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range taken {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

func sorted(list []string) []string { slices.Sort(list); return list }

func performed(t *testing.T, s *sandbox.Sandbox, j sandbox.Job) (proc.Exit, string, []byte) {
	t.Helper()
	var said, archive bytes.Buffer
	j.Out = &said
	if j.Results != nil {
		j.Results.To = &archive
	}
	exit, err := s.Run(t.Context(), j)
	if err != nil {
		t.Fatal(err, said.String())
	}
	return exit, said.String(), archive.Bytes()
}

func TestOnlyWhatIsAskedForComesBackAndOnlyRegularFiles(t *testing.T) {
	s := made(t)
	script := `set -e; mkdir out; echo one >out/a.xml; echo two >out/b.xml; echo no >out/c.txt; echo secret >other; ln -s /etc/passwd out/d.xml; mkfifo out/e.xml
		ln out/a.xml out/f.xml; ln -s /etc dir; mkdir deep; echo three >deep/g; cat in/text >copy; ls -l in/link >&2; cat in/link`
	files := []sandbox.File{file("in/text", "of the tree\n"), {Path: "in/link", Link: "text"}, {Path: "up", Link: "../../etc/passwd"}}
	exit, said, archive := performed(t, s, sandbox.Job{Argv: []string{"/bin/sh", "-c", script}, Files: files, Results: &sandbox.Results{Give: []string{"out/*.xml", "deep", "copy", "dir/passwd", "gone"}}})
	if !exit.OK() || !strings.HasSuffix(said, "of the tree\n") {
		t.Fatal(exit, said)
	}
	got := brought(t, archive)
	for name, want := range map[string]string{"work/out/a.xml": "one\n", "work/out/b.xml": "two\n", "work/deep/g": "three\n", "work/copy": "of the tree\n"} {
		if got[name] != want {
			t.Errorf("%s: %q", name, got[name])
		}
	}
	for name := range got {
		if strings.Contains(name, "other") || strings.HasSuffix(name, ".txt") || strings.HasSuffix(name, "d.xml") || strings.HasSuffix(name, "e.xml") {
			t.Error("came back: ", name)
		}
	}
}

func TestWhatAFailedJobLeftIsFoundByItsNext(t *testing.T) {
	s := made(t)
	exit, _, archive := performed(t, s, sandbox.Job{Argv: []string{"/bin/sh", "-c", "echo left >state; ln -s state link; ln state again; exit 3"}, Files: []sandbox.File{file("in", "x")}, Results: &sandbox.Results{Whole: true}})
	if exit.Code != 3 {
		t.Fatal(exit)
	}
	exit, said, _ := performed(t, s, sandbox.Job{Argv: []string{"cat", "state", "link", "again", "in"}, Packed: bytes.NewReader(archive)})
	if !exit.OK() || said != "left\nleft\nleft\nx" {
		t.Error(exit, said)
	}
}

func TestAFolderThatIsLentStaysAsItIs(t *testing.T) {
	s := made(t)
	dir := t.TempDir()
	os.Chmod(dir, 0o777) //nolint:errcheck // the test says so
	for _, name := range []string{"old", "changed", "gone"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
		os.Chmod(filepath.Join(dir, name), 0o666)                                                    //nolint:errcheck // so is it here
		os.Chtimes(filepath.Join(dir, name), time.Now().Add(-time.Hour), time.Now().Add(-time.Hour)) //nolint:errcheck // so is it here
	}
	script := `cat /cache/old && echo new >/cache/new && echo more >/cache/changed && rm /cache/gone && cat /seen/old && ! touch /seen/planted`
	exit, said, archive := performed(t, s, sandbox.Job{Argv: []string{"/bin/sh", "-c", script}, Mounts: []sandbox.Mount{{From: dir, To: "/cache", Write: true}, {From: dir, To: "/seen"}}, Results: &sandbox.Results{New: []string{"/cache"}}})
	if !exit.OK() || !strings.HasPrefix(said, "oldold") {
		t.Fatal(exit, said)
	}
	got := brought(t, archive)
	if len(got) != 2 || got["cache/new"] != "new\n" || got["cache/changed"] != "more\n" {
		t.Error(got)
	}
	for _, name := range []string{"old", "changed", "gone"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); string(text) != name {
			t.Error(name, string(text), err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 3 {
		t.Error(left)
	}
}

// lies are what an archive tries that a job brings back. $OUTSIDE is where nothing may be
// written, $ABOVE the folder that it stands in.
var lies = []struct {
	name   string
	header tar.Header
}{
	{"a file above the folder", tar.Header{Name: "../outside", Typeflag: tar.TypeReg, Size: 1}},
	{"a file by its whole path", tar.Header{Name: "$OUTSIDE", Typeflag: tar.TypeReg, Size: 1}},
	{"a link out of the folder", tar.Header{Name: "work/link", Typeflag: tar.TypeSymlink, Linkname: "$ABOVE"}},
	{"a file through the link before it", tar.Header{Name: "work/link/outside", Typeflag: tar.TypeReg, Size: 1}},
	{"a file through a link that stands there already", tar.Header{Name: "planted/outside", Typeflag: tar.TypeReg, Size: 1}},
	{"a file in place of that link", tar.Header{Name: "planted", Typeflag: tar.TypeReg, Size: 1}},
	{"a hard link to a file of the machine", tar.Header{Name: "work/hard", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}},
	{"a device", tar.Header{Name: "work/device", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}},
	{"a pipe that waits for who reads it", tar.Header{Name: "work/pipe", Typeflag: tar.TypeFifo}},
	{"a program that makes root", tar.Header{Name: "work/setuid", Typeflag: tar.TypeReg, Mode: 0o4777, Size: 1}},
	{"a path that goes down and up again", tar.Header{Name: "work/../../outside", Typeflag: tar.TypeReg, Size: 1}},
	{"a name with a NUL in it", tar.Header{Name: "work/\x00/../../outside", Typeflag: tar.TypeReg, Size: 1}},
	{"a name that is only a folder above", tar.Header{Name: "..", Typeflag: tar.TypeReg, Size: 1}},
}

func TestAnArchiveThatLiesWritesNowhereElse(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	there := strings.NewReplacer("$OUTSIDE", outside, "$ABOVE", filepath.Dir(outside))
	dir := filepath.Join(filepath.Dir(outside), "dir")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	os.Symlink(filepath.Dir(outside), filepath.Join(dir, "planted")) //nolint:errcheck // seen below
	for _, l := range lies {
		h := l.header
		h.Name, h.Linkname = there.Replace(h.Name), there.Replace(h.Linkname)
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		if err := w.WriteHeader(&h); err != nil && !strings.ContainsRune(h.Name, 0) { // that one is refused when it is made
			t.Fatal(l.name, err)
		}
		if h.Size > 0 {
			w.Write([]byte("x")) //nolint:errcheck // into memory
		}
		w.Close()                                                          //nolint:errcheck // into memory
		sandbox.Take(&b, root, func(place string) string { return place }) //nolint:errcheck // what is refused is an error
		if _, err := os.Lstat(outside); err == nil {
			t.Fatalf("%s: it wrote outside", l.name)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "work/setuid")); err != nil || info.Mode()&os.ModeSetuid != 0 {
		t.Error("a mode was believed: ", err)
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, _ error) error { //nolint:errcheck // it gives none
		if d != nil && !d.IsDir() && !d.Type().IsRegular() {
			t.Error("no regular file: ", path)
		}
		return nil
	})
}

func TestWhatComesBackIsBounded(t *testing.T) {
	s := made(t)
	var b bytes.Buffer
	_, err := s.Run(t.Context(), sandbox.Job{Argv: []string{"/bin/sh", "-c", "truncate -s 1T huge"}, Limits: sandbox.Limits{Results: 1 << 20, Time: 20 * time.Second}, Results: &sandbox.Results{Give: []string{"huge"}, To: &b}})
	if prentice.KindOf(err) != prentice.Limited || b.Len() > 2<<20 {
		t.Error(err, b.Len())
	}
}
