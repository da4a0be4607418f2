package leak

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"
)

func zipped(t *testing.T, name string, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write(text)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(text)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t *testing.T, name string, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Size: int64(len(text)), Mode: 0o600, Format: tar.FormatUSTAR})
	if err == nil {
		_, err = w.Write(text)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatArchivesHoldIsLookedAt(t *testing.T) {
	secret := []byte("key " + aKey)
	for name, c := range map[string]struct {
		text []byte
		want string
	}{
		"zip":            {zipped(t, "in/a.txt", secret), "f!in/a.txt"},
		"a tar in gzip":  {gzipped(t, tarred(t, "a.txt", secret)), "f!f!a.txt"},
		"a zip in a zip": {zipped(t, "b.zip", zipped(t, "a.txt", secret)), "f!b.zip!a.txt"},
		"a name upwards": {zipped(t, "../../etc/a.txt", secret), "f!../../etc/a.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			if !Archive(c.text) {
				t.Fatal("it is no archive")
			}
			err := Unpack("f", c.text, Usual, func(name string, text []byte) {
				if bytes.Equal(text, secret) {
					got = append(got, name)
				}
			})
			if err != nil || len(got) != 1 || got[0] != c.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestABombIsNotUnpacked(t *testing.T) {
	deep := []byte("key " + aKey)
	for range 6 {
		deep = zipped(t, "a", deep)
	}
	most := Bounds{Bytes: 1 << 20, Files: 3, Deep: 3}
	var many bytes.Buffer
	w := zip.NewWriter(&many)
	for _, name := range strings.Fields("a b c d e") {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{"of bytes": gzipped(t, make([]byte, 50<<20)), "of archives": deep, "of files": many.Bytes()} {
		if err := Unpack("f", text, most, func(string, []byte) {}); !errors.Is(err, ErrTooMuch) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"PK\x03\x04", "\x1f\x8b\x08", "PK\x03\x04" + strings.Repeat("x", 900)} {
		if err := Unpack("f", []byte(text), most, func(string, []byte) {}); err == nil {
			t.Errorf("%q is unpacked", text)
		}
	}
}
