package environment

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"prentice"
)

// sent is a file as it would have been sent.
func sent(t *testing.T, content []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sent")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFolderArrivesAsItWasSent(t *testing.T) {
	dir := t.TempDir()
	for path, mode := range map[string]fs.FileMode{"compose.yaml": 0o644, "bin/run": 0o755, "a/b/c": 0o600} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte("it is "+path), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../a/b/c", filepath.Join(dir, "bin", "link")); err != nil {
		t.Fatal(err)
	}
	var once, again bytes.Buffer
	c := Copy{Files: os.DirFS(dir), Name: "shop\x1b[31m", Commit: strings.Repeat("0123456789", 4), Changed: 3, Modules: 1}
	for _, to := range []*bytes.Buffer{&once, &again} {
		if err := c.Pack(to); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(once.Bytes(), again.Bytes()) {
		t.Error("the same files are other bytes")
	}
	got, err := OpenCopy(sent(t, once.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if says := got.Says(); strings.Contains(says, "\x1b") || !strings.HasSuffix(says, " at 0123456789, 3 files not committed, without 1 submodules") {
		t.Errorf("it says %q", says)
	}
	for path, executable := range map[string]bool{"compose.yaml": false, "bin/run": true, "a/b/c": false} {
		text, err := fs.ReadFile(got.Files, path)
		info, bad := fs.Stat(got.Files, path)
		if err != nil || bad != nil || string(text) != "it is "+path || (info.Mode()&0o111 != 0) != executable {
			t.Errorf("%s is %q, %v: %v %v", path, text, info, err, bad)
		}
	}
	if to, err := fs.ReadLink(got.Files, "bin/link"); err != nil || to != "../a/b/c" {
		t.Errorf("the link leads to %q: %v", to, err)
	}
}

func TestWhatIsNoCopyOfAFolderIsRefused(t *testing.T) {
	pack := func(comment string, headers ...*zip.FileHeader) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, h := range headers {
			w, err := z.CreateHeader(h)
			if err != nil {
				t.Fatal(err)
			}
			io.WriteString(w, "x") //nolint:errcheck // a buffer
		}
		z.SetComment(comment) //nolint:errcheck // it is short
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	named := func(name string, mode fs.FileMode) *zip.FileHeader {
		h := &zip.FileHeader{Name: name}
		h.SetMode(mode)
		return h
	}
	// It says that it is 1 GiB, and is some bytes.
	large := pack("{}", named("a", 0o644))
	at := bytes.LastIndex(large, []byte("PK\x01\x02"))
	copy(large[at+24:], []byte{0, 0, 0, 0x40})
	for says, content := range map[string][]byte{
		"nothing":             {},
		"text":                []byte("no archive"),
		"of another program":  pack("", named("a", 0o644)),
		"a path that leaves":  pack("{}", named("../a", 0o644)),
		"one from the top":    pack("{}", named("/etc/passwd", 0o644)),
		"one of Windows":      pack("{}", named(`a\..\..\b`, 0o644)),
		"a name twice":        pack("{}", named("a", 0o644), named("a", 0o644)),
		"a device":            pack("{}", named("a", fs.ModeDevice|0o644)),
		"a pipe":              pack("{}", named("a", fs.ModeNamedPipe|0o644)),
		"more than may be":    large,
		"cut off":             pack("{}", named("a", 0o644))[:40],
		"a comment of 5 KiB":  pack(`{"name":"`+strings.Repeat("x", 5<<10)+`"}`, named("a", 0o644)),
		"a folder as a file/": pack("{}", named("a/", fs.ModeDir|0o755)),
	} {
		c, err := OpenCopy(sent(t, content))
		if kind := prentice.KindOf(err); kind != prentice.Invalid && kind != prentice.Limited {
			t.Errorf("%s: %v %+v", says, err, c)
		}
	}
	tooLong := fstest.MapFS{}
	tooLong["a"] = &fstest.MapFile{Data: make([]byte, 8)}
	if err := (Copy{Files: tooLong}).Pack(io.Discard); err != nil {
		t.Error(err)
	}
}
