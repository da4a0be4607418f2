package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"prentice/internal/kit/archive"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type about struct{ Says string }

func packed(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	p := archive.NewPacker(&b, noon)
	big := filepath.Join(t.TempDir(), "big")
	noise := make([]byte, 20<<10) // a pattern would be the same with some bytes of its compressed form changed
	rand.NewChaCha8([32]byte{1}).Read(noise)
	if err := os.WriteFile(big, append(noise, make([]byte, size)...), 0o600); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(p.Bytes("keys/a.key", 0o600, []byte("secret")), p.Bytes("keys/a.pub", 0o644, []byte("public")), p.File("big", big), p.File("gone", big+"-gone"))
	if _, err2 := p.Close(about{"all of it"}); err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return b.Bytes()
}

func unpack(t *testing.T, raw []byte) (string, about, error) {
	t.Helper()
	folder := t.TempDir()
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var says about
	_, err = archive.Unpack(bytes.NewReader(raw), root, func(name string) bool { return name != "unwanted" }, &says)
	return folder, says, err
}

func TestWhatIsPackedComesBack(t *testing.T) {
	folder, says, err := unpack(t, packed(t, 17<<20))
	if err != nil || says.Says != "all of it" {
		t.Fatal(says, err)
	}
	for name, mode := range map[string]os.FileMode{"keys/a.key": 0o600, "keys/a.pub": 0o644, "big": 0o600, "keys": 0o700 | os.ModeDir} {
		is, err := os.Stat(filepath.Join(folder, name))
		if err != nil || is.Mode() != mode {
			t.Errorf("%s: %v, %v", name, is, err)
		}
	}
	if text, _ := os.ReadFile(filepath.Join(folder, "keys/a.key")); string(text) != "secret" {
		t.Errorf("%q", text)
	}
}

func TestAnArchiveThatIsCutOffIsRefusedWhereverItEnds(t *testing.T) {
	raw := packed(t, 0)
	for _, n := range []int{0, 1, 9, 10, 11, 200, len(raw) / 2, len(raw) - 9, len(raw) - 1} {
		if _, _, err := unpack(t, raw[:n]); !errors.Is(err, archive.ErrShort) && !errors.Is(err, archive.ErrChanged) {
			t.Errorf("%d of %d bytes: %v", n, len(raw), err)
		}
	}
}

func TestNoChangedByteOfAnArchiveIsBelieved(t *testing.T) {
	raw := packed(t, 0)
	for i := 12; i < len(raw); i += max(1, len(raw)/400) {
		changed := bytes.Clone(raw)
		changed[i] ^= 0x20
		if _, _, err := unpack(t, changed); err == nil {
			t.Errorf("byte %d of %d was changed, and it was unpacked", i, len(raw))
		}
	}
	if _, _, err := unpack(t, append(bytes.Clone(raw), 'x')); !errors.Is(err, archive.ErrChanged) {
		t.Errorf("something behind its end: %v", err)
	}
	if _, _, err := unpack(t, []byte("this is a text")); !errors.Is(err, archive.ErrForeign) {
		t.Errorf("a text: %v", err)
	}
}

// raw is an archive with one member that no packer of ours would write.
func raw(t *testing.T, heads ...*tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	for _, h := range heads {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(bytes.Repeat([]byte("x"), int(h.Size))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), gz.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNothingIsWrittenOutsideOfTheFolder(t *testing.T) {
	file := func(name string) *tar.Header {
		return &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o4777, Size: 1}
	}
	for what, heads := range map[string][]*tar.Header{
		"up":              {file("../evil")},
		"up inside":       {file("keys/../../evil")},
		"absolute":        {file("/tmp/evil")},
		"backslash":       {file(`keys\evil`)},
		"not clean":       {file("keys//evil")},
		"a folder":        {{Typeflag: tar.TypeDir, Name: "keys", Mode: 0o777}},
		"a link":          {{Typeflag: tar.TypeSymlink, Name: "keys", Linkname: "/tmp"}, file("keys/evil")},
		"a hard link":     {{Typeflag: tar.TypeLink, Name: "keys", Linkname: "/etc/passwd"}},
		"a device":        {{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3}},
		"what is not due": {file("unwanted")},
	} {
		t.Run(what, func(t *testing.T) {
			folder, _, err := unpack(t, raw(t, heads...))
			if !errors.Is(err, archive.ErrForeign) {
				t.Error(err)
			}
			if left, _ := os.ReadDir(folder); len(left) > 0 {
				t.Errorf("%v is there", left)
			}
		})
	}
	if _, _, err := unpack(t, raw(t, file("a"), file("a"))); !errors.Is(err, archive.ErrChanged) {
		t.Errorf("a name twice: %v", err)
	}
	if _, _, err := unpack(t, raw(t, file("a"))); !errors.Is(err, archive.ErrShort) {
		t.Errorf("no manifest: %v", err)
	}
}

func TestNoNameIsPackedTwice(t *testing.T) {
	var b bytes.Buffer
	p := archive.NewPacker(&b, noon)
	if err := errors.Join(p.Bytes("a", 0o600, nil), p.Bytes("a", 0o600, nil)); err == nil || !p.Has("a") || p.Has("b") {
		t.Error(err)
	}
}
