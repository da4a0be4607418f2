package system

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"prentice"
	"prentice/internal/engine/dependency"
)

const (
	debian = "ID=debian\nVERSION_ID=\"12\"\n"
	alpine = "ID=alpine\nVERSION_ID=3.20.3\n"
)

func dpkg(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "Package: %s\nStatus: install ok installed\nVersion: 1.0\n\n", name)
	}
	return b.String()
}

// packed is a tar of entries; a name that ends in = is a link, and its text where to.
func packed(t *testing.T, zip bool, entries ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		h := &tar.Header{Name: entries[i], Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(entries[i+1]))}
		text := entries[i+1]
		if name, link := strings.CutSuffix(h.Name, "="); link {
			h.Name, h.Typeflag, h.Linkname, h.Size, text = name, tar.TypeLink, text, 0, ""
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !zip {
		return b.String()
	}
	var z bytes.Buffer
	g := gzip.NewWriter(&z)
	g.Write(b.Bytes()) //nolint:errcheck // it is memory
	g.Close()          //nolint:errcheck // as above
	return z.String()
}

// holds are the packages of a system in a file or folder, in one line.
func holds(t *testing.T, name string) string {
	t.Helper()
	tree, err := Open(t.Context(), name)
	if err != nil {
		return "error: " + err.Error()
	}
	inv, err := dependency.Of(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, d := range inv.Dependencies {
		list = append(list, d.Ecosystem+" "+d.Name+" "+d.Version)
	}
	for _, u := range inv.Unread {
		list = append(list, "unread "+u.Path)
	}
	return strings.Join(list, "|")
}

func kept(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// saved is an image as docker save writes it, with layers.
func saved(t *testing.T, layers ...string) string {
	t.Helper()
	entries := []string{}
	names := []string{}
	for i, l := range layers {
		entries = append(entries, fmt.Sprintf("%d/layer.tar", i), l)
		names = append(names, fmt.Sprintf(`"%d/layer.tar"`, i))
	}
	return kept(t, packed(t, false, append(entries, "manifest.json", `[{"Config": "c.json", "Layers": [`+strings.Join(names, ", ")+`]}]`)...))
}

func TestTheLayersOfAnImageHideEachOther(t *testing.T) {
	base := packed(t, false, "etc/os-release", debian, "var/lib/dpkg/status", dpkg("old"), "var/lib/dpkg/status.d/base", dpkg("base"), "srv/go.mod", "module a\nrequire example.com/b v1.0.0\n")
	for says, c := range map[string]struct {
		layers []string
		want   string
	}{
		"one":                             {[]string{base}, "Debian:12 base 1.0|Debian:12 old 1.0|Go example.com/b v1.0.0"},
		"one that is compressed":          {[]string{packed(t, true, "./etc/os-release", alpine, "./lib/apk/db/installed", "P:musl\nV:1.2.5-r0\n")}, "Alpine:v3.20 musl 1.2.5-r0"},
		"a newer Alpine":                  {[]string{packed(t, true, "usr/lib/os-release", alpine, "usr/lib/apk/db/installed", "P:musl\nV:1.2.5-r0\n")}, "Alpine:v3.20 musl 1.2.5-r0"},
		"a file is written anew":          {[]string{base, packed(t, false, "var/lib/dpkg/status", dpkg("new"))}, "Debian:12 base 1.0|Debian:12 new 1.0|Go example.com/b v1.0.0"},
		"a file is removed":               {[]string{base, packed(t, true, "var/lib/dpkg/.wh.status", "", "srv/.wh.go.mod", "")}, "Debian:12 base 1.0"},
		"a folder is removed":             {[]string{base, packed(t, false, "var/lib/.wh.dpkg", "")}, "Go example.com/b v1.0.0"},
		"a folder is made anew":           {[]string{base, packed(t, false, "var/lib/dpkg/status", dpkg("new"), "var/lib/dpkg/.wh..wh..opq", "", "srv/.wh.go.mod", "")}, "Debian:12 new 1.0"},
		"a file takes the place of one":   {[]string{base, packed(t, false, "srv", "x", "var/lib/dpkg/status.d", "x")}, "Debian:12 old 1.0"},
		"a hard link":                     {[]string{base, packed(t, false, "b/go.mod=", "srv/go.mod", "c/go.mod=", "srv/none")}, "Debian:12 base 1.0|Debian:12 old 1.0|Go example.com/b v1.0.0|unread c/go.mod"},
		"a name that leads out":           {[]string{base, packed(t, false, "../../var/lib/dpkg/status", dpkg("new"), "srv/.wh.go.mod", "")}, "Debian:12 base 1.0|Debian:12 new 1.0"},
		"no system that is known":         {[]string{packed(t, false, "etc/os-release", "ID=plan9\n", "var/lib/dpkg/status", dpkg("a"))}, "unread var/lib/dpkg/status"},
		"one that is not of any packages": {[]string{packed(t, false, "etc/os-release", debian)}, "error: "},
	} {
		if got := holds(t, saved(t, c.layers...)); got != c.want && !(c.want == "error: " && strings.Contains(got, "says of no packages")) {
			t.Errorf("%s: %s", says, got)
		}
	}
}

func TestAnImageInTheLayoutOfOCIIsRead(t *testing.T) {
	layer := packed(t, true, "etc/os-release", debian, "var/lib/dpkg/status", dpkg("a"))
	oci := func(index string) string {
		return kept(t, packed(t, false, "oci-layout", "{}", "index.json", index, "blobs/sha256/1", `{"layers": [{"digest": "sha256:2"}]}`, "blobs/sha256/2", layer, "blobs/sha256/3", `{"manifests": [{"digest": "sha256:1"}]}`, "blobs/sha256/4", `{"manifests": [{"digest": "sha256:4"}]}`))
	}
	for index, want := range map[string]string{
		`{"manifests": [{"digest": "sha256:1"}]}`: "Debian:12 a 1.0",
		`{"manifests": [{"digest": "sha256:3"}, {"digest": "sha256:9", "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}]}`: "Debian:12 a 1.0",
		`{"manifests": [{"digest": "sha256:1"}, {"digest": "sha256:3"}]}`:                                                                       "several images",
		`{"manifests": [{"digest": "sha256:4"}]}`:                                                                                               "without end",
		`{"manifests": [{"digest": "sha256:9"}]}`:                                                                                               "lacks blobs/sha256/9",
		`{"manifests": [{"digest": "../../etc/passwd"}]}`:                                                                                       "lacks",
		`{`: "cannot be read",
	} {
		if got := holds(t, oci(index)); !strings.Contains(got, want) {
			t.Errorf("%s: %s", index, got)
		}
	}
}

func TestAnImageThatIsNotReadWholeIsAnError(t *testing.T) {
	good := packed(t, true, "etc/os-release", debian, "var/lib/dpkg/status", dpkg("a"))
	for says, file := range map[string]string{
		"no archive":              kept(t, "nothing"),
		"an empty one":            kept(t, ""),
		"one without a manifest":  kept(t, packed(t, false, "a", "b")),
		"one that is cut off":     kept(t, packed(t, false, "0/layer.tar", good)[:600]),
		"a layer that is missing": kept(t, packed(t, false, "manifest.json", `[{"Layers": ["0/layer.tar"]}]`)),
		"a layer that is cut off": saved(t, good[:len(good)-20]),
		"a layer of another kind": saved(t, "\x28\xb5\x2f\xfd and more"),
		"two images":              kept(t, packed(t, false, "manifest.json", `[{"Layers": []}, {"Layers": []}]`)),
		"nothing there":           filepath.Join(t.TempDir(), "none"),
	} {
		if got := holds(t, file); !strings.HasPrefix(got, "error: ") {
			t.Errorf("%s: %s", says, got)
		}
	}
}

func TestALayerThatUnpacksToTooMuchIsAnError(t *testing.T) {
	f := found{}
	text := packed(t, false, "etc/os-release", debian, "var/lib/dpkg/status", dpkg("a"))
	for says, left := range map[string]bounds{"entries": {1, 1 << 20, 1 << 20}, "bytes": {10, 600, 1 << 20}, "kept": {10, 1 << 20, 40}} {
		if err := f.layer(t.Context(), strings.NewReader(text), &left); prentice.KindOf(err) != prentice.Limited {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestARootFolderIsReadWithoutLeavingIt(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{"usr/lib/os-release": debian, "var/lib/dpkg/status": dpkg("a"), "var/lib/dpkg/status.d/b": dpkg("b"), "var/lib/dpkg/status.d/b.md5sums": "x"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../usr/lib/os-release", filepath.Join(root, "etc/os-release")); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, root); got != "Debian:12 a 1.0|Debian:12 b 1.0" {
		t.Errorf("got %s", got)
	}
	status := filepath.Join(root, "var/lib/dpkg/status")
	if err := os.Remove(status); err != nil {
		t.Fatal(err)
	}
	outside := kept(t, dpkg("outside"))
	if err := os.Symlink(outside, status); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, root); got != "Debian:12 b 1.0|unread var/lib/dpkg/status" {
		t.Errorf("a link out of the root: %s", got)
	}
	if got := holds(t, t.TempDir()); !strings.Contains(got, "says of no packages") {
		t.Errorf("an empty root: %s", got)
	}
}
